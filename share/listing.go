package share

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"

	"servent/share/words"
)

// An Order is one that the files of a [Library] are listed in. Files that are
// equal in one stand by their places.
type Order int

// The orders.
const (
	ByPlace Order = iota // by shared folder, then by path below it
	ByName               // whatever the case of its letters
	BySize               // the smallest first
	ByAge                // the newest first
	orders
)

// listings are the files of a Library in each order that was asked for. One is
// made at its first use and lives as long as the Library: 8 bytes a file.
type listings [orders]struct {
	once  sync.Once
	files []*File
}

// Listed returns all files in an order. The slice and the files belong to the
// Library and must not be changed.
func (l *Library) Listed(by Order) []*File {
	o := &l.listings[by]
	o.once.Do(func() {
		files := make([]*File, 0, l.files)
		for p, n := range inOrder(l.parts) {
			files = append(files, &p.entries[n].File)
		}
		o.files = by.sort(files)
	})
	return o.files
}

// ListedWith returns, in an order, all files that [Library.Search] would find if
// no query had a [words.Budget].
func (l *Library) ListedWith(criteria string, by Order) ([]*File, error) {
	query, err := words.Parse(criteria)
	if err != nil {
		return nil, err
	}
	s := searches.Get().(*words.Search)
	s.Work = math.MaxInt
	found := search(l.parts, query, l.files, s)
	s.Gone = nil // as in Search
	searches.Put(s)
	return by.sort(found.Files), nil
}

// sort sorts files, which it returns.
func (o Order) sort(files []*File) []*File {
	type keyed struct {
		key [2]uint64
		*File
	}
	list, ranks := make([]keyed, len(files)), folderRanks(files)
	for i, f := range files {
		list[i] = keyed{o.key(f, ranks), f}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		for i := range a.key { // most are told apart without a look at the files
			if a.key[i] != b.key[i] {
				return cmp.Compare(a.key[i], b.key[i])
			}
		}
		if o == ByName {
			if byName := compareFold(a.Name, b.Name); byName != 0 {
				return byName
			}
		}
		return cmp.Or(cmp.Compare(a.place.folder, b.place.folder), cmp.Compare(a.place.below, b.place.below))
	})
	for i, one := range list {
		files[i] = one.File
	}
	return files
}

// folderRanks returns the order of the shared folders that files lie in.
func folderRanks(files []*File) map[string]uint64 {
	ranks := map[string]uint64{}
	for _, f := range files {
		ranks[f.place.folder] = 0
	}
	for i, folder := range slices.Sorted(maps.Keys(ranks)) {
		ranks[folder] = uint64(i)
	}
	return ranks
}

// key returns numbers that put most files in the order.
func (o Order) key(f *File, ranks map[string]uint64) [2]uint64 {
	switch o {
	case ByName:
		return foldedHead(f.Name)
	case BySize:
		return [2]uint64{uint64(f.Size)}
	case ByAge:
		return [2]uint64{^(uint64(f.Modified.UnixNano()) ^ 1<<63)}
	}
	var head [16]byte
	binary.BigEndian.PutUint32(head[:], uint32(ranks[f.place.folder]))
	copy(head[4:], f.place.below)
	return [2]uint64{binary.BigEndian.Uint64(head[:8]), binary.BigEndian.Uint64(head[8:])}
}

// foldedHead returns the first sixteen bytes of a name in small letters.
func foldedHead(name string) [2]uint64 {
	var head [16 + utf8.UTFMax]byte
	text := head[:0]
	for _, r := range name {
		if text = utf8.AppendRune(text, unicode.ToLower(r)); len(text) >= 16 {
			break
		}
	}
	return [2]uint64{binary.BigEndian.Uint64(head[:8]), binary.BigEndian.Uint64(head[8:16])}
}

// compareFold compares names whatever the case of their letters.
func compareFold(a, b string) int {
	for a != "" && b != "" {
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if c := cmp.Compare(unicode.ToLower(ra), unicode.ToLower(rb)); c != 0 {
			return c
		}
		a, b = a[na:], b[nb:]
	}
	return cmp.Compare(len(a), len(b))
}

// Folder returns the shared folder that the file is in, an absolute path; ""
// for a File that was not made from one on disk.
func (f File) Folder() string { return f.place.folder }

// IsIn reports whether the file lies in the folder, an absolute path, or below it.
func (f *File) IsIn(folder string) bool {
	shared := f.place.folder
	if within(folder, shared) {
		return true
	}
	return within(shared, folder) && within(belowOf(shared, folder), f.place.below)
}
