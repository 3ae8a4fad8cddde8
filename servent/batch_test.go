package servent

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/libp2p/go-libp2p/core/network"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

// folderOf asks for a folder of s.
func folderOf(s *Servent, path, output string) api.BatchRequest {
	from := source(s.host)
	return api.BatchRequest{
		Output:  output,
		Folders: []api.BatchFolder{{Sources: []api.FolderSource{{Peer: from.Peer, Addrs: from.Addrs, Path: path}}}},
	}
}

// contents returns the files below dir and what is in them.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		below, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(below)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func getMany(t testing.TB, s *Servent, req api.BatchRequest) api.BatchSummary {
	t.Helper()
	ended := 0
	got, err := s.GetMany(t.Context(), req, func(p api.BatchProgress) {
		if p.Type == api.TypeFile {
			ended++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if ended != got.Files || got.Files != got.Done+got.Already+got.Failed {
		t.Errorf("%d files were told of: got %+v", ended, got)
	}
	return got
}

// A folder comes whole, with the folders in it, small and large files, empty ones
// and those of one content; the second time nothing of it is fetched.
func TestGetFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := map[string]string{}
	for i := range 300 {
		want[fmt.Sprintf("holiday/2024/%d/%d/%d.jpg", i%3, i%7, i)] = fmt.Sprint("picture ", i)
	}
	large := strings.Repeat("large ", 100_000)
	want["holiday/2024/large.iso"], want["holiday/2024/twice.iso"] = large, large
	want["holiday/2024/0/same.txt"], want["holiday/2024/1/same.txt"] = "same", "same"
	want["holiday/2024/empty"], want["holiday/2024/1/empty too"] = "", ""
	want["holiday/other.jpg"] = "not of the folder"
	for name, text := range want {
		plant(t, dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	delete(want, "holiday/other.jpg")
	inFolder := map[string]string{}
	for name, text := range want {
		inFolder[strings.TrimPrefix(name, "holiday/")] = text
	}
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	near := start(t, Config{Home: t.TempDir()})
	out := t.TempDir()
	if got := getMany(t, near, folderOf(far, "holiday/2024", out)); got.Done != len(want) || got.Code != "" || got.Path != out {
		t.Errorf("got %+v, want %d files", got, len(want))
	}
	if diff := cmp.Diff(inFolder, contents(t, out)); diff != "" {
		t.Errorf("the folder (-want +got):\n%.2000s", diff)
	}
	if got := getMany(t, near, folderOf(far, "holiday/2024", out)); got.Already != len(want) || got.Done != 0 {
		t.Errorf("the second time: got %+v, want all there already", got)
	}
	if list, err := near.Downloads(t.Context()); err != nil || len(list.Downloads) > 2 {
		t.Errorf("the downloads list %d, %v: small files have no place there", len(list.Downloads), err)
	}
}

// What is at a file's place already is kept, replaced or got around, as asked.
func TestGetFolderOverOtherFiles(t *testing.T) {
	t.Parallel()
	far := ready(t, start(t, Config{Shares: []string{tree(t, "f/a", "f/b", "f/c.txt")}}))
	near := start(t, Config{})
	for name, c := range map[string]struct {
		change func(*api.BatchRequest)
		want   map[string]string
		code   api.Code
		done   int
	}{
		"kept":      {func(*api.BatchRequest) {}, map[string]string{"f/a": "mine", "f/b": "f/b", "f/c.txt": "mine"}, api.CodeExists, 0},
		"overwrite": {func(r *api.BatchRequest) { r.Overwrite = true }, map[string]string{"f/a": "f/a", "f/b": "f/b", "f/c.txt": "f/c.txt"}, "", 2},
		"rename": {
			func(r *api.BatchRequest) { r.Rename = true },
			map[string]string{"f/a": "mine", "f/a (2)": "f/a", "f/b": "f/b", "f/c.txt": "mine", "f/c (2).txt": "f/c.txt"}, "", 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := tree(t, "f/b")
			for _, name := range []string{"f/a", "f/c.txt"} {
				if err := os.WriteFile(filepath.Join(out, name), []byte("mine"), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			req := folderOf(far, "f", out)
			c.change(&req)
			got := getMany(t, near, req)
			if got.Already != 1 || got.Done != c.done || got.Code != c.code || len(got.Failures) != 2-c.done {
				t.Errorf("got %+v", got)
			}
			if diff := cmp.Diff(c.want, contents(t, out)); diff != "" {
				t.Errorf("the folder (-want +got):\n%s", diff)
			}
		})
	}
}

// A batch is listed while it runs, with what has come of it.
func TestGetManyListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 50 {
		plant(t, dir, fmt.Sprintf("holiday/2024/%d.jpg", i))
	}
	far, near := ready(t, start(t, Config{Shares: []string{dir}})), start(t, Config{})
	out := t.TempDir()
	told := 0
	_, err := near.GetMany(t.Context(), folderOf(far, "holiday/2024", out), func(p api.BatchProgress) {
		list, err := near.Downloads(t.Context())
		if err != nil || len(list.Batches) != 1 {
			t.Fatalf("after %d files: got %+v, %v, want one batch", p.Done, list, err)
		}
		b := list.Batches[0]
		want := api.Batch{
			Name: "2024", Path: out, Begun: b.Begun, Files: 50, Done: p.Done, Size: p.Size, Verified: p.Verified, Rate: p.Rate, ETA: p.ETA,
		}
		if b != want || b.Begun.IsZero() {
			t.Fatalf("got %+v, want %+v", b, want)
		}
		told = p.Done
	})
	if err != nil || told != 50 {
		t.Errorf("%d files were listed as done, %v", told, err)
	}
	if list, err := near.Downloads(t.Context()); err != nil || len(list.Batches) > 0 {
		t.Errorf("at the end: got %+v, %v, want none", list, err)
	}
}

// A file that a source names like a link or a folder that is here does not come
// through it, nor in its place: --overwrite is about files.
func TestGetManyOverLinks(t *testing.T) {
	t.Parallel()
	dir, outside, out := t.TempDir(), t.TempDir(), tree(t, "folder/mine", "folder large/mine")
	large := strings.Repeat("large ", 100_000)
	for name, text := range map[string]string{"small": "small", "large": large, "folder": "f", "folder large": large + "f"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"small", "large"} {
		if err := os.Symlink(outside, filepath.Join(out, name)); err != nil {
			t.Fatal(err)
		}
	}
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	near := start(t, Config{})
	req := api.BatchRequest{Output: out, Overwrite: true}
	for _, name := range []string{"small", "large", "folder", "folder large"} {
		known := request(t, far, name)
		req.Files = append(req.Files, api.BatchFile{Root: known.Root, Size: known.Size, Name: name, Sources: known.Sources})
	}
	got := getMany(t, near, req)
	if got.Failed != 4 || got.Code != api.CodeExists {
		t.Errorf("got %+v, want that each is refused", got)
	}
	if written := contents(t, outside); len(written) > 0 {
		t.Errorf("outside of the folder: %d files", len(written))
	}
	want := map[string]string{"folder/mine": "folder/mine", "folder large/mine": "folder large/mine"}
	if diff := cmp.Diff(want, contents(t, out)); diff != "" {
		t.Errorf("the folder (-want +got):\n%.2000s", diff)
	}
	req.Overwrite, req.Rename = false, true
	if got := getMany(t, near, req); got.Done != 4 || len(contents(t, outside)) > 0 {
		t.Errorf("beside them: got %+v, %d outside", got, len(contents(t, outside)))
	}
}

// Hostile names stay in the folder, under names that every system takes.
func TestGetManyHostileNames(t *testing.T) {
	t.Parallel()
	far := ready(t, start(t, Config{Shares: []string{tree(t, "a", "b", "c", "d", "e", "f")}}))
	near := start(t, Config{})
	outside := t.TempDir()
	out := filepath.Join(outside, "out")
	if err := os.Mkdir(out, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(out, "link")); err != nil {
		t.Fatal(err)
	}
	req := api.BatchRequest{Output: out}
	for name, as := range map[string]api.BatchFile{
		"a": {Name: "../../x"}, "b": {Path: "../../..", Name: "x"}, "c": {Path: "CON", Name: "aux.txt"},
		"d": {Path: "/etc", Name: "passwd"}, "e": {Path: "link", Name: "x"}, "f": {Name: "\x1b[2J\u202e.exe"},
	} {
		known := request(t, far, name)
		as.Root, as.Size, as.Sources = known.Root, known.Size, known.Sources
		req.Files = append(req.Files, as)
	}
	got := getMany(t, near, req)
	if got.Done != 5 || got.Failed != 1 || got.Failures[0].Name != "x" {
		t.Errorf("got %+v, want all but what a link leads out", got)
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 1 {
		t.Errorf("outside of the folder: %v", entries)
	}
	var names []string
	for name := range contents(t, out) {
		names = append(names, name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"[2J.exe", "_.._x", "_CON/_aux.txt", "etc/passwd", "x"}, names); diff != "" {
		t.Errorf("the names (-want +got):\n%s", diff)
	}
}

// A file that has changed at its source fails alone, and nothing of it comes.
func TestGetManyOfAChangedFile(t *testing.T) {
	t.Parallel()
	dir := tree(t, "a", "b", "c")
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	near := start(t, Config{})
	req := api.BatchRequest{Output: t.TempDir()}
	for _, name := range []string{"a", "b", "c"} {
		known := request(t, far, name)
		req.Files = append(req.Files, api.BatchFile{Root: known.Root, Size: known.Size, Name: name, Sources: known.Sources})
	}
	if err := os.WriteFile(filepath.Join(dir, "b"), []byte("B"), 0o666); err != nil {
		t.Fatal(err)
	}
	got := getMany(t, near, req)
	if got.Done != 2 || got.Failed != 1 || got.Failures[0].Name != "b" || got.Code != api.CodeVerify && got.Code != api.CodeUnfinished {
		t.Errorf("got %+v, want b to fail", got)
	}
	if _, err := os.Lstat(filepath.Join(req.Output, "b")); err == nil {
		t.Error("b is there")
	}
}

// One source lies: the files come from the other. Both know no more: they fail.
func TestGetManyFromALiar(t *testing.T) {
	t.Parallel()
	far := ready(t, start(t, Config{Shares: []string{tree(t, "a", "b")}}))
	liar := peerWire(t, func(s network.Stream) {
		library := share.NewLibrary(nil)
		share.Serve(t.Context(), s, library.Offer, share.UploadConfig{})
	})
	near := start(t, Config{})
	req := api.BatchRequest{Output: t.TempDir()}
	a, b := request(t, far, "a"), request(t, far, "b")
	req.Files = []api.BatchFile{
		{Root: a.Root, Size: a.Size, Name: "a", Sources: append([]api.Source{source(liar)}, a.Sources...)},
		{Root: b.Root, Size: b.Size, Name: "b", Sources: []api.Source{source(liar)}},
	}
	got := getMany(t, near, req)
	if got.Done != 1 || got.Failed != 1 || got.Code != api.CodeUnfinished {
		t.Errorf("got %+v, want a alone", got)
	}
}

// A source that sends wrong bytes is banned, and said so: no other file is asked
// of it.
func TestGetManyWrongBytes(t *testing.T) {
	t.Parallel()
	const size = 60_000 // of one piece: the last of its blocks is damaged
	dir := folder(t, map[string]int{"a": size, "b": size + 1})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	var asked atomic.Int32
	liar := relay(t, far, func(to, from network.Stream) {
		asked.Add(1)
		lie(to, from)
	})
	var told lockedLog
	near := start(t, Config{Log: slog.New(slog.NewTextHandler(&told, nil))})
	file := func(name string, more ...api.Source) api.BatchFile {
		known := request(t, far, name)
		return api.BatchFile{Root: known.Root, Size: known.Size, Name: name, Sources: append([]api.Source{source(liar)}, more...)}
	}
	req := api.BatchRequest{Output: t.TempDir(), Files: []api.BatchFile{file("a", source(far.host))}}
	if got := getMany(t, near, req); got.Done != 1 {
		t.Errorf("got %+v, want the file from the other source", got)
	}
	if banned := told.lines("level=WARN", "source banned", liar.ID().String(), "file=a"); len(banned) != 1 || asked.Load() != 1 {
		t.Errorf("after %d streams the log says %q, want one line", asked.Load(), banned)
	}
	req.Files = []api.BatchFile{file("b")}
	got := getMany(t, near, req)
	if got.Failed != 1 || got.Code != api.CodeVerify || !strings.Contains(got.Failures[0].Reason, "banned") {
		t.Errorf("got %+v, want that the source is banned", got)
	}
	if asked.Load() != 1 {
		t.Error("it was asked for another file")
	}
}

// Files whose only source cannot be reached say so, all of them: not that none is
// known.
func TestGetManyFromNowhere(t *testing.T) {
	t.Parallel()
	near := start(t, Config{})
	from := dead(t)
	req := api.BatchRequest{Output: t.TempDir(), GiveUp: time.Millisecond}
	const files = 2*batchSmall + 1
	for n := range files {
		req.Files = append(req.Files, api.BatchFile{Root: share.Root{1, byte(n)}.String(), Size: 100, Name: fmt.Sprint(n), Sources: from})
	}
	got := getMany(t, near, req)
	if got.Failed != files || got.Code != api.CodeUnfinished || len(got.Failures) == 0 {
		t.Errorf("got %+v, want all unfinished", got)
	}
	for _, f := range got.Failures {
		if f.Code != api.CodeUnfinished || !strings.Contains(f.Reason, "cannot be reached") {
			t.Errorf("%s: %s: %s", f.Name, f.Code, f.Reason)
		}
	}
}

// A folder comes of a source that lists for others just then, and of one that only
// a Push reaches.
func TestGetFolderInSpite(t *testing.T) {
	t.Parallel()
	far := ready(t, start(t, Config{Shares: []string{tree(t, "a/SEBLINUX", "a/x")}}))
	t.Run("busy", func(t *testing.T) {
		var refused atomic.Int32
		busy := relay(t, far, func(to, from network.Stream) { io.Copy(to, from) })
		busy.SetStreamHandler(browseProtocol, func(s network.Stream) {
			asked, err := readFolderQuery(s)
			if err != nil {
				t.Error(err)
			}
			w := &hitWriter{stream: s, begun: time.Now(), w: bufio.NewWriter(s), guid: asked.guid}
			defer s.Close()
			if refused.Add(1) <= 3 {
				w.end(messages.ByeQueueFull, "too many")
				return
			}
			if w.hit, err = far.self.Load().hit(0); err != nil {
				t.Error(err)
			}
			for f := range far.collection.Library().Below("a") {
				if r, err := result(0, &f); err != nil || w.add(r) != nil {
					t.Error(err)
				}
			}
			w.end(messages.ByeShutdown, "all")
		})
		from := source(busy)
		req := api.BatchRequest{Output: t.TempDir(), Folders: []api.BatchFolder{{Sources: []api.FolderSource{{Peer: from.Peer, Addrs: from.Addrs, Path: "a"}}}}}
		if got := getMany(t, start(t, Config{}), req); got.Done != 2 {
			t.Errorf("got %+v, want both files", got)
		}
	})
	t.Run("by a push", func(t *testing.T) {
		middle := start(t, Config{Connect: []string{addr(far)}})
		near := start(t, Config{Connect: []string{addr(middle)}})
		if hits, _ := find(t, near, "seblinux", 7); len(hits) != 1 {
			t.Fatalf("got %v, want the file", hits)
		}
		req := folderOf(far, "a", t.TempDir())
		req.Folders[0].Sources[0].Addrs = []string{nowhere}
		if got := getMany(t, near, req); got.Done != 2 {
			t.Errorf("got %+v, want both files", got)
		}
		if got := counted(far.pushed.tell(), pushAnswered); got != 1 {
			t.Errorf("%d Pushes answered, want 1", got)
		}
	})
}

// A source with few slots is not lost for it: each file waits for its turn.
func TestGetManyFromABusySource(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 60 {
		names = append(names, fmt.Sprint("f/", i))
	}
	far := ready(t, start(t, Config{Shares: []string{tree(t, names...)}, Uploads: 1}))
	near := start(t, Config{})
	if got := getMany(t, near, folderOf(far, "f", t.TempDir())); got.Done != len(names) {
		t.Errorf("got %+v, want %d files", got, len(names))
	}
}

func TestGetManyRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	for name, req := range map[string]api.BatchRequest{
		"nothing":     {},
		"both":        {Files: make([]api.BatchFile, 1), Overwrite: true, Rename: true},
		"no folder":   {Files: make([]api.BatchFile, 1), Output: filepath.Join(t.TempDir(), "none")},
		"relative":    {Files: make([]api.BatchFile, 1), Output: "."},
		"too many":    {Files: make([]api.BatchFile, maxBatch+1)},
		"no source":   {Folders: make([]api.BatchFolder, 1)},
		"no peer":     {Folders: []api.BatchFolder{{Sources: []api.FolderSource{{Peer: "x"}}}}},
		"many folder": {Folders: make([]api.BatchFolder, maxBatchFolders+1)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.GetMany(t.Context(), req, nil)
			failed(t, err, api.CodeUsage)
		})
	}
	far := ready(t, start(t, Config{Shares: []string{tree(t, "a/x")}}))
	_, err := s.GetMany(t.Context(), folderOf(far, "b", t.TempDir()), nil)
	failed(t, err, api.CodeNotFound)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = s.GetMany(ctx, folderOf(far, "a", t.TempDir()), nil)
	failed(t, err, api.CodeInterrupt)
}
