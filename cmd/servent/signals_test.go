package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"servent/servent/api"
)

// running is a servent process that tests send signals to.
type running struct {
	cmd  *exec.Cmd
	out  *bufio.Reader
	talk *bytes.Buffer // to be read when it has ended
}

// startVerb runs a verb on home, where nobody else is.
func startVerb(t *testing.T, home string, args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.Command("servent", args...), talk: new(bytes.Buffer)}
	r.cmd.Env = append(os.Environ(), "SERVENT_HOME="+home)
	r.cmd.Stderr = r.talk
	out, err := r.cmd.StdoutPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.cmd.Process.Kill() })
	r.out = bufio.NewReader(out)
	return r
}

// line waits for the next line on stdout.
func (r *running) line(t *testing.T) string {
	t.Helper()
	line, err := r.out.ReadString('\n')
	if err != nil {
		t.Fatalf("no line on stdout: %v, stderr: %s", err, r.talk)
	}
	return line
}

// ends sends signals, one after the other, and returns the exit code.
func (r *running) ends(t *testing.T, signals ...os.Signal) int {
	t.Helper()
	for _, s := range signals {
		if err := r.cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	io.Copy(io.Discard, r.out)
	return exitCode(r.cmd.Wait())
}

// upArgs is a servent that nobody finds.
var upArgs = []string{"up", "--no-discovery", "--web", "off", "--listen", loopback}

// TestSignalsEndUp: Ctrl-C, SIGTERM and a closed terminal are how up is meant to
// end.
func TestSignalsEndUp(t *testing.T) {
	// Under nohup a hang-up is ignored, by children too; what is caught here is not.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			r := startVerb(t, t.TempDir(), upArgs...)
			r.line(t)
			if code := r.ends(t, s); code != exitDone {
				t.Errorf("exit code %d, want 0; stderr: %s", code, r.talk)
			}
		})
	}
}

// TestSecondSignal: the first one waits for a call under way, the second does
// not.
func TestSecondSignal(t *testing.T) {
	home := t.TempDir()
	r := startVerb(t, home, upArgs...)
	r.line(t)
	conn, err := net.Dial("unix", api.SocketPath(home))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /api/st"); err != nil {
		t.Fatal(err)
	}
	if code := r.ends(t, os.Interrupt, syscall.SIGTERM); code != exitInterrupted {
		t.Errorf("exit code %d, want 130; stderr: %s", code, r.talk)
	}
}

// TestSignalsInterrupt: whatever a verb is at, Ctrl-C ends it with 130 and says
// what was reached.
func TestSignalsInterrupt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large, err := os.Create(filepath.Join(dir, "large"))
	if err != nil {
		t.Fatal(err)
	}
	if err := large.Truncate(64 << 30); err != nil { // takes minutes to hash, and no room
		t.Fatal(err)
	}
	large.Close()
	cases := []struct {
		args  []string
		event string // in a line, on either output, before the signal
		talk  string
	}{
		{[]string{"share", "add", dir, "--json"}, `"type":"progress"`, "what is hashed is kept"},
		{[]string{"demo", "--web", "off"}, "12 servents", "interrupted"},
	}
	for _, c := range cases {
		t.Run(strings.Join(c.args[:2], " "), func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("servent", c.args...)
			cmd.Env = append(os.Environ(), "SERVENT_HOME="+t.TempDir())
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			cmd.Stdout, cmd.Stderr = write, write
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			write.Close()
			defer cmd.Process.Kill()
			var all strings.Builder
			sent := false
			for lines := bufio.NewScanner(read); lines.Scan(); {
				all.WriteString(lines.Text() + "\n")
				if !sent && strings.Contains(lines.Text(), c.event) {
					sent = true
					if err := cmd.Process.Signal(os.Interrupt); err != nil {
						t.Fatal(err)
					}
				}
			}
			if code := exitCode(cmd.Wait()); code != exitInterrupted || !strings.Contains(all.String(), c.talk) {
				t.Errorf("exit code %d, want 130 and %q in:\n%s", code, c.talk, &all)
			}
		})
	}
}

// TestSignalsInterruptSearch: so does a search that starts, or waits for hits.
func TestSignalsInterruptSearch(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := fmt.Sprintf("/ip4/127.0.0.1/tcp/%d/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", l.Addr().(*net.TCPAddr).Port)
	r := startVerb(t, t.TempDir(), "search", "x", "--no-discovery", "--connect", addr, "--timeout", "10m")
	conn, err := l.Accept() // it runs, and waits for us to answer
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if code := r.ends(t, os.Interrupt); code != exitInterrupted || strings.Count(r.talk.String(), "\n") != 1 {
		t.Errorf("exit code %d, want 130 and one line; stderr: %s", code, r.talk)
	}
}

// TestReaderGone: a verb whose output nobody reads ends without a word, but up
// goes on.
func TestReaderGone(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"help", "environment"}, {"config"}, {"version"}, {"lab", "--topology", "ring:12"}} {
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		read.Close()
		var talk bytes.Buffer
		cmd := exec.Command("servent", args...)
		cmd.Env = append(os.Environ(), "SERVENT_HOME="+t.TempDir())
		cmd.Stdout, cmd.Stderr = write, &talk
		err = cmd.Run()
		write.Close()
		if err == nil || talk.Len() > 0 {
			t.Errorf("%s: ended with %v and %q on stderr, want a broken pipe and no word", args, err, &talk)
		}
	}
	home := t.TempDir()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	cmd := exec.Command("servent", append(slices.Clone(upArgs), "--verbose")...)
	cmd.Env = append(os.Environ(), "SERVENT_HOME="+home)
	cmd.Stdout = write
	talk, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	write.Close()
	defer cmd.Process.Kill()
	var all strings.Builder
	for lines := bufio.NewScanner(talk); lines.Scan(); {
		all.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "Ctrl-C stops") { // what it says after all lines on stdout
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	if code := exitCode(cmd.Wait()); code != exitDone || !strings.Contains(all.String(), "Ctrl-C stops") {
		t.Errorf("up: exit code %d, want that it goes on and ends with 0; stderr:\n%s", code, &all)
	}
}
