package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestLabFilesStay: who goes away while the rows are printed, as "| head -1",
// has all files, and nothing else is left.
func TestLabFilesStay(t *testing.T) {
	t.Parallel()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	defer write.Close()
	dir := t.TempDir()
	cmd := exec.Command("servent", "lab", "--topology", "ring:12", "--csv", "a.csv", "--plot", "a.svg", "--trace", "a.trace")
	cmd.Env = append(os.Environ(), "SERVENT_HOME="+t.TempDir())
	cmd.Dir, cmd.Stdout = dir, write
	if err := cmd.Run(); err == nil {
		t.Fatal("it ended well, want a broken pipe")
	}
	for _, path := range []string{"a.csv", "a.svg", "a.trace"} {
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	var got []string
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if err != nil || len(got) != 3 {
		t.Errorf("there is %v, %v; want three files", got, err)
	}
}
