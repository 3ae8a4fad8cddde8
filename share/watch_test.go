package share

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// runs has Run going, with scans of everything an hour apart: what shows, shows
// because the folders are watched.
func (h *household) runs() {
	h.t.Helper()
	h.Collection.cfg.Rescan = time.Hour
	if h.hasty {
		h.calm = calm / 10
	}
	ctx, stop := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	h.t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) && !errors.Is(err, ErrClosed) {
			h.t.Errorf("Run: %v", err)
		}
	})
	<-h.Ready()
}

// names returns what is shared, as path and name, sorted.
func (h *household) names() []string {
	names := []string{}
	for f := range h.Library().Files() {
		names = append(names, strings.TrimPrefix(f.Path+"/"+f.Name, "/"))
	}
	slices.Sort(names)
	return names
}

// awaitTimeout is when a test is taken to hang: hashers of low priority on a busy
// machine take their time.
const awaitTimeout = time.Minute

// await fails unless it becomes true within awaitTimeout, and returns how long
// that took.
func await(t *testing.T, what string, is func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		<-tick.C
		if time.Since(start) > awaitTimeout {
			t.Fatalf("after %v: %s", awaitTimeout, what)
		}
	}
	return time.Since(start)
}

// wantSoon fails unless just these files are shared within awaitTimeout.
func (h *household) wantSoon(names ...string) time.Duration {
	h.t.Helper()
	if names == nil {
		names = []string{}
	}
	defer func() {
		if h.t.Failed() {
			h.t.Logf("shared: %q; problems: %v", h.names(), h.Problems())
		}
	}()
	return await(h.t, fmt.Sprintf("not shared: %q", names), func() bool { return slices.Equal(h.names(), names) })
}

// TestWatch: a story of what happens in a shared folder while it is watched.
func TestWatch(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.hasty = true
	h.write("a.txt", "alpha")
	h.runs()
	at := func(below string) string { return filepath.Join(h.folder, below) }
	h.wantSoon("a.txt")

	h.write("b.txt", "beta")
	t.Logf("a new file: %v", h.wantSoon("a.txt", "b.txt"))
	h.write("new/deep/c.txt", "gamma")
	t.Logf("in a new folder: %v", h.wantSoon("a.txt", "b.txt", "new/deep/c.txt"))
	h.write("new/deep/d.txt", "delta")
	h.wantSoon("a.txt", "b.txt", "new/deep/c.txt", "new/deep/d.txt")
	must(t, os.Remove(at("b.txt")))
	t.Logf("a deleted one: %v", h.wantSoon("a.txt", "new/deep/c.txt", "new/deep/d.txt"))
	must(t, os.Rename(at("a.txt"), at("new/a2.txt")))
	t.Logf("a renamed one: %v", h.wantSoon("new/a2.txt", "new/deep/c.txt", "new/deep/d.txt"))

	aside := filepath.Join(t.TempDir(), "aside")
	must(t, os.Rename(at("new/deep"), aside))
	t.Logf("a folder moved out: %v", h.wantSoon("new/a2.txt"))
	must(t, os.WriteFile(filepath.Join(aside, "e.txt"), []byte("epsilon"), 0o644)) // nobody watches it there
	must(t, os.Rename(aside, at("back")))
	h.wantSoon("back/c.txt", "back/d.txt", "back/e.txt", "new/a2.txt")
	h.write("back/f.txt", "zeta")
	h.wantSoon("back/c.txt", "back/d.txt", "back/e.txt", "back/f.txt", "new/a2.txt")

	h.write("new/a2.txt", "omega") // the same size
	await(t, "the new content is not shared", func() bool {
		_, ok := h.Library().ByRoot(digestOf(t, []byte("omega")).root)
		return ok
	})
	h.write(".hidden", "h")
	h.write("visible", "h")
	h.wantSoon("back/c.txt", "back/d.txt", "back/e.txt", "back/f.txt", "new/a2.txt", "visible")

	must(t, os.RemoveAll(h.folder)) // the shared folder itself
	h.wantSoon()
	h.write("again.txt", "alpha")
	t.Logf("the shared folder made anew: %v", h.wantSoon("again.txt"))
	h.write("sub/more.txt", "more")
	h.wantSoon("again.txt", "sub/more.txt")
	h.wantTrue()
}

