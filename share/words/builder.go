package words

import (
	"errors"
	"math"
	"slices"
)

// MaxDocuments is how many documents an Index holds at most.
const MaxDocuments = math.MaxUint32

// ErrFull is returned for a document that an Index has no room for.
var ErrFull = errors.New("words: the index is full")

// A Builder gathers the documents of an [Index]. The zero Builder is ready for
// use, by one goroutine.
type Builder struct {
	words [][]string // of each document, sorted
}

// Add adds the next document, whose words are those of the texts. Documents
// are numbered 0, 1, 2 and so on as they are added, by Add or by
// [Builder.AddFrom]; searches return low numbers first.
//
// It returns [ErrFull], and adds nothing, if there is no room for it.
func (b *Builder) Add(texts ...string) error {
	var words []string
	for _, text := range texts {
		words = append(words, Of(text)...)
	}
	slices.Sort(words)
	return b.add(slices.Compact(words))
}

// AddFrom adds as the next document one that another index holds. It costs
// less than [Builder.Add]. It returns what Add does.
func (b *Builder) AddFrom(x *Index, document int) error { return b.add(x.documents[document]) }

func (b *Builder) add(words []string) error {
	if len(b.words) == MaxDocuments {
		return ErrFull
	}
	b.words = append(b.words, words)
	return nil
}

// Index returns the index of what was added. The Builder must not be used
// after it.
func (b *Builder) Index() *Index { return newIndex(b.words) }
