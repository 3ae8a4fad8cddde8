package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// vocabulary is how many words the names are made of.
	vocabulary = 4000
	// fewest and most words of a name, before its extension.
	fewest, most = 3, 5
)

// syllables make words, extensions end names, separators divide words.
var (
	syllables  = strings.Fields("ba be bo da de di ga go ka ki ko la le lo ma me mi mo na ne no pa pe ra re ri ro sa se so ta te ti to va vi za an en on ar er or al el is us ent ion est ing")
	extensions = strings.Fields("mp3 ogg flac pdf epub txt jpg png mkv iso zip")
	separators = []string{" ", " ", " ", "_", "-", "."}
)

// A name is that of a shared file, with its words, the extension included.
type name struct {
	text  string
	words []string
}

// newNames draws n distinct names, the same ones for the same seed. A few words
// are frequent and most are rare, as in what people share.
func newNames(n int, seed uint64) []name {
	r := rand.New(rand.NewPCG(seed, 0))
	words := newWords(r, vocabulary)
	frequency := rand.NewZipf(r, 1.2, 40, vocabulary-1)
	seen := map[string]bool{}
	names := make([]name, 0, n)
	for len(names) < n {
		var x name
		separator := separators[r.IntN(len(separators))]
		for range fewest + r.IntN(most-fewest+1) {
			x.words = append(x.words, words[frequency.Uint64()])
		}
		extension := extensions[r.IntN(len(extensions))]
		x.text = strings.Join(x.words, separator) + "." + extension
		x.words = append(x.words, extension)
		if !seen[x.text] {
			seen[x.text] = true
			names = append(names, x)
		}
	}
	return names
}

// newWords draws n distinct words of two to four syllables.
func newWords(r *rand.Rand, n int) []string {
	seen := map[string]bool{}
	words := make([]string, 0, n)
	for len(words) < n {
		var word string
		for range 2 + r.IntN(3) {
			word += syllables[r.IntN(len(syllables))]
		}
		if !seen[word] {
			seen[word] = true
			words = append(words, word)
		}
	}
	return words
}

// writeFiles makes a small file of each name in dir, each with a content of its
// own.
func writeFiles(dir string, names []name) error {
	for i, x := range names {
		content := fmt.Appendf(nil, "file %d: %s\n", i, x.text)
		if err := os.WriteFile(filepath.Join(dir, x.text), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// A matcher knows which names a query finds, by the plain rule and without an
// index: every word of the query begins a word of the name. Words of one or two
// letters, which must equal one, do not occur.
type matcher struct {
	having map[string][]int // names by word, ascending
	begun  map[string][]int // names by the beginning of a word, as far as asked for
}

func newMatcher(names []name) *matcher {
	m := &matcher{having: map[string][]int{}, begun: map[string][]int{}}
	for i, x := range names {
		for _, word := range x.words {
			m.having[word] = append(m.having[word], i)
		}
	}
	return m
}

// count returns how many names a query of words finds.
func (m *matcher) count(words ...string) int {
	times := map[int]int{}
	words = slices.Compact(slices.Sorted(slices.Values(words)))
	for _, word := range words {
		for _, i := range m.beginning(word) {
			times[i]++
		}
	}
	n := 0
	for _, t := range times {
		if t == len(words) {
			n++
		}
	}
	return n
}

// beginning returns the names that have a word which begins so.
func (m *matcher) beginning(prefix string) []int {
	found, asked := m.begun[prefix]
	if asked {
		return found
	}
	for word, names := range m.having {
		if strings.HasPrefix(word, prefix) {
			found = append(found, names...)
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	m.begun[prefix] = found
	return found
}
