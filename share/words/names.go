package words

import "bytes"

// separator stands before each word in the names, and behind the last. No word
// holds it.
const separator = 0

// names are the different words of every document, in one piece: a word that
// begins with "lin" follows a separator, and so is found without a look at
// those before it.
type names struct {
	text   []byte
	starts []uint32 // where each document begins in text, and where the last one ends
}

// of returns the words of a document, each behind a separator, and the
// separator behind the last.
func (n *names) of(document uint32) []byte {
	return n.text[n.starts[document] : n.starts[document+1]+1]
}

// has reports whether the document has the word of a needle.
func (n *names) has(document uint32, needle []byte) bool {
	return bytes.Contains(n.of(document), needle)
}

func (n *names) size() int64 { return int64(cap(n.text) + 4*cap(n.starts)) }
