package peerwire

import (
	"bytes"
	"math/bits"
)

// A bitfield says which pieces a side has: a bit for each, the first piece's
// the highest of the first byte. Source: BEP 3.
type bitfield struct {
	pieces int
	all    bool   // then bits does not count
	bits   []byte // nil: none
	count  int    // of the bits that are set; pieces where all are
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
	if bit := byte(0x80 >> (piece % 8)); f.bits[piece/8]&bit == 0 {
		f.bits[piece/8] |= bit
		f.count++
	}
}

// take sets the bits that data has set, in a copy of its own. It returns false if
// data has another length, or a bit set for a piece that there is not.
func (f *bitfield) take(data []byte) bool {
	if len(data) != (f.pieces+7)/8 {
		return false
	}
	if spare := 8*len(data) - f.pieces; spare > 0 && bits.TrailingZeros8(data[len(data)-1]) < spare {
		return false
	}
	if f.all {
		return true
	}
	both := bytes.Clone(data)
	for i, b := range f.bits {
		both[i] |= b
	}
	f.bits, f.count = both, 0
	for _, b := range f.bits {
		f.count += bits.OnesCount8(b)
	}
	return true
}

// fill sets all.
func (f *bitfield) fill() { f.all, f.count = true, f.pieces }
