package share

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// unfinished returns the only download that lies in dir.
func unfinished(t *testing.T, dir string) Unfinished {
	t.Helper()
	all, err := ListUnfinished(dir, nil)
	if err != nil || len(all) != 1 {
		t.Fatalf("ListUnfinished: %+v, %v, want one", all, err)
	}
	return all[0]
}

// TestUnfinished: what lies there of a download says what it is and how far; a
// record of before it said so is still gone on from.
func TestUnfinished(t *testing.T) {
	data := content(20 * 65536)
	f := writeShared(t, "file.bin", data)
	s := seed(f)
	s.stream = func(end io.ReadWriteCloser) io.ReadWriteCloser { return &cutStream{end, len(data) / 2} }
	d := downloadOf(t, f, s)
	d.Overwrite, d.SHA1 = true, f.SHA1
	dir := d.PartialDir
	looked := false
	d.Progress = func(State) {
		if looked {
			return
		}
		looked = true
		if u := unfinished(t, dir); !u.Busy {
			t.Error("it is not said to be busy")
		}
		if err := RemoveUnfinished(dir, f.Root.String()); !errors.Is(err, ErrBusy) {
			t.Errorf("RemoveUnfinished while it runs: %v, want ErrBusy", err)
		}
	}
	begin := time.Now().Add(-time.Second)
	if err := d.Run(t.Context()); !errors.Is(err, ErrUnfinished) {
		t.Fatalf("Run: %v, want ErrUnfinished", err)
	}
	u := unfinished(t, dir)
	if u.Root != f.Root || u.Size != f.Size || u.Name != d.Name || u.Dest != d.Dest || !u.Overwrite || u.SHA1 != f.SHA1 || u.Busy {
		t.Errorf("got %+v", u)
	}
	if u.Verified < f.Size/4 || u.Verified >= f.Size || u.Begun.Before(begin) {
		t.Errorf("got %d bytes verified of %d, begun %v", u.Verified, f.Size, u.Begun)
	}

	record, err := bbolt.Open(recordPath(partialPath(dir, f.Root)), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	forget := func(tx *bbolt.Tx) error { return tx.Bucket(bucketPartial).Delete(keyPurpose) }
	if err := errors.Join(record.Update(forget), record.Close()); err != nil {
		t.Fatal(err)
	}
	if old := unfinished(t, dir); old.Name != "" || old.Dest != "" || old.Verified != u.Verified || old.Begun.IsZero() {
		t.Errorf("an old record: got %+v", old)
	}
	s.stream = nil
	first := int64(-1)
	d.Progress = func(st State) {
		verified := st.Verified
		if first < 0 {
			first = verified
		}
	}
	if err := d.Run(t.Context()); err != nil || first != u.Verified {
		t.Errorf("it went on from %d: %v, want from %d", first, err, u.Verified)
	}
	if all, err := ListUnfinished(dir, nil); err != nil || len(all) != 0 {
		t.Errorf("when it is done: %+v, %v", all, err)
	}
}

// TestRemoveUnfinished: what is removed lies in the folder, and has the two names.
func TestRemoveUnfinished(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "mine")
	root := Root{7}
	for _, path := range []string{outside, filepath.Join(dir, "notes.part"), partialPath(dir, Root{8})} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(outside, partialPath(dir, root)); err != nil { // as a move that was left half
		t.Fatal(err)
	}
	if all, err := ListUnfinished(dir, nil); err != nil || len(all) != 2 || all[0].Size != -1 {
		t.Errorf("ListUnfinished: %+v, %v, want two that say nothing", all, err)
	}
	if err := RemoveUnfinished(dir, root.String()); err != nil {
		t.Fatal(err)
	}
	wantFile(t, outside, []byte("x"))
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left: %v, want the other two", left)
	}
	if err := RemoveUnfinished(filepath.Join(dir, "none"), root.String()); err != nil {
		t.Errorf("of a folder that is not there: %v", err)
	}
	if all, err := ListUnfinished(filepath.Join(dir, "none"), nil); err != nil || len(all) != 0 {
		t.Errorf("of a folder that is not there: %v, %v", all, err)
	}
}

// TestKilledAtTheEnd: a download that was killed between the move of the file and
// the end of its record is done when it is run again, and nothing is fetched or left:
// also where the file was copied, and the partial one is there still.
func TestKilledAtTheEnd(t *testing.T) {
	data := content(3 * 65536)
	f := writeShared(t, "file.bin", data)
	s := seed(f)
	for name, copied := range map[string]bool{"moved": false, "copied": true} {
		for _, overwrite := range []bool{false, true} {
			d := downloadOf(t, f, s)
			d.SHA1, d.Overwrite = f.SHA1, overwrite
			path := partialPath(d.PartialDir, f.Root)
			p, err := openPartial(path, geometryOf(f.Size))
			must(t, err)
			_, err = p.data.WriteAt(data, 0)
			p.verified, p.unsaved = []bool{true, true, true}, f.Size
			must(t, errors.Join(err, p.commit(), p.close(), os.WriteFile(d.Dest, data, 0o600)))
			if !copied {
				must(t, os.Remove(path))
			}
			if err := d.Run(t.Context()); !errors.Is(err, ErrAlready) || !errors.Is(err, ErrExists) {
				t.Errorf("%s, overwrite %v: %v, want ErrAlready", name, overwrite, err)
			}
			wantFile(t, d.Dest, data)
			if left, err := os.ReadDir(d.PartialDir); err != nil || len(left) != 0 {
				t.Errorf("%s, overwrite %v: left %v, %v", name, overwrite, left, err)
			}
		}
	}
	if n := s.sent.Load(); n != 0 {
		t.Errorf("%d bytes were fetched of what was here", n)
	}

	// Another file there is no end of this one.
	d := downloadOf(t, f, s)
	data[7]++
	must(t, os.WriteFile(d.Dest, data, 0o600))
	if err := d.Run(t.Context()); !errors.Is(err, ErrExists) || errors.Is(err, ErrAlready) {
		t.Errorf("with another file there: %v, want ErrExists alone", err)
	}
	wantFile(t, d.Dest, data)
}
