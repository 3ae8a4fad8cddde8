package share

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Limits of the words of a query.
const (
	// MaxQueryWords is how many different words of a query count; further ones
	// are ignored, so that the answer may hold more than was asked for.
	MaxQueryWords = 12

	maxCriteria = 4 << 10 // bytes of a query that are looked at
	shortWord   = 2       // letters; words up to this length must equal one of the file's
)

// ErrNoWord is returned by a search whose criteria hold no letter and no digit.
var ErrNoWord = errors.New("share: the query holds no word")

// Words returns the words of s in their order: runs of letters and digits,
// after compatibility decomposition (NFKD), case folding and removal of
// accents and other marks. So "Übung_2" and "U\u0308BUNG ②" hold the same two.
// What is not UTF-8 separates words.
func Words(s string) []string {
	return strings.FieldsFunc(fold(s), func(r rune) bool { return !isWordRune(r) })
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// fold returns s with all that does not count for a match taken away.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	// What is not UTF-8 separates words, and a rune behind it would not be
	// decomposed.
	s = strings.ToValidUTF8(s, " ")
	// Folding may compose again or uncover marks: decompose before and after.
	s = norm.NFKD.String(s)
	s = cases.Fold().String(s)
	s = norm.NFKD.String(s)
	return strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return unicode.ToLower(r) // for Cherokee, whose cases the folding swaps
	}, s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// A queryWord is one word that a file must have.
type queryWord struct {
	text  string
	whole bool // it must equal a word of the file, not only begin one
}

// queryWords returns the words of a query without those that come twice or
// that a longer one implies.
func queryWords(criteria string) ([]queryWord, error) {
	if len(criteria) > maxCriteria {
		criteria = criteria[:maxCriteria]
	}
	texts := Words(criteria)
	if len(texts) == 0 {
		return nil, ErrNoWord
	}
	var words []queryWord
	for _, text := range texts {
		word := queryWord{text: text, whole: utf8.RuneCountInString(text) <= shortWord}
		if slices.ContainsFunc(words, word.isImpliedBy) {
			continue
		}
		words = slices.DeleteFunc(words, func(w queryWord) bool { return w.isImpliedBy(word) })
		if len(words) < MaxQueryWords {
			words = append(words, word)
		}
	}
	return words, nil
}

// isImpliedBy reports whether every file that has other has w too.
func (w queryWord) isImpliedBy(other queryWord) bool {
	if w.whole || other.whole {
		return w == other
	}
	return strings.HasPrefix(other.text, w.text)
}
