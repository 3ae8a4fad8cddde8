package share

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"servent/share/peerwire"
)

// corrupt changes a byte of the file on disk so that neither size nor time
// show it.
func corrupt(t *testing.T, f File, at int64) {
	t.Helper()
	file, err := os.OpenFile(f.Location(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	b := make([]byte, 1)
	if _, err := file.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0xff
	if _, err := file.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(f.Location(), time.Time{}, f.Modified); err != nil {
		t.Fatal(err)
	}
}

func TestCorruptFile(t *testing.T) {
	for _, size := range []int{100, 40000, 10 * 65536} {
		data := content(size)
		f := writeShared(t, "file.bin", data)
		corrupt(t, f, int64(size)-1)
		s := seed(f)
		d := downloadOf(t, f, s)
		d.random = fromFirst() // so that the wrong piece is the last
		if err := d.Run(t.Context()); !errors.Is(err, ErrVerify) {
			t.Errorf("%d bytes, the last one wrong: %v, want ErrVerify", size, err)
		}
		wantNoFile(t, d.Dest)
		<-s.served
		if size > 65536 { // what was good is kept
			if err := os.WriteFile(f.Location(), data, 0o644); err != nil {
				t.Fatal(err)
			}
			os.Chtimes(f.Location(), time.Time{}, f.Modified)
			s.sent.Store(0)
			if err := d.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s.sent.Load() > 2*65536 {
				t.Errorf("%d bytes fetched again for one bad piece", s.sent.Load())
			}
		}
	}
}

// TestChangedFile: a file that was touched, cut or removed since it was hashed
// is not served, and its download says so.
func TestChangedFile(t *testing.T) {
	for name, change := range map[string]func(string) error{
		"shorter": func(path string) error { return os.Truncate(path, 65536) },
		"touched": func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) },
		"gone":    os.Remove,
	} {
		f := writeShared(t, "file.bin", content(3*65536))
		if err := change(f.Location()); err != nil {
			t.Fatal(err)
		}
		s := seed(f)
		d := downloadOf(t, f, s)
		if err := d.Run(t.Context()); !errors.Is(err, ErrVerify) {
			t.Errorf("%s: %v, want ErrVerify", name, err)
		}
		if err := <-s.served; !errors.Is(err, ErrChanged) {
			t.Errorf("%s: Serve: %v, want ErrChanged", name, err)
		}
		wantNoFile(t, d.Dest)
	}
}

// TestNothingYet: a source that chokes, has nothing yet and leaves, as a download
// that is paused does, is not taken for one whose file has changed.
func TestNothingYet(t *testing.T) {
	data := content(3 * 65536)
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "to"), 0o700))
	synctest.Test(t, func(t *testing.T) {
		h, p, d := openPart(t, data, filepath.Join(dir, "from"), nil)
		defer p.close()
		served := make(chan error, 1)
		w := newSwarm(d, data, filepath.Join(dir, "to"))
		w.Sources = sourcesOf(func(context.Context) (io.ReadWriteCloser, error) {
			ours, theirs := net.Pipe()
			go func() {
				served <- Serve(t.Context(), theirs, offers{InfoHash(d.root, d.size): h.offer("x")}.find, UploadConfig{Choker: NewChoker(1, nil)})
			}()
			return ours, nil
		})
		time.AfterFunc(time.Second, h.end)
		if err := w.Run(t.Context()); !errors.Is(err, ErrUnfinished) || errors.Is(err, ErrVerify) || errors.Is(err, ErrChanged) {
			t.Errorf("%v, want ErrUnfinished alone", err)
		}
		if err := <-served; !errors.Is(err, ErrOfferEnded) {
			t.Errorf("Serve: %v, want ErrOfferEnded", err)
		}
	})
}

// TestTruncatedMidway: a file that is cut while it is served.
func TestTruncatedMidway(t *testing.T) {
	f := writeShared(t, "file.bin", content(200*65536))
	s := seed(f)
	d := downloadOf(t, f, s)
	d.Progress = func(st State) {
		verified := st.Verified
		if verified == 65536 {
			if err := os.Truncate(f.Location(), 2*65536); err != nil {
				t.Error(err)
			}
		}
	}
	err := d.Run(t.Context())
	if !errors.Is(err, ErrVerify) || !errors.Is(err, ErrChanged) {
		t.Errorf("%v, want ErrVerify and that the source's file is another", err)
	}
	t.Log(err)
	if err = <-s.served; !errors.Is(err, ErrChanged) {
		t.Errorf("Serve: %v, want ErrChanged", err)
	}
	t.Log(err)
	wantNoFile(t, d.Dest)
}

// TestChangedMidway: however the content of a file changes while it is served,
// no byte of it that was not hashed is sent.
func TestChangedMidway(t *testing.T) {
	data := content(100 * 65536)
	for _, after := range []int{0, 1, 15, 16, 17, 100} {
		f := writeShared(t, "file.bin", data)
		f.Modified = time.Unix(1_000_000_000, 0) // so that the change shows, however soon it comes
		if err := os.Chtimes(f.Location(), time.Time{}, f.Modified); err != nil {
			t.Fatal(err)
		}
		ours, theirs := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- Serve(t.Context(), theirs, NewLibrary([]File{f}).Offer, UploadConfig{}) }()
		p := greet(t, ours, f.InfoHash(), true)
		p.until(peerwire.Unchoke)
		go func() {
			for i := range 400 {
				p.say(peerwire.Message{Kind: peerwire.Request, Index: uint32(i / 4), Begin: uint32(i % 4 * blockSize), Length: blockSize})
			}
		}()
		got := 0
		for {
			if got == after {
				if err := os.WriteFile(f.Location(), make([]byte, len(data)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			m, err := p.reader.Next()
			if err != nil || m.Kind == peerwire.Reject {
				break
			}
			if want := data[got*blockSize:][:blockSize]; !bytes.Equal(m.Data, want) {
				t.Fatalf("block %d was sent as it was not hashed; the file changed after %d", got, after)
			}
			got++
		}
		ours.Close()
		if err := <-served; !errors.Is(err, ErrChanged) {
			t.Errorf("changed after %d blocks: Serve: %v, want ErrChanged", after, err)
		}
		if got > after+2*answerBlocks {
			t.Errorf("%d blocks were sent of a file that changed after %d", got, after)
		}
	}
}
