package words

import (
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
type Query struct {
	words   []Word
	needles [][]byte // of each word: see needle
	marks   []marks  // of each word
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
	texts := Of(criteria)
	if len(texts) == 0 {
		return Query{}, ErrNone
	}
	words := make([]Word, 0, min(len(texts), MaxQuery))
	for _, text := range texts {
		word := Word{Text: text, Whole: utf8.RuneCountInString(text) <= shortWord}
		if slices.ContainsFunc(words, word.isImpliedBy) {
			continue
		}
		words = slices.DeleteFunc(words, func(w Word) bool { return w.isImpliedBy(word) })
		if len(words) < MaxQuery {
			words = append(words, word)
		}
	}
	return newQuery(words), nil
}

// newQuery prepares the words for any number of searches.
func newQuery(words []Word) Query {
	q := Query{words, make([][]byte, len(words)), make([]marks, len(words))}
	size := 0
	for _, w := range words {
		size += len(w.Text) + 2
	}
	needles := make([]byte, 0, size)
	for i, w := range words {
		begin := len(needles)
		needles = append(append(needles, separator), w.Text...)
		if w.Whole {
			needles = append(needles, separator)
		}
		q.needles[i] = needles[begin:]
		q.marks[i] = marksOf(needles[begin+1 : begin+1+len(w.Text)])
	}
	return q
}

// Words returns the words of the query in their order. They are not to be
// changed.
func (q Query) Words() []Word { return q.words }

// Matches reports whether a document of these words has those of the query. It
// is the rule that an [Index] answers by.
func (q Query) Matches(words []string) bool {
	return len(q.words) > 0 && !slices.ContainsFunc(q.words, func(w Word) bool {
		return !slices.ContainsFunc(words, w.matches)
	})
}

func (w Word) matches(word string) bool {
	if w.Whole {
		return word == w.Text
	}
	return strings.HasPrefix(word, w.Text)
}

// isImpliedBy reports whether every document that has other has w too.
func (w Word) isImpliedBy(other Word) bool {
	if w.Whole || other.Whole {
		return w == other
	}
	return strings.HasPrefix(other.Text, w.Text)
}
