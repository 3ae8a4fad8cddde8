package words

import (
	"math/bits"
	"slices"
)

// When a run of words has a bitmap: an eighth of a byte for each 64 documents,
// whatever the run, and eight bytes for each block that has one of its documents.
const (
	bitmapDocuments = 64  // a run of fewer has none
	wordShare       = 512 // nor a word that fewer than one document in so many has
)

// prefixShares are what wordShare is, of the beginnings of each of prefixes. The
// first is no less than wordShare: bitmaps of words lie within one of theirs.
var prefixShares = [len(prefixes{})]uint64{1024, 2048}

// bitmaps are those of the runs of a vocabulary that many documents have. No
// two runs overlap.
type bitmaps struct {
	runs []bitmap // in the order of the vocabulary
	ends []uint32 // to of each: all that a look-up reads until it has found its run
	keys []uint64 // of each: headOf the word or the beginning
}

// keySize is how many bytes a key holds. One of fewer bytes is like no other.
const keySize = 8

// of returns the bitmap of the word or beginning of so many letters, which has
// fewer bytes than keySize, or nil.
func (b *bitmaps) of(begin []byte) *bitmap {
	if i, ok := slices.BinarySearch(b.keys, headOf(begin, 0)); ok {
		return &b.runs[i]
	}
	return nil
}

// A bitmap is the set of the documents that have any word of a run.
//
// Files of a folder are alike and come one after the other, so that a word is
// in few of its neighbourhoods, the blocks of 64 documents: only these have an
// element. What three words have in common is mostly known from their outlines.
type bitmap struct {
	from, to uint32
	count    uint32   // documents
	outline  Set      // of the blocks that have an element
	ranks    []uint32 // of each element of outline: the blocks before it that have an element
	elements []uint64 // bit i%64 of the element of block i/64 is that of document i
}

// element returns the documents of a block.
func (b *bitmap) element(block int) uint64 {
	place, bit := block>>6, uint64(1)<<(block&63)
	blocks := b.outline[place]
	if blocks&bit == 0 {
		return 0
	}
	return b.elements[int(b.ranks[place])+bits.OnesCount64(blocks&(bit-1))]
}

// has reports whether a document is in the set.
func (b *bitmap) has(document uint32) bool {
	return b.element(int(document>>6))>>(document&63)&1 != 0
}

// around returns the bitmap of the run that holds the words from and so on up
// to and without to, or nil.
func (b *bitmaps) around(from, to uint32) *bitmap {
	i := b.search(from)
	if i == len(b.runs) || b.runs[i].from > from || b.runs[i].to < to {
		return nil
	}
	return &b.runs[i]
}

// within returns the bitmaps of runs that lie within from and to.
func (b *bitmaps) within(from, to uint32) []bitmap {
	i := b.search(from)
	j := i
	for j < len(b.ends) && b.ends[j] <= to {
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
	const ofBitmap = 88 // bytes of one without what it points to
	for i := range b.runs {
		m := &b.runs[i]
		size += int64(8*(cap(m.elements)+cap(m.outline)) + 4*cap(m.ranks))
	}
	return size + int64(ofBitmap*cap(b.runs)+4*cap(b.ends)+8*cap(b.keys))
}

// put adds a document, which none comes after that is less.
func (b *bitmap) put(document int) {
	blocks, bit := &b.outline[document>>12], uint64(1)<<(document>>6&63)
	if *blocks&bit == 0 {
		*blocks |= bit
		b.elements = append(b.elements, 0)
	}
	b.elements[len(b.elements)-1] |= 1 << (document & 63)
}

// finish counts what was put, and gives back the room left for more.
func (b *bitmaps) finish() {
	b.runs, b.ends, b.keys = exactly(b.runs), make([]uint32, len(b.runs)), exactly(b.keys)
	for i := range b.runs {
		m := &b.runs[i]
		b.ends[i] = m.to
		m.elements = exactly(m.elements)
		m.count = uint32(Set(m.elements).Count())
		m.ranks = make([]uint32, len(m.outline))
		rank := 0
		for j, blocks := range m.outline {
			m.ranks[j] = uint32(rank)
			rank += bits.OnesCount64(blocks)
		}
	}
}
