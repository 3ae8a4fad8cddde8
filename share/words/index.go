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

// of returns the bitmap of all words that a needle begins, or nil if it has
// none or is not known by its key.
func (p *prefixes) of(n *needle) *bitmap {
	if n.whole || len(n.word()) > keySize {
		return nil
	}
	if i := utf8.RuneCount(n.word()) - nearLetters; i < len(p) {
		return p[i].of(n.word())
	}
	return nil
}

// Len returns the number of documents.
func (x *Index) Len() int { return len(x.signatures) }

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
