package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"servent/share/words"
)

// A kind is what a class of queries is held to.
type kind int

const (
	hit  kind = iota // some document matches
	miss             // none does
)

// A class is a way to make queries.
type class struct {
	name  string
	kind  kind
	share int // queries of each 2,000
	make  func(*maker) (criteria string, ok bool)
}

var classes = []class{
	{"a file's whole name", hit, 200, (*maker).wholeName},
	{"two words of a file", hit, 200, (*maker).twoWords},
	{"a rare word, in at most 10 files", hit, 150, (*maker).rareWord},
	{"beginning of a word, 5 letters or more", hit, 150, (*maker).longPrefix},
	{"beginning of a word, 4 letters", hit, 100, func(m *maker) (string, bool) { return m.prefix(4) }},
	{"beginning of a word, 3 letters", hit, 100, func(m *maker) (string, bool) { return m.prefix(3) }},
	{"beginnings of two words of a file", hit, 200, (*maker).twoPrefixes},
	{"three frequent 3-letter beginnings that meet", hit, 100, (*maker).threeMeet},
	{"three frequent 3-letter beginnings, two by two only", miss, 100, (*maker).threeApart},
	{"a frequent word", hit, 100, (*maker).frequentWord},
	{"a short word, 1 or 2 letters", hit, 100, (*maker).shortWord},
	{"8 to 12 words of a file", hit, 100, (*maker).manyWords},
	{"a word of no file", miss, 150, (*maker).unknownWord},
	{"two frequent words that never meet", miss, 150, (*maker).twoApart},
	{"a name with a typing error", miss, 100, (*maker).mistyped},
}

// perShares is the sum of the shares.
const perShares = 2000

// A maker makes queries of a corpus, the same for the same seed.
type maker struct {
	c        *corpus
	rng      *rand.Rand
	prefixes []string    // frequent, of three letters
	holders  []words.Set // the documents of each of them
	words    []string    // frequent
	frequent []string    // words to be paired
	pairs    []words.Set // the documents of each of them
}

func newMaker(c *corpus, seed uint64) *maker {
	const (
		prefixes = 200
		single   = 300
		paired   = 300
	)
	m := &maker{c: c, rng: rand.New(rand.NewPCG(seed, 1))}
	m.prefixes = c.frequentPrefixes(3, prefixes)
	m.holders = c.sets(m.prefixes)
	m.words = c.frequentWords(single)
	// The most frequent words meet nearly all the others.
	m.frequent = c.frequentWords(10 * paired)
	m.rng.Shuffle(len(m.frequent), func(i, j int) { m.frequent[i], m.frequent[j] = m.frequent[j], m.frequent[i] })
	m.frequent = m.frequent[:min(paired, len(m.frequent))]
	m.pairs = c.sets(m.frequent)
	return m
}

// queries returns about n different queries, class by class; a class has fewer
// if the corpus does not give as many.
func (m *maker) queries(n int) ([]query, error) {
	const patience = 2000 // attempts for each query
	var all []query
	taken := map[string]bool{}
	for i, c := range classes {
		want := (n*c.share + perShares/2) / perShares
		for attempts := patience * want; want > 0 && attempts > 0; attempts-- {
			criteria, ok := c.make(m)
			if !ok || taken[criteria] {
				continue
			}
			q, err := newQuery(i, criteria)
			if err != nil {
				return nil, fmt.Errorf("class %q, %q: %w", c.name, criteria, err)
			}
			taken[criteria] = true
			all = append(all, q)
			want--
		}
	}
	return all, nil
}

func (m *maker) document() int { return m.rng.IntN(len(m.c.docs)) }

// some returns n different words of a document that have the letters, in any
// order.
func (m *maker) some(n, least int) ([]string, bool) {
	var found []string
	for _, id := range m.c.wordsOf(m.document()) {
		if word := m.c.vocabulary[id]; letters(word) >= least {
			found = append(found, word)
		}
	}
	if len(found) < n {
		return nil, false
	}
	m.rng.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	return found[:n], true
}

// cut takes the last letters off a word, but leaves at least some.
func (m *maker) cut(word string, least int) string {
	return firstLetters(word, least+m.rng.IntN(letters(word)-least))
}

func (m *maker) wholeName() (string, bool) {
	name := m.c.docs[m.document()].name
	return name, len(words.Of(name)) > 0
}

func (m *maker) twoWords() (string, bool) {
	w, ok := m.some(2, 3)
	return strings.Join(w, " "), ok && distinct(w)
}

