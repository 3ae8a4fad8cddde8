package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"servent/servent"
	"servent/servent/api"
)

// terminalTest returns a console that takes its buffer for a terminal.
func terminalTest(color bool) (*console, *bytes.Buffer) {
	var out bytes.Buffer
	return &console{out: &out, err: &screen{w: &out}, outTerminal: true, color: color}, &out
}

var hitsTest = []api.Hit{
	{N: 1, Name: "a\x1b[1A.iso", Names: []string{"a\x1b[1A.iso", "b\t.iso"}, Size: 3 << 20, Root: rootA, Sources: []api.Source{{Hops: 3}, {Hops: 2}}},
	{N: 2, Name: strings.Repeat("long-", 30) + "name.iso", Size: 10, Root: rootB, Sources: []api.Source{{Hops: 1}}},
}

func TestHitsOnATerminal(t *testing.T) {
	con, out := terminalTest(true)
	con.printHits(hitsTest)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 4 {
		t.Fatalf("got %d lines, want a head, two hits and one more name:\n%s", len(lines), out)
	}
	if !strings.HasPrefix(lines[0], "\x1b[1mN") {
		t.Errorf("head: got %q, want it bold", lines[0])
	}
	name := strings.Index(lines[2], "also ")
	if name < 0 || name != strings.Index(lines[1], "a\\u001b") || lines[2][name:] != `also b\u0009.iso` {
		t.Errorf("the second name does not stand below the first:\n%s", out)
	}
	for _, line := range lines[1:] {
		if columns(line) > defaultWidth {
			t.Errorf("%d columns, want at most %d: %s", columns(line), defaultWidth, line)
		}
		if strings.ContainsAny(line, "\x1b\t") {
			t.Errorf("a control character in %q", line)
		}
	}
	if want := "3.0 MiB  2        2     unsigned"; !strings.HasSuffix(lines[1], want) {
		t.Errorf("first hit: got %s, want it to end in %s", lines[1], want)
	}

	con, out = terminalTest(false)
	con.printHits(hitsTest)
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("without colour: got %q", out)
	}
}

func TestHitsInAPipe(t *testing.T) {
	var out bytes.Buffer
	newConsole(&out, &out).printHits(hitsTest[:1])
	want := `1	a\u001b[1A.iso	3145728	2	2	unsigned	` + rootA + `	b\u0009.iso	` + "\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

// TestLastSearchIsPrivate also holds that an update takes the place of its
// hit.
func TestLastSearchIsPrivate(t *testing.T) {
	seen := hitList{at: map[int]int{}}
	for _, hit := range []api.Hit{{N: 1, Name: "a"}, {N: 2, Name: "b"}, {N: 1, Name: "a, again"}} {
		seen.put(hit)
	}
	home := filepath.Join(t.TempDir(), "new")
	if err := saveSearch(home, lastSearch{Words: "x", Hits: seen.hits}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(home, lastSearchFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("mode: got %v, want others kept out", info.Mode())
	}
	last, err := loadSearch(home)
	if err != nil || last.Words != "x" || len(last.Hits) != 2 || last.Hits[0].Name != "a, again" {
		t.Errorf("got %+v, %v", last, err)
	}
	if err := os.WriteFile(filepath.Join(home, lastSearchFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadSearch(home); err == nil || !strings.Contains(err.Error(), "search again") {
		t.Errorf("damaged file: got %v, want an error that says what to do", err)
	}
}

// TestSearchInterrupted presses Ctrl-C when the first hit is there: it can
// still be fetched by its number.
func TestSearchInterrupted(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "seblinux.txt"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	source := startTest(t, t.TempDir(), dir)
	search := exec.Command("servent", "search", "seblinux", "--json", "--home", home, "--no-discovery", "--connect", source.ready.Addrs[0])
	var talk strings.Builder
	search.Stderr = &talk
	out, err := search.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := search.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, `"type":"hit"`) {
		t.Fatalf("got %q, %v, want a hit", line, err)
	}
	if err := search.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(search.Wait()); code != exitInterrupted {
		t.Errorf("exit code: got %d, want %d; stderr: %s", code, exitInterrupted, &talk)
	}
	if !strings.Contains(talk.String(), `"code":"interrupt"`) {
		t.Errorf("stderr: got %s, want an error of code interrupt", &talk)
	}
	command(t, "get", "1", "--home", home, "--no-discovery")
	sameFile(t, filepath.Join(home, servent.DownloadsFolder, "seblinux.txt"), filepath.Join(dir, "seblinux.txt"))
}
