package share

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"servent/share/peerwire"
)

// A memoryLayers is the piece layers of files that a test hashed.
type memoryLayers map[Root][]Root

func (m memoryLayers) layer(r Root) ([]Root, error) { return m[r], nil }

// writeShared writes a file and returns it as a scan would.
func writeShared(t testing.TB, name string, data []byte) File {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	d := digestOf(t, data)
	return File{
		Name: name, Size: d.size, Root: d.root, SHA1: d.sha1, Modified: info.ModTime(),
		place: place{dir, name}, layers: memoryLayers{d.root: d.layer},
	}
}

// A seeder serves files over pipes and keeps what Serve returned.
type seeder struct {
	library *Library
	served  chan error
	sent    atomic.Int64
	cfg     UploadConfig                                // but for Sent
	stream  func(io.ReadWriteCloser) io.ReadWriteCloser // wraps the seeder's end, if set
}

func seed(files ...File) *seeder {
	return &seeder{library: NewLibrary(files), served: make(chan error, 16)}
}

func (s *seeder) dial(ctx context.Context) (io.ReadWriteCloser, error) {
	ours, theirs := net.Pipe()
	var end io.ReadWriteCloser = theirs
	if s.stream != nil {
		end = s.stream(end)
	}
	cfg := s.cfg
	cfg.Sent = func(n int) { s.sent.Add(int64(n)) }
	go func() {
		s.served <- Serve(context.Background(), end, s.library.Offer, cfg)
	}()
	return ours, nil
}

// sourcesOf returns sources by the ways to them.
func sourcesOf(dials ...Dial) []Source {
	var sources []Source
	for i, dial := range dials {
		sources = append(sources, Source{Name: fmt.Sprint(i), Dial: dial})
	}
	return sources
}

// downloadOf returns a Download of f into new folders.
func downloadOf(t testing.TB, f File, s *seeder) *Download {
	dir := t.TempDir()
	return &Download{
		Root: f.Root, Size: f.Size, Name: f.Name, Sources: sourcesOf(s.dial),
		PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, f.Name),
	}
}

// wantFile fails unless the file at path holds data.
func wantFile(t *testing.T, path string, data []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, data) {
		t.Errorf("%s: %d bytes that are not the %d of the source", path, len(got), len(data))
	}
}

// wantNoFile fails if there is anything at path.
func wantNoFile(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v, want no file", path, err)
	}
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 16383, 16384, 16385, 40000, 65535, 65536, 65537, 131072, 5*65536 + 1000, 64 * 65536, 9 << 20, 129<<20 + 17} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			data := content(size)
			f := writeShared(t, "file.bin", data)
			s := seed(f)
			d := downloadOf(t, f, s)
			last := int64(-1)
			d.Progress = func(st State) {
				verified, total := st.Verified, st.Size
				if verified < last || total != int64(size) {
					t.Errorf("progress %d of %d after %d", verified, total, last)
				}
				last = verified
			}
			if err := d.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantFile(t, d.Dest, data)
			if last != int64(size) {
				t.Errorf("last progress %d, want %d", last, size)
			}
			if left, _ := os.ReadDir(d.PartialDir); len(left) != 0 {
				t.Errorf("left in the partial folder: %v", left)
			}
			if size == 0 {
				return
			}
			if err := <-s.served; err != nil {
				t.Errorf("Serve: %v", err)
			}
			if s.sent.Load() != int64(size) {
				t.Errorf("%d bytes sent for %d", s.sent.Load(), size)
			}
		})
	}
}

// A cutStream ends after so many bytes were written to it.
type cutStream struct {
	io.ReadWriteCloser
	left int
}

func (c *cutStream) Write(b []byte) (int, error) {
	if c.left -= len(b); c.left < 0 {
		c.Close()
		return 0, io.ErrClosedPipe
	}
	return c.ReadWriteCloser.Write(b)
}

func TestResume(t *testing.T) {
	data := content(20 * 65536)
	f := writeShared(t, "file.bin", data)
	s := seed(f)
	s.stream = func(end io.ReadWriteCloser) io.ReadWriteCloser { return &cutStream{end, 12 * 65536} }
	d := downloadOf(t, f, s)
	var verified int64
	d.Progress = func(st State) { verified = st.Verified }
	err := d.Run(t.Context())
	if !errors.Is(err, ErrUnfinished) || errors.Is(err, ErrVerify) {
		t.Fatalf("the source closed mid-way: %v, want ErrUnfinished", err)
	}
	<-s.served
	wantNoFile(t, d.Dest)
	if verified == 0 {
		t.Fatal("nothing was verified before the stream ended")
	}

	s.stream = nil
	s.sent.Store(0)
	kept := verified
	if err := d.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantFile(t, d.Dest, data)
	if got, want := s.sent.Load(), int64(len(data))-kept; got != want {
		t.Errorf("the second run fetched %d bytes, want the remaining %d", got, want)
	}
}

