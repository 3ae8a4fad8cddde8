package share

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// A table finds numbers below 2³²-1 by hashes of what they stand for: open
// addressing with linear probing, 5.3 bytes a number. It does not hold the keys:
// whoever asks compares them.
type table struct {
	// slots hold a number plus one in their low bits, 0 for none, and as much of
	// the key's mix above it as there is room for, so that a number of another
	// key is hardly ever looked at.
	slots []uint32
	width int // bits that the numbers take
}

// newTable returns a table with room for n numbers below n.
func newTable(n int) table {
	return table{slots: make([]uint32, n+n/3+1), width: bits.Len(uint(n))}
}

// find returns the number, of those that were put under a key like this one,
// that is says yes to. If there is none, it returns the slot where one
// would go.
func (t table) find(key uint64, is func(n uint32) bool) (n uint32, slot int, ok bool) {
	if len(t.slots) == 0 {
		return 0, 0, false
	}
	home, _ := bits.Mul64(key, uint64(len(t.slots)))
	for slot = int(home); ; slot++ {
		if slot == len(t.slots) {
			slot = 0
		}
		s := t.slots[slot]
		if s == 0 {
			return 0, slot, false
		}
		if (s^uint32(key))>>t.width == 0 {
			if n = s&(1<<t.width-1) - 1; is(n) {
				return n, slot, true
			}
		}
	}
}

// put puts n under key into a slot that find returned.
func (t table) put(slot int, key uint64, n uint32) {
	t.slots[slot] = uint32(key)>>t.width<<t.width | (n + 1)
}

// salt keeps whoever makes files whose hashes begin alike from filling one
// stretch of a table with them.
var salt = rand.Uint64() | 1

// keyOf returns the key in a table of a hash of 8 bytes or more.
func keyOf(hash []byte) uint64 { return binary.LittleEndian.Uint64(hash) * salt }
