package words

import "slices"

// When a run of words has a bitmap: an eighth of a byte for each document,
// whatever the run.
const (
	bitmapDocuments = 4096 // an index of fewer documents has none
	denseWord       = 32   // a word that one in so many documents has is a bitmap instead of a list
	densePrefix     = 64   // the words that begin with the same three letters have one beside their lists
)

// bitmaps are those of the runs of a vocabulary that most documents have. No
// two runs overlap.
type bitmaps struct {
	runs []bitmap // in the order of the vocabulary
}

// A bitmap is the set of the documents that have any word of a run.
type bitmap struct {
	from, to uint32
	count    uint32 // documents
	set      Set
}

// around returns the bitmap of the run that holds a word, or nil.
func (b *bitmaps) around(word uint32) *bitmap {
	i := b.search(word)
	if i == len(b.runs) || b.runs[i].from > word {
		return nil
	}
	return &b.runs[i]
}

// within returns the bitmaps of runs that lie within from and to.
func (b *bitmaps) within(from, to uint32) []bitmap {
	if len(b.runs) == 0 {
		return nil
	}
	i := b.search(from)
	j := i
	for j < len(b.runs) && b.runs[j].to <= to {
		j++
	}
	return b.runs[i:j]
}

// search returns the first run that ends behind a word.
func (b *bitmaps) search(word uint32) int {
	i, _ := slices.BinarySearchFunc(b.runs, word, func(m bitmap, word uint32) int {
		if m.to <= word {
			return -1
		}
		return 1
	})
	return i
}

func (b *bitmaps) size() (size int64) {
	const ofBitmap = 40 // bytes of one without its set
	for _, m := range b.runs {
		size += int64(8 * cap(m.set))
	}
	return size + int64(ofBitmap*cap(b.runs))
}
