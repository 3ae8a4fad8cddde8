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

// gather puts the documents from low up to and without high that the words of
// a run have into a sieve. It returns how many it looked at.
func (p *postings) gather(into *sieve, from, to uint32, low, high uint64) (work int) {
	at := p.starts[from]
	for _, end := range p.starts[from+1 : to+1] {
		next := uint64(0) // document
		list := p.lists[at:end]
		for i := 0; i < len(list); {
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
			next = document + 1
			work++
			if document >= high {
				break
			}
			if document >= low {
				into.add(uint32(document))
			}
		}
		at = end
	}
	return work
}
