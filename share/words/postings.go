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

// gap returns the gap that is written at a place, and the place behind it.
func (p *postings) gap(at uint32) (gap uint64, behind uint32) {
	if b := p.lists[at]; b < 0x80 {
		return uint64(b), at + 1
	}
	return p.longGap(at)
}

func (p *postings) longGap(at uint32) (gap uint64, behind uint32) {
	list := p.lists[at:]
	gap = uint64(list[0]&0x7f) | uint64(list[1]&0x7f)<<7
	i := uint32(2)
	for shift := 14; list[i-1] >= 0x80; shift += 7 {
		gap |= uint64(list[i]&0x7f) << shift
		i++
	}
	return gap, at + i
}

// A reading is how far a list has been read.
type reading struct {
	at   uint32 // in the lists
	next uint64 // the first document that may come
}

// open returns readings of the lists of a run, from their beginning, in the
// memory of old ones.
func (p *postings) open(from, to uint32, old []reading) []reading {
	list := old[:0]
	for _, at := range p.starts[from:to] {
		list = append(list, reading{at: at})
	}
	return list
}

// gather goes on with the readings of the lists from a word on: it puts the
// documents below high into a sieve, of those that lie in blocks; a nil set has
// all blocks. It returns how many documents it looked at, more than most where
// it stopped before the end.
func (p *postings) gather(from uint32, list []reading, high uint64, blocks Set, into *sieve, most int) (work int) {
	ends := p.starts[from+1 : from+1+uint32(len(list))]
	for i, end := range ends {
		at, next := list[i].at, list[i].next
		// Neighbours come into the sieve together.
		place, element := uint64(0), uint64(0)
		for at < end && work <= most {
			gap, behind := p.gap(at)
			document := next + gap
			if work++; document >= high {
				break
			}
			at, next = behind, document+1
			if document>>6 != place {
				into.addBlock(place, element, blocks)
				place, element = document>>6, 0
			}
			element |= 1 << (document & 63)
		}
		into.addBlock(place, element, blocks)
		list[i] = reading{at, next}
	}
	return work
}
