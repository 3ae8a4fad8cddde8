package words

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"unicode/utf8"
)

// Limits of an index.
const (
	// MaxDocuments is how many documents an Index holds at most.
	MaxDocuments = math.MaxUint32
	// MaxText is how many bytes the folded words of all its documents may have
	// in sum, each with one to separate it from the next.
	MaxText = 1 << 30

	// maxUnfolding is how many bytes one byte of a text becomes at most: NFKD
	// makes 33 of the three bytes of U+FDFA.
	maxUnfolding = 16
)

// ErrFull is returned for a document that an Index has no room for.
var ErrFull = errors.New("words: the index is full")

// A Builder gathers the documents of an [Index]. The zero Builder is ready for
// use, by one goroutine.
type Builder struct {
	names   names
	lexicon lexicon
	ids     []uint32 // the different words of each document, by their numbers in lexicon
	ends    []uint32 // where each document ends in ids
}

// Add adds the next document, whose words are those of the texts: see [Of].
// Documents are numbered 0, 1, 2 and so on as they are added, by Add or by
// [Builder.AddFrom]; searches return low numbers first.
//
// It returns [ErrFull], and adds nothing, if there is no room for it.
func (b *Builder) Add(texts ...string) error {
	room := 0
	for _, text := range texts {
		room += maxUnfolding * (len(text) + 1)
	}
	if err := b.begin(room); err != nil {
		return err
	}
	for _, text := range texts {
		if isASCII(text) {
			b.addASCII(text)
			continue
		}
		for word := range strings.FieldsFuncSeq(Fold(text), isNoWordRune) {
			b.names.text = append(append(b.names.text, separator), word...)
			b.endWord(len(b.names.text) - len(word))
		}
	}
	b.ends = append(b.ends, uint32(len(b.ids)))
	return nil
}

// AddFrom adds as the next document one that another index holds. It costs
// less than [Builder.Add] of a text that is not ASCII. It returns what Add does.
func (b *Builder) AddFrom(x *Index, document int) error {
	text := x.names.of(uint32(document))
	if err := b.begin(len(text)); err != nil {
		return err
	}
	for rest := text[:len(text)-1]; len(rest) > 0; {
		size := bytes.IndexByte(rest[1:], separator)
		if size < 0 {
			size = len(rest) - 1
		}
		b.names.text = append(b.names.text, rest[:1+size]...)
		b.endWord(len(b.names.text) - size)
		rest = rest[1+size:]
	}
	b.ends = append(b.ends, uint32(len(b.ids)))
	return nil
}

// begin begins a document of at most that many bytes.
func (b *Builder) begin(room int) error {
	if uint64(len(b.names.starts)) >= MaxDocuments || room > MaxText-len(b.names.text) {
		return ErrFull
	}
	b.names.starts = append(b.names.starts, uint32(len(b.names.text)))
	return nil
}

// asciiFolded holds what Of makes of an ASCII character: a character of a word,
// or 0 for what separates words.
var asciiFolded = func() (table [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		for _, word := range Of(string(rune(c))) {
			table[c] = word[0]
		}
	}
	return table
}()

// addASCII adds the words of a text that has no other characters.
func (b *Builder) addASCII(text string) {
	out := b.names.text
	begin := 0 // of the word in out; 0 between words, for a separator comes first
	for i := range len(text) {
		switch c := asciiFolded[text[i]&(utf8.RuneSelf-1)]; {
		case c != 0 && begin == 0:
			begin = len(out) + 1
			out = append(out, separator, c)
		case c != 0:
			out = append(out, c)
		case begin != 0:
			b.names.text = out
			b.endWord(begin)
			out, begin = b.names.text, 0
		}
	}
	b.names.text = out
	if begin != 0 {
		b.endWord(begin)
	}
}

// endWord takes up the word that the names end with, unless the document has
// it already.
func (b *Builder) endWord(at int) {
	id := b.lexicon.number(b.names.text, at)
	document := uint32(len(b.names.starts)) // counted from 1
	if e := &b.lexicon.entries[id]; e.last != document {
		e.last = document
		b.ids = append(b.ids, id)
		return
	}
	b.names.text = b.names.text[:at-1]
}
