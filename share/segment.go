package share

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"servent/share/words"
)

// An entry is a File that is offered.
type entry struct {
	File

	// Where the librarian has it: a shelf and the number there. They are the
	// librarian's alone; who searches must not look at them.
	shelf  shelfID
	number uint32
}

func newEntry(f File) *entry { return &entry{File: f} }

// keepIn lets the strings of an entry that nobody else has yet be parts of its
// location, as far as they are, so that it takes one string.
func (e *entry) keepIn(location string) {
	if strings.HasPrefix(location, e.place.folder) && strings.HasSuffix(location, e.place.below) {
		e.place.folder = location[:len(e.place.folder)]
		e.place.below = location[len(location)-len(e.place.below):]
	}
	below := e.place.below
	if strings.HasSuffix(below, e.Name) {
		below = below[:len(below)-len(e.Name)]
		e.Name = e.place.below[len(below):]
	}
	if strings.TrimSuffix(below, "/") == e.Path {
		e.Path = below[:len(e.Path)]
	}
}

// compareAge puts the newer of two files first; those of one time go by name.
func compareAge(a, b *File) int {
	if byTime := b.Modified.Compare(a.Modified); byTime != 0 {
		return byTime
	}
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.place.folder, b.place.folder), cmp.Compare(a.place.below, b.place.below))
}

// A segment is some of the files of a Library, with their words and the ways
// to their contents. It never changes.
type segment struct {
	entries []*entry // newest first; an entry's number is its place here
	index   *words.Index
	contents
}

// A part is a segment as one Library has it.
type part struct {
	*segment
	gone words.Set // numbers of entries that the Library does not have
}

// unindexed returns a part of entries, which it sorts, that cannot be searched
// yet, only be merged.
func unindexed(entries []*entry) part {
	// Most differ in the second, which is compared without a look at the entries.
	type dated struct {
		second int64
		*entry
	}
	dates := make([]dated, len(entries))
	for i, e := range entries {
		dates[i] = dated{e.Modified.Unix(), e}
	}
	slices.SortFunc(dates, func(a, b dated) int {
		if a.second != b.second {
			return cmp.Compare(b.second, a.second)
		}
		return compareAge(&a.File, &b.File)
	})
	for i, d := range dates {
		entries[i] = d.entry
	}
	return part{segment: &segment{entries: entries}}
}

// inOrder yields the entries of the parts that are not gone, newest first, each
// as its part and its number there.
func inOrder(parts []part) iter.Seq2[part, uint32] {
	return func(yield func(part, uint32) bool) {
		next := make([]uint32, len(parts))
		for i, p := range parts {
			next[i] = p.after(0)
		}
		for {
			newest := -1
			for i, p := range parts {
				if int(next[i]) == len(p.entries) {
					continue
				}
				if newest < 0 || compareAge(&p.entries[next[i]].File, &parts[newest].entries[next[newest]].File) < 0 {
					newest = i
				}
			}
			if newest < 0 || !yield(parts[newest], next[newest]) {
				return
			}
			next[newest] = parts[newest].after(next[newest] + 1)
		}
	}
}

// after returns the number of the first entry from n on that is not gone.
func (p part) after(n uint32) uint32 {
	for int(n) < len(p.entries) && p.gone.Has(n) {
		n++
	}
	return n
}

// inParallel is from how many entries on a segment is built on two cores.
const inParallel = 1000

// merge returns a segment of the entries of the parts that are not gone.
func merge(parts []part) *segment {
	s := new(segment)
	n := 0
	for _, p := range parts {
		n += len(p.entries)
	}
	s.entries = make([]*entry, 0, n)
	for p, n := range inOrder(parts) {
		s.entries = append(s.entries, p.entries[n])
	}
	if len(s.entries) < inParallel {
		s.index = mergeIndex(parts)
		s.contents = newContents(s.entries)
		return s
	}
	indexed := make(chan struct{})
	go func() {
		s.index = mergeIndex(parts)
		close(indexed)
	}()
	s.contents = newContents(s.entries)
	<-indexed
	return s
}

// mergeIndex returns the index of the same entries.
func mergeIndex(parts []part) *words.Index {
	var b words.Builder
	var texts []string
	for p, n := range inOrder(parts) {
		var err error
		if p.index != nil {
			err = b.AddFrom(p.index, int(n))
		} else {
			e := p.entries[n]
			texts = append(append(texts[:0], e.Name, e.Path), e.Tags...)
			err = b.Add(texts...)
		}
		if err != nil {
			panic("share: more files than an index holds") // no computer has as many
		}
	}
	return b.Index()
}
