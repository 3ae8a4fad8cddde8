package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"servent/servent"
	"servent/servent/api"
)

// bigFile takes its source, while that is held back, half a minute to send: long
// enough that a download can be stopped in the middle on a busy computer, and
// little to hash.
const (
	bigFile  = 32 << 20
	heldBack = "1MiB/s"
)

// A partialGet is a "servent get --json" that has begun.
type partialGet struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	talk  strings.Builder
}

func startGet(t *testing.T, args ...string) *partialGet {
	t.Helper()
	g := &partialGet{cmd: exec.Command("servent", append([]string{"get", "--json", "--no-discovery"}, args...)...)}
	g.cmd.Stderr = &g.talk
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	g.lines = bufio.NewScanner(out)
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return g
}

// next returns the next progress; at the end it is false.
func (g *partialGet) next(t *testing.T) (api.Progress, bool) {
	t.Helper()
	var p api.Progress
	for g.lines.Scan() {
		if err := json.Unmarshal(g.lines.Bytes(), &p); err != nil {
			t.Fatalf("progress %q: %v", g.lines.Bytes(), err)
		}
		if p.Type == api.TypeProgress {
			return p, true
		}
	}
	return p, false
}

// finish reads the rest and returns how much was verified last, and the exit
// code.
func (g *partialGet) finish(t *testing.T) (verified int64, code int) {
	t.Helper()
	for p, ok := g.next(t); ok; p, ok = g.next(t) {
		verified = p.Verified
	}
	return verified, exitCode(g.cmd.Wait())
}

// bigSource starts a servent that shares one big file, and is held back.
func bigSource(t *testing.T) (home, dir string, p *process) {
	t.Helper()
	home, dir = t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "big.bin"), randomBytes(bigFile, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	return home, dir, startTest(t, home, dir, "--up", heldBack)
}

// letGo has a source that was held back send as fast as it can.
func letGo(t *testing.T, home string) {
	t.Helper()
	command(t, "limit", "--home", home, "--up", "0")
}

func startTest(t *testing.T, home, dir string, args ...string) *process {
	t.Helper()
	p, err := startUp(home, dir, append([]string{dir}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// command runs servent to its end and fails the test unless it exits with 0.
func command(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("servent", args...).Output()
	if err != nil {
		t.Fatalf("servent %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// giveUp is how long a get goes on here without a source.
const giveUp = time.Second

// TestSourceKilled kills the source of a download: it is waited for, then the exit
// code is 7. When the source is back, the download goes on from where it was.
func TestSourceKilled(t *testing.T) {
	for _, name := range []string{"through a running servent", "without"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sourceHome, dir, source := bigSource(t)
			home := t.TempDir()
			addr := source.ready.Addrs[0]
			if name == "without" {
				command(t, "search", "big", "--home", home, "--no-discovery", "--connect", addr)
			} else {
				startTest(t, home, t.TempDir(), "--connect", addr)
				command(t, "search", "big", "--home", home)
			}

			g := startGet(t, "1", "--home", home, "--give-up", giveUp.String())
			p, ok := g.next(t)
			for ok && p.Verified == 0 {
				p, ok = g.next(t)
			}
			if !ok || p.Verified >= bigFile {
				t.Fatalf("no progress in the middle: got %+v, stderr %s", p, &g.talk)
			}
			killed := time.Now()
			source.kill()
			before, code := g.finish(t)
			if waited := time.Since(killed); waited < giveUp {
				t.Errorf("gave up %v after the source was killed, want %v at least", waited, giveUp)
			}
			before = max(before, p.Verified)
			if code != exitUnfinished || before >= bigFile {
				t.Fatalf("source killed: got exit code %d, %d bytes verified, want code %d; stderr: %s", code, before, exitUnfinished, &g.talk)
			}
			if !strings.Contains(g.talk.String(), `"code":"unfinished"`) {
				t.Errorf("stderr: got %s, want an error of code unfinished", &g.talk)
			}

			listen, _, _ := strings.Cut(addr, "/p2p/")
			startTest(t, sourceHome, dir, "--listen", listen)
			g = startGet(t, "1", "--home", home)
			p, ok = g.next(t)
			if ok && p.Verified < before {
				t.Errorf("resumed from byte %d, want at least %d", p.Verified, before)
			}
			if _, code := g.finish(t); !ok || code != exitDone {
				t.Fatalf("resumed: got exit code %d, want 0; stderr: %s", code, &g.talk)
			}
			sameFile(t, filepath.Join(home, servent.DownloadsFolder, "big.bin"), filepath.Join(dir, "big.bin"))
		})
	}
}

// TestGetInterrupted presses Ctrl-C in the middle of a download.
func TestGetInterrupted(t *testing.T) {
	sourceHome, dir, source := bigSource(t)
	home := t.TempDir()
	command(t, "search", "big", "--home", home, "--no-discovery", "--connect", source.ready.Addrs[0])
	g := startGet(t, "1", "--home", home)
	p, ok := g.next(t)
	for ok && p.Verified == 0 {
		p, ok = g.next(t)
	}
	if !ok {
		t.Fatalf("no progress, stderr %s", &g.talk)
	}
	if err := g.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _, code := g.finish(t); code != exitInterrupted {
		t.Errorf("interrupted: got exit code %d, want %d", code, exitInterrupted)
	}
	if want := "go on with: servent get " + p.Root; !strings.Contains(g.talk.String(), want) {
		t.Errorf("stderr: got %s, want %q in it", &g.talk, want)
	}
	before := p.Verified
	letGo(t, sourceHome)
	g = startGet(t, p.Root, "--home", home)
	if p, _ := g.next(t); p.Verified < before {
		t.Errorf("went on from byte %d, want at least %d", p.Verified, before)
	}
	if _, code := g.finish(t); code != exitDone {
		t.Fatalf("went on: got exit code %d, want 0; stderr: %s", code, &g.talk)
	}
	sameFile(t, filepath.Join(home, servent.DownloadsFolder, "big.bin"), filepath.Join(dir, "big.bin"))
}

func sameFile(t *testing.T, got, want string) {
	t.Helper()
	gotSum, err := fileSHA256(got)
	if err != nil {
		t.Fatal(err)
	}
	wantSum, err := fileSHA256(want)
	if err != nil {
		t.Fatal(err)
	}
	if gotSum != wantSum {
		t.Errorf("sha256 of %s: got %s, want %s", got, gotSum, wantSum)
	}
}
