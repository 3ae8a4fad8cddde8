package share

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"servent/share/words"
)

// named returns a File that is not on disk; n tells it from others.
func named(n int, path, name string, tags ...string) File {
	return File{Name: name, Path: path, Size: int64(n), Root: Root{byte(n), byte(n >> 8)}, SHA1: [20]byte{byte(n), byte(n >> 8)},
		Tags: tags, Modified: time.Unix(int64(n), 0)}
}

func namesOf(files []File) (names []string) {
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}

func TestSearch(t *testing.T) {
	l := NewLibrary([]File{
		named(1, "linux/Notes", "kernel.txt"),
		named(2, "", "Übung 1.pdf", "SEBLINUX"),
		named(3, "", "linus.jpg"),
		named(4, "", "to be.mp3"),
	})
	for _, c := range []struct {
		criteria string
		want     []string // newest first
	}{
		{"linu", []string{"linus.jpg", "kernel.txt"}},
		{"notes KERNEL", []string{"kernel.txt"}},
		{"seblinux", []string{"Übung 1.pdf"}},
		{"linux", []string{"kernel.txt"}}, // a word begins one, it does not lie within
		{"U\u0308BUNG 1", []string{"Übung 1.pdf"}},
		{"be", []string{"to be.mp3"}},
		{"l", nil}, // one letter must equal a word
		{"ub", nil},
		{"txt missing", nil},
	} {
		got, err := l.Search(c.criteria, 10)
		if names := foundNames(got); err != nil || got.Left != 0 || got.Stop != words.Complete || !slices.Equal(names, c.want) {
			t.Errorf("Search(%q) = %q, %d left, %v, %v; want %q", c.criteria, names, got.Left, got.Stop, err, c.want)
		}
	}
	if _, err := l.Search("...", 10); !errors.Is(err, ErrNoWord) {
		t.Errorf("no word: %v, want ErrNoWord", err)
	}
	if got, err := NewLibrary(nil).Search("linu", 10); err != nil || len(got.Files)+got.Left != 0 {
		t.Errorf("an empty library: %+v, %v", got, err)
	}
}

func foundNames(f Found) (names []string) {
	for _, file := range f.Files {
		names = append(names, file.Name)
	}
	return names
}

func TestSearchCountsWhatIsLeft(t *testing.T) {
	for _, c := range []struct {
		files, limit int
		found, left  int
		stop         words.Stop
	}{
		{2, 1, 1, 1, words.Complete},
		{2, 0, 0, 2, words.Complete},
		{2, -1, 0, 2, words.Complete},
		{2, math.MaxInt, 2, 0, words.Complete},
		{MaxLeft + 9, 10, 10, MaxLeft - 1, words.Complete},
		{MaxLeft + 10, 10, 10, MaxLeft, words.Counted},
		{MaxLeft + 500, 10, 10, MaxLeft, words.Counted},
	} {
		var files []File
		for i := range c.files {
			files = append(files, named(i, "", "linux"))
		}
		whole := NewLibrary(files)
		third := c.files / 3
		split := &Library{parts: slices.Concat(NewLibrary(files[:third]).parts, NewLibrary(files[third:]).parts)}
		for _, l := range []*Library{whole, split} {
			got, err := l.Search("linux", c.limit)
			if err != nil || len(got.Files) != c.found || got.Left != c.left || got.Stop != c.stop {
				t.Errorf("limit %d of %d in %d parts: %d files, %d left, %v, %v; want %d, %d, %v", c.limit, c.files, len(l.parts),
					len(got.Files), got.Left, got.Stop, err, c.found, c.left, c.stop)
			}
			for i, f := range got.Files {
				if f.Size != int64(c.files-1-i) {
					t.Fatalf("limit %d of %d in %d parts: file %d is %d, want the newest first", c.limit, c.files, len(l.parts), i, f.Size)
				}
			}
		}
	}
}

// TestSearchRunsOut: the parts share the work that a query may cost.
func TestSearchRunsOut(t *testing.T) {
	var parts []part
	for i := range 3 {
		parts = append(parts, NewLibrary([]File{named(i, "", "linux")}).parts...)
	}
	query, err := words.Parse("linux")
	if err != nil {
		t.Fatal(err)
	}
	once := words.Search{Limit: 10, Work: words.Budget}
	parts[0].index.Search(query, &once)
	cost := words.Budget - once.Work
	got := search(parts, query, 10, &words.Search{Work: 2 * cost})
	if n := len(got.Files); n == 0 || n == 3 || got.Stop != words.Exhausted {
		t.Errorf("work for two parts of three: %d files, %v; want 1 or 2, exhausted", n, got.Stop)
	}
	if got := search(parts, query, 10, &words.Search{Work: words.Budget}); len(got.Files) != 3 || got.Stop != words.Complete {
		t.Errorf("work for all parts: %d files, %v; want 3, complete", len(got.Files), got.Stop)
	}
}

func TestLookups(t *testing.T) {
	a, b := named(1, "", "old name"), named(1, "", "new name")
	b.Modified = b.Modified.Add(time.Hour)
	c := named(3, "", "c")
	l := NewLibrary([]File{a, b, c})
	if l.Len() != 3 || l.Bytes() != 5 {
		t.Errorf("%d files of %d bytes, want 3 of 5", l.Len(), l.Bytes())
	}
	if f, ok := l.ByRoot(a.Root); !ok || f.Name != "new name" {
		t.Errorf("ByRoot: %q, %v; want the newest name", f.Name, ok)
	}
	if f, ok := l.BySHA1(c.SHA1); !ok || f.Name != "c" {
		t.Errorf("BySHA1: %q, %v", f.Name, ok)
	}
	if f, ok := l.ByInfoHash(InfoHash(c.Root, c.Size)); !ok || f.Name != "c" {
		t.Errorf("ByInfoHash: %q, %v", f.Name, ok)
	}
	if _, ok := l.ByRoot(Root{9}); ok {
		t.Error("a root that nothing has is found")
	}
	if got := namesOf(slices.Collect(l.Files())); !slices.Equal(got, []string{"new name", "c", "old name"}) {
		t.Errorf("Files: %q, want the newest first", got)
	}
}
