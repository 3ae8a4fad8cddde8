package share

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// sparse makes a file of zeros that takes no room.
func (h *household) sparse(below string, size int64) string {
	h.t.Helper()
	path := h.write(below, "")
	must(h.t, os.Truncate(path, size))
	return path
}

// TestSmallBesideHuge: huge files in every hasher's hands do not keep a small
// one waiting; and Close ends the work on them.
func TestSmallBesideHuge(t *testing.T) {
	h := newHousehold(t)
	for i := range runtime.GOMAXPROCS(0) {
		h.sparse(string(rune('a'+i)), 1<<40) // a day's work
	}
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- h.Rescan(ctx) }()
	await(t, "no progress with the huge files", func() bool { return h.Progress().BytesHashed > 1<<20 })
	small := h.write("small", "alpha")
	if _, err := h.Tag(ctx, small, "SEBLINUX"); err != nil { // waits for its hash
		t.Fatal(err)
	}
	h.wantFound("seblinux", 1)
	await(t, "no rate", func() bool { return h.Progress().Rate > 0 })
	p := h.Progress()
	if !p.Scanning || p.Current == "" || p.Bytes < 1<<40 || p.ETA < time.Minute || p.Hashed != 1 {
		t.Errorf("progress %+v", p)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Rescan: %v", err)
	}
	start := time.Now()
	must(t, h.RemoveFolder(h.folder))
	await(t, "a folder that was removed is still hashed", func() bool { return !h.Progress().Scanning })
	must(t, h.Close())
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v to stop", took)
	}
}

// TestEachOnce: two names of one file, and one scan on top of another, hash once.
func TestEachOnce(t *testing.T) {
	h := newHousehold(t)
	data := string(content(3 << 20))
	a := h.write("a.bin", data)
	if err := os.Link(a, filepath.Join(h.folder, "b.bin")); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 4)
	for range cap(ended) {
		go func() { ended <- h.Rescan(t.Context()) }()
	}
	for range cap(ended) {
		must(t, <-ended)
	}
	h.want("a.bin", "b.bin")
	if got := h.meter.read.Load(); got != int64(len(data)) && tells(h.folder) {
		t.Errorf("%d bytes hashed, want %d", got, len(data))
	}
}

// TestDoubt: a file that was changed behind the system's back is offered no
// more when an upload has noticed, and hashed again.
func TestDoubt(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.write("a.txt", "alpha")
	h.runs()
	f, _ := h.Library().ByRoot(digestOf(t, []byte("alpha")).root)
	before := h.meter.read.Load()
	h.Doubt(f)
	if _, ok := h.Library().ByRoot(f.Root); ok {
		t.Error("it is still offered")
	}
	h.wantSoon("a.txt")
	if got := h.meter.read.Load() - before; got != 5 {
		t.Errorf("%d bytes hashed, want 5", got)
	}
	h.write("a.txt", "omega")
	h.Doubt(f) // an old snapshot's; the watch may have been quicker
	await(t, "the new content is not offered", func() bool {
		_, ok := h.Library().ByRoot(digestOf(t, []byte("omega")).root)
		return ok
	})
	h.Doubt(f)
	h.wantTrue()
}

// TestRescanOfOneFolder: what lies elsewhere is not looked at.
func TestRescanOfOneFolder(t *testing.T) {
	h := newHousehold(t)
	a := h.write("one/a.txt", "alpha")
	h.write("two/b.txt", "beta")
	must(t, os.Symlink("nowhere", filepath.Join(h.folder, "one/bad")))
	h.rescan()
	must(t, os.Remove(a))
	h.write("one/c.txt", "gamma")
	h.write("two/d.txt", "delta")
	must(t, os.Remove(filepath.Join(h.folder, "one/bad")))
	must(t, h.Rescan(t.Context(), filepath.Join(h.folder, "two")))
	h.want("one/a.txt", "two/b.txt", "two/d.txt")
	if got := h.Problems(); len(got) != 1 {
		t.Errorf("problems %v, want that of the other folder", got)
	}
	must(t, h.Rescan(t.Context(), filepath.Join(h.folder, "one"), filepath.Join(h.folder, "one/c.txt")))
	h.want("one/c.txt", "two/b.txt", "two/d.txt")
	if got := h.Problems(); len(got) != 0 {
		t.Errorf("problems %v, want none", got)
	}
	must(t, os.RemoveAll(filepath.Join(h.folder, "two")))
	must(t, h.Rescan(t.Context(), filepath.Join(h.folder, "two"))) // it is gone
	h.want("one/c.txt")
	for _, path := range []string{t.TempDir(), filepath.Dir(h.folder)} {
		if err := h.Rescan(t.Context(), path); !errors.Is(err, ErrNotShared) {
			t.Errorf("rescan of %s: %v, want ErrNotShared", path, err)
		}
	}
}

