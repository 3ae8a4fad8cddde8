package share

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// aCatalog returns the bytes of a catalogue of a few hundred files in one shared
// folder, some tagged, and the folder.
func aCatalog(t testing.TB) (catalog []byte, folder string) {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	makeFiles(t, folder, 300)
	must(t, os.WriteFile(filepath.Join(folder, "big.bin"), content(200_000), 0o644))
	path := filepath.Join(t.TempDir(), "catalog.db")
	c, err := Open(CollectionConfig{Catalog: path})
	must(t, err)
	must(t, c.AddFolder(folder))
	must(t, c.Rescan(t.Context()))
	_, err = c.TagAll(t.Context(), []string{filepath.Join(folder, "big.bin"), filepath.Join(folder, "Folder 0000", "File 000007 of a hundred.txt")}, "SEBLINUX", "two words")
	must(t, err)
	must(t, c.Close())
	catalog, err = os.ReadFile(path)
	must(t, err)
	return catalog, folder
}

// TestDamage: whatever has become of the catalogue's bytes, it opens; nothing
// false is offered; and folders and tags are there if their copy is.
func TestDamage(t *testing.T) {
	t.Parallel()
	whole, folder := aCatalog(t)
	for name, damage := range map[string]func(b []byte) []byte{
		"empty":            func([]byte) []byte { return nil },
		"short":            func([]byte) []byte { return []byte("short") },
		"garbage":          func([]byte) []byte { return content(50_000) },
		"zeros":            func(b []byte) []byte { return make([]byte, len(b)) },
		"first page":       func(b []byte) []byte { return append([]byte("damaged"), b[7:]...) },
		"both first pages": func(b []byte) []byte { clear(b[:8192]); return b },
		"cut in half":      func(b []byte) []byte { return b[:len(b)/2] },
		"a page of zeros": func(b []byte) []byte {
			at := bytes.Index(b, []byte("File 000150")) / 4096 * 4096
			clear(b[at : at+4096])
			return b
		},
		"later version": func(b []byte) []byte {
			b[16+4], b[4096+16+4] = 3, 3
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newDamaged(t, damage(bytes.Clone(whole)), folder)
			if r, mended := h.Repair(); name != "first page" {
				if !mended || r.Cause == nil || r.Folders != 1 || r.Tags != 2 {
					t.Errorf("repair %+v, %v", r, mended)
				}
				if _, err := os.Stat(r.SetAside); err != nil {
					t.Error(err)
				}
			}
			h.rescan()
			h.wantTrue()
			h.wantFound("seblinux", 2)
			h.wantFound("hundred", 100)
			h.restart()
			if _, mended := h.Repair(); mended {
				t.Error("it is mended twice")
			}
			if got := h.rescan(); got != 0 {
				t.Errorf("%d bytes hashed again after the repair", got)
			}
		})
	}
}

// newDamaged opens a catalogue of the bytes, beside a copy of folders and tags.
func newDamaged(t *testing.T, b []byte, folder string) *household {
	t.Helper()
	h := &household{t: t, folder: folder, cfg: CollectionConfig{Catalog: filepath.Join(t.TempDir(), "catalog.db")}}
	tags := map[Root][]string{}
	for _, text := range [][]byte{content(200_000), []byte("file 7")} {
		tags[digestOf(t, text).root] = []string{"SEBLINUX", "two words"}
	}
	must(t, keepsake{[]string{folder}, tags}.write(h.cfg.Catalog+keepsakeSuffix))
	must(t, os.WriteFile(h.cfg.Catalog, b, 0o600))
	h.open()
	t.Cleanup(func() { h.Close() })
	return h
}

// TestDamageAnywhere flips a byte, or cuts the file off, in many places.
func TestDamageAnywhere(t *testing.T) {
	t.Parallel()
	whole, folder := aCatalog(t)
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "catalog.db")
	mended := 0
	for i := range 150 {
		b := bytes.Clone(whole)
		what := ""
		switch at := random.IntN(len(b)); i % 3 {
		case 0:
			b[at] ^= byte(1 + random.IntN(255))
			what = fmt.Sprintf("byte %d is %x", at, b[at])
		case 1: // where the structure is: at the beginning of a page
			at = at/4096*4096 + random.IntN(64)
			b[at] ^= byte(1 + random.IntN(255))
			what = fmt.Sprintf("byte %d is %x", at, b[at])
		case 2:
			b = b[:at]
			what = fmt.Sprintf("cut off at %d", at)
		}
		os.RemoveAll(path + keepsakeSuffix)
		must(t, os.WriteFile(path, b, 0o600))
		c, err := Open(CollectionConfig{Catalog: path})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if _, ok := c.Repair(); ok {
			mended++
		}
		for at, k := range c.catalog.records {
			if r, ok := decodeRecord(k.encode()); !ok || r != k.record {
				t.Fatalf("%s: %s", what, at)
			}
		}
		if err := c.catalog.update(nothing); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if i%25 == 0 {
			h := &household{t: t, folder: folder, Collection: c}
			h.rescan()
			h.wantTrue()
		}
		must(t, c.Close())
	}
	if mended < 50 {
		t.Errorf("%d of 150 damaged catalogues were mended, the cut ones alone are 50", mended)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if n := len(entries); n > 3+keptBroken {
		t.Errorf("%d files lie about: %v", n, entries)
	}
}

