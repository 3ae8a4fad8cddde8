package main

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
)

// generate returns n documents by seed, in the order of a walk. Their words
// are as unevenly frequent as those of a language: the k-th about as often as
// 1/k of the first.
func generate(n int, seed uint64) []document {
	rng := rand.New(rand.NewPCG(seed, 0))
	vocabulary := make([]string, 20+n/4)
	for i := range vocabulary {
		vocabulary[i] = invent(rng)
	}
	const exponent, flat = 1.1, 20 // no word is in most names
	zipf := rand.NewZipf(rng, exponent, flat, uint64(len(vocabulary)-1))
	some := func() string { return vocabulary[zipf.Uint64()] }
	folders := make([]string, 1+n/15)
	for i := range folders {
		folders[i] = some()
		if above := rng.IntN(i + 1); above < i && strings.Count(folders[above], "/") < 6 {
			folders[i] = folders[above] + "/" + folders[i]
		}
	}
	endings := []string{".txt", ".html", ".pdf", ".py", ".h", ".mp3", ".JPG", ".1.gz", ""}
	docs := make([]document, n)
	for i := range docs {
		name := some()
		for range rng.IntN(4) {
			name += string("-_ ."[rng.IntN(4)]) + some()
		}
		docs[i] = document{folders[rng.IntN(len(folders))], name + endings[rng.IntN(len(endings))]}
	}
	slices.SortFunc(docs, func(a, b document) int {
		return cmp.Or(strings.Compare(a.folder, b.folder), strings.Compare(a.name, b.name))
	})
	return docs
}

// invent returns a word of 1 to 5 syllables, rarely with letters that are not
// ASCII.
func invent(rng *rand.Rand) string {
	const plain, accented = "aeiouy", "äéøиα"
	consonants := []string{"b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "st", "tr", "ch", "v", "x", "2", "7"}
	vowels := []rune(plain)
	if rng.IntN(20) == 0 {
		vowels = []rune(accented)
	}
	var b strings.Builder
	for range 1 + rng.IntN(5) {
		b.WriteString(consonants[rng.IntN(len(consonants))])
		b.WriteRune(vowels[rng.IntN(len(vowels))])
	}
	return b.String()
}
