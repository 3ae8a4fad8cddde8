package share

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"servent/share/words"
)

// A study is a librarian in a test, beside what it should know.
type study struct {
	*librarian
	mu      sync.Mutex // held by the test but while it waits
	merged  *sync.Cond // signalled when merging in the background has ended
	offered map[string]File
	library *Library
	kept    []edition
}

// An edition is a Library and what it should hold.
type edition struct {
	library *Library
	files   map[string]File
}

// newStudy returns a study whose librarian merges more than atOnce files in
// the background. The caller unlocks mu.
func newStudy(atOnce int) *study {
	s := &study{offered: map[string]File{}}
	s.merged = sync.NewCond(&s.mu)
	s.librarian = newLibrarian(&s.mu, func() {
		s.publish()
		s.merged.Broadcast()
	})
	s.librarian.mergeAtOnce = atOnce
	s.mu.Lock()
	return s
}

func (s *study) publish() {
	s.library = s.librarian.publish()
	s.kept = append(s.kept, edition{s.library, maps.Clone(s.offered)})
}

func (s *study) put(f File) {
	s.librarian.put(newEntry(f))
	s.offered[f.Location()] = f
}

func (s *study) drop(location string) {
	s.librarian.drop(location)
	delete(s.offered, location)
}

// rest waits until nothing is being merged.
func (s *study) rest() {
	for s.merging {
		s.merged.Wait()
	}
}

// lies returns the File below a shared folder, modified at that second.
func lies(below string, content, second int, tags ...string) File {
	f := named(content, "", "", tags...)
	i := strings.LastIndexByte(below, '/')
	f.Path, f.Name = below[:max(i, 0)], below[i+1:]
	f.Modified = time.Unix(int64(second), 0)
	f.place = place{"/srv/public", below}
	return f
}

// check holds a Library against what it should hold.
func (e edition) check(t rapid.TB, criteria string) {
	t.Helper()
	files := slices.SortedFunc(maps.Values(e.files), func(a, b File) int { return compareAge(&a, &b) })
	var bytes int64
	newest := map[Root]string{}
	for _, f := range files {
		bytes += f.Size
		if newest[f.Root] == "" {
			newest[f.Root] = f.Location()
		}
	}
	l := e.library
	if l.Len() != len(files) || l.Bytes() != bytes {
		t.Fatalf("%d files of %d bytes, want %d of %d", l.Len(), l.Bytes(), len(files), bytes)
	}
	checkFiles(t, "Files", slices.Collect(l.Files()), files)
	for n := range 20 {
		f := named(n, "", "")
		byRoot, _ := l.ByRoot(f.Root)
		bySHA1, _ := l.BySHA1(f.SHA1)
		bySwarm, _ := l.ByInfoHash(InfoHash(f.Root, f.Size))
		for _, got := range []File{byRoot, bySHA1, bySwarm} {
			if got.Location() != newest[f.Root] {
				t.Fatalf("content %d is found as %q, want %q", n, got.Location(), newest[f.Root])
			}
		}
	}
	query, err := words.Parse(criteria)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.DeleteFunc(files, func(f File) bool {
		return !query.Matches(words.Of(strings.Join(append([]string{f.Name, f.Path}, f.Tags...), "/")))
	})
	found, err := l.Search(criteria, 5)
	if err != nil || found.Left != max(len(want)-5, 0) || found.Stop != words.Complete {
		t.Fatalf("%q: %d left, %v, %v; want %d in all", criteria, found.Left, found.Stop, err, len(want))
	}
	var got []File
	for _, f := range found.Files {
		got = append(got, *f)
	}
	checkFiles(t, criteria, got, want[:min(len(want), 5)])
}

func checkFiles(t rapid.TB, what string, got, want []File) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d files, want %d", what, len(got), len(want))
	}
	for i, f := range got {
		f.infoHash = [20]byte{}
		if !reflect.DeepEqual(f, want[i]) {
			t.Fatalf("%s: file %d is %+v, want %+v", what, i, f, want[i])
		}
	}
}

