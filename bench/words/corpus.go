package main

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"servent/share/words"
)

// words returns the words that a document is found by.
func (d document) words() []string {
	return append(words.Of(d.name), words.Of(d.folder)...)
}

// A corpus is what the queries are made of: the documents, and which words
// they have.
type corpus struct {
	docs       []document
	vocabulary []string // sorted
	frequency  []int    // documents that have the word
	ids        []uint32 // words as their places in vocabulary, document by document
	starts     []int    // starts[i]: where document i begins in ids
}

func newCorpus(docs []document) *corpus {
	c := &corpus{docs: docs, starts: make([]int, 0, len(docs)+1)}
	first := map[string]uint32{}
	for _, d := range docs {
		start := len(c.ids)
		c.starts = append(c.starts, start)
		for _, word := range d.words() {
			id, known := first[word]
			if !known {
				id = uint32(len(first))
				first[strings.Clone(word)] = id
				c.frequency = append(c.frequency, 0)
			}
			if !slices.Contains(c.ids[start:], id) {
				c.ids = append(c.ids, id)
				c.frequency[id]++
			}
		}
	}
	c.starts = append(c.starts, len(c.ids))
	c.sort(first)
	return c
}

// sort puts the words in order, that were numbered as they came.
func (c *corpus) sort(first map[string]uint32) {
	c.vocabulary = slices.Sorted(maps.Keys(first))
	place := make([]uint32, len(first))
	frequency := make([]int, len(first))
	for i, word := range c.vocabulary {
		place[first[word]] = uint32(i)
		frequency[i] = c.frequency[first[word]]
	}
	for i, id := range c.ids {
		c.ids[i] = place[id]
	}
	c.frequency = frequency
}

// wordsOf returns the different words of a document as places in vocabulary.
func (c *corpus) wordsOf(doc int) []uint32 { return c.ids[c.starts[doc]:c.starts[doc+1]] }

// run returns the places of the words that begin with prefix.
func (c *corpus) run(prefix string) (from, to int) {
	from, _ = slices.BinarySearch(c.vocabulary, prefix)
	to = from
	for to < len(c.vocabulary) && strings.HasPrefix(c.vocabulary[to], prefix) {
		to++
	}
	return from, to
}

// meets reports whether a document is in all the sets, which are of one length.
func meets(a words.Set, more ...words.Set) bool {
	for i, bits := range a {
		for _, b := range more {
			bits &= b[i]
		}
		if bits != 0 {
			return true
		}
	}
	return false
}

// sets returns the documents that have a word that begins with each prefix.
func (c *corpus) sets(prefixes []string) []words.Set {
	sets := make([]words.Set, len(prefixes))
	holders := make([][]*words.Set, len(c.vocabulary)) // by word
	for i, prefix := range prefixes {
		sets[i] = make(words.Set, (len(c.docs)+63)/64)
		from, to := c.run(prefix)
		for id := from; id < to; id++ {
			holders[id] = append(holders[id], &sets[i])
		}
	}
	for doc := range c.docs {
		for _, id := range c.wordsOf(doc) {
			for _, s := range holders[id] {
				s.Add(uint32(doc))
			}
		}
	}
	return sets
}

// frequentPrefixes returns the n prefixes of that many letters that most
// documents have.
func (c *corpus) frequentPrefixes(letters, n int) []string {
	of := make([]int, len(c.vocabulary)) // by word; -1: too short
	var prefixes []string
	for i, word := range c.vocabulary {
		prefix := firstLetters(word, letters)
		switch {
		case prefix == "":
			of[i] = -1
			continue
		case len(prefixes) == 0 || prefixes[len(prefixes)-1] != prefix:
			prefixes = append(prefixes, prefix)
		}
		of[i] = len(prefixes) - 1
	}
	count, last := make([]int, len(prefixes)), make([]int, len(prefixes))
	for doc := range c.docs {
		for _, id := range c.wordsOf(doc) {
			if p := of[id]; p >= 0 && last[p] <= doc {
				last[p] = doc + 1
				count[p]++
			}
		}
	}
	return mostFrequent(prefixes, count, n)
}

// frequentWords returns the n words of three letters and more that most
// documents have.
func (c *corpus) frequentWords(n int) []string {
	count := slices.Clone(c.frequency)
	for i, word := range c.vocabulary {
		if letters(word) < 3 {
			count[i] = 0
		}
	}
	return mostFrequent(c.vocabulary, count, n)
}

func mostFrequent(texts []string, count []int, n int) []string {
	order := make([]int, len(texts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return count[b] - count[a] })
	most := make([]string, 0, n)
	for _, i := range order[:min(n, len(order))] {
		most = append(most, texts[i])
	}
	return most
}

func letters(word string) int { return utf8.RuneCountInString(word) }

// firstLetters returns the first n letters of a word, or "" if it has fewer.
func firstLetters(word string, n int) string {
	for i := range word {
		if n == 0 {
			return word[:i]
		}
		n--
	}
	if n == 0 {
		return word
	}
	return ""
}
