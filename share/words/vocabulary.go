package words

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sort"
)

const (
	// blockWords is how many words share a block of the vocabulary.
	blockWords = 8
	// topBlocks is how many blocks share a top: few enough that all tops stay in
	// the processor's cache, where the heads do not.
	topBlocks = 64
)

// A vocabulary is the different words of all documents in order, numbered from
// 0. The words that begin with the same letters are one run of it.
//
// They lie in blocks. In a block each word is written as two varints, how many
// bytes it shares with the one before and how many are its own, and the latter;
// the first shares none.
type vocabulary struct {
	heads  []uint64 // of each block: headOf its first word
	tops   []uint64 // of each topBlocks blocks: the first head
	starts []uint32 // where each block begins in text
	text   []byte
	count  uint32
}

// headOf returns the first eight bytes of a word as a number that orders as the
// words do; shorter words are filled up with pad.
func headOf(word []byte, pad byte) uint64 {
	if len(word) >= 8 {
		return binary.BigEndian.Uint64(word)
	}
	head := [8]byte{pad, pad, pad, pad, pad, pad, pad, pad}
	copy(head[:], word)
	return binary.BigEndian.Uint64(head[:])
}

// add appends a word, which must come after previous, the last one.
func (v *vocabulary) add(previous, word []byte) {
	shared := 0
	if v.count%blockWords == 0 {
		head := headOf(word, 0)
		if len(v.heads)%topBlocks == 0 {
			v.tops = append(v.tops, head)
		}
		v.heads = append(v.heads, head)
		v.starts = append(v.starts, uint32(len(v.text)))
	} else {
		shared = commonPrefix(previous, word)
	}
	v.text = binary.AppendUvarint(v.text, uint64(shared))
	v.text = binary.AppendUvarint(v.text, uint64(len(word)-shared))
	v.text = append(v.text, word[shared:]...)
	v.count++
}

// clip gives back the room that was left for more words.
func (v *vocabulary) clip() {
	v.heads, v.tops = exactly(v.heads), exactly(v.tops)
	v.starts, v.text = exactly(v.starts), exactly(v.text)
}

// exactly returns s in no more memory than it needs.
func exactly[E any](s []E) []E {
	if cap(s) == len(s) {
		return s
	}
	return append(make([]E, 0, len(s)), s...)
}

