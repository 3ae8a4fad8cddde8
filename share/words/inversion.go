package words

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"
)

// Index returns the index of what was added. The Builder must not be used
// after it.
func (b *Builder) Index() *Index {
	v := newInversion(b)
	x := &Index{}
	v.writeVocabulary(&x.vocabulary)
	v.measure()
	v.choose(x)
	v.fill(x)
	b.names.text = append(b.names.text, separator)
	b.names.starts = append(b.names.starts, uint32(len(b.names.text)-1))
	x.names = names{exactly(b.names.text), exactly(b.names.starts)}
	*b = Builder{}
	return x
}

// An inversion turns the words of each document into the documents of each
// word. It reads the words of all documents twice: to learn how long the lists
// become, and to write them.
type inversion struct {
	*Builder
	order []uint32 // the numbers of the words in the order of the vocabulary
	words []inverted
}

// inverted is one word, by its number in the lexicon, on the way.
type inverted struct {
	bits   uint64                 // that it sets in a signature
	next   uint32                 // the first document that may come next in its list
	count  uint32                 // documents
	at     uint32                 // measuring: bytes of its list; filling: where to write
	own    int32                  // its own bitmap, or -1; with one it has no list
	prefix [len(prefixes{})]int32 // the bitmaps of its first letters, or -1
}

func newInversion(b *Builder) *inversion {
	return &inversion{Builder: b, order: b.sorted(), words: make([]inverted, len(b.lexicon.entries))}
}

func (b *Builder) word(id uint32) []byte {
	e := &b.lexicon.entries[id]
	return b.names.text[e.at : e.at+e.size]
}

// sorted returns the numbers of the words in the order of the words.
func (b *Builder) sorted() []uint32 {
	type headed struct {
		head uint64
		id   uint32
	}
	list := make([]headed, len(b.lexicon.entries))
	for i := range list {
		list[i] = headed{headOf(b.word(uint32(i)), 0), uint32(i)}
	}
	slices.SortFunc(list, func(a, c headed) int {
		if a.head != c.head {
			return cmp.Compare(a.head, c.head)
		}
		return bytes.Compare(b.word(a.id), b.word(c.id))
	})
	order := make([]uint32, len(list))
	for i, e := range list {
		order[i] = e.id
	}
	return order
}

func (v *inversion) writeVocabulary(to *vocabulary) {
	var previous []byte
	for _, id := range v.order {
		word := v.word(id)
		to.add(previous, word)
		previous = word
	}
	to.clip()
}

// measure counts the documents of each word and the bytes of its list.
func (v *inversion) measure() {
	begin := uint32(0)
	for document, end := range v.ends {
		for _, id := range v.ids[begin:end] {
			w := &v.words[id]
			w.at += gapSize(uint32(document) - w.next)
			w.next = uint32(document) + 1
			w.count++
		}
		begin = end
	}
}

// choose gives the most frequent words and beginnings their bitmaps, and every
// other word its place among the lists and its bits of the signatures.
func (v *inversion) choose(x *Index) {
	for n := range x.prefixes {
		v.choosePrefixes(&x.prefixes[n], n)
	}
	p := &x.postings
	p.starts = make([]uint32, 1, len(v.order)+1)
	for i, id := range v.order {
		w := &v.words[id]
		size := w.at
		w.next, w.at = 0, p.starts[i]
		if w.own = v.bitmapOf(&x.single, v.word(id), i, i+1, wordShare); w.own >= 0 {
			size = 0
		}
		p.starts = append(p.starts, w.at+size)
		w.bits = v.bitsOf(id)
	}
	p.lists = make([]byte, p.starts[len(v.order)])
}

// choosePrefixes gives the most frequent beginnings of n letters more than
// nearLetters their bitmaps.
func (v *inversion) choosePrefixes(all *bitmaps, n int) {
	for from := 0; from < len(v.order); {
		to := v.endOfPrefix(from, nearLetters+n)
		bitmap := int32(-1)
		if to-from > 1 { // or the word's own bitmap does
			bitmap = v.bitmapOf(all, firstLetters(v.word(v.order[from]), nearLetters+n), from, to, prefixShares[n])
		}
		for _, id := range v.order[from:to] {
			v.words[id].prefix[n] = bitmap
		}
		from = to
	}
}

// bitsOf returns what a word sets in the signature of its documents: nothing
// that a bitmap says better.
func (v *inversion) bitsOf(id uint32) (bits uint64) {
	m, w := marksOf(v.word(id)), &v.words[id]
	if w.prefix[0] < 0 {
		bits |= m.near
	}
	if w.own < 0 {
		bits |= m.far
	}
	return bits
}

// endOfPrefix returns the first word behind those that begin with the same
// letters as one. A word of fewer letters stands alone.
func (v *inversion) endOfPrefix(from, letters int) int {
	prefix := firstLetters(v.word(v.order[from]), letters)
	to := from + 1
	if utf8.RuneCount(prefix) < letters {
		return to
	}
	for to < len(v.order) && bytes.HasPrefix(v.word(v.order[to]), prefix) {
		to++
	}
	return to
}

// bitmapOf makes a bitmap for the run of words that begin so if one document in
// share, or more, has one of them. It returns its number, or -1.
func (v *inversion) bitmapOf(all *bitmaps, begin []byte, from, to int, share uint64) int32 {
	documents, count := uint64(len(v.ends)), uint64(0)
	for _, id := range v.order[from:to] {
		count += uint64(v.words[id].count)
	}
	if count < bitmapDocuments || count*share < documents {
		return -1
	}
	all.keys = append(all.keys, headOf(begin, 0))
	all.runs = append(all.runs, bitmap{from: uint32(from), to: uint32(to), outline: make(Set, (documents+4095)/4096)})
	return int32(len(all.runs) - 1)
}

// fill writes the lists, the bitmaps and the signatures.
func (v *inversion) fill(x *Index) {
	x.signatures = make([]uint64, len(v.ends))
	begin := uint32(0)
	for document, end := range v.ends {
		bits := uint64(0)
		for _, id := range v.ids[begin:end] {
			w := &v.words[id]
			bits |= w.bits
			for n, bitmap := range w.prefix {
				if bitmap >= 0 {
					x.prefixes[n].runs[bitmap].put(document)
				}
			}
			if w.own >= 0 {
				x.single.runs[w.own].put(document)
			} else {
				w.at += uint32(putGap(x.postings.lists[w.at:], uint32(document)-w.next))
				w.next = uint32(document) + 1
			}
		}
		x.signatures[document] = bits
		begin = end
	}
	x.single.finish()
	for n := range x.prefixes {
		x.prefixes[n].finish()
	}
}
