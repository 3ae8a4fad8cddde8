package share

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"servent/share/words"
)

// ErrNoWord is returned by a search whose criteria hold no letter and no digit.
var ErrNoWord = words.ErrNone

// A Library is a snapshot of the files that are shared. It never changes; any
// goroutine may ask it. It does no I/O.
type Library struct {
	entries    []*entry // newest first
	byRoot     map[Root]*entry
	bySHA1     map[[20]byte]*entry
	byInfoHash map[[20]byte]*entry
	index      *words.Index
	bytes      int64
}

// An entry is a File and what is computed of it once.
type entry struct {
	File
}

func newEntry(f File) *entry {
	f.infoHash = InfoHash(f.Root, f.Size)
	return &entry{f}
}

// NewLibrary returns a Library of the files given.
func NewLibrary(files []File) *Library {
	entries := make([]*entry, len(files))
	for i, f := range files {
		entries[i] = newEntry(f)
	}
	return newLibrary(entries)
}

// newLibrary returns the Library of entries, which it keeps and sorts.
func newLibrary(entries []*entry) *Library {
	slices.SortFunc(entries, func(a, b *entry) int {
		return cmp.Or(b.Modified.Compare(a.Modified), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.place.folder, b.place.folder), cmp.Compare(a.place.below, b.place.below))
	})
	l := &Library{
		entries:    entries,
		byRoot:     make(map[Root]*entry, len(entries)),
		bySHA1:     make(map[[20]byte]*entry, len(entries)),
		byInfoHash: make(map[[20]byte]*entry, len(entries)),
	}
	var index words.Builder
	for _, e := range entries {
		if index.Add(append([]string{e.Name, e.Path}, e.Tags...)...) != nil {
			panic("share: more files than an index holds") // no disk has as many
		}
		l.bytes += e.Size
		if l.byRoot[e.Root] == nil { // of several names the newest stands for the content
			l.byRoot[e.Root], l.bySHA1[e.SHA1], l.byInfoHash[e.infoHash] = e, e, e
		}
	}
	l.index = index.Index()
	return l
}

// Search returns the files that match criteria, newest first and at most limit
// of them, and how many more match. A file matches if every word of criteria
// begins one of its words, those of its name, its folders below the shared one
// and its tags; a word of one or two letters must equal one. [words.Of] says
// what a word is; at most [words.MaxQuery] count.
//
// It returns [ErrNoWord] if criteria holds no word.
//
// Source: RFC 0.6 draft §2.2.7.3, with matching by prefix as our own.
func (l *Library) Search(criteria string, limit int) (files []File, left int, err error) {
	query, err := words.Parse(criteria)
	if err != nil {
		return nil, 0, err
	}
	search := words.Search{Limit: max(limit, 0), CountTo: math.MaxInt, Work: math.MaxInt}
	l.index.Search(query, &search)
	for _, n := range search.Found {
		files = append(files, l.entries[n].File)
	}
	return files, search.Total - len(files), nil
}

// ByRoot returns the file of that content, under its newest name.
func (l *Library) ByRoot(r Root) (File, bool) { return fileOf(l.byRoot[r]) }

// BySHA1 returns the file whose content has that SHA-1.
func (l *Library) BySHA1(sum [20]byte) (File, bool) { return fileOf(l.bySHA1[sum]) }

// ByInfoHash returns the file of that swarm: see [InfoHash]. It is the lookup
// that [Serve] takes.
func (l *Library) ByInfoHash(hash [20]byte) (File, bool) { return fileOf(l.byInfoHash[hash]) }

func fileOf(e *entry) (File, bool) {
	if e == nil {
		return File{}, false
	}
	return e.File, true
}

// Files returns all files, newest first. The same content under two names
// comes twice.
func (l *Library) Files() iter.Seq[File] {
	return func(yield func(File) bool) {
		for _, e := range l.entries {
			if !yield(e.File) {
				return
			}
		}
	}
}

// Len returns the number of files.
func (l *Library) Len() int { return len(l.entries) }

// Bytes returns the sum of the files' sizes.
func (l *Library) Bytes() int64 { return l.bytes }
