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

// TestWholeFileDropUnkept: a process that ends at once leaves nothing behind but
// what was kept.
func TestWholeFileDropUnkept(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"kept", "begun"} {
		f, err := createWhole(filepath.Join(dir, name), false)
		if err != nil {
			t.Fatal(err)
		}
		defer f.drop()
		if name == "kept" {
			if err := f.keep(); err != nil {
				t.Fatal(err)
			}
		}
	}
	dropUnkept()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || left[0].Name() != "kept" {
		t.Errorf("there is %v, %v; want the file that was kept", left, err)
	}
}

// TestOneFile: paths are compared by where they lead.
func TestOneFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("a/b", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", "link"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("a/there", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"x", "./x", true}, {"x", filepath.Join(here, "x"), true}, {"a/x", "link/x", true}, {"a/b/../x", "a/x", true},
		{"a/there", "link/there", true}, {"x", "y", false}, {"a/x", "x", false}, {"a/there", "there", false},
	} {
		if got := oneFile(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: got %t, want %t", c.a, c.b, got, c.want)
		}
	}
}
