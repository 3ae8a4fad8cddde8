package words

import "slices"

// When a run of words has a bitmap, or an outline of it: an eighth of a byte for
// each document, or for each 64, whatever the run.
const (
	bitmapDocuments = 4096 // an index of fewer documents has none
	denseWord       = 32   // a word that one in so many documents has is a bitmap instead of a list
	densePrefix     = 64   // the words that begin with the same three letters have one beside their lists
	outlined        = 512  // either has an outline
)

// bitmaps are those of the runs of a vocabulary that many documents have. No
// two runs overlap.
type bitmaps struct {
	runs []bitmap // in the order of the vocabulary
	ends []uint32 // to of each: all that a look-up reads until it has found its run
}

// A bitmap is the set of the documents that have any word of a run.
//
// Files of a folder are alike and come one after the other, so that a word is
// in few of its neighbourhoods: what three words have in common is mostly known
// from the outlines.
type bitmap struct {
	from, to uint32
	count    uint32 // documents, or a few more
	blocks   uint32 // members of outline
	outline  Set    // bit i is set if element i of the set is not 0
	set      Set    // nil: there is only the outline
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
	i, _ := slices.BinarySearch(b.ends, word+1)
	return i
}

func (b *bitmaps) size() (size int64) {
	const ofBitmap = 64 // bytes of one without its sets
	for _, m := range b.runs {
		size += int64(8 * (cap(m.set) + cap(m.outline)))
	}
	return size + int64(ofBitmap*cap(b.runs)+4*cap(b.ends))
}

// put adds a document.
func (b *bitmap) put(document int) {
	if b.set != nil {
		b.set[document>>6] |= 1 << (document & 63)
	}
	b.outline[document>>12] |= 1 << (document >> 6 & 63)
}

// finish counts what was put, and gives back the room left for more.
func (b *bitmaps) finish() {
	b.runs, b.ends = exactly(b.runs), make([]uint32, len(b.runs))
	for i := range b.runs {
		m := &b.runs[i]
		b.ends[i] = m.to
		m.blocks = uint32(m.outline.Count())
		if m.set != nil {
			m.count = uint32(m.set.Count())
		}
	}
}
