package servent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// throwAwayLike makes a folder like a throw-away home.
func throwAwayLike(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, PartialFolder), privateFolder); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{lockFile, catalogFile, filepath.Join(PartialFolder, "x")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), privateFile); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What killed servents left is removed by the next one, and nothing else is.
func TestThrowAwaySweep(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	here := func(name string) string { return filepath.Join(temp, name) }
	dead := []string{throwAwayLike(t, here("servent-123")), throwAwayLike(t, here("servent-4"))}
	left := []string{
		throwAwayLike(t, here("servent-12x")), throwAwayLike(t, here("servent-")), throwAwayLike(t, here("other-12")), throwAwayLike(t, here("kept")),
		throwAwayLike(t, here("servent-1")), throwAwayLike(t, here("servent-2")), throwAwayLike(t, here("servent-3")), here("servent-5"), here("servent-6"),
	}
	alive, err := lockHome(here("servent-1"))
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	must(err)
	defer alive.Unlock()
	must(os.Remove(here("servent-2/" + lockFile))) // it is being made
	must(os.Chmod(here("servent-3"), 0o755))       // others can have put things there
	must(os.Symlink(here("kept"), here("servent-5")))
	must(os.Mkdir(here("servent-6"), privateFolder))
	must(os.Symlink(here("kept/"+lockFile), here("servent-6/"+lockFile)))

	sweepThrowAways(temp)
	for _, dir := range dead {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", dir, err)
		}
	}
	for _, dir := range left {
		if _, err := os.Lstat(dir); err != nil {
			t.Errorf("%s is gone: %v", dir, err)
		}
	}
	for _, file := range []string{"servent-1/" + catalogFile, "servent-2/" + catalogFile, "servent-3/" + catalogFile, "kept/" + lockFile, "kept/partial/x"} {
		if _, err := os.Lstat(here(file)); err != nil {
			t.Errorf("%s is gone: %v", file, err)
		}
	}
}

// A start removes the home of one that was killed, and not that of one that runs.
func TestThrowAwayOfAKilledServent(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("TMP", os.Getenv("TMPDIR")) // on Windows
	var homes []*home
	for range 2 {
		h, err := openHome("")
		if err != nil {
			t.Fatal(err)
		}
		homes = append(homes, h)
	}
	if err := homes[0].lock.Unlock(); err != nil { // as the end of a process does
		t.Fatal(err)
	}
	last, err := openHome("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(homes[0].dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the home of a killed servent is left: %v", err)
	}
	for _, h := range []*home{homes[1], last} {
		if _, err := os.Stat(h.path(lockFile)); err != nil {
			t.Errorf("of one that runs: %v", err)
		}
		if err := h.close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
