package words

import "math/bits"

// A Set is a set of documents: bit i%64 of element i/64 is that of document i.
// What lies behind its end is not in it.
type Set []uint64

// Has reports whether a document is in the set.
func (s Set) Has(document uint32) bool {
	place := int(document / 64)
	return place < len(s) && s[place]>>(document%64)&1 != 0
}

// Add puts a document into the set, which grows if it has to.
func (s *Set) Add(document uint32) {
	if short := int(document/64) + 1 - len(*s); short > 0 {
		*s = append(*s, make(Set, short)...)
	}
	(*s)[document/64] |= 1 << (document % 64)
}

// Count returns the number of documents in the set.
func (s Set) Count() (n int) {
	for _, element := range s {
		n += bits.OnesCount64(element)
	}
	return n
}