// TestLibrarianAgainstMap: whatever is put and dropped and whenever segments
// are merged, each Library is what was offered when it came out, for ever.
func TestLibrarianAgainstMap(t *testing.T) {
	below := rapid.Custom(func(t *rapid.T) string {
		name := rapid.SampledFrom([]string{"red hat", "red", "blue hat.iso", "Übung", "x"}).Draw(t, "name")
		return rapid.SampledFrom([]string{"", "a/", "a/red/", "B/"}).Draw(t, "path") + name
	})
	tags := rapid.SliceOfN(rapid.SampledFrom([]string{"red", "SEBLINUX"}), 0, 2)
	number := rapid.IntRange(0, 15)
	rapid.Check(t, func(t *rapid.T) {
		s := newStudy(rapid.SampledFrom([]int{0, 1, 3, 10, 100}).Draw(t, "at once"))
		s.mergeMost = rapid.SampledFrom([]int{1, 7, mergeMost}).Draw(t, "most")
		defer s.mu.Unlock()
		file := func(t *rapid.T) File {
			return lies(below.Draw(t, "below"), number.Draw(t, "content"), number.Draw(t, "second"), tags.Draw(t, "tags")...)
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) { s.put(file(t)) },
			"put many": func(t *rapid.T) {
				for range rapid.IntRange(0, 30).Draw(t, "files") {
					s.put(file(t))
				}
			},
			"drop": func(t *rapid.T) { s.drop("/srv/public/" + below.Draw(t, "below")) },
			"put back": func(t *rapid.T) { // the very entry that was dropped
				at := "/srv/public/" + below.Draw(t, "below")
				if e, f := s.at(at), s.offered[at]; e != nil {
					s.drop(at)
					s.librarian.put(e)
					s.offered[at] = f
				}
			},
			"retag": func(t *rapid.T) {
				root, tags := named(number.Draw(t, "content"), "", "").Root, tags.Draw(t, "tags")
				for _, e := range s.named(root) {
					f := s.offered[e.Location()]
					if f.Root != root {
						t.Fatalf("%q is named as %v, it is %v", e.Location(), root, f.Root)
					}
					f.Tags = tags
					s.put(f)
				}
				for at, f := range s.offered {
					if f.Root == root && !slices.Equal(f.Tags, tags) {
						t.Fatalf("%q is not named", at)
					}
				}
			},
			"publish": func(t *rapid.T) { s.publish() },
			"rest":    func(t *rapid.T) { s.rest() },
			"": func(t *rapid.T) {
				for at, f := range s.offered {
					if e := s.at(at); e == nil || e.Root != f.Root {
						t.Fatalf("at %q: %+v, want %+v", at, e, f)
					}
				}
				if n := len(maps.Collect(s.all())); n != len(s.offered) {
					t.Fatalf("%d are offered, want %d", n, len(s.offered))
				}
			},
		})
		s.rest()
		s.publish()
		for _, e := range s.kept {
			e.check(t, rapid.SampledFrom([]string{"red", "hat red", "ub", "seblinux", "a"}).Draw(t, "criteria"))
		}
	})
}

// TestShelvesStayFew: however files come and go, one by one.
func TestShelvesStayFew(t *testing.T) {
	t.Parallel()
	s := newStudy(50)
	defer s.mu.Unlock()
	for i := range 3000 {
		s.put(lies(fmt.Sprint(i), i, i))
		if i%3 == 0 {
			s.drop("/srv/public/" + fmt.Sprint(i/2))
		}
		s.publish()
		s.rest()
		entries, lost := 0, 0
		for _, shelf := range s.shelves {
			entries, lost = entries+len(shelf.entries), lost+shelf.lost
		}
		if few := 6; len(s.shelves) > few || lost*mergeGone > entries {
			t.Fatalf("after %d files: %d shelves of %d entries, %d lost; want at most %d and one lost of %d", i+1, len(s.shelves), entries, lost, few, mergeGone)
		}
		s.kept = s.kept[:0]
	}
	s.publish()
	s.kept[0].check(t, "2999")
}

// TestManyGoStraightIntoOneSegment: nothing is left to be merged after them.
func TestManyGoStraightIntoOneSegment(t *testing.T) {
	s := newStudy(10)
	defer s.mu.Unlock()
	s.put(lies("first", 1, 1))
	s.publish()
	for i := range 2 * inParallel {
		s.put(lies(fmt.Sprint(i), i, i))
	}
	s.publish()
	if len(s.shelves) != 1 || s.merging {
		t.Errorf("%d shelves, merging: %v; want 1 and no more to be done", len(s.shelves), s.merging)
	}
	s.kept[1].check(t, "1999")
}

// TestLostShelvesAreMadeAgain: at once or in the background, without a file
// that is new.
func TestLostShelvesAreMadeAgain(t *testing.T) {
	for _, atOnce := range []int{10, 1000} {
		s := newStudy(atOnce)
		for i := range 100 {
			s.put(lies(fmt.Sprint(i), i, i))
		}
		s.publish()
		for i := range 26 {
			s.drop("/srv/public/" + fmt.Sprint(2*i))
			s.publish()
			s.rest()
		}
		if len(s.shelves) != 1 || s.shelves[0].lost != 0 || len(s.shelves[0].entries) != 74 {
			t.Errorf("at once %d: %d shelves, %d lost of %d; want 1 of the 74 that are left", atOnce, len(s.shelves), s.shelves[0].lost, len(s.shelves[0].entries))
		}
		for _, e := range s.kept {
			e.check(t, "3")
		}
		s.mu.Unlock()
	}
}

