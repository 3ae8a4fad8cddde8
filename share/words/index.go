package words

import (
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// An Index is a sorted vocabulary with the documents of each word: the words
// that begin with a query's word are one run of it. It never changes; any
// goroutine may search it.
type Index struct {
	documents [][]string
	words     []string
	postings  [][]uint32 // postings[i]: the documents that have words[i], ascending
}

func newIndex(documents [][]string) *Index {
	postings := map[string][]uint32{}
	for i, words := range documents {
		for _, word := range words {
			postings[word] = append(postings[word], uint32(i))
		}
	}
	x := &Index{documents: documents, words: slices.Sorted(maps.Keys(postings))}
	x.postings = make([][]uint32, len(x.words))
	for i, word := range x.words {
		x.postings[i] = postings[word]
	}
	return x
}

// Len returns the number of documents.
func (x *Index) Len() int { return len(x.documents) }

// Size returns the bytes that the index takes in memory: those of the folded
// words of the documents and where each begins, and those of everything beyond.
func (x *Index) Size() (names, beyond int64) {
	for _, words := range x.documents {
		names += 8
		for _, word := range words {
			names += int64(len(word)) + 1
		}
	}
	for i, word := range x.words {
		beyond += int64(len(word)) + 40 + int64(4*len(x.postings[i]))
	}
	return names, beyond
}

// Search appends to s.Found the documents that match q and are not gone, the
// lowest first and at most s.Limit of them, and sets s.Total and s.Stop for
// this index. What Found held before stays before them.
func (x *Index) Search(q Query, s *Search) {
	s.Total, s.Stop = 0, Complete
	if len(q.words) == 0 {
		return
	}
	if max(s.CountTo, s.Limit) <= 0 {
		s.Stop = Counted
		return
	}
	all := make(Set, (x.Len()+63)/64)
	for i := range all {
		all[i] = ^uint64(0)
	}
	one := make(Set, len(all))
	for _, word := range q.words {
		run := x.run(word)
		clear(one)
		for _, list := range run {
			if s.Work -= len(list); s.Work < 0 {
				s.Stop = Exhausted
				return
			}
			for _, i := range list {
				one.Add(i)
			}
		}
		for i := range all {
			all[i] &= one[i]
		}
	}
	x.collect(all, s)
}

func (x *Index) collect(all Set, s *Search) {
	for i, w := range all {
		if i < len(s.Gone) {
			w &^= s.Gone[i]
		}
		for ; w != 0; w &= w - 1 {
			if s.Total < s.Limit {
				s.Found = append(s.Found, uint32(64*i+bits.TrailingZeros64(w)))
			}
			if s.Total++; s.Total >= max(s.CountTo, s.Limit) {
				s.Stop = Counted
				return
			}
		}
	}
}

// run returns the postings of the words that match.
func (x *Index) run(word Word) [][]uint32 {
	from, ok := slices.BinarySearch(x.words, word.Text)
	if word.Whole {
		if !ok {
			return nil
		}
		return x.postings[from : from+1]
	}
	to := from
	for to < len(x.words) && strings.HasPrefix(x.words[to], word.Text) {
		to++
	}
	return x.postings[from:to]
}