// TestSalvage: without the copy, what is readable of a damaged catalogue is
// kept, records of files too.
func TestSalvage(t *testing.T) {
	whole, folder := aCatalog(t)
	path := filepath.Join(t.TempDir(), "catalog.db")
	// The page that holds the bucket of files is one of many; damage the one with
	// the record of a file in the middle.
	at := bytes.Index(whole, []byte("File 000150"))
	b := bytes.Clone(whole)
	b[at/4096*4096+8] = 0x77 // its flags
	must(t, os.WriteFile(path, b, 0o600))
	h := &household{t: t, folder: folder, cfg: CollectionConfig{Catalog: path}}
	h.open()
	defer h.Close()
	r, mended := h.Repair()
	if !mended || r.Folders != 1 || r.Tags != 2 {
		t.Fatalf("repair %+v, %v", r, mended)
	}
	if got := h.rescan(); got == 0 || got > 2000 {
		t.Errorf("%d bytes hashed, want those of a page of records", got)
	}
	h.wantFound("seblinux", 2)
	h.wantTrue()
}

// TestCatalogGone: what was set aside may have had no successor when its process
// was killed.
func TestCatalogGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	folder := t.TempDir()
	open := func(mended bool) *Collection {
		c, err := Open(CollectionConfig{Catalog: path})
		must(t, err)
		if r, got := c.Repair(); got != mended || got && (r.SetAside != "" || r.Folders != 1) {
			t.Errorf("repair %+v, %v, want %v", r, got, mended)
		}
		return c
	}
	c := open(false)
	must(t, c.AddFolder(folder))
	must(t, c.Close())
	must(t, os.Remove(path))
	c = open(true)
	if got := c.Folders(); len(got) != 1 {
		t.Errorf("folders %q, want the one of before", got)
	}
	must(t, c.RemoveFolder(folder))
	must(t, c.Close())
	must(t, os.Remove(path))
	must(t, open(false).Close()) // nothing is to be remembered
}

// TestCatalogInTheWay: what is no file, or must not be read.
func TestCatalogInTheWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	must(t, os.MkdirAll(filepath.Join(path, "sub"), 0o755))
	c, err := Open(CollectionConfig{Catalog: path})
	must(t, err)
	if r, mended := c.Repair(); !mended || !strings.HasSuffix(r.SetAside, ".broken-1") {
		t.Errorf("repair %+v, %v", r, mended)
	}
	must(t, c.Close())

	must(t, os.Chmod(path, 0))
	if f, err := os.Open(path); err == nil { // root may read all
		f.Close()
		return
	}
	if _, err := Open(CollectionConfig{Catalog: path}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a catalogue that must not be read: %v", err)
	}
}

// TestTruncatedWhileOpen: a file that is cut off under a running servent ends
// neither the process nor what it offers.
func TestTruncatedWhileOpen(t *testing.T) {
	h := newHousehold(t)
	data := content(300_000)
	h.write("big.bin", string(data))
	h.rescan()
	must(t, os.Truncate(h.cfg.Catalog, 4096))
	f, ok := h.Library().ByRoot(digestOf(t, data).root)
	if !ok {
		t.Fatal("not offered")
	}
	if _, err := f.pieceLayer(); !errors.Is(err, errAbandoned) {
		t.Errorf("the piece layer from a file that was cut off: %v", err)
	}
	h.write("new.txt", "new")
	if err := h.Rescan(t.Context()); !errors.Is(err, errAbandoned) {
		t.Errorf("rescan: %v", err)
	}
	h.wantFound("new", 1) // though it cannot be kept
	if err := h.Close(); err == nil {
		t.Error("closed as if nothing was")
	}
	h.open()
	if _, mended := h.Repair(); !mended {
		t.Error("it is not mended at the next start")
	}
	h.rescan()
	h.want("big.bin", "new.txt")
}