func (v *vocabulary) size() int64 {
	return int64(8*cap(v.heads) + 8*cap(v.tops) + 4*cap(v.starts) + cap(v.text))
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// run returns the words from, from+1 and so on up to and without to that begin
// with prefix, or that one which equals it.
func (v *vocabulary) run(prefix []byte, whole bool) (from, to uint32) {
	if v.count == 0 {
		return 0, 0
	}
	block := max(0, v.blockOf(prefix, false, 0, len(v.heads)))
	c := cursor{v: v, key: prefix, at: v.starts[block], word: uint32(block) * blockWords}
	c.end = min(c.word+blockWords, v.count)
	c.skip()
	for c.next() == before {
	}
	if c.order == before && c.word < v.count { // the first word of the next block is it, if any
		c.end = min(c.word+blockWords, v.count)
		c.matched = 0
		c.next()
	}
	switch {
	case c.order != within, whole && c.length != len(prefix):
		return 0, 0
	case whole:
		return c.word - 1, c.word
	}
	from = c.word - 1
	for c.next() == within {
	}
	if c.order != within { // it is behind the run
		return from, c.word - 1
	}
	return from, v.behind(prefix, block)
}

// behind returns the first word after those that begin with prefix, which are
// in block or behind it.
func (v *vocabulary) behind(prefix []byte, block int) uint32 {
	head, step := headOf(prefix, padAfter), 1
	for block+step < len(v.heads) && v.heads[block+step] < head { // mostly they end nearby
		block += step
		step *= 2
	}
	block = v.blockOf(prefix, true, block, min(block+step, len(v.heads)))
	c := cursor{v: v, key: prefix, at: v.starts[block], word: uint32(block) * blockWords}
	c.end = min(c.word+blockWords, v.count)
	for c.next() == before || c.order == within {
		if c.word == c.end {
			return c.word
		}
	}
	return c.word - 1
}

// padAfter is more than any byte of a word, for words are UTF-8.
const padAfter = 0xff

// blockOf returns the last block whose first word is less than key, or -1.
// After it, the words that begin with key are less than it. The heads below low
// are less than that of the key, those from high on are not.
func (v *vocabulary) blockOf(key []byte, after bool, low, high int) int {
	pad := byte(0)
	if after {
		pad = padAfter
	}
	head := headOf(key, pad)
	top, _ := slices.BinarySearch(v.tops, head)
	low, high = max(low, (top-1)*topBlocks), min(high, top*topBlocks)
	first, _ := slices.BinarySearch(v.heads[low:max(low, high)], head)
	first += low
	if first == len(v.heads) || v.heads[first] != head {
		return first - 1
	}
	// Only the rest of the words can tell.
	beyond := 1
	for first+beyond < len(v.heads) && v.heads[first+beyond] == head { // mostly few
		beyond *= 2
	}
	last, _ := slices.BinarySearch(v.heads[first:min(first+beyond, len(v.heads))], head+1)
	return first + sort.Search(last, func(i int) bool {
		word := v.first(first + i)
		if after && bytes.HasPrefix(word, key) {
			return false
		}
		return bytes.Compare(word, key) >= 0
	}) - 1
}

// first returns the first word of a block.
func (v *vocabulary) first(block int) []byte {
	at := v.starts[block] + 1 // it shares nothing
	length, n := binary.Uvarint(v.text[at:])
	at += uint32(n)
	return v.text[at : at+uint32(length)]
}

// An order says where a word lies as seen from a key.
type order uint8

const (
	before order = iota
	within       // it begins with the key
	behind
)

// A cursor compares the words of a block with a key, one after the other. It
// need not put any together: what a word shares with the one before has been
// compared.
type cursor struct {
	v       *vocabulary
	key     []byte
	at      uint32 // in the text
	word    uint32 // the next
	end     uint32 // of the block
	matched int    // bytes of the key that the last word began with
	length  int    // of the last word
	order   order  // of the last word
}

// next returns where the next word lies. At the end of the block it returns
// behind, and c.order stays that of the last word.
func (c *cursor) next() order {
	if c.word == c.end {
		return behind
	}
	shared, own := c.number(), c.number()
	text := c.v.text[c.at : c.at+uint32(own)]
	c.at += uint32(own)
	c.word++
	c.length = shared + own
	switch {
	case shared < c.matched: // it left what the key begins with, upwards
		c.order = behind
	case shared == c.matched && c.order != behind:
		rest := c.key[c.matched:]
		n := commonPrefix(text, rest)
		c.matched += n
		switch {
		case n == len(rest):
			c.order = within
		case n == len(text) || text[n] < rest[n]:
			c.order = before
		default:
			c.order = behind
		}
	}
	return c.order
}

// skip goes past the words that are before the key for what they share with the
// one before them, all but the first that tells more.
func (c *cursor) skip() {
	text, at := c.v.text, c.at
	for ; c.word < c.end; c.word++ {
		shared, own := int(text[at]), int(text[at+1])
		if shared|own >= 0x80 || shared < c.matched {
			break
		}
		if shared == c.matched {
			rest, word := c.key[shared:], text[at+2:at+2+uint32(own)]
			n := commonPrefix(word, rest)
			if n == len(rest) || n < len(word) && word[n] > rest[n] {
				break
			}
			c.matched += n
		}
		c.length = shared + own
		at += 2 + uint32(own)
	}
	c.at = at
}

func (c *cursor) number() int {
	if b := c.v.text[c.at]; b < 0x80 {
		c.at++
		return int(b)
	}
	number, n := binary.Uvarint(c.v.text[c.at:])
	c.at += uint32(n)
	return int(number)
}
