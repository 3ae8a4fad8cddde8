package share

import (
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// An index finds the files that have every word of a query. It never changes
// once built; any goroutine may search it.
type index interface {
	// search returns the numbers of the first limit files, lowest first, that
	// have all the words, and how many have them in all.
	search(words []queryWord, limit int) (found []int, total int)
}

// A wordIndex is a sorted vocabulary with the files of each word: the words
// that begin with a query's word are one run of it.
type wordIndex struct {
	words    []string
	postings [][]uint32 // postings[i]: the files that have words[i], ascending
	files    int
}

// newWordIndex builds the index of files whose words are given by number.
func newWordIndex(wordsOf [][]string) *wordIndex {
	postings := map[string][]uint32{}
	for i, words := range wordsOf {
		for _, word := range words {
			list := postings[word]
			if len(list) == 0 || list[len(list)-1] != uint32(i) {
				postings[word] = append(list, uint32(i))
			}
		}
	}
	x := &wordIndex{words: slices.Sorted(maps.Keys(postings)), files: len(wordsOf)}
	x.postings = make([][]uint32, len(x.words))
	for i, word := range x.words {
		x.postings[i] = postings[word]
	}
	return x
}

func (x *wordIndex) search(words []queryWord, limit int) (found []int, total int) {
	runs := make([][][]uint32, len(words))
	for i, word := range words {
		if runs[i] = x.run(word); len(runs[i]) == 0 {
			return nil, 0
		}
	}
	all := newBitset(x.files)
	all.addAll(runs[0])
	one := newBitset(x.files)
	for _, run := range runs[1:] {
		clear(one)
		one.addAll(run)
		all.keep(one)
	}
	return all.first(limit), all.count()
}

// run returns the postings of the words that match.
func (x *wordIndex) run(word queryWord) [][]uint32 {
	from, ok := slices.BinarySearch(x.words, word.text)
	if word.whole {
		if !ok {
			return nil
		}
		return x.postings[from : from+1]
	}
	to := from
	for to < len(x.words) && strings.HasPrefix(x.words[to], word.text) {
		to++
	}
	return x.postings[from:to]
}

// A bitset holds a bit for each file.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) addAll(run [][]uint32) {
	for _, list := range run {
		for _, i := range list {
			b[i/64] |= 1 << (i % 64)
		}
	}
}

func (b bitset) keep(other bitset) {
	for i := range b {
		b[i] &= other[i]
	}
}

func (b bitset) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// first returns the lowest limit members.
func (b bitset) first(limit int) (members []int) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if len(members) == limit {
				return members
			}
			members = append(members, 64*i+bits.TrailingZeros64(w))
		}
	}
	return members
}