// distinct reports whether no word begins another, which would make it no part
// of the query.
func distinct(list []string) bool {
	for i, a := range list {
		for j, b := range list {
			if i != j && strings.HasPrefix(b, a) {
				return false
			}
		}
	}
	return true
}

func (m *maker) rareWord() (string, bool) {
	const rare = 10 // documents
	i := m.rng.IntN(len(m.c.vocabulary))
	return m.c.vocabulary[i], m.c.frequency[i] <= rare && letters(m.c.vocabulary[i]) >= 3
}

func (m *maker) longPrefix() (string, bool) {
	w, ok := m.some(1, 6)
	if !ok {
		return "", false
	}
	return m.cut(w[0], 5), true
}

func (m *maker) prefix(n int) (string, bool) {
	w, ok := m.some(1, n+1)
	if !ok {
		return "", false
	}
	return firstLetters(w[0], n), true
}

func (m *maker) twoPrefixes() (string, bool) {
	w, ok := m.some(2, 4)
	if !ok {
		return "", false
	}
	w[0], w[1] = m.cut(w[0], 3), m.cut(w[1], 3)
	return strings.Join(w, " "), distinct(w)
}

// three returns three of the frequent prefixes, by their numbers.
func (m *maker) three() (i, j, k int, ok bool) {
	n := len(m.prefixes)
	if n < 3 {
		return 0, 0, 0, false
	}
	i, j, k = m.rng.IntN(n), m.rng.IntN(n), m.rng.IntN(n)
	return i, j, k, i < j && j < k
}

func (m *maker) joined(i, j, k int) string {
	return m.prefixes[i] + " " + m.prefixes[j] + " " + m.prefixes[k]
}

func (m *maker) threeMeet() (string, bool) {
	i, j, k, ok := m.three()
	if !ok || !meets(m.holders[i], m.holders[j], m.holders[k]) {
		return "", false
	}
	return m.joined(i, j, k), true
}

func (m *maker) threeApart() (string, bool) {
	i, j, k, ok := m.three()
	if !ok {
		return "", false
	}
	a, b, c := m.holders[i], m.holders[j], m.holders[k]
	return m.joined(i, j, k), meets(a, b) && meets(a, c) && meets(b, c) && !meets(a, b, c)
}

func (m *maker) frequentWord() (string, bool) {
	if len(m.words) == 0 {
		return "", false
	}
	return m.words[m.rng.IntN(len(m.words))], true
}

func (m *maker) shortWord() (string, bool) {
	ids := m.c.wordsOf(m.document())
	if len(ids) == 0 {
		return "", false
	}
	word := m.c.vocabulary[ids[m.rng.IntN(len(ids))]]
	return word, letters(word) < 3
}

func (m *maker) manyWords() (string, bool) {
	w, ok := m.some(8+m.rng.IntN(5), 1)
	return strings.Join(w, " "), ok && distinct(w)
}

// isUnknown reports whether no document has a word that begins so.
func (m *maker) isUnknown(word string) bool {
	from, to := m.c.run(word)
	return from == to
}

// unknownWord joins the beginning of a word and the end of another.
func (m *maker) unknownWord() (string, bool) {
	front, ok := m.some(1, 5)
	if !ok {
		return "", false
	}
	back, ok := m.some(1, 5)
	if !ok {
		return "", false
	}
	half := firstLetters(back[0], letters(back[0])/2)
	word := m.cut(front[0], 3) + back[0][len(half):]
	return word, m.isUnknown(word)
}

func (m *maker) twoApart() (string, bool) {
	if len(m.frequent) < 2 {
		return "", false
	}
	i, j := m.rng.IntN(len(m.frequent)), m.rng.IntN(len(m.frequent))
	return m.frequent[i] + " " + m.frequent[j], i != j && !meets(m.pairs[i], m.pairs[j])
}

// mistyped exchanges two letters in a word of a name, so that no file is left.
func (m *maker) mistyped() (string, bool) {
	list := words.Of(m.c.docs[m.document()].name)
	if len(list) == 0 {
		return "", false
	}
	at := m.rng.IntN(len(list))
	word := []rune(list[at])
	if len(word) < 5 {
		return "", false
	}
	i := m.rng.IntN(len(word) - 1)
	word[i], word[i+1] = word[i+1], word[i]
	list = slices.Clone(list)
	list[at] = string(word)
	return strings.Join(list, " "), m.isUnknown(list[at])
}