// TestResumeDistrustsRecord: bytes that the partial file has lost are fetched
// again, whatever the record says.
func TestResumeDistrustsRecord(t *testing.T) {
	data := content(20 * 65536)
	f := writeShared(t, "file.bin", data)
	s := seed(f)
	s.stream = func(end io.ReadWriteCloser) io.ReadWriteCloser { return &cutStream{end, 12 * 65536} }
	d := downloadOf(t, f, s)
	d.random = fromFirst()
	if err := d.Run(t.Context()); !errors.Is(err, ErrUnfinished) {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(d.PartialDir, f.Root.String()+partialSuffix), 65536+1); err != nil {
		t.Fatal(err)
	}
	s.stream = nil
	s.sent.Store(0)
	if err := d.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantFile(t, d.Dest, data)
	if got, want := s.sent.Load(), int64(19*65536); got != want {
		t.Errorf("fetched %d bytes, want %d: all but the one whole piece", got, want)
	}
}

// TestBrokenRecord: a record that cannot be read costs the bytes, no more.
func TestBrokenRecord(t *testing.T) {
	data := content(3 * 65536)
	f := writeShared(t, "file.bin", data)
	d := downloadOf(t, f, seed(f))
	if err := os.Mkdir(d.PartialDir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, garbage := range []string{"short", string(content(50_000))} {
		if err := os.WriteFile(filepath.Join(d.PartialDir, f.Root.String()+recordSuffix), []byte(garbage), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.Run(t.Context()); err != nil {
			t.Error(err)
		}
		wantFile(t, d.Dest, data)
		os.Remove(d.Dest)
	}
}

func TestMissingTargetFolder(t *testing.T) {
	f := writeShared(t, "file.bin", content(3*65536))
	s := seed(f)
	d := downloadOf(t, f, s)
	d.Dest = filepath.Join(d.PartialDir, "no", "such", "folder")
	if err := d.Run(t.Context()); !errors.Is(err, os.ErrNotExist) || s.sent.Load() != 0 {
		t.Errorf("%v after %d bytes, want os.ErrNotExist before the first", err, s.sent.Load())
	}
}

func TestExistingTarget(t *testing.T) {
	data := content(70000)
	f := writeShared(t, "file.bin", data)
	d := downloadOf(t, f, seed(f))
	if err := os.WriteFile(d.Dest, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); !errors.Is(err, ErrExists) {
		t.Errorf("%v, want ErrExists", err)
	}
	wantFile(t, d.Dest, []byte("mine"))
	d.Overwrite = true
	if err := d.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantFile(t, d.Dest, data)
}

// TestTargetAppears: a file that gets the name while the download runs is not
// replaced either.
func TestTargetAppears(t *testing.T) {
	f := writeShared(t, "file.bin", content(3*65536))
	d := downloadOf(t, f, seed(f))
	d.Progress = func(st State) {
		verified := st.Verified
		if verified == 65536 {
			os.WriteFile(d.Dest, []byte("mine"), 0o644)
		}
	}
	if err := d.Run(t.Context()); !errors.Is(err, ErrExists) {
		t.Errorf("%v, want ErrExists", err)
	}
	wantFile(t, d.Dest, []byte("mine"))
}

func TestTwoDownloadsOfOneRoot(t *testing.T) {
	f := writeShared(t, "file.bin", content(3*65536))
	d := downloadOf(t, f, seed(f))
	second := *d
	second.Dest += "2"
	d.Progress = func(st State) {
		verified := st.Verified
		if verified != 65536 {
			return
		}
		if err := second.Run(t.Context()); !errors.Is(err, ErrBusy) {
			t.Errorf("second download: %v, want ErrBusy", err)
		}
	}
	if err := d.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestDiskFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Log("no /dev/full here: only the classification is tested")
		if err := error(&os.PathError{Op: "write", Err: syscall.ENOSPC}); !isDiskFull(err) {
			t.Errorf("%v is not taken for a full disk", err)
		}
		return
	}
	f := writeShared(t, "file.bin", content(70000))
	d := downloadOf(t, f, seed(f))
	if err := os.Mkdir(d.PartialDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/full", filepath.Join(d.PartialDir, f.Root.String()+partialSuffix)); err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); !errors.Is(err, ErrDiskFull) {
		t.Errorf("%v, want ErrDiskFull", err)
	}
	wantNoFile(t, d.Dest)
}

func TestCancelled(t *testing.T) {
	f := writeShared(t, "file.bin", content(40*65536))
	d := downloadOf(t, f, seed(f))
	ctx, cancel := context.WithCancel(t.Context())
	d.Progress = func(st State) {
		verified := st.Verified
		if verified == 65536 {
			cancel()
		}
	}
	if err := d.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
	wantNoFile(t, d.Dest)
}

// TestAskedBySHA1: a file that was asked for by its SHA-1 must have it; where it
// has another, which anybody can have claimed, it is kept, for its root proves it.
// Who stops that from being looked at keeps what was fetched too.
func TestAskedBySHA1(t *testing.T) {
	f := writeShared(t, "file.bin", content(3*65536))
	s := seed(f)
	d := downloadOf(t, f, s)
	d.SHA1 = [20]byte{1}
	if err := d.Run(t.Context()); !errors.Is(err, ErrVerify) {
		t.Errorf("another SHA-1: %v, want ErrVerify", err)
	}
	wantNoFile(t, d.Dest)
	if u := unfinished(t, d.PartialDir); u.Verified != f.Size {
		t.Errorf("kept of a file with another SHA-1: %d bytes, want all %d", u.Verified, f.Size)
	}
	d.SHA1 = f.SHA1
	ctx, cancel := context.WithCancel(t.Context())
	d.Progress = func(st State) {
		verified, total := st.Verified, st.Size
		if verified == total {
			cancel()
		}
	}
	if err := d.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before the SHA-1 is known: %v, want context.Canceled", err)
	}
	d.Progress = nil
	s.sent.Store(0)
	if err := d.Run(t.Context()); err != nil || s.sent.Load() != 0 {
		t.Errorf("once more: %v, %d bytes fetched, want none", err, s.sent.Load())
	}
}

