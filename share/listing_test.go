package share

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// placed returns a file of a shared folder.
func placed(folder, below string, size int64, second int, tags ...string) File {
	at := strings.LastIndex("/"+below, "/")
	return File{
		Name: below[at:], Path: strings.TrimSuffix(below[:at], "/"), Size: size, Root: Root{byte(size)}, Tags: tags,
		Modified: time.Unix(int64(second), 0), place: place{folder, below},
	}
}

func locations(files []*File) (at []string) {
	for _, f := range files {
		at = append(at, f.Location())
	}
	return at
}

func TestListed(t *testing.T) {
	t.Parallel()
	files := []File{
		placed("/b", "x/Zebra.iso", 5, 30),
		placed("/a", "élan.txt", 5, 10, "course"),
		placed("/a", "Éclair.txt", 3, 40, "course"),
		placed("/b", "apple.iso", 9, 20),
		placed("/a", "x/apple.iso", 9, 20),
	}
	for by, want := range map[Order][]string{
		ByPlace: {"/a/x/apple.iso", "/a/Éclair.txt", "/a/élan.txt", "/b/apple.iso", "/b/x/Zebra.iso"},
		ByName:  {"/a/x/apple.iso", "/b/apple.iso", "/b/x/Zebra.iso", "/a/Éclair.txt", "/a/élan.txt"},
		BySize:  {"/a/Éclair.txt", "/a/élan.txt", "/b/x/Zebra.iso", "/a/x/apple.iso", "/b/apple.iso"},
		ByAge:   {"/a/Éclair.txt", "/b/x/Zebra.iso", "/a/x/apple.iso", "/b/apple.iso", "/a/élan.txt"},
	} {
		for range 3 {
			rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
			l := NewLibrary(files)
			got := l.Listed(by)
			if !slices.Equal(locations(got), want) {
				t.Errorf("order %d: got %q, want %q", by, locations(got), want)
			}
			if again := l.Listed(by); &again[0] != &got[0] {
				t.Errorf("order %d is made twice", by)
			}
		}
	}
	l := NewLibrary(files)
	if got, err := l.ListedWith("COURSE", ByAge); err != nil || !slices.Equal(locations(got), []string{"/a/Éclair.txt", "/a/élan.txt"}) {
		t.Errorf("with a word: got %q, %v", locations(got), err)
	}
	if _, err := l.ListedWith("...", ByAge); !errors.Is(err, ErrNoWord) {
		t.Errorf("with no word: got %v", err)
	}
}

func TestIsIn(t *testing.T) {
	t.Parallel()
	f := placed("/home/me/shared", "iso/linux/a.iso", 1, 1)
	for folder, want := range map[string]bool{
		"/": true, "/home/me": true, "/home/me/shared": true, "/home/me/shared/iso": true, "/home/me/shared/iso/linux": true,
		"/home/me/share": false, "/home/me/shared/is": false, "/home/me/shared/iso/linux/b": false, "/srv": false,
	} {
		if f.IsIn(folder) != want {
			t.Errorf("%s in %s: got %v", f.Location(), folder, !want)
		}
	}
}

// BenchmarkListed is what the first look at a Library of 100,000 files costs, and
// what a filter does.
func BenchmarkListed(b *testing.B) {
	files := manyFiles(100_000)
	l := NewLibrary(files)
	for name, by := range map[string]Order{"place": ByPlace, "name": ByName, "size": BySize, "age": ByAge} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l.listings = listings{}
				l.Listed(by)
			}
		})
	}
	b.Run("word", func(b *testing.B) {
		for b.Loop() {
			found, err := l.ListedWith("flac", ByName)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(found)), "files")
		}
	})
}
