package words

import "math/bits"

// A sieve is a set of documents that is cheap to fill in any order, to empty in
// ascending order and to find empty: above the bit of each document lie two
// floors with a bit for each element below that is not 0.
type sieve struct {
	floors [3][]uint64
}

// fit makes room for documents below n. The sieve must be empty.
func (s *sieve) fit(n int) {
	for i := range s.floors {
		n = (n + 63) / 64
		if len(s.floors[i]) < n {
			s.floors[i] = make([]uint64, n)
		}
	}
}

// addBlock adds the documents of an element of a set, if the block of that
// place is in blocks; a nil set has all blocks.
func (s *sieve) addBlock(place, element uint64, blocks Set) {
	if element == 0 || blocks != nil && blocks[place>>6]>>(place&63)&1 == 0 {
		return
	}
	s.floors[0][place] |= element
	s.floors[1][place>>6] |= 1 << (place & 63)
	s.floors[2][place>>12] |= 1 << (place >> 6 & 63)
}

// drain empties the sieve. It gives keep its elements that are not 0, with
// their place, until keep returns false; what is left is dropped.
func (s *sieve) drain(keep func(place int, element uint64) bool) {
	more := true
	for i, top := range s.floors[2] {
		if top == 0 {
			continue
		}
		s.floors[2][i] = 0
		for ; top != 0; top &= top - 1 {
			j := i<<6 + bits.TrailingZeros64(top)
			middle := s.floors[1][j]
			s.floors[1][j] = 0
			for ; middle != 0; middle &= middle - 1 {
				k := j<<6 + bits.TrailingZeros64(middle)
				element := s.floors[0][k]
				s.floors[0][k] = 0
				more = more && keep(k, element)
			}
		}
	}
}
