package share

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func openDeposit(t *testing.T, folder string) *Deposit {
	t.Helper()
	d, err := OpenDeposit(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestDepositPut(t *testing.T) {
	dir := t.TempDir()
	d := openDeposit(t, dir)
	if err := d.Put("a/b/x", []byte("one"), false); err != nil {
		t.Fatal(err)
	}
	if err := d.Put("a/b/x", []byte("two"), false); !errors.Is(err, ErrExists) {
		t.Errorf("a file that is there: got %v, want ErrExists", err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "a", "b", "x")); string(got) != "one" {
		t.Errorf("a file that is there became %q", got)
	}
	if err := d.Put("a/b/x", []byte("two"), true); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "a", "b", "x")); string(got) != "two" {
		t.Errorf("a file that was to be replaced: got %q", got)
	}
	if err := d.Put("a", []byte("three"), false); !errors.Is(err, ErrExists) {
		t.Errorf("the name of a folder: got %v, want ErrExists", err)
	}
	if err := d.Put("a/b/x/y", []byte("four"), false); err == nil {
		t.Error("a file was taken for a folder")
	}
	checkNoHidden(t, dir)
}

// TestDepositClose: the names of all folders on the way to a file are made durable,
// and it is said where they cannot be.
func TestDepositClose(t *testing.T) {
	dir := t.TempDir()
	d := openDeposit(t, dir)
	must(t, d.Put("a/b/x", nil, false))
	must(t, d.Put("a/c/x", nil, false))
	for _, folder := range []string{".", "a", "a/b", "a/c"} {
		if !d.dirs[folder] {
			t.Errorf("%q is not to be synced", folder)
		}
	}
	must(t, os.RemoveAll(filepath.Join(dir, "a", "c"))) // nothing to be made durable
	must(t, os.Rename(filepath.Join(dir, "a", "b"), filepath.Join(dir, "b")))
	must(t, os.Symlink(t.TempDir(), filepath.Join(dir, "a", "b")))
	if err := d.Close(); err == nil {
		t.Error("nothing is said of a folder that is another now")
	}
}

// checkNoHidden checks that nothing is left that was being written.
func checkNoHidden(t *testing.T, dir string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left in the folder: %q", left)
	}
}

// A link that leads out of the folder is not followed, be it a folder or a file,
// nor is a path that does.
func TestDepositStaysInItsFolder(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"out": outside, "up": "..", "file": secret} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	d := openDeposit(t, dir)
	for _, place := range []string{"out/x", "up/x", "out/a/x", "../x", "/x"} {
		if err := d.Put(place, []byte("theirs"), true); err == nil {
			t.Errorf("%q was written", place)
		}
	}
	if there, same, _ := d.Holds(t.Context(), "file", digestOf(t, []byte("mine")).root, 4); !there || same {
		t.Errorf("a link: got there %v, same %v, want it there and not looked into", there, same)
	}
	if err := d.Put("file", []byte("theirs"), false); !errors.Is(err, ErrExists) {
		t.Errorf("over a link: got %v, want ErrExists", err)
	}
	if err := d.Put("file", []byte("theirs"), true); !errors.Is(err, ErrExists) {
		t.Errorf("in place of a link: got %v, want ErrExists", err)
	}
	if got, _ := os.ReadFile(secret); string(got) != "mine" {
		t.Errorf("a file outside became %q", got)
	}
	entries, err := os.ReadDir(outside)
	if err != nil || len(entries) != 1 {
		t.Errorf("outside of the folder: got %v, %v, want one file", entries, err)
	}
}

func TestDepositCopy(t *testing.T) {
	dir := t.TempDir()
	d := openDeposit(t, dir)
	data := content(160_000)
	root, size := digestOf(t, data).root, int64(len(data))
	for name, c := range map[string]struct {
		from []byte
		want error
	}{
		"right":   {data, nil},
		"longer":  {append(slices.Clone(data), 'x'), nil},
		"shorter": {data[1:], ErrVerify},
		"changed": {append([]byte("x"), data[1:]...), ErrVerify},
	} {
		err := d.Copy(t.Context(), name, bytes.NewReader(c.from), root, size, false)
		there, same, _ := d.Holds(t.Context(), name, root, size)
		if !errors.Is(err, c.want) || there != (c.want == nil) || same != there {
			t.Errorf("%s: got %v, there %v, same %v, want %v", name, err, there, same, c.want)
		}
	}
	checkNoHidden(t, dir)
}

func TestDepositHolds(t *testing.T) {
	d := openDeposit(t, t.TempDir())
	mine := []byte("mine")
	if err := errors.Join(d.Put("x", mine, false), d.Put("empty", nil, false)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		place       string
		root        Root
		size        int64
		there, same bool
	}{
		{"x", digestOf(t, mine).root, 4, true, true},
		{"x", digestOf(t, []byte("your")).root, 4, true, false},
		{"x", digestOf(t, mine).root, 5, true, false},
		{"y", digestOf(t, mine).root, 4, false, false},
		{"empty", EmptyRoot, 0, true, true},
		{".", EmptyRoot, 0, true, false},
	} {
		there, same, err := d.Holds(t.Context(), c.place, c.root, c.size)
		if there != c.there || same != c.same || err != nil {
			t.Errorf("%s, %d bytes: got there %v, same %v, %v", c.place, c.size, there, same, err)
		}
	}
}

// What was half written when a process was killed goes, what another one writes now
// stays, as does all that is the user's.
func TestDepositTidies(t *testing.T) {
	dir := t.TempDir()
	stale, fresh, mine := filepath.Join(dir, ".servent-1-1.new"), filepath.Join(dir, ".servent-1-2.new"), filepath.Join(dir, ".new")
	for _, name := range []string{stale, fresh, mine} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-2 * staleAfter)
	if err := errors.Join(os.Chtimes(stale, old, old), os.Chtimes(mine, old, old)); err != nil {
		t.Fatal(err)
	}
	openDeposit(t, dir)
	var left []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{".new", ".servent-1-2.new"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("got %q, %v, want %q", left, err, want)
	}
}
