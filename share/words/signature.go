package words

import "unicode/utf8"

// How many letters of a word its marks are made of.
const (
	nearLetters = shortWord + 1 // the shortest beginning that a query can ask for
	farLetters  = 5
)

// marks are the bits that a word sets in the signature of a document: 64 bits
// that say at a glance that most documents lack a word. A beginning of a word
// has no mark that the word lacks.
type marks struct {
	near uint64 // of its first three letters, or of the whole of a shorter one
	far  uint64 // of its first five letters; 0 if it has fewer
}

func marksOf(word []byte) marks {
	m := marks{near: mark(firstLetters(word, nearLetters))}
	if far := firstLetters(word, farLetters); len(far) < len(word) || utf8.RuneCount(far) == farLetters {
		m.far = mark(far)
	}
	return m
}

// mark returns one bit that depends on all of text.
func mark(text []byte) uint64 {
	const odd = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio: spreads over the high bits
	h := uint64(len(text))
	for _, c := range text {
		h = (h ^ uint64(c)) * odd
	}
	return 1 << (h >> 58)
}

// firstLetters returns the first n letters of a word, or all if it has fewer.
func firstLetters(word []byte, n int) []byte {
	end := 0
	for ; n > 0 && end < len(word); n-- {
		if word[end] < utf8.RuneSelf {
			end++
			continue
		}
		_, size := utf8.DecodeRune(word[end:])
		end += size
	}
	return word[:end]
}
