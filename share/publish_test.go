package share

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// manyFiles returns n files as folders of music and software have them: names
// of 2 to 6 words out of 50,000, in folders of 12. Every call returns the same.
func manyFiles(n int) []File {
	random := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 50_000)
	for i := range vocabulary {
		word := make([]byte, 3+random.IntN(7))
		for j := range word {
			word[j] = byte('a' + random.IntN(26))
		}
		vocabulary[i] = string(word)
	}
	pick := func(b []byte, n int) []byte {
		for i := range n {
			if i > 0 {
				b = append(b, ' ')
			}
			b = append(b, vocabulary[int(random.ExpFloat64()*3000)%len(vocabulary)]...)
		}
		return b
	}
	files := make([]File, n)
	var folder string
	var name []byte
	for i := range files {
		if i%12 == 0 {
			folder = string(pick(append(pick(nil, 1), '/'), 2))
		}
		name = append(pick(append(name[:0], folder+"/"...), 2+random.IntN(5)), ".flac"...)
		below := string(name)
		content := binary.LittleEndian.AppendUint64(nil, uint64(i))
		files[i] = File{
			Name: strings.Clone(below[len(folder)+1:]), Path: folder, Size: int64(random.IntN(1 << 26)), Root: sha256.Sum256(content), SHA1: sha1.Sum(content),
			Modified: time.Unix(random.Int64N(1<<30), 0), place: place{"/home/user/Public", below},
		}
	}
	return files
}

// A stock is a librarian of many files, in a benchmark.
type stock struct {
	*study
	locations []string
	names     int64 // bytes of the locations
	heap      int64 // bytes of all that the librarian and its Library keep
}

func newStock(n int) *stock {
	before := heapSize()
	s := &stock{study: newStudy(mergeAtOnce)}
	s.changed = func() {
		s.library = s.librarian.publish()
		s.merged.Broadcast()
	}
	for _, f := range manyFiles(n) {
		s.librarian.put(newEntry(f))
	}
	s.library = s.librarian.publish()
	s.heap = heapSize() - before
	for at := range s.all() {
		s.locations = append(s.locations, at)
		s.names += int64(len(at))
	}
	slices.Sort(s.locations)
	return s
}

func heapSize() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// million is what the benchmarks of a million files share.
var million = sync.OnceValue(func() *stock { return newStock(1_000_000) })

// BenchmarkPublish is what it takes from files that are put or dropped to the
// Library that says so. What is merged in the background runs beside it.
func BenchmarkPublish(b *testing.B) {
	b.Run("first-100k", func(b *testing.B) {
		files := manyFiles(100_000)
		for b.Loop() {
			l := newLibrarian(new(sync.Mutex), func() {})
			for _, f := range files {
				l.put(newEntry(f))
			}
			l.publish()
		}
	})
	next := 0
	for _, c := range []struct {
		name   string
		change func(s *stock)
	}{
		{"one-more", func(s *stock) { s.librarian.put(newEntry(lies(fmt.Sprintf("new/song %d.flac", next), next, next))) }},
		{"one-removed", func(s *stock) { s.librarian.drop(s.locations[next%len(s.locations)]) }},
		{"one-retagged", func(s *stock) {
			f := s.at(s.locations[len(s.locations)-1-next%len(s.locations)]).File
			f.Tags = []string{"SEBLINUX"}
			s.librarian.put(newEntry(f))
		}},
	} {
		b.Run(c.name+"-of-1M", func(b *testing.B) { benchmarkChange(b, func(s *stock) { c.change(s); next++ }) })
	}
}

func benchmarkChange(b *testing.B, change func(s *stock)) {
	s := million()
	var segments int
	var longest time.Duration
	for b.Loop() {
		begin := time.Now()
		change(s)
		s.library = s.librarian.publish()
		segments, longest = max(segments, len(s.shelves)), max(longest, time.Since(begin))
		s.mu.Unlock() // merging may end here
		s.mu.Lock()
	}
	b.ReportMetric(float64(longest.Nanoseconds()), "longest-ns")
	b.ReportMetric(float64(segments), "segments")
	s.rest()
}

// BenchmarkSearch is a search of one Library by its user or a neighbour, with
// the limit that a neighbour's has.
func BenchmarkSearch(b *testing.B) {
	ten := NewLibrary(manyFiles(10_000))
	benchmarkSearch(b, "10k", ten)
	benchmarkSearch(b, "1M", million().library)
}

func benchmarkSearch(b *testing.B, size string, l *Library) {
	names := namesOf(slices.Collect(l.Files()))
	for _, c := range []struct{ name, criteria string }{
		{"hit", names[77]},
		{"miss", "zzzzqqq flac"},
		{"every-file", "flac"},
		{"prefixes", names[5][:3] + " " + names[9][:3] + " flac"},
	} {
		b.Run(size+"/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.Search(c.criteria, 255); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLookup is a search by content: of what is there, and of what is not.
func BenchmarkLookup(b *testing.B) {
	s := million()
	var roots []Root
	for f := range s.library.Files() {
		if roots = append(roots, f.Root); len(roots) == 1000 {
			break
		}
	}
	for i, name := range []string{"here", "elsewhere"} {
		b.Run(name, func(b *testing.B) {
			for n := 0; b.Loop(); n++ {
				root := roots[n%len(roots)]
				root[31] ^= byte(i)
				if _, ok := s.library.ByRoot(root); ok != (i == 0) {
					b.Fatal(ok)
				}
			}
		})
	}
}

// BenchmarkMemory tells what a file takes that is offered and searchable, in
// all and of that its absolute path.
func BenchmarkMemory(b *testing.B) {
	for _, c := range []struct {
		name  string
		stock func() *stock
	}{{"100k", func() *stock { return newStock(100_000) }}, {"1M", million}} {
		b.Run(c.name, func(b *testing.B) {
			s := c.stock()
			for b.Loop() { // there is nothing to be timed
			}
			n := float64(len(s.locations))
			b.ReportMetric(float64(s.heap)/n, "B/file")
			b.ReportMetric(float64(s.names)/n, "path-B/file")
		})
	}
}
