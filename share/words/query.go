package words

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a query.
const (
	// MaxQuery is how many different words of a query count; further ones are
	// ignored, so that the answer may hold more than was asked for.
	MaxQuery = 12

	maxCriteria = 4 << 10 // bytes of a query that are looked at
	shortWord   = 2       // letters; words up to this length must equal one of the document's
)

// ErrNone is returned for a query that holds no letter and no digit.
var ErrNone = errors.New("words: the query holds no word")

// A Word is one that a document must have.
type Word struct {
	Text  string // folded
	Whole bool   // it must equal a word of the document, not only begin one
}

// A Query is the words that a document must have, all of them. It never
// changes. The zero Query matches nothing.
type Query struct{ needles []needle }

// A needle is a word of a query as it is looked for.
type needle struct {
	text  []byte // the word as it begins in the names: see separator
	whole bool   // there is a separator behind it too
	marks marks
}

// Parse returns the query that criteria holds: its words, without those that
// come twice or that a longer one implies, and at most [MaxQuery] of them. A
// word of one or two letters must equal a word of the document, any other must
// begin one.
//
// It returns [ErrNone] if criteria holds no word.
func Parse(criteria string) (Query, error) {
	if len(criteria) > maxCriteria {
		criteria = criteria[:maxCriteria]
	}
	var room [MaxQuery]needle
	found := room[:0]
	if isASCII(criteria) {
		found = parseASCII(found, criteria)
	} else {
		for word := range strings.FieldsFuncSeq(Fold(criteria), isNoWordRune) {
			text := append(append(make([]byte, 0, len(word)+2), separator), word...)
			found = addNeedle(found, text, utf8.RuneCountInString(word) <= shortWord)
		}
	}
	if len(found) == 0 {
		return Query{}, ErrNone
	}
	for i := range found {
		found[i].marks = marksOf(found[i].word())
	}
	return Query{slices.Clone(found)}, nil
}

// parseASCII adds the words of criteria that has no other characters.
func parseASCII(to []needle, criteria string) []needle {
	all := make([]byte, 0, len(criteria)+len(criteria)/2+2) // a word takes two bytes more, and has one of them between it and the next
	for i := 0; i < len(criteria); {
		begin := len(all)
		all = append(all, separator)
		for ; i < len(criteria); i++ {
			c := asciiFolded[criteria[i]&(utf8.RuneSelf-1)]
			if c == 0 {
				break
			}
			all = append(all, c)
		}
		i++
		if size := len(all) - begin - 1; size > 0 {
			all = append(all, separator)
			to = addNeedle(to, all[begin:len(all)-1:len(all)], size <= shortWord)
		} else {
			all = all[:begin]
		}
	}
	return to
}

// addNeedle adds the word of a text, a separator and it, if the others do not
// imply it, and drops those that it implies. There is room for a separator
// behind the text.
func addNeedle(to []needle, text []byte, whole bool) []needle {
	if whole {
		text = append(text, separator)
	}
	for i := range to {
		if bytes.HasPrefix(to[i].text, text) {
			return to
		}
	}
	kept := to[:0]
	for _, n := range to {
		if !bytes.HasPrefix(text, n.text) {
			kept = append(kept, n)
		}
	}
	if len(kept) < MaxQuery {
		kept = append(kept, needle{text: text, whole: whole})
	}
	return kept
}

// word returns the word without separators.
func (n *needle) word() []byte {
	if n.whole {
		return n.text[1 : len(n.text)-1]
	}
	return n.text[1:]
}

// Words returns the words of the query in their order.
func (q Query) Words() []Word {
	words := make([]Word, len(q.needles))
	for i := range words {
		words[i] = Word{string(q.needles[i].word()), q.needles[i].whole}
	}
	return words
}

// Matches reports whether a document of these words has those of the query. It
// is the rule that an [Index] answers by.
func (q Query) Matches(words []string) bool {
	for _, w := range q.Words() {
		if !slices.ContainsFunc(words, w.Matches) {
			return false
		}
	}
	return len(q.needles) > 0
}

// Matches reports whether a document that has word has w.
func (w Word) Matches(word string) bool {
	if w.Whole {
		return word == w.Text
	}
	return strings.HasPrefix(word, w.Text)
}
