package words

// An Index finds the documents that have every word of a query. It never
// changes; any goroutine may search it. A [Builder] makes it.
type Index struct {
	names      names
	vocabulary vocabulary
	postings   postings
	single     bitmaps  // of single words
	prefixes   bitmaps  // of all words that begin with the same three letters
	signatures []uint64 // of each document: the marks of its words
}

// Len returns the number of documents.
func (x *Index) Len() int { return len(x.signatures) }

// Size returns the bytes that the index takes in memory: those of the folded
// words of the documents and of where each begins, and those of everything
// beyond.
func (x *Index) Size() (names, beyond int64) {
	return x.names.size(), x.vocabulary.size() + x.postings.size() + x.single.size() + x.prefixes.size() + int64(8*cap(x.signatures))
}
