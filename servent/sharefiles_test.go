package servent

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"servent/servent/api"
	"servent/share"
)

// Shared files are listed by folder, words and order, page by page.
func TestListFiles(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"b/Zebra.txt": 10, "b/apple.txt": 30, "C.iso": 20, "b/deep/er.iso": 40})
	other := folder(t, map[string]int{"other.iso": 5})
	s := openTest(t, t.TempDir())
	if _, err := s.ShareAdd(t.Context(), api.ShareRequest{Paths: []string{dir, other}}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Tag(t.Context(), api.TagRequest{Tags: []string{"Cours"}, Paths: []string{filepath.Join(dir, "C.iso")}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		request api.FilesRequest
		total   int
		bytes   int64
		want    []string
	}{
		{api.FilesRequest{Folder: dir}, 4, 100, []string{"C.iso", "Zebra.txt", "apple.txt", "er.iso"}},
		{api.FilesRequest{Folder: dir, Sort: api.FilesByName}, 4, 100, []string{"apple.txt", "C.iso", "er.iso", "Zebra.txt"}},
		{api.FilesRequest{Sort: api.FilesBySize, Reverse: true, From: 1, Limit: 2}, 5, 105, []string{"apple.txt", "C.iso"}},
		{api.FilesRequest{Sort: api.FilesBySize, From: 4, Limit: 500}, 5, 105, []string{"er.iso"}},
		{api.FilesRequest{From: 5}, 5, 105, nil},
		{api.FilesRequest{Folder: filepath.Join(dir, "b") + "/", Words: "ISO"}, 1, 40, []string{"er.iso"}},
		{api.FilesRequest{Words: "cours"}, 1, 20, []string{"C.iso"}},
		{api.FilesRequest{Words: "nothing"}, 0, 0, nil},
		{api.FilesRequest{Folder: t.TempDir()}, 0, 0, nil},
	} {
		for range 2 { // made, and as it was kept
			got, err := s.ListFiles(t.Context(), c.request)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, f := range got.Files {
				names = append(names, f.Name)
			}
			if got.Total != c.total || got.Bytes != c.bytes || !slices.Equal(names, c.want) {
				t.Errorf("%+v: got %d files of %d bytes, %q; want %d of %d, %q", c.request, got.Total, got.Bytes, names, c.total, c.bytes, c.want)
			}
		}
	}
	got, err := s.ListFiles(t.Context(), api.FilesRequest{Words: "er deep"})
	if err != nil || len(got.Files) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	f := got.Files[0]
	if f.Location != filepath.Join(dir, "b/deep/er.iso") || f.Folder != dir || f.Path != "b/deep" || len(f.SHA1) != 32 || len(f.Root) != 64 || f.Modified.IsZero() || f.Tags == nil {
		t.Errorf("got %+v", f)
	}
	for _, request := range []api.FilesRequest{{Sort: "taste"}, {From: -1}, {Limit: 501}, {Limit: -1}, {Words: "..."}, {Folder: "here"}} {
		_, err := s.ListFiles(t.Context(), request)
		failed(t, err, api.CodeUsage)
	}
	if _, err := s.ShareRemove(t.Context(), api.ShareRequest{Paths: []string{dir}}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.ListFiles(t.Context(), api.FilesRequest{}); err != nil || got.Total != 1 {
		t.Errorf("after a folder was removed: got %+v, %v", got, err)
	}
}

// A view keeps its library no longer than somebody asks on.
func TestFileViewExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		library := share.NewLibrary([]share.File{{Name: "a.txt", Size: 7}})
		gone := weak.Make(library)
		var view fileView
		for range 3 {
			files, bytes, err := view.of(fileViewKey{library: library})
			if err != nil || len(files) != 1 || bytes != 7 {
				t.Fatalf("got %d files of %d bytes, error %v, want 1 of 7", len(files), bytes, err)
			}
			time.Sleep(fileViewTime - time.Second)
			view.mu.Lock()
			kept := view.key.library == library
			view.mu.Unlock()
			if !kept {
				t.Fatal("the view was forgotten while it was asked for")
			}
		}
		library = nil
		time.Sleep(2 * time.Second)
		synctest.Wait()
		runtime.GC()
		if gone.Value() != nil {
			t.Error("the library is kept by a view that nobody asks for")
		}
		runtime.KeepAlive(&view)
	})
}

// BenchmarkListFiles is a page of 100 out of 100,000 files, as one who scrolls asks
// for them.
func BenchmarkListFiles(b *testing.B) {
	sizes := map[string]int{}
	for i := range 100_000 {
		sizes[fmt.Sprintf("%02d/%02d/file %d.txt", i%100, i/100%100, i)] = 1
	}
	dir := folder(b, sizes)
	s := openTest(b, b.TempDir())
	if _, err := s.ShareAdd(b.Context(), api.ShareRequest{Paths: []string{dir}}, nil); err != nil {
		b.Fatal(err)
	}
	for name, request := range map[string]api.FilesRequest{
		"all": {Sort: api.FilesByName}, "folder": {Folder: filepath.Join(dir, "07")}, "words": {Words: "file 12"},
	} {
		b.Run("first/"+name, func(b *testing.B) {
			for b.Loop() {
				s.view.key = fileViewKey{}
				if _, err := s.ListFiles(b.Context(), request); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("next/"+name, func(b *testing.B) {
			from := 0
			for b.Loop() {
				from = (from + 100) % 1000
				request.From = from
				if _, err := s.ListFiles(b.Context(), request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
