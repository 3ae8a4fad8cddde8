package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"servent/servent/api"
)

// longFile takes long enough to hash that a verb can be stopped in the middle.
// It has no content on disk, so it takes no room there.
const longFile = 64 << 30

// longFolder is a folder to share that takes long to hash.
func longFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, size := range map[string]int64{"a.txt": 5, "long.bin": longFile} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(file, size); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// interruptShare presses Ctrl-C in a verb of share when it hashes, and returns
// what it said.
func interruptShare(t *testing.T, args ...string) string {
	t.Helper()
	verb := exec.Command("servent", append([]string{"share", "--json"}, args...)...)
	var talk strings.Builder
	verb.Stderr = &talk
	out, err := verb.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := verb.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var state api.Hashing
	for state.BytesHashed == 0 && lines.Scan() {
		if err := json.Unmarshal(lines.Bytes(), &state); err != nil || state.Type != api.TypeProgress {
			t.Fatalf("got %q, %v, want a progress", lines.Bytes(), err)
		}
	}
	if state.Left() == 0 || state.Bytes < longFile || state.BytesLeft() == 0 {
		t.Fatalf("got %+v, want it in the middle", state)
	}
	if err := verb.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if code := exitCode(verb.Wait()); code != exitInterrupted {
		t.Errorf("exit code: got %d, want %d; stderr: %s", code, exitInterrupted, &talk)
	}
	if !strings.Contains(talk.String(), `"code":"interrupt"`) {
		t.Errorf("stderr: got %s, want an error of code interrupt", &talk)
	}
	return talk.String()
}

// TestShareInterrupted stops the hashing, for no servent runs that would go on.
func TestShareInterrupted(t *testing.T) {
	home, dir := t.TempDir(), longFolder(t)
	if talk := interruptShare(t, "add", dir, "--home", home); !strings.Contains(talk, "kept") {
		t.Errorf("got %s, want it said that what is hashed is kept", talk)
	}
	if err := os.Remove(filepath.Join(dir, "long.bin")); err != nil {
		t.Fatal(err)
	}
	if got := command(t, "share", "rescan", "--home", home); !strings.HasSuffix(got, "\t1\t5\n") {
		t.Errorf("afterwards: got %q, want the folder shared", got)
	}
}

// TestShareInterruptedBesideAServent stops the waiting alone.
func TestShareInterruptedBesideAServent(t *testing.T) {
	home, dir := t.TempDir(), longFolder(t)
	p := startTest(t, home, t.TempDir())
	if talk := interruptShare(t, "add", dir, "--home", home); !strings.Contains(talk, "the running servent goes on") {
		t.Errorf("got %s, want it said that the servent goes on", talk)
	}
	client, err := api.Dial(home)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	hashed := int64(-1)
	for range 2 { // it goes on
		for before := hashed; hashed <= before; {
			status, err := client.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if status.Library.Progress == nil {
				t.Fatalf("library: got %+v, want it to hash", status.Library)
			}
			hashed = status.Library.Progress.BytesHashed
		}
	}
	out, err := exec.Command("servent", "share", "list", "--home", home).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "still being hashed") {
		t.Errorf("share list: got %s, %v", out, err)
	}
	if err := p.interrupt(); err != nil { // in the middle of the hashing
		t.Error(err)
	}
}

// TestUpTellsOfADamagedCatalogue says so once, and what becomes of the files.
func TestUpTellsOfADamagedCatalogue(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, "share", "add", dir, "--home", home)
	if err := os.WriteFile(filepath.Join(home, "catalog.db"), []byte("no catalogue"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startTest(t, home, dir)
	if err := p.interrupt(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the catalogue of the shared files is damaged", "catalog.db.broken-1; known still: 1 shared folder", "hashed again"} {
		if strings.Count(p.talk.String(), want) != 1 {
			t.Errorf("stderr: got %s, want %q in it once", &p.talk, want)
		}
	}
}
