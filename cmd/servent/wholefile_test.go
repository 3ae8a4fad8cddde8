package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWholeFile: a file has its name once it is whole, and replaces what it is
// told to.
func TestWholeFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rows.csv")
	write := func(text string, overwrite, keep bool) error {
		f, err := createWhole(path, overwrite)
		if err != nil {
			return err
		}
		defer f.drop()
		if _, err := f.WriteString(text); err != nil || !keep {
			return err
		}
		return f.keep()
	}
	has := func(want string) {
		t.Helper()
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	if err := write("half", false, false); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("dropped, and there is %v, %v", left, err)
	}
	if err := write("one", false, true); err != nil {
		t.Fatal(err)
	}
	has("one")
	if err := write("two", false, true); err == nil || !strings.Contains(err.Error(), "--overwrite") {
		t.Errorf("a file that is there: got error %v, want one that names --overwrite", err)
	}
	has("one")
	if err := write("two", true, false); err != nil {
		t.Fatal(err)
	}
	has("one")
	if err := write("two", true, true); err != nil {
		t.Fatal(err)
	}
	has("two")
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("there is %v, %v; want one file", left, err)
	}
}

// TestWholeFileTargets that cannot be files.
func TestWholeFileTargets(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir:                               "is no file",
		link:                              "is no file",
		filepath.Join(dir, "none", "a.x"): "there is no folder",
	} {
		if _, err := createWhole(path, true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", path, err, want)
		}
	}
}
