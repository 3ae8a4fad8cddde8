package words

import (
	"bytes"
	"hash/maphash"
)

// A lexicon numbers the different words of a [Builder] as they come. The words
// themselves stand in the names, where each came first.
type lexicon struct {
	seed    maphash.Seed // chosen anew each time: names come from anybody
	slots   []uint32     // open addressing: 1 + the number of a word, or 0
	entries []lexeme
}

// A lexeme is what is known of one word.
type lexeme struct {
	hash uint32
	at   uint32 // in the names
	size uint32 // bytes
	last uint32 // 1 + the last document that has it
}

// minSlots is how many slots the first word makes room for.
const minSlots = 16

// number returns the number of the word at text[at:]. If no document had it
// before, that is a new one.
func (l *lexicon) number(text []byte, at int) uint32 {
	if 4*len(l.entries) >= 3*len(l.slots) {
		l.grow()
	}
	word := text[at:]
	hash := uint32(maphash.Bytes(l.seed, word))
	mask := uint32(len(l.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := l.slots[i]
		if slot == 0 {
			l.entries = append(l.entries, lexeme{hash: hash, at: uint32(at), size: uint32(len(word))})
			l.slots[i] = uint32(len(l.entries))
			return l.slots[i] - 1
		}
		if e := &l.entries[slot-1]; e.hash == hash && bytes.Equal(text[e.at:e.at+e.size], word) {
			return slot - 1
		}
	}
}

func (l *lexicon) grow() {
	if l.slots == nil {
		l.seed = maphash.MakeSeed()
	}
	l.slots = make([]uint32, max(minSlots, 2*len(l.slots)))
	mask := uint32(len(l.slots) - 1)
	for n, e := range l.entries {
		i := e.hash & mask
		for l.slots[i] != 0 {
			i = (i + 1) & mask
		}
		l.slots[i] = uint32(n + 1)
	}
}
