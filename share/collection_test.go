package share

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A household is a collection over one folder, in a test.
type household struct {
	*Collection
	t      *testing.T
	folder string
	cfg    CollectionConfig
	hasty  bool // files need not rest for long under Run
}

// newHousehold opens a collection that shares one new folder.
func newHousehold(t *testing.T) *household {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &household{t: t, folder: folder, cfg: CollectionConfig{Catalog: filepath.Join(t.TempDir(), "catalog.db")}}
	h.open()
	t.Cleanup(func() { h.Close() })
	if err := h.AddFolder(folder); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *household) open() {
	h.t.Helper()
	c, err := Open(h.cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	h.Collection = c
}

// restart closes the collection and opens its catalogue again.
func (h *household) restart() {
	h.t.Helper()
	if err := h.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

// write puts a file below the shared folder and returns its path.
func (h *household) write(below, text string) string {
	h.t.Helper()
	path := filepath.Join(h.folder, below)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
	return path
}

// rescan scans and returns how many bytes were hashed.
func (h *household) rescan() int64 {
	h.t.Helper()
	if err := h.Rescan(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return h.Progress().BytesHashed
}

// want fails unless just these files are shared, as path and name, sorted.
func (h *household) want(names ...string) {
	h.t.Helper()
	var got []string
	for f := range h.Library().Files() {
		got = append(got, strings.TrimPrefix(f.Path+"/"+f.Name, "/"))
	}
	slices.Sort(got)
	if !slices.Equal(got, names) {
		h.t.Errorf("shared: %q, want %q", got, names)
	}
}

// wantFound fails unless criteria finds that many files.
func (h *household) wantFound(criteria string, want int) {
	h.t.Helper()
	if found, err := h.Library().Search(criteria, 100); err != nil || len(found.Files) != want {
		h.t.Errorf("search %q: %d files, %v; want %d", criteria, len(found.Files), err, want)
	}
}

func TestScan(t *testing.T) {
	h := newHousehold(t)
	h.write("a.txt", "alpha")
	h.write("sub/U\u0308bung/b.txt", "beta")
	h.write("empty", "")
	if got := h.rescan(); got != 9 {
		t.Errorf("%d bytes hashed, want 9", got)
	}
	h.want("a.txt", "empty", "sub/Übung/b.txt")
	f, ok := h.Library().ByRoot(digestOf(t, []byte("beta")).root)
	if !ok || f.Location() != filepath.Join(h.folder, "sub", "U\u0308bung", "b.txt") || f.Path != "sub/Übung" || f.Size != 4 {
		t.Errorf("found %+v, %v", f, ok)
	}
	if e, ok := h.Library().ByRoot(EmptyRoot); !ok || e.Name != "empty" {
		t.Errorf("the empty file is %+v, %v", e, ok)
	}
	select {
	case <-h.Ready():
	default:
		t.Error("not ready after a whole scan")
	}
}

func TestNothingHashedTwice(t *testing.T) {
	h := newHousehold(t)
	a := h.write("a.txt", "alpha")
	h.write("big.bin", string(content(200_000))) // has a piece layer
	h.rescan()
	if got := h.rescan(); got != 0 {
		t.Errorf("second scan: %d bytes hashed, want none", got)
	}
	h.restart()
	if got := h.rescan(); got != 0 {
		t.Errorf("after a restart: %d bytes hashed, want none", got)
	}
	h.want("a.txt", "big.bin")

	if err := os.Rename(a, filepath.Join(h.folder, "renamed.txt")); err != nil {
		t.Fatal(err)
	}
	if got := h.rescan(); got != 0 && runtime.GOOS != "windows" {
		t.Errorf("after a rename: %d bytes hashed, want none", got)
	}
	h.want("big.bin", "renamed.txt")

	h.write("renamed.txt", "omega!")
	if got := h.rescan(); got != 6 {
		t.Errorf("after a change: %d bytes hashed, want 6", got)
	}
	if _, ok := h.Library().ByRoot(digestOf(t, []byte("alpha")).root); ok {
		t.Error("the old content is still offered")
	}

	if err := h.RemoveFolder(h.folder); err != nil {
		t.Fatal(err)
	}
	h.want()
	if err := h.AddFolder(h.folder); err != nil {
		t.Fatal(err)
	}
	if got := h.rescan(); got != 0 {
		t.Errorf("after the folder came back: %d bytes hashed, want none", got)
	}
	h.want("big.bin", "renamed.txt")
}

// TestServedAfterRestart: the piece layer is kept, so that a download needs no
// second hash of the file.
func TestServedAfterRestart(t *testing.T) {
	h := newHousehold(t)
	data := content(300_000)
	h.write("big.bin", string(data))
	h.rescan()
	h.restart()
	h.rescan()
	f, ok := h.Library().ByRoot(digestOf(t, data).root)
	if !ok {
		t.Fatal("not found after the restart")
	}
	s := &seeder{library: h.Library(), served: make(chan error, 1)}
	d := downloadOf(t, f, s)
	if err := d.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantFile(t, d.Dest, data)
}

func TestDeletedIsForgotten(t *testing.T) {
	h := newHousehold(t)
	h.write("keep.txt", "keep")
	gone := h.write("gone/big.bin", string(content(200_000)))
	f := digestOf(t, content(200_000))
	h.rescan()
	if layer, _ := h.catalog.layer(f.root); len(layer) != len(f.layer) {
		t.Fatalf("%d hashes of the piece layer are kept, want %d", len(layer), len(f.layer))
	}
	if err := os.RemoveAll(filepath.Dir(gone)); err != nil {
		t.Fatal(err)
	}
	h.rescan()
	h.want("keep.txt")
	h.restart() // what is on disk, not what is remembered
	if _, known := h.catalog.records[gone]; known {
		t.Error("the catalogue still knows the deleted file")
	}
	if layer, _ := h.catalog.layer(f.root); len(layer) != 0 {
		t.Error("the catalogue still has the piece layer of the deleted file")
	}
}

// TestUnpluggedIsKept: an empty or missing folder may be a disk that comes back.
func TestUnpluggedIsKept(t *testing.T) {
	h := newHousehold(t)
	h.write("disk/a.txt", "alpha")
	h.write("b.txt", "beta")
	h.rescan()
	disk, aside := filepath.Join(h.folder, "disk"), filepath.Join(t.TempDir(), "aside")
	if err := os.Rename(disk, aside); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	h.rescan()
	h.want("b.txt")
	os.Remove(disk)
	if err := os.Rename(aside, disk); err != nil {
		t.Fatal(err)
	}
	if got := h.rescan(); got != 0 {
		t.Errorf("%d bytes hashed when the disk came back, want none", got)
	}
	h.want("b.txt", "disk/a.txt")
}

func TestNotShared(t *testing.T) {
	h := newHousehold(t)
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	a := h.write("a.txt", "alpha")
	h.write(".hidden.txt", "h")
	h.write(".git/config", "h")
	h.write("sub/.cache/x", "h")
	for link, target := range map[string]string{
		"out.txt": outside, "outdir": filepath.Dir(outside), "up": "..", "hidden.txt": ".hidden.txt",
		"dangling": "nowhere", "loop": "loop", "inside.txt": a,
	} {
		if err := os.Symlink(target, filepath.Join(h.folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	h.rescan()
	h.want("a.txt", "inside.txt")
	var named []string
	for _, p := range h.Problems() {
		named = append(named, filepath.Base(p.Path))
	}
	if want := []string{"dangling", "hidden.txt", "loop", "out.txt", "outdir", "up"}; !slices.Equal(named, want) {
		t.Errorf("problems with %q, want %q", named, want)
	}
	if _, err := h.Tag(t.Context(), outside, "x"); !errors.Is(err, ErrNotShared) {
		t.Errorf("tag outside: %v, want ErrNotShared", err)
	}
	if _, err := h.Tag(t.Context(), filepath.Join(h.folder, ".hidden.txt"), "x"); !errors.Is(err, ErrNotShared) {
		t.Errorf("tag hidden: %v, want ErrNotShared", err)
	}
}

// TestPrivateFolder: nothing of the private folder is shared, from around it or by
// a link, but a folder in it can be for itself.
func TestPrivateFolder(t *testing.T) {
	h := newHousehold(t)
	h.Close()
	private := filepath.Join(h.folder, "home")
	h.write("a.txt", "alpha")
	key := h.write("home/identity.key", "secret")
	h.write("home/deep/api.token", "secret")
	h.write("home/downloads/b.txt", "beta")
	if err := os.Symlink(key, filepath.Join(h.folder, "link.txt")); err != nil {
		t.Fatal(err)
	}
	h.cfg.Private = private
	h.open()
	h.rescan()
	h.want("a.txt")
	for _, path := range []string{private, filepath.Join(private, "deep"), key} {
		if err := h.Rescan(t.Context(), path); err != nil {
			t.Error(err)
		}
	}
	h.want("a.txt")
	if _, err := h.Tag(t.Context(), key, "x"); !errors.Is(err, ErrNotShared) {
		t.Errorf("tag the key: %v, want ErrNotShared", err)
	}
	if err := h.AddFolder(private); !errors.Is(err, ErrPrivate) {
		t.Errorf("share the private folder: %v, want ErrPrivate", err)
	}
	if err := h.AddFolder(filepath.Join(private, "downloads")); err != nil {
		t.Fatal(err)
	}
	h.rescan()
	h.want("a.txt", "b.txt")
}

// TestWholeDisk: who types / does not share the computer.
func TestWholeDisk(t *testing.T) {
	h := newHousehold(t)
	root := string(filepath.Separator)
	if err := h.AddFolder(root); !errors.Is(err, ErrWholeDisk) {
		t.Errorf("share %s: %v, want ErrWholeDisk", root, err)
	}
}

// TestRemovedWhileScanned: what a scan met in a folder that was removed before the
// scan was over is not hashed.
func TestRemovedWhileScanned(t *testing.T) {
	h := newHousehold(t)
	h.Close()
	h.write("a.txt", "alpha")
	if err := os.Symlink("nowhere", filepath.Join(h.folder, "dangling")); err != nil {
		t.Fatal(err)
	}
	h.cfg.OnProblem = func(Problem) { // told when all was met and nothing waits yet
		if err := h.RemoveFolder(h.folder); err != nil {
			t.Error(err)
		}
	}
	h.open()
	if _, err := h.survey(t.Context(), scope{all: true, calm: time.Hour}); err != nil {
		t.Fatal(err)
	}
	h.queue.mu.Lock()
	defer h.queue.mu.Unlock()
	if len(h.queue.jobs) != 1 {
		t.Fatalf("%d files wait, want one that is cancelled", len(h.queue.jobs))
	}
	for path, j := range h.queue.jobs {
		if !j.cancelled.Load() {
			t.Errorf("%s is going to be hashed", path)
		}
	}
}

// TestLinkTurned: a link that was turned outside since the scan is not opened.
func TestLinkTurned(t *testing.T) {
	h := newHousehold(t)
	h.write("a.txt", "alpha")
	link := filepath.Join(h.folder, "link.txt")
	if err := os.Symlink("a.txt", link); err != nil {
		t.Fatal(err)
	}
	h.rescan()
	found, _ := h.Library().Search("link", 1)
	if len(found.Files) != 1 {
		t.Fatal("the link is not shared")
	}
	outside := filepath.Join(t.TempDir(), "secret")
	os.WriteFile(outside, []byte("omega"), 0o644)
	os.Remove(link)
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	if file, err := found.Files[0].place.open(); err == nil {
		file.Close()
		t.Error("a file outside the shared folder was opened")
	}
}

func TestUnreadable(t *testing.T) {
	h := newHousehold(t)
	var told []string
	h.Collection.cfg.OnProblem = func(p Problem) { told = append(told, filepath.Base(p.Path)) }
	h.write("fine.txt", "fine")
	h.write("closed.txt", "closed")
	h.write("closed/x.txt", "x")
	paths := []string{filepath.Join(h.folder, "closed.txt"), filepath.Join(h.folder, "closed")}
	for _, path := range paths {
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(path, 0o755)
	}
	if _, err := os.ReadDir(paths[1]); err == nil { // root may read all: only the good file counts
		h.rescan()
		h.wantFound("fine", 1)
		return
	}
	h.rescan()
	h.rescan()
	h.want("fine.txt")
	slices.Sort(told)
	if want := []string{"closed", "closed.txt"}; !slices.Equal(told, want) || len(h.Problems()) != 2 {
		t.Errorf("told of %q and has %v, want each of %q once", told, h.Problems(), want)
	}
}

func TestOverlappingFolders(t *testing.T) {
	h := newHousehold(t)
	h.write("sub/a.txt", "alpha")
	h.write(".secret/b.txt", "beta")
	for _, below := range []string{"sub", ".secret", ".", "sub/../sub"} {
		if err := h.AddFolder(filepath.Join(h.folder, below)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(h.Folders()); got != 3 {
		t.Errorf("%d folders %q, want 3", got, h.Folders())
	}
	h.rescan()
	h.want("b.txt", "sub/a.txt") // a hidden folder that was added is meant
	if err := h.RemoveFolder(h.folder); err != nil {
		t.Fatal(err)
	}
	h.rescan()
	h.want("a.txt", "b.txt")
	if err := h.RemoveFolder(h.folder); !errors.Is(err, ErrNotShared) {
		t.Errorf("removed twice: %v, want ErrNotShared", err)
	}
	if err := h.AddFolder(filepath.Join(h.folder, "nowhere")); err == nil {
		t.Error("a folder that is not there is added")
	}
	if err := h.AddFolder(filepath.Join(h.folder, "sub/a.txt")); err == nil {
		t.Error("a file is added as a folder")
	}
}

func TestLocked(t *testing.T) {
	h := newHousehold(t)
	_, err := Open(CollectionConfig{Catalog: h.cfg.Catalog, LockTimeout: time.Millisecond})
	if !errors.Is(err, ErrLocked) {
		t.Errorf("opened twice: %v, want ErrLocked", err)
	}
}

func TestRun(t *testing.T) {
	h := newHousehold(t)
	h.write("a.txt", "alpha")
	ended := make(chan error, 1)
	go func() { ended <- h.Run(t.Context()) }()
	<-h.Ready()
	h.want("a.txt")
	h.write("b.txt", "beta")
	h.rescan()
	h.want("a.txt", "b.txt")
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("Run: %v, want ErrClosed", err)
	}
	if err := h.Rescan(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Rescan after Close: %v, want ErrClosed", err)
	}
}