// TestPolled: folders that cannot be watched are polled, and it is said why.
func TestPolled(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.write("sub/a.txt", "alpha")
	h.runs()
	w := h.watcher.Load()
	w.mu.Lock()
	for path, f := range w.folders {
		w.forget(path, f)
	}
	w.notify = &fullNotifier{w.notify}
	w.mu.Unlock()
	must(t, h.Rescan(t.Context())) // finds that nothing can be watched
	h.write("sub/b.txt", "beta")
	h.wantSoon("sub/a.txt", "sub/b.txt")
	must(t, os.Remove(filepath.Join(h.folder, "sub/a.txt")))
	h.wantSoon("sub/b.txt")
	if got := h.Problems(); len(got) != 1 || got[0].Path != h.folder || !errors.Is(got[0].Err, errTooManyWatches) {
		t.Errorf("problems: %v", got)
	}
}

// A fullNotifier watches nothing more.
type fullNotifier struct{ notifier }

func (fullNotifier) add(string) error { return errTooManyWatches }

// TestCopied: a file that is being copied is not hashed until it rests. A busy
// machine may let the writer or the watch pause for as long as a rest, so that a
// copy is rightly hashed in between: then it is made again.
func TestCopied(t *testing.T) {
	t.Parallel()
	const copies = 5
	h := newHousehold(t)
	h.runs()
	var names []string
	for n := range copies {
		names = append(names, fmt.Sprintf("copy %d.bin", n))
		before := h.meter.read.Load()
		size := h.copySlowly(names[n], byte(n))
		took := h.wantSoon(names...)
		h.wantTrue()
		got := h.meter.read.Load() - before
		t.Logf("findable %v after the last write; %d bytes were hashed for a file of %d", took, got, size)
		if got == size {
			return
		}
	}
	t.Errorf("each of %d copies was hashed before it was whole", copies)
}

// copySlowly writes a file bit by bit, and returns its size.
func (h *household) copySlowly(name string, seed byte) (size int64) {
	h.t.Helper()
	f, err := os.Create(filepath.Join(h.folder, name))
	must(h.t, err)
	defer f.Close()
	part := content(100_000)
	part[0] = seed                                // no two copies are the same
	tick := time.NewTicker(20 * time.Millisecond) // a writer that never pauses for long
	defer tick.Stop()
	for range 100 {
		<-tick.C
		n, err := f.Write(part)
		must(h.t, err)
		size += int64(n)
	}
	return size
}

// TestRandomLife: whatever is done to the files, what is shared ends as what is
// there, each under the root of its content.
func TestRandomLife(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.hasty = true
	other, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, h.AddFolder(other))
	h.runs()
	random := rand.New(rand.NewPCG(3, 4))
	any := func() string {
		name := fmt.Sprintf("%c/%c/%d", 'a'+rune(random.IntN(3)), 'a'+rune(random.IntN(3)), random.IntN(4))
		if random.IntN(3) == 0 {
			name = fmt.Sprintf("%c/%d", 'a'+rune(random.IntN(3)), random.IntN(4))
		}
		folder := h.folder
		if random.IntN(4) == 0 {
			folder = other
		}
		return filepath.Join(folder, name)
	}
	dir := func(path string) string { os.MkdirAll(filepath.Dir(path), 0o755); return path }
	for i := range 400 {
		switch random.IntN(8) {
		case 0, 1, 2:
			os.WriteFile(dir(any()), fmt.Appendf(nil, "%04d", random.IntN(5000)), 0o644)
		case 3:
			os.Rename(any(), dir(any()))
		case 4:
			os.Rename(filepath.Dir(any()), dir(filepath.Dir(any())))
		case 5:
			os.Link(any(), dir(any()))
		case 6:
			os.Remove(any())
		case 7:
			if random.IntN(4) == 0 {
				os.RemoveAll(filepath.Dir(any()))
			} else {
				at := time.Unix(1_000_000_000, random.Int64N(1e9)) // see isRenamed for one time twice
				os.Chtimes(any(), at, at)
			}
		}
		if i%40 == 0 {
			must(t, h.Rescan(t.Context()))
		}
	}
	var want []string
	for _, folder := range h.Folders() {
		must(t, filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				want = append(want, strings.TrimPrefix(path, folder+"/"))
			}
			return err
		}))
	}
	slices.Sort(want)
	h.wantSoon(want...)
	await(t, "not what is there", func() bool { return len(h.lies()) == 0 })
	before := h.meter.read.Load()
	must(t, h.Rescan(t.Context()))
	h.wantSoon(want...)
	if got := h.meter.read.Load() - before; got != 0 {
		t.Errorf("%d bytes hashed again though nothing changed", got)
	}
}
