package share

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// must fails the test for an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tells reports whether the file system at the folder says when a file was
// made: where it does not, a file that was renamed is hashed again.
func tells(folder string) bool {
	_, ok := bornAt(folder)
	return ok && !makesUpNumbers(folder)
}

// TestKnownAgain: what is done to files that were hashed, and how many bytes
// are hashed for it.
func TestKnownAgain(t *testing.T) {
	t.Parallel()
	old := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
	for _, test := range []struct {
		name string
		do   func(h *household, at func(string) string)
		want int64    // bytes
		left []string // what is shared then
	}{
		{"nothing", func(*household, func(string) string) {}, 0, []string{"sub/a", "sub/b"}},
		{"renamed", func(h *household, at func(string) string) {
			must(h.t, os.Rename(at("sub/a"), at("sub/c")))
		}, 0, []string{"sub/b", "sub/c"}},
		{"swapped", func(h *household, at func(string) string) {
			must(h.t, os.Rename(at("sub/a"), at("c")))
			must(h.t, os.Rename(at("sub/b"), at("sub/a")))
			must(h.t, os.Rename(at("c"), at("sub/b")))
		}, 0, []string{"sub/a", "sub/b"}},
		{"folder renamed", func(h *household, at func(string) string) {
			must(h.t, os.Rename(at("sub"), at("dir")))
		}, 0, []string{"dir/a", "dir/b"}},
		{"linked", func(h *household, at func(string) string) {
			must(h.t, os.Link(at("sub/a"), at("link")))
			must(h.t, os.Link(at("sub/a"), at("other")))
		}, 0, []string{"link", "other", "sub/a", "sub/b"}},
		{"copied over with its time", func(h *household, at func(string) string) {
			must(h.t, os.WriteFile(at("sub/a"), []byte("ALPHA"), 0o644))
			must(h.t, os.Chtimes(at("sub/a"), old, old))
		}, 5, []string{"sub/a", "sub/b"}},
		{"another file of its size, time and maybe inode", func(h *household, at func(string) string) {
			must(h.t, os.Remove(at("sub/a")))
			must(h.t, os.WriteFile(at("sub/c"), []byte("ALPHA"), 0o644))
			must(h.t, os.Chtimes(at("sub/c"), old, old))
		}, 5, []string{"sub/b", "sub/c"}},
		{"other rights", func(h *household, at func(string) string) {
			must(h.t, os.Chmod(at("sub/a"), 0o600))
		}, 5, []string{"sub/a", "sub/b"}}, // rather than believe a time that was set back
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHousehold(t)
			at := func(below string) string { return filepath.Join(h.folder, below) }
			for name, text := range map[string]string{"sub/a": "alpha", "sub/b": "gamma"} {
				must(t, os.Chtimes(h.write(name, text), old, old))
			}
			h.rescan()
			test.do(h, at)
			h.restart()
			if got := h.rescan(); got != test.want && tells(h.folder) {
				t.Errorf("%d bytes hashed, want %d", got, test.want)
			}
			h.want(test.left...)
			h.wantTrue()
			if got := h.rescan(); got != 0 {
				t.Errorf("then %d bytes hashed again", got)
			}
		})
	}
}

// wantTrue fails unless each file is offered under the root of what it holds.
func (h *household) wantTrue() {
	h.t.Helper()
	for _, lie := range h.lies() {
		h.t.Error(lie)
	}
}

// lies returns the files that are offered as what they are not.
func (h *household) lies() (lies []string) {
	for f := range h.Library().Files() {
		b, err := os.ReadFile(f.Location())
		if err != nil {
			lies = append(lies, err.Error())
			continue
		}
		if d := digestOf(h.t, b); d.root != f.Root || d.sha1 != f.SHA1 || d.size != f.Size {
			lies = append(lies, fmt.Sprintf("%s is offered as %s, and is %s", f.Location(), f.Root, d.root))
		}
	}
	return lies
}

// TestMovedFolder: a file that moves to another shared folder.
func TestMovedFolder(t *testing.T) {
	h := newHousehold(t)
	other, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, h.AddFolder(other))
	a := h.write("a.txt", "alpha")
	h.rescan()
	must(t, os.Rename(a, filepath.Join(other, "b.txt")))
	if got := h.rescan(); got != 0 && tells(other) {
		t.Errorf("%d bytes hashed, want none", got)
	}
	h.want("b.txt")
	h.wantTrue()
}

// TestOtherDevice: a disk that comes back under another number hashes nothing,
// at its old place and at a new one.
func TestOtherDevice(t *testing.T) {
	c := &catalog{records: map[string]*known{}, inodes: map[uint64]*known{}, users: map[Root]int{}, unsaved: newChanges()}
	id := identity{size: 5, modified: 7, changed: 8, inode: 9, device: 10, links: 1}
	c.add("/disk/a", id, digest{size: 5, root: Root{1}})
	id.device = 11
	for path, want := range map[string]finding{"/disk/a": knownNow, "/mnt/a": knownBy} {
		if r, _, f := c.find(path, id); f != want || r.root != (Root{1}) {
			t.Errorf("%s on another device: %v, %v", path, r.root, f)
		}
	}
	id.changed++
	id.device = 12
	if _, _, f := c.find("/mnt/a", id); f != unknown {
		t.Error("a file that was touched since is known at another place of another device")
	}
}

// TestRest: no file is read in the tick in which it may be written to again.
func TestRest(t *testing.T) {
	now := time.Unix(1_000_000_000, 5_000_000)
	for _, test := range []struct {
		id   identity
		want time.Duration // from now
	}{
		{identity{changed: now.UnixNano()}, fineTick},
		{identity{changed: now.Add(-time.Minute).UnixNano()}, fineTick - time.Minute},
		{identity{modified: now.Truncate(time.Second).UnixNano()}, coarseTick - 5*time.Millisecond},
		{identity{modified: now.Add(-time.Hour).UnixNano(), changed: now.UnixNano()}, fineTick}, // the time of modification can be set
		{identity{modified: now.Add(time.Hour).UnixNano()}, 0},
	} {
		if got := test.id.restedAt(now).Sub(now); got != test.want {
			t.Errorf("%+v rests after %v, want %v", test.id, got, test.want)
		}
	}
}

func TestRecord(t *testing.T) {
	r := record{identity{1, -2, 3, 4, 5, 6}, [20]byte{7}, Root{8}}
	b := r.encode()
	if got, ok := decodeRecord(b); !ok || got != r {
		t.Errorf("decoded %+v, %v; want %+v", got, ok, r)
	}
	for i := range b {
		b[i] ^= 0x10
		if _, ok := decodeRecord(b); ok {
			t.Errorf("a record with byte %d damaged is believed", i)
		}
		b[i] ^= 0x10
	}
	if _, ok := decodeRecord(b[:len(b)-1]); ok {
		t.Error("a record that is cut off is believed")
	}
	v1 := append(append(append([]byte{1}, b[1:17]...), b[25:41]...), b[45:97]...)
	r.changed, r.links = 0, 0
	if got, ok := decodeRecord(v1); !ok || got != r {
		t.Errorf("version 1 decoded as %+v, %v; want %+v", got, ok, r)
	}
}
