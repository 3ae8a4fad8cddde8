package share

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

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
		got, left, err := l.Search(c.criteria, 10)
		if err != nil || left != 0 || !slices.Equal(namesOf(got), c.want) {
			t.Errorf("Search(%q) = %q, %d left, %v; want %q", c.criteria, namesOf(got), left, err, c.want)
		}
	}
	if got, left, _ := l.Search("linu", 1); len(got) != 1 || left != 1 {
		t.Errorf("limit 1: %d files, %d left; want 1 and 1", len(got), left)
	}
	if got, left, _ := l.Search("linu", 0); len(got) != 0 || left != 2 {
		t.Errorf("limit 0: %d files, %d left; want 0 and 2", len(got), left)
	}
	if _, _, err := l.Search("...", 10); !errors.Is(err, ErrNoWord) {
		t.Errorf("no word: %v, want ErrNoWord", err)
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

// TestIndexAgainstScan: the index finds what looking at every file finds.
func TestIndexAgainstScan(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abÄß1 ._")), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		var files []File
		for i := range rapid.IntRange(0, 80).Draw(t, "files") {
			files = append(files, named(i, word.Draw(t, "path"), word.Draw(t, "name"), word.Draw(t, "tag")))
		}
		criteria := word.Draw(t, "w1") + " " + word.Draw(t, "w2")
		limit := rapid.IntRange(0, 20).Draw(t, "limit")
		got, left, err := NewLibrary(files).Search(criteria, limit)
		query, wantErr := words.Parse(criteria)
		if !errors.Is(err, wantErr) {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		var want []string
		slices.Reverse(files) // newest first
		for _, f := range files {
			if query.Matches(words.Of(strings.Join(append([]string{f.Name, f.Path}, f.Tags...), "/"))) {
				want = append(want, f.Root.String())
			}
		}
		if len(want)-min(limit, len(want)) != left || len(got) != min(limit, len(want)) {
			t.Fatalf("%q: %d files and %d left, want %d in all", criteria, len(got), left, len(want))
		}
		for i, f := range got {
			if f.Root.String() != want[i] {
				t.Fatalf("%q: file %d is %v, want %s", criteria, i, f, want[i])
			}
		}
	})
}

// library10k has names of four words out of 3,000, as a folder of music has.
func library10k() *Library {
	random := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 3000)
	for i := range vocabulary {
		for range 3 + random.IntN(7) {
			vocabulary[i] += string(rune('a' + random.IntN(26)))
		}
	}
	files := make([]File, 10_000)
	for i := range files {
		pick := func() string { return vocabulary[int(random.ExpFloat64()*300)%len(vocabulary)] }
		files[i] = named(i, pick(), fmt.Sprintf("%s %s %s.mp3", pick(), pick(), pick()))
	}
	return NewLibrary(files)
}

func BenchmarkSearch10k(b *testing.B) {
	l := library10k()
	names := namesOf(slices.Collect(l.Files()))
	for _, c := range []struct{ name, criteria string }{
		{"hit", names[77]}, {"miss", "zzzzqqq mp3"}, {"every-file", "mp3"}, {"prefixes", names[5][:3] + " " + names[9][:3] + " mp3"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := l.Search(c.criteria, 64); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBuild10k(b *testing.B) {
	l := library10k()
	for b.Loop() {
		newLibrary(slices.Clone(l.entries))
	}
}