// TestGoneWhileMerged: what is dropped or changed while its segment is merged
// does not come back.
func TestGoneWhileMerged(t *testing.T) {
	s := newStudy(1)
	defer s.mu.Unlock()
	for i := range 4 {
		s.put(lies(fmt.Sprint("red ", i), i, i))
		s.publish()
	}
	if !s.merging {
		t.Fatal("nothing is merged in the background")
	}
	s.drop("/srv/public/red 0")
	s.put(lies("red 1", 1, 1, "SEBLINUX"))
	s.publish()
	s.drop("/srv/public/red 2") // in no Library yet when the merging ends
	s.rest()
	if len(s.kept) < 6 {
		t.Error("no Library came out after the merging")
	}
	for _, e := range s.kept {
		e.check(t, "red")
		e.check(t, "seblinux")
	}
}

// TestManySearchers: each search sees one Library, whole, while others are
// published and merged.
func TestManySearchers(t *testing.T) {
	var (
		s       = newStudy(20)
		current atomic.Pointer[Library]
		done    atomic.Bool
		asking  sync.WaitGroup
	)
	changed := s.changed
	s.changed = func() {
		changed()
		current.Store(s.library)
	}
	current.Store(new(Library))
	for range 3 {
		asking.Go(func() {
			for last := 0; !done.Load(); {
				last = askOnce(t, current.Load(), last)
			}
		})
	}
	for i := range 600 {
		left, right := fmt.Sprintf("pair/left %d", i%100), fmt.Sprintf("pair/right %d", i%100)
		if i%3 == 2 {
			s.drop("/srv/public/" + left)
			s.drop("/srv/public/" + right)
		} else {
			s.put(lies(left, i, i))
			s.put(lies(right, i, i))
		}
		s.publish()
		current.Store(s.library)
		s.kept = s.kept[:0]
		s.mu.Unlock() // merging may end here
		s.mu.Lock()
	}
	s.rest()
	s.mu.Unlock()
	done.Store(true)
	asking.Wait()
}

// askOnce asks a Library of pairs of files, which are put together.
func askOnce(t *testing.T, l *Library, n int) int {
	found, err := l.Search("pair", MaxLeft)
	if err != nil || len(found.Files) != l.Len() || l.Len()%2 != 0 || found.Left != 0 {
		t.Errorf("%d files of %d found, %d left, %v; want all, which are pairs", len(found.Files), l.Len(), found.Left, err)
	}
	var bytes int64
	for f := range l.Files() {
		bytes += f.Size
	}
	if bytes != l.Bytes() {
		t.Errorf("the files have %d bytes, the Library says %d", bytes, l.Bytes())
	}
	if len(found.Files) > 0 {
		f := found.Files[n%len(found.Files)]
		if got, ok := l.ByRoot(f.Root); !ok || got.Root != f.Root {
			t.Errorf("%q is found by its name, not by its root", f.Name)
		}
		if got, ok := l.ByInfoHash(f.InfoHash()); !ok || got.Root != f.Root {
			t.Errorf("%q is found by its name, not by its swarm", f.Name)
		}
	}
	return n + 1
}

// TestOneString: an entry's names are parts of its location where they can be,
// and the same in any case.
func TestOneString(t *testing.T) {
	for _, c := range []struct {
		f     File
		whole bool // all of its strings lie in the location
	}{
		{File{Name: "c d.txt", Path: "a/b", place: place{"/srv/public", "a/b/c d.txt"}}, true},
		{File{Name: "c", place: place{"/srv", "c"}}, true},
		{File{Name: "c", place: place{"/", "c"}}, true},
		{File{Name: "Übung", Path: "a", place: place{"/srv", "a/U\u0308bung"}}, false},
		{File{Name: "c", Path: "Übung", place: place{"/srv", "U\u0308bung/c"}}, false},
		{File{Name: "c", Path: "b", place: place{"/srv", "a/b/c"}}, false},
		{File{Name: "other", Path: "b", place: place{"srv//x", "c"}}, false},
		{File{Name: "c", Path: "a"}, false},
	} {
		e := newEntry(c.f)
		location := e.place.String()
		e.keepIn(location)
		if !reflect.DeepEqual(e.File, c.f) {
			t.Errorf("%+v becomes %+v", c.f, e.File)
		}
		lies := func(s string) bool {
			from := uintptr(unsafe.Pointer(unsafe.StringData(location)))
			at := uintptr(unsafe.Pointer(unsafe.StringData(s)))
			return s == "" || from <= at && at < from+uintptr(len(location))
		}
		if got := lies(e.Name) && lies(e.Path) && lies(e.place.folder) && lies(e.place.below); got != c.whole {
			t.Errorf("%+v: in one string: %v, want %v", c.f, got, c.whole)
		}
	}
}
