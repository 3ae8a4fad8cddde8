package share

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// TestPartialAfterKill: what a process leaves behind that ends without a word
// is believed as far as it was committed.
func TestPartialAfterKill(t *testing.T) {
	data := content(4 * 65536)
	g := geometryOf(int64(len(data)))
	path := partialPath(t.TempDir(), Root{1})
	p, err := openPartial(path, g)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	write := func(i int, after time.Duration) {
		if _, err := p.data.WriteAt(data[i*65536:(i+1)*65536], int64(i*65536)); err != nil {
			t.Fatal(err)
		}
		p.verified[i] = true
		p.saveIfDue(p.saved.Add(after), 65536)
	}
	write(2, 0)
	write(0, commitInterval)
	if p.saving == nil {
		t.Fatalf("no save is begun %v after the last", commitInterval)
	}
	if err := p.await(); err != nil {
		t.Fatal(err)
	}
	write(3, commitInterval-time.Millisecond)
	if p.saving != nil {
		t.Fatalf("a save is begun before %v are over", commitInterval)
	}

	left := partialPath(t.TempDir(), Root{1}) // the disk as it is now
	for _, suffix := range []string{partialSuffix, recordSuffix} {
		b, err := os.ReadFile(strings.TrimSuffix(path, partialSuffix) + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(strings.TrimSuffix(left, partialSuffix)+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	q, err := openPartial(left, g)
	if err != nil {
		t.Fatal(err)
	}
	if want := []bool{true, false, true, false}; !slices.Equal(q.verified, want) {
		t.Errorf("verified after the end: %v, want %v", q.verified, want)
	}
	if err := q.close(); err != nil {
		t.Fatal(err)
	}
	if _, err = openPartial(left, geometryOf(g.size-1)); !errors.Is(err, ErrVerify) { // as a lying hit has it
		t.Errorf("with another size: %v, want ErrVerify", err)
	}
	if q, err = openPartial(left, g); err != nil {
		t.Fatal(err)
	}
	if want := []bool{true, false, true, false}; !slices.Equal(q.verified, want) {
		t.Errorf("verified after it was opened with another size: %v, want %v", q.verified, want)
	}
	q.close()
}

// TestStaleRecord: what a record says of bytes that are gone is not believed
// later either, when the file has grown over their places.
func TestStaleRecord(t *testing.T) {
	data := content(4 * 65536)
	g := geometryOf(int64(len(data)))
	path := partialPath(t.TempDir(), Root{1})
	open := func() *partial {
		t.Helper()
		p, err := openPartial(path, g)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := open()
	if _, err := p.data.WriteAt(data, 0); err != nil {
		t.Fatal(err)
	}
	p.verified, p.unsaved = []bool{true, true, true, true}, g.size
	if err := errors.Join(p.commit(), p.close()); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 65536); err != nil {
		t.Fatal(err)
	}
	p = open()
	if _, err := p.data.WriteAt(data[3*65536:], 3*65536); err != nil { // and the process is killed
		t.Fatal(err)
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	p = open()
	defer p.close()
	if want := []bool{true, false, false, false}; !slices.Equal(p.verified, want) {
		t.Errorf("verified after the file was cut and grew: %v, want %v", p.verified, want)
	}
}

// TestDamagedRecord: a record that was cut off, wherever, proves what it still
// proves or nothing, and ends no process.
func TestDamagedRecord(t *testing.T) {
	path := partialPath(t.TempDir(), Root{1})
	recordPath := strings.TrimSuffix(path, partialSuffix) + recordSuffix
	g := geometryOf(4 * 65536)
	p, err := openPartial(path, g)
	if err != nil {
		t.Fatal(err)
	}
	p.verified[0], p.unsaved = true, 65536
	if err := errors.Join(p.data.(*os.File).Truncate(g.size), p.commit(), p.close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(recordPath)
	if err != nil {
		t.Fatal(err)
	}
	for size := 0; size <= len(whole); size += 1024 {
		if err := os.WriteFile(recordPath, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := openPartial(path, g)
		if err != nil {
			t.Fatalf("cut to %d bytes: %v", size, err)
		}
		if size == len(whole) && !p.verified[0] || slices.Contains(p.verified[1:], true) {
			t.Errorf("cut to %d bytes of %d it proves %v", size, len(whole), p.verified)
		}
		p.verified[0] = true // so that close keeps the files
		if err := p.close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMoveLeftHalf: a run that ended after it linked the file and before it
// removed the partial one is brought to its end by the next.
func TestMoveLeftHalf(t *testing.T) {
	dir := t.TempDir()
	path, dest := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(path, dest); err != nil {
		t.Fatal(err)
	}
	if err := moveInto(t.Context(), path, dest, false); err != nil {
		t.Errorf("moveInto: %v", err)
	}
	wantFile(t, dest, []byte("x"))
	wantNoFile(t, path)
}

// TestMoveByCopy: to another file system the bytes go under a hidden name first,
// which a run that was killed leaves no more than once. Where the move is broken off
// all is as it was.
func TestMoveByCopy(t *testing.T) {
	over, stop := context.WithCancel(t.Context())
	stop()
	path := filepath.Join(t.TempDir(), "a")
	must(t, os.WriteFile(path, []byte("x"), 0o640))
	list := func(dir string) (names []string) {
		entries, err := os.ReadDir(dir)
		must(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	dest := filepath.Join(t.TempDir(), "b")
	if err := moveByCopy(over, path, dest, false); !errors.Is(err, context.Canceled) || len(list(filepath.Dir(dest))) > 0 {
		t.Errorf("broken off: %v, it leaves %q", err, list(filepath.Dir(dest)))
	}
	must(t, os.WriteFile(hiddenBeside(path, dest), []byte("half of"), 0o600)) // as a kill does
	must(t, moveByCopy(t.Context(), path, dest, false))
	wantFile(t, dest, []byte("x"))
	wantNoFile(t, path)
	if names := list(filepath.Dir(dest)); len(names) != 1 {
		t.Errorf("in the folder: %q", names)
	}

	if err := reserveAndRename(dest, dest+"2"); err != nil {
		t.Errorf("without links: %v", err)
	}
	wantFile(t, dest+"2", []byte("x"))
	if err := reserveAndRename(path, dest+"2"); err == nil {
		t.Error("onto another file system, without links")
	}
	must(t, os.WriteFile(dest, nil, 0o600))
	if err := reserveAndRename(dest, dest+"2"); err != ErrExists {
		t.Errorf("onto a file: %v, want ErrExists", err)
	}
}

// TestPartsByCopy: likewise a folder.
func TestPartsByCopy(t *testing.T) {
	path, dest := filepath.Join(t.TempDir(), "x"+partsSuffix), filepath.Join(t.TempDir(), "x")
	p, err := openParts(path, []SwarmFile{{Path: "a/b/c", Size: 3}, {Path: "d", Offset: 3, Size: 2}})
	must(t, err)
	defer p.Close()
	_, err = p.WriteAt([]byte("abcde"), 0)
	must(t, err)
	must(t, os.MkdirAll(filepath.Join(hiddenBeside(path, dest), "half"), 0o700)) // as a kill leaves it
	over, stop := context.WithCancel(t.Context())
	stop()
	if err := p.finishByCopy(over, path, dest); !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %v", err)
	}
	must(t, p.finishByCopy(t.Context(), path, dest))
	wantFile(t, filepath.Join(dest, "a", "b", "c"), []byte("abc"))
	wantFile(t, filepath.Join(dest, "d"), []byte("de"))
	wantNoFile(t, path)
	wantNoFile(t, filepath.Join(dest, "half"))
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dest), ".*")); len(left) > 0 {
		t.Errorf("left beside it: %q", left)
	}
}

// TestOpenFails: a partial file that cannot be opened once is there the next time
// with all that was verified of it.
func TestOpenFails(t *testing.T) {
	path := partialPath(t.TempDir(), Root{1})
	g := geometryOf(4 * 65536)
	p, err := openPartial(path, g)
	must(t, err)
	_, err = p.data.WriteAt(content(int(g.size)), 0)
	must(t, err)
	p.verified, p.unsaved = []bool{true, false, true, true}, g.size
	must(t, errors.Join(p.commit(), p.close()))

	aside := path + ".aside"
	must(t, os.Rename(path, aside))
	must(t, os.Mkdir(path, 0o700)) // no system opens that to write
	must(t, os.Rename(aside, filepath.Join(path, "file")))
	if _, err := openPartial(path, g); err == nil {
		t.Fatal("a folder was opened as a partial file")
	}
	must(t, os.Rename(filepath.Join(path, "file"), aside))
	must(t, os.Remove(path))
	must(t, os.Rename(aside, path))
	p, err = openPartial(path, g)
	must(t, err)
	defer p.close()
	if want := []bool{true, false, true, true}; !slices.Equal(p.verified, want) {
		t.Errorf("verified after an open that failed: %v, want %v", p.verified, want)
	}
}

// TestOpenWhileOneEnds: who opens a partial file while another download of it ends
// has one of its own, with a record that nobody removes, or is told to wait.
func TestOpenWhileOneEnds(t *testing.T) {
	g := geometryOf(65536)
	for name, end := range map[string]func(p *partial) error{
		"finished": func(p *partial) error { return p.finish(t.Context(), p.path+".done", false) },
		"given up": func(p *partial) error { return p.close() },
		"cancelled": func(p *partial) error {
			return errors.Join(p.letGo(), removeUnfinished(strings.TrimSuffix(p.path, partialSuffix)))
		},
	} {
		for range 10 {
			path := partialPath(t.TempDir(), Root{1})
			first, err := openPartial(path, g)
			must(t, err)
			var second *partial
			begun, opened := make(chan bool), make(chan error)
			go func() {
				close(begun)
				var err error
				second, err = openPartial(path, g)
				opened <- err
			}()
			<-begun
			if err := end(first); err != nil && !errors.Is(err, ErrBusy) {
				t.Errorf("%s: %v", name, err)
			}
			first.letGo()
			if err := <-opened; errors.Is(err, ErrBusy) {
				continue
			} else if err != nil {
				t.Fatalf("%s while another waits for it: %v", name, err)
			}
			if _, err := openPartial(path, g); !errors.Is(err, ErrBusy) {
				t.Errorf("%s: a third one gets %v beside the second, want ErrBusy", name, err)
			}
			must(t, second.close())
		}
	}
}

// A watchedStore notes which pieces are on record when its bytes are made durable.
type watchedStore struct {
	store
	synced func() error
}

func (s watchedStore) Sync() error { return errors.Join(s.synced(), s.store.Sync()) }

// TestRecordAfterSync: a piece is recorded after its bytes are durable, never
// before, and not at all where they cannot be made so: nor by a later sync, which
// succeeds though those bytes are lost.
func TestRecordAfterSync(t *testing.T) {
	data := content(2 * 65536)
	p, err := openPartial(partialPath(t.TempDir(), Root{1}), geometryOf(int64(len(data))))
	must(t, err)
	defer p.close()
	recorded := func() (b []byte) {
		must(t, p.record.View(func(tx *bbolt.Tx) error {
			if bucket := tx.Bucket(bucketPartial); bucket != nil {
				b = bytes.Clone(bucket.Get(keyPieces))
			}
			return nil
		}))
		return b
	}
	syncs, broken := 0, error(nil)
	before := recorded()
	p.data = watchedStore{p.data, func() error {
		syncs++
		if got := recorded(); !bytes.Equal(got, before) {
			t.Errorf("sync %d: %x is on record already, want %x", syncs, got, before)
		}
		return broken
	}}
	for i, want := range []error{nil, errors.New("the disk is broken")} {
		broken = want
		_, err := p.data.WriteAt(data[i*65536:(i+1)*65536], int64(i*65536))
		must(t, err)
		p.verified[i] = true
		p.saveIfDue(p.saved.Add(commitInterval), 65536)
		if err := p.await(); !errors.Is(err, want) {
			t.Errorf("save %d: got %v, want %v", i, err, want)
		}
		if want == nil {
			before = p.encode()
		}
		if got := recorded(); syncs != i+1 || !bytes.Equal(got, before) {
			t.Errorf("save %d: %d syncs, %x on record, want %x", i, syncs, got, before)
		}
	}
	failed := broken
	broken, p.unsaved = nil, 65536
	if err := p.commit(); !errors.Is(err, failed) || !bytes.Equal(recorded(), before) {
		t.Errorf("after a sync that failed: %v, %x on record, want %v and still %x", err, recorded(), failed, before)
	}
}