func TestKeepsake(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keep")
	want := keepsake{[]string{"/a b", "/c\n\"d\xff"}, map[Root][]string{{1}: {"SEBLINUX", "two \" words"}, {2}: {"x"}}}
	must(t, want.write(path))
	check := func(folders, tags int) {
		t.Helper()
		got := readKeepsake(path)
		if len(got.folders) != folders || len(got.tags) != tags {
			t.Errorf("read %+v, want %d folders and %d tags", got, folders, tags)
		}
		for _, folder := range got.folders {
			if !slices.Contains(want.folders, folder) {
				t.Errorf("folder %q", folder)
			}
		}
		for root, tags := range got.tags {
			if !slices.Equal(tags, want.tags[root]) {
				t.Errorf("tags %q", tags)
			}
		}
	}
	check(2, 2)
	b, err := os.ReadFile(path)
	must(t, err)
	b[15] ^= 1 // in the first line
	must(t, os.WriteFile(path, b, 0o600))
	check(1, 2)
	os.Remove(path)
	check(0, 0)
}

// FuzzReadBolt: reading what should be a database never panics, and comes to an end.
func FuzzReadBolt(f *testing.F) {
	whole, _ := aCatalog(f)
	f.Add(whole[:4*4096], 100, byte(1))
	f.Add(whole, 3*4096+8, byte(0xff))
	f.Fuzz(func(t *testing.T, b []byte, at int, flip byte) {
		b = bytes.Clone(b)
		if at >= 0 && at < len(b) {
			b[at] ^= flip
		}
		visited := 0
		_ = readBolt(bytes.NewReader(b), int64(len(b)), func(_ string, key, value []byte) { visited += len(key) + len(value) })
		if visited > len(b) {
			t.Errorf("%d bytes read of %d", visited, len(b))
		}
	})
}

func nothing(*bbolt.Tx) error { return nil }

// TestRepairCutShort: folders and tags survive a repair that was ended, by
// kill -9 or for want of room, at whatever point.
func TestRepairCutShort(t *testing.T) {
	folder := t.TempDir()
	root := Root{1}
	kept := keepsake{[]string{folder}, map[Root][]string{root: {"SEBLINUX"}}}
	path := filepath.Join(t.TempDir(), "catalog.db")
	fresh := func() {
		db, err := bbolt.Open(path, 0o600, nil)
		must(t, err)
		must(t, db.Close())
	}
	for name, leave := range map[string]func(){
		"set aside":    func() {},
		"made, empty":  func() { must(t, os.WriteFile(path, nil, 0o600)) },
		"made, whole":  fresh,
		"cut off anew": func() { fresh(); must(t, os.Truncate(path, 5000)) },
	} {
		os.Remove(path)
		must(t, kept.write(path+keepsakeSuffix))
		leave()
		for range 2 { // and they stay
			c, err := Open(CollectionConfig{Catalog: path})
			must(t, err)
			if !slices.Equal(c.Folders(), kept.folders) || !slices.Equal(c.catalog.tags(root), kept.tags[root]) {
				t.Errorf("%s: folders %q, tags %q", name, c.Folders(), c.catalog.tags(root))
			}
			must(t, c.Close())
			must(t, os.Remove(path+keepsakeSuffix))
		}
	}
}

// TestNoKeepsake: where the copy of folders and tags cannot be written, what
// was asked for holds all the same, and the copy is written when it can be.
func TestNoKeepsake(t *testing.T) {
	h := newHousehold(t)
	path := h.write("a.txt", "alpha")
	at := h.cfg.Catalog + keepsakeSuffix
	must(t, os.Remove(at))
	must(t, os.MkdirAll(filepath.Join(at, "in the way"), 0o700))
	other := t.TempDir()
	must(t, h.AddFolder(other))
	if _, err := h.Tag(t.Context(), path, "SEBLINUX"); err == nil {
		t.Error("nothing is said of it")
	}
	if got := len(h.Folders()); got != 2 {
		t.Errorf("%d folders, want 2", got)
	}
	must(t, os.RemoveAll(at))
	must(t, h.catalog.save())
	if k := readKeepsake(at); len(k.folders) != 2 {
		t.Errorf("kept: %+v", k)
	}
}

// TestKept: folders and tags are told while somebody has the catalogue open.
func TestKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	if folders, tags := Kept(path); len(folders)+len(tags) > 0 {
		t.Errorf("without a file: got %q and %q, want nothing", folders, tags)
	}
	kept := keepsake{[]string{"/a", "/b c"}, map[Root][]string{{1}: {"SEBLINUX", "x\ny"}, {2}: {"SEBLINUX"}}}
	must(t, kept.write(path+keepsakeSuffix))
	folders, tags := Kept(path)
	if !slices.Equal(folders, kept.folders) || !slices.Equal(tags, []string{"SEBLINUX", "x\ny"}) {
		t.Errorf("got %q and %q, want %q and each tag once", folders, tags, kept.folders)
	}
}
