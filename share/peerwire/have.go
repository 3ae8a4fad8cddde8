package peerwire

import "math/bits"

// A bitfield says which pieces a side has: a bit for each, the first piece's
// the highest of the first byte. Source: BEP 3.
type bitfield struct {
	pieces int
	all    bool   // then bits does not count
	bits   []byte // nil: none
}

func (f *bitfield) has(piece uint32) bool {
	if int64(piece) >= int64(f.pieces) {
		return false
	}
	return f.all || f.bits != nil && f.bits[piece/8]&(0x80>>(piece%8)) != 0
}

func (f *bitfield) set(piece uint32) {
	if f.all {
		return
	}
	if f.bits == nil {
		f.bits = make([]byte, (f.pieces+7)/8)
	}
	f.bits[piece/8] |= 0x80 >> (piece % 8)
}

// take replaces the bits by a copy of data. It returns false if data has
// another length, or a bit set for a piece that there is not.
func (f *bitfield) take(data []byte) bool {
	if len(data) != (f.pieces+7)/8 {
		return false
	}
	if spare := 8*len(data) - f.pieces; spare > 0 && bits.TrailingZeros8(data[len(data)-1]) < spare {
		return false
	}
	f.all, f.bits = false, append([]byte(nil), data...)
	return true
}

// count returns how many pieces there are.
func (f *bitfield) count() (n int) {
	if f.all {
		return f.pieces
	}
	for _, b := range f.bits {
		n += bits.OnesCount8(b)
	}
	return n
}
