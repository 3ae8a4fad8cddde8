package share

import (
	"iter"
	"math"
	"slices"
	"sync"

	"servent/share/words"
)

// ErrNoWord is returned by a search whose criteria hold no letter and no digit.
var ErrNoWord = words.ErrNone

// MaxLeft is how many of the files that match beyond its limit a search counts
// at least before it stops.
const MaxLeft = 1000

// A Library is a snapshot of the files that are shared. It never changes; any
// goroutine may ask it. It does no I/O.
type Library struct {
	parts []part // those of the newest put first
	files int
	bytes int64

	listings listings
}

// NewLibrary returns a Library of the files given.
func NewLibrary(files []File) *Library {
	l := &Library{files: len(files)}
	entries := make([]*entry, len(files))
	for i, f := range files {
		entries[i] = newEntry(f)
		l.bytes += f.Size
	}
	for _, s := range merge([]part{unindexed(entries)}, mergeMost) {
		l.parts = append(l.parts, part{segment: s})
	}
	return l
}

// Found is the answer to a search.
type Found struct {
	// Files match, newest first. They belong to the Library and must not be
	// changed.
	Files []*File

	// Left is how many more match: exactly if Stop is [words.Complete], else at
	// least. It is [MaxLeft] at most.
	Left int

	// Stop is why the search ended: it was [words.Complete]; it [words.Counted]
	// as far as MaxLeft; or it [words.Exhausted] the work that one query may
	// cost, [words.Budget], so that files may be missing that would have come
	// before some of those found.
	Stop words.Stop
}

// searches are what searches need while they run.
var searches = sync.Pool{New: func() any { return new(words.Search) }}

// Search returns the files that match criteria, the newest limit of them. A
// file matches if every word of criteria begins one of its words, those of its
// name, its folders below the shared one and its tags; a word of one or two
// letters must equal one. [words.Of] says what a word is; at most
// [words.MaxQuery] count.
//
// It returns [ErrNoWord] if criteria holds no word.
//
// Source: RFC 0.6 draft §2.2.7.3, with matching by prefix as our own.
func (l *Library) Search(criteria string, limit int) (Found, error) {
	query, err := words.Parse(criteria)
	if err != nil {
		return Found{}, err
	}
	s := searches.Get().(*words.Search)
	s.Work = words.Budget
	found := search(l.parts, query, min(max(limit, 0), math.MaxInt-MaxLeft), s)
	s.Gone = nil // what lies in the pool keeps no Library in memory
	searches.Put(s)
	return found, nil
}

// search asks each part for its newest files, for all of them may be newer than
// those of the others. They share the work that s may do.
func search(parts []part, query words.Query, limit int, s *words.Search) (found Found) {
	s.Limit = limit
	total := 0
	for _, p := range parts {
		s.Gone, s.CountTo, s.Found = p.gone, limit+MaxLeft-total, s.Found[:0]
		p.index.Search(query, s)
		total += s.Total
		found.add(p, s.Found, limit)
		if s.Stop == words.Exhausted {
			found.Stop = words.Exhausted
			break
		}
	}
	if found.Stop == words.Complete && total >= limit+MaxLeft {
		found.Stop = words.Counted
	}
	found.Left = min(total-len(found.Files), MaxLeft)
	return found
}

// add adds entries of a part, newest first, and keeps the newest limit files.
func (f *Found) add(p part, numbers []uint32, limit int) {
	if len(numbers) == 0 {
		return
	}
	others := len(f.Files) > 0
	f.Files = slices.Grow(f.Files, len(numbers))
	for _, n := range numbers {
		f.Files = append(f.Files, &p.entries[n].File)
	}
	if others {
		slices.SortFunc(f.Files, compareAge)
		f.Files = f.Files[:min(len(f.Files), limit)]
	}
}

// ByRoot returns the file of that content, under its newest name.
func (l *Library) ByRoot(r Root) (File, bool) {
	return l.newest(func(p part) *entry { return p.byRoot(r) })
}

// BySHA1 returns the file whose content has that SHA-1.
func (l *Library) BySHA1(sum [20]byte) (File, bool) {
	return l.newest(func(p part) *entry { return p.bySHA1(sum) })
}

// ByInfoHash returns the file of that swarm: see [InfoHash]. It is the lookup
// that [Serve] takes.
func (l *Library) ByInfoHash(hash [20]byte) (File, bool) {
	return l.newest(func(p part) *entry { return p.byInfoHash(hash) })
}

// newest returns the newest of what is found in each part.
func (l *Library) newest(in func(part) *entry) (File, bool) {
	var newest *entry
	for _, p := range l.parts {
		if e := in(p); e != nil && (newest == nil || compareAge(&e.File, &newest.File) < 0) {
			newest = e
		}
	}
	if newest == nil {
		return File{}, false
	}
	return newest.File, true
}

// Files returns all files, newest first. The same content under two names
// comes twice.
func (l *Library) Files() iter.Seq[File] {
	return func(yield func(File) bool) {
		for p, n := range inOrder(l.parts) {
			if !yield(p.entries[n].File) {
				return
			}
		}
	}
}

// Len returns the number of files.
func (l *Library) Len() int { return l.files }

// Bytes returns the sum of the files' sizes.
func (l *Library) Bytes() int64 { return l.bytes }
