package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Of returns the words of s in their order: runs of letters and digits, after
// [Fold]. So "Übung_2" and "U\u0308BUNG ②" hold the same two. What is not UTF-8
// separates words.
func Of(s string) []string {
	return strings.FieldsFunc(Fold(s), isNoWordRune)
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func isNoWordRune(r rune) bool { return !isWordRune(r) }

// Fold returns s with all that does not count for a match taken away: after
// compatibility decomposition (NFKD), case folding and removal of accents and
// other marks.
func Fold(s string) string {
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
