//go:build linux || darwin

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A session is a servent on a terminal.
type session struct {
	t      testing.TB
	screen *terminal
	file   *os.File // our end of the terminal
	cmd    *exec.Cmd
	read   chan []byte
}

// onTerminal starts "servent args" on a terminal of so many columns and lines.
func onTerminal(t testing.TB, width, height uint16, env []string, args ...string) *session {
	t.Helper()
	cmd := exec.Command("servent", args...)
	cmd.Env = append(os.Environ(), append([]string{"TERM=xterm", "NO_COLOR=", "CLICOLOR="}, env...)...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: width, Rows: height})
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, screen: newTerminal(t, int(width), int(height)), file: file, cmd: cmd, read: make(chan []byte)}
	go func() {
		defer close(s.read)
		for {
			b := make([]byte, 4096)
			n, err := file.Read(b)
			if n > 0 {
				s.read <- b[:n]
			}
			if err != nil {
				return // the command has ended, and its terminal with it
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		for range s.read {
		}
		file.Close()
	})
	return s
}

// await reads until the screen shows text.
func (s *session) await(text string) {
	s.t.Helper()
	s.awaitThat(fmt.Sprintf("%q", text), func(screen string) bool { return strings.Contains(screen, text) })
}

// awaitThat reads until the screen shows what.
func (s *session) awaitThat(what string, shown func(screen string) bool) {
	s.t.Helper()
	late := time.After(20 * time.Second)
	for !shown(s.screen.String()) {
		select {
		case b, ok := <-s.read:
			if !ok {
				s.t.Fatalf("the command ended without %s:\n%s", what, s.screen)
			}
			s.screen.Write(b)
		case <-late:
			s.t.Fatalf("waited in vain for %s:\n%s", what, s.screen)
		}
	}
}

// end reads the rest and returns the exit code.
func (s *session) end() int {
	for b := range s.read {
		s.screen.Write(b)
	}
	return exitCode(s.cmd.Wait())
}

func (s *session) typing(keys string) {
	if _, err := s.file.WriteString(keys); err != nil {
		s.t.Error(err)
	}
}

// Searches on a terminal, all of one servent that shares three files.
func TestSearchOnATerminal(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"seblinux.iso": "1", "SEBLINUX \x1b[2J\x1b[1A.iso": "22", "seblinux 日本語日本語日本語日本語日本語日本語.iso": "333"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source := startTest(t, t.TempDir(), dir)
	start := func(t *testing.T, width uint16, env []string, args ...string) *session {
		return onTerminal(t, width, 20, env, append(append([]string{"search"}, args...), "--home", t.TempDir(), "--no-discovery", "--connect", source.ready.Addrs[0])...)
	}
	for name, test := range map[string]func(*testing.T, startSearch){
		"live": searchSeenLive, "narrow": searchOnNarrow, "wider": searchResized(100), "narrower": searchResized(30),
		"dumb": searchOnDumb, "interrupted": searchInterrupted, "refused": searchRefused,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start)
		})
	}
}

// startSearch starts "servent search args" on a terminal of so many columns.
type startSearch func(t *testing.T, width uint16, env []string, args ...string) *session

func searchSeenLive(t *testing.T, start startSearch) {
	s := start(t, 80, nil, "seblinux")
	s.await("3 hits from 1 servent, ") // while it goes on
	if screen := s.screen.String(); !strings.Contains(screen, "seblinux.iso") || !strings.Contains(screen, "N  NAME") {
		t.Errorf("while hits come:\n%s", screen)
	}
	if code := s.end(); code != exitDone {
		t.Errorf("exit code: got %d", code)
	}
	lines := strings.Split(s.screen.String(), "\n")
	if len(lines) != 6 || !strings.HasPrefix(lines[0], "N  NAME") || !strings.HasPrefix(lines[4], "servent: 3 hits from 1 servent in") {
		t.Errorf("at the end there is not the table alone:\n%s", s.screen)
	}
	if !s.screen.colored || !strings.Contains(s.screen.String(), `SEBLINUX \u001b[2J\u001b[1A.iso`) {
		t.Errorf("no bold head, or a name that is not escaped:\n%s", s.screen)
	}
}

func searchOnNarrow(t *testing.T, start startSearch) {
	s := start(t, 40, []string{"NO_COLOR=1"}, "seblinux")
	s.await("3 hits")
	s.end()
	lines := strings.Split(s.screen.String(), "\n")
	if len(lines) < 4 || strings.Join(strings.Fields(lines[0]), " ") != "N NAME SIZE" {
		t.Errorf("got\n%s", s.screen)
	}
	for _, line := range lines[:4] {
		if columns(line) > 40 {
			t.Errorf("%d columns: %s", columns(line), line)
		}
	}
	if s.screen.colored {
		t.Error("coloured in spite of NO_COLOR")
	}
}

// searchResized makes the terminal as wide while the search goes on.
func searchResized(width uint16) func(*testing.T, startSearch) {
	return func(t *testing.T, start startSearch) {
		s := start(t, 80, nil, "seblinux")
		s.await("3 hits")
		s.screen.resize(int(width))
		if err := pty.Setsize(s.file, &pty.Winsize{Cols: width, Rows: 20}); err != nil {
			t.Fatal(err)
		}
		s.end()
		if screen := s.screen.String(); strings.Count(screen, "NAME") != 1 || !strings.HasPrefix(screen, "N  NAME") {
			t.Errorf("a head is missing, or left over:\n%s", screen)
		}
	}
}

func searchOnDumb(t *testing.T, start startSearch) {
	s := start(t, 80, []string{"TERM=dumb"}, "seblinux")
	s.end()
	if screen := s.screen.String(); !strings.HasPrefix(screen, "N  NAME") || s.screen.colored || s.screen.moved {
		t.Errorf("got\n%s", screen)
	}
}

func searchInterrupted(t *testing.T, start startSearch) {
	s := start(t, 80, nil, "seblinux", "--timeout", "1m")
	s.await("3 hits from 1 servent, ")
	s.typing("\x03")
	if code := s.end(); code != exitInterrupted {
		t.Errorf("exit code: got %d, want %d", code, exitInterrupted)
	}
	if screen := s.screen.String(); !strings.HasPrefix(screen, "N  NAME") || !strings.Contains(screen, "search stopped, 3 hits so far") {
		t.Errorf("got\n%s", screen)
	}
}

func searchRefused(t *testing.T, start startSearch) {
	s := start(t, 40, nil, fmt.Sprint(strings.Repeat("word ", 20), "type:a/b ", strings.Repeat("word ", 20)))
	if code := s.end(); code != exitUsage {
		t.Errorf("exit code: got %d, want %d", code, exitUsage)
	}
	lines := strings.Split(strings.TrimSpace(s.screen.String()), "\n")
	if last := lines[len(lines)-1]; strings.TrimLeft(last, " ") != "^^^" || columns(last) >= 40 {
		t.Errorf("got\n%s", s.screen)
	}
}
