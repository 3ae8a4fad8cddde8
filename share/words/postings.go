package words

import (
	"encoding/binary"
	"math/bits"
)

// postings are the documents of each word, ascending, in the order of the
// vocabulary: each as a varint of how many documents lie between it and the one
// before. A word that has a bitmap has no list.
type postings struct {
	lists  []byte
	starts []uint32 // where the list of each word begins, and where the last one ends
}

func (p *postings) size() int64 { return int64(cap(p.lists) + 4*cap(p.starts)) }

// weight returns the bytes of the lists of a run of words, which are a little
// more than their documents.
func (p *postings) weight(from, to uint32) int {
	return int(p.starts[to] - p.starts[from])
}

// gapSize returns the bytes that a gap takes in a list.
func gapSize(gap uint32) uint32 { return uint32(bits.Len32(gap|1)+6) / 7 }

// putGap writes a gap and returns how many bytes it took.
func putGap(list []byte, gap uint32) int { return binary.PutUvarint(list, uint64(gap)) }

// A reading is how far a list has been read.
type reading struct {
	at   uint32 // in the lists
	next uint64 // the first document that may come
}

// read puts the documents of a list from low up to and without high into a
// sieve, of those that lie in blocks, and returns how many it read: no more
// than most. The list ends at end; a nil set has all blocks.
func (p *postings) read(r reading, end uint32, low, high uint64, blocks Set, into *sieve, most int) (reading, int) {
	list, i, work := p.lists[:end], r.at, 0
	next := r.next
	for i < end && work < most {
		begin := i
		gap := uint64(list[i])
		i++
		if gap >= 0x80 {
			gap &= 0x7f
			for shift := 7; ; shift += 7 {
				b := list[i]
				i++
				gap |= uint64(b&0x7f) << shift
				if b < 0x80 {
					break
				}
			}
		}
		document := next + gap
		if work++; document >= high {
			return reading{begin, next}, work
		}
		next = document + 1
		if document >= low && (blocks == nil || blocks[document>>12]>>(document>>6&63)&1 != 0) {
			into.add(uint32(document))
		}
	}
	return reading{i, next}, work
}
