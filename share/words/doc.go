// Package words finds documents by their words: what a word is, what a query
// asks for, and an index that answers it. It does no I/O and knows no clock.
//
// [Of] says what the words of a text are and [Parse] what a query wants: a word
// of three letters or more begins a word of the document, a shorter one equals
// one, and all must be there. A [Builder] takes documents in the order that
// they are wanted in, the newest first, and makes an [Index], which never
// changes. [Index.Search] returns the first documents that match, and stops
// when it has enough or has done the work it was allowed.
//
// An index of four documents:
//
//	names      0  ·linux·kernel·txt     1  ·linus·jpg
//	           2  ·kernel·notes·txt     3  ·li·linux        (· separates)
//
//	vocabulary    postings           bitmaps, of what many documents have
//	 0 jpg         1
//	 1 kernel                        the word kernel     outline, elements
//	 2 li          3
//	 3 linus       1          ┐ the words that
//	 4 linux       0 3        ┘ begin with lin           outline, elements
//	 5 notes       2
//	 6 txt         0 2
//
//	signatures    64 bits for each document: the marks of its words' first
//	              three and first five letters
//
// The vocabulary is sorted: what begins with the letters of a query is one run
// of it, whose documents lie together in the postings, as varints of the gaps
// between them. A word that many documents have gets a bitmap instead, and
// their beginnings of three and of four letters one beside: an outline has a
// bit for each block of 64 documents, and the blocks that it names have an
// element each, with a bit for each document. What is short is found by a key
// of its bitmap, without a look at the vocabulary.
//
// A search goes the cheapest way to few documents, and looks closely at those:
//
//	run            each word of the query       none in the vocabulary: done
//	intersect      the outlines there are       no block in common: done
//	choose         a driver: the word whose lists are the least work, or else
//	               the bitmaps
//	walk           the driver's documents in the blocks left, into a sieve, or
//	               the blocks left themselves, in the order of documents
//	judge          64 documents at a time: the bitmaps of the other words, what
//	               is gone; then each by signature, and at last by its name
//
// The driver's lists are read in windows of documents that grow, because the
// first that match are mostly enough. Work is counted on the way in postings,
// blocks and names looked at; see [Budget].
//
// An index of few documents has no bitmaps, and costs little more than its
// names: it is cheap to make one of a single document.
package words