// TestNothingIsLeft: however a transfer ends, no goroutine of either side is left;
// one that was would make the test's bubble panic.
func TestNothingIsLeft(t *testing.T) {
	type transfer struct {
		*Download
		file   File
		cancel func()
	}
	for name, act := range map[string]func(transfer){ // once a piece is verified
		"finished":      func(transfer) {},
		"cancelled":     func(x transfer) { x.cancel() },
		"file changed":  func(x transfer) { os.Truncate(x.file.Location(), 2*65536) },
		"target exists": func(x transfer) { os.WriteFile(x.Dest, nil, 0o644) },
		"disk fails":    func(x transfer) { os.RemoveAll(x.PartialDir) },
	} {
		f := writeShared(t, "file.bin", content(200*65536))
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := seed(f)
			d := &Download{
				Root: f.Root, Size: f.Size, PartialDir: filepath.Join(dir, "partial"), Dest: filepath.Join(dir, "x"), Sources: sourcesOf(s.dial),
			}
			d.Progress = func(st State) {
				verified := st.Verified
				if verified == 65536 {
					act(transfer{d, f, cancel})
				}
			}
			if err := d.Run(ctx); (err == nil) != (name == "finished") {
				t.Errorf("%s: %v", name, err)
			}
			<-s.served
		})
	}
}

func TestUnknownToSource(t *testing.T) {
	f := writeShared(t, "file.bin", content(10))
	s := seed()
	if err := downloadOf(t, f, s).Run(t.Context()); !errors.Is(err, ErrUnfinished) {
		t.Errorf("%v, want ErrUnfinished", err)
	}
	if err := <-s.served; !errors.Is(err, ErrUnknown) {
		t.Errorf("Serve: %v, want ErrUnknown", err)
	}
}

func TestWrongHits(t *testing.T) {
	for _, d := range []Download{
		{Size: 0, Root: Root{1}}, {Size: -1}, {Size: MaxSize + 1},
	} {
		d.PartialDir = t.TempDir()
		if err := d.Run(t.Context()); !errors.Is(err, ErrVerify) {
			t.Errorf("size %d: %v, want ErrVerify", d.Size, err)
		}
	}
}

// TestSilence: neither side waits for ever for the other.
func TestSilence(t *testing.T) {
	f := writeShared(t, "file.bin", content(10))
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &Download{Root: f.Root, Size: f.Size, PartialDir: dir, Dest: filepath.Join(dir, "x")}
		dial := func(context.Context) (io.ReadWriteCloser, error) {
			ours, theirs := net.Pipe()
			go io.Copy(io.Discard, theirs)
			return ours, nil
		}
		d.Sources = sourcesOf(dial)
		start := time.Now()
		if err := d.Run(t.Context()); !errors.Is(err, ErrUnfinished) || time.Since(start) != defaultDownloadPatience {
			t.Errorf("after %v: %v, want ErrUnfinished after %v", time.Since(start), err, defaultDownloadPatience)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		start := time.Now()
		err := Serve(t.Context(), theirs, NewLibrary([]File{f}).Offer, UploadConfig{})
		if err == nil || time.Since(start) != defaultUploadPatience {
			t.Errorf("after %v: %v, want an error after %v", time.Since(start), err, defaultUploadPatience)
		}
	})
}

// TestIdlePeer: keep-alives are no reason to keep an upload.
func TestIdlePeer(t *testing.T) {
	f := writeShared(t, "file.bin", content(10))
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go io.Copy(io.Discard, ours)
		var peer sync.WaitGroup
		defer peer.Wait()
		peer.Go(func() {
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			w := peerwire.NewWriter(ours)
			err := w.Handshake(peerwire.NewHandshake(f.InfoHash(), [20]byte{}))
			for err == nil {
				err = errors.Join(w.Write(peerwire.Message{Kind: peerwire.KeepAlive}), w.Flush())
				<-tick.C
			}
		})
		if err := Serve(t.Context(), theirs, NewLibrary([]File{f}).Offer, UploadConfig{}); err == nil {
			t.Error("a peer that only keeps alive is kept")
		}
	})
}