// TestOddNames: names that are hard to write are shared as they can be told.
func TestOddNames(t *testing.T) {
	h := newHousehold(t)
	names := []string{"two\nlines", "a\u0308 NFD", "\u00e4 NFC", " blank ", "tab\there", "back\\slash", "not utf\xff8"}
	made := 0
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(h.folder, name), []byte(name), 0o644); err == nil { // some systems refuse some
			made++
		}
	}
	h.rescan()
	if got := h.Library().Len(); got != made || made < 3 {
		t.Errorf("%d of %d files shared: %q; %v", got, made, h.names(), h.Problems())
	}
	h.wantTrue()
	h.restart()
	if got := h.rescan(); got != 0 {
		t.Errorf("%d bytes hashed after a restart", got)
	}
	h.wantTrue()
}

// TestManyInOneFolder: more files than are read from a folder at once.
func TestManyInOneFolder(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	const files = 3*readNames + 7
	inParts(files, func(i int) {
		os.WriteFile(filepath.Join(h.folder, "file"+string(rune('a'+i%26))+time.Duration(i).String()), nil, 0o644)
	})
	h.rescan()
	if got := h.Library().Len(); got != files {
		t.Errorf("%d files, want %d", got, files)
	}
}

// TestTriedAgain: what could not be read is told of once, and shared when it
// can be.
func TestTriedAgain(t *testing.T) {
	h := newHousehold(t)
	var told []string
	h.Collection.cfg.OnProblem = func(p Problem) { told = append(told, filepath.Base(p.Path)) }
	link := filepath.Join(h.folder, "link.txt")
	must(t, os.Symlink("a.txt", link))
	h.rescan()
	h.rescan()
	h.write("a.txt", "alpha")
	h.rescan()
	h.want("a.txt", "link.txt")
	must(t, os.Remove(filepath.Join(h.folder, "a.txt")))
	h.rescan()
	h.want()
	if want := []string{"link.txt", "link.txt"}; !slices.Equal(told, want) {
		t.Errorf("told of %q, want %q: once each time it went wrong", told, want)
	}
}

// TestAbsoluteLink: a link that leads back into the folder can be served, by
// whatever way it is written.
func TestAbsoluteLink(t *testing.T) {
	h := newHousehold(t)
	a := h.write("sub/a.txt", "alpha")
	must(t, os.Symlink(a, filepath.Join(h.folder, "link.txt")))
	must(t, os.Symlink("sub", filepath.Join(h.folder, "dirlink")))
	h.rescan()
	h.want("link.txt", "sub/a.txt")
	for f := range h.Library().Files() {
		file, err := f.place.open()
		must(t, err)
		info, err := file.Stat()
		must(t, err)
		if !f.isUnchanged(info) {
			t.Errorf("%s is not what was hashed", f.Name)
		}
		file.Close()
	}
}

// TestMeter: the rate is that of late, and the end is told by it.
func TestMeter(t *testing.T) {
	m := &meter{}
	now := time.Unix(1000, 0)
	m.expect(100 << 20)
	if p := m.progress(now); p.ETA >= 0 {
		t.Errorf("ETA %v before anything is hashed", p.ETA)
	}
	m.sampled = now
	for range 60 {
		now = now.Add(time.Second)
		m.bytes.Add(1 << 20)
		m.read.Add(1 << 20)
		m.work.Add(1 << 20)
		m.sample(now)
	}
	p := m.progress(now)
	if p.Rate < 0.99*(1<<20) || p.Rate > 1.01*(1<<20) || p.ETA < 39*time.Second || p.ETA > 41*time.Second {
		t.Errorf("after 60 of 100 MiB at 1 MiB/s: %+v", p)
	}
	if p = m.progress(now.Add(time.Minute)); p.ETA < 5*time.Minute {
		t.Errorf("after a minute without a byte: ETA %v", p.ETA)
	}
	m.expect(5)
	m.postpone(5, 0)
	m.finish(100<<20, 0, true)
	if p = m.progress(now); p.Scanning || p.ETA != 0 || p.Hashed != 1 || p.Files != 1 {
		t.Errorf("at the end: %+v", p)
	}
}

// BenchmarkHashers: the speed of one hasher and of as many as there are
// processors, on files of 64 MiB; "scaling" is their ratio.
func BenchmarkHashers(b *testing.B) {
	const size, files = mediumFile + 1, 4 // too large for the hasher of small files
	folder, err := filepath.EvalSymlinks(b.TempDir())
	must(b, err)
	data := content(size)
	for i := range files {
		must(b, os.WriteFile(filepath.Join(folder, string(rune('a'+i))), data, 0o644))
	}
	var took [2]time.Duration
	for b.Loop() {
		for i, workers := range []int{1, runtime.GOMAXPROCS(0)} {
			c, err := Open(CollectionConfig{Catalog: filepath.Join(b.TempDir(), "catalog.db")})
			must(b, err)
			c.queue.workers = workers
			must(b, c.AddFolder(folder))
			start := time.Now()
			must(b, c.Rescan(b.Context()))
			took[i] += time.Since(start)
			must(b, c.Close())
		}
	}
	total := float64(b.N) * size * files / 1e6
	b.ReportMetric(total/took[0].Seconds(), "MB/s-1")
	b.ReportMetric(total/took[1].Seconds(), "MB/s-all")
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "scaling")
	b.ReportMetric(0, "ns/op")
}
