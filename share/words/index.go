package words

import "unicode/utf8"

// An Index finds the documents that have every word of a query. It never
// changes; any goroutine may search it. A [Builder] makes it.
type Index struct {
	names      names
	vocabulary vocabulary
	postings   postings
	single     bitmaps  // of single words
	prefixes   prefixes // of all words that begin with the same letters
	signatures []uint64 // of each document: the marks of its words
}

// prefixes are the bitmaps of beginnings of nearLetters, of one letter more and
// so on.
type prefixes [2]bitmaps

// Len returns the number of documents.
func (x *Index) Len() int { return len(x.signatures) }

// bitmapOf returns the bitmap of exactly the words that a needle matches, or nil
// if there is none or only the vocabulary can tell.
func (x *Index) bitmapOf(n *needle) *bitmap {
	word := n.word()
	if len(word) >= keySize {
		return nil
	}
	if n.whole {
		return x.single.of(word)
	}
	if i := utf8.RuneCount(word) - nearLetters; i < len(x.prefixes) {
		return x.prefixes[i].of(word)
	}
	return nil
}

// Size returns the bytes that the index takes in memory: those of the folded
// words of the documents and of where each begins, and those of everything
// beyond.
func (x *Index) Size() (names, beyond int64) {
	beyond = x.vocabulary.size() + x.postings.size() + x.single.size() + int64(8*cap(x.signatures))
	for i := range x.prefixes {
		beyond += x.prefixes[i].size()
	}
	return x.names.size(), beyond
}
