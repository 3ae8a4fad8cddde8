package main

import (
	"math/bits"
	"slices"
	"testing"

	"servent/share/words"
)

// matching returns how many documents match, by the rule itself. It is given the
// words of each.
func matching(t *testing.T, docs [][]string, criteria string) (n int) {
	t.Helper()
	q, err := words.Parse(criteria)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		if q.Matches(d) {
			n++
		}
	}
	return n
}

func wordsOf(docs []document) (all [][]string) {
	for _, d := range docs {
		all = append(all, d.words())
	}
	return all
}

// TestClasses: every class has queries, each of them once, that hit if the
// class is one of hits.
func TestClasses(t *testing.T) {
	docs := generate(4000, 1)
	c := newCorpus(docs)
	const n = 200
	queries, err := newMaker(c, 1).queries(n)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := newMaker(c, 1).queries(n)
	other, _ := newMaker(c, 2).queries(n)
	same := func(a, b query) bool { return a.criteria == b.criteria }
	if !slices.EqualFunc(queries, again, same) || slices.EqualFunc(queries, other, same) {
		t.Error("want the same queries for the same seed only")
	}
	texts := wordsOf(docs)
	have := make([]int, len(classes))
	seen := map[string]bool{}
	for _, q := range queries {
		have[q.class]++
		if seen[q.criteria] {
			t.Errorf("%q comes twice", q.criteria)
		}
		seen[q.criteria] = true
		class := classes[q.class]
		if n := matching(t, texts, q.criteria); (n > 0) != (class.kind == hit) {
			t.Errorf("%s: %q finds %d files", class.name, q.criteria, n)
		}
	}
	for i, class := range classes {
		if want := (n*class.share + perShares/2) / perShares; have[i] != want {
			t.Errorf("%s: %d queries, want %d", class.name, have[i], want)
		}
	}
}

func TestShares(t *testing.T) {
	sum := 0
	for _, c := range classes {
		sum += c.share
	}
	if sum != perShares {
		t.Errorf("the shares of all classes are %d, want %d", sum, perShares)
	}
}

func TestQueryOfFTS5(t *testing.T) {
	for criteria, want := range map[string]string{
		"Linux 2 Übung li": `"linux"* AND "2" AND "ubung"* AND "li"`,
		"lin LINUX linux":  `"linux"*`,
		"and OR not near":  `"and"* AND "or" AND "not"* AND "near"*`,
	} {
		q, err := newQuery(0, criteria)
		if err != nil || q.match != want {
			t.Errorf("%q is %s, %v; want %s", criteria, q.match, err, want)
		}
	}
	if _, err := newQuery(0, "?"); err == nil {
		t.Error("a query without a word is one, want an error")
	}
}

func TestCorpus(t *testing.T) {
	c := newCorpus([]document{{"usr/lib", "Lib lib.so"}, {"usr", "libc.so"}, {"", "東京タワー ab"}})
	if got, want := c.vocabulary, []string{"ab", "lib", "libc", "so", "usr", "東京タワー"}; !slices.Equal(got, want) {
		t.Errorf("the words are %q, want %q", got, want)
	}
	if got, want := c.frequency, []int{1, 1, 1, 2, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("their documents are %v, want %v", got, want)
	}
	if got, want := c.frequentPrefixes(3, 2), []string{"lib", "usr"}; !slices.Equal(got, want) {
		t.Errorf("the frequent prefixes are %q, want %q", got, want)
	}
	if got, want := c.frequentWords(1), []string{"usr"}; !slices.Equal(got, want) {
		t.Errorf("the frequent word is %q, want %q", got, want)
	}
	sets := c.sets([]string{"lib", "東京", "usr"})
	if size(sets[0]) != 2 || !meets(sets[0], sets[2]) || meets(sets[0], sets[1]) || meets(sets[0], sets[2], sets[1]) {
		t.Errorf("the sets are %b", sets)
	}
	for n, want := range []string{"", "東", "東京", "東京タ"} {
		if got := firstLetters("東京タ", n); got != want {
			t.Errorf("%d letters are %q, want %q", n, got, want)
		}
	}
	if got := firstLetters("東京タ", 4); got != "" {
		t.Errorf("4 letters of 3 are %q, want none", got)
	}
}

func size(s words.Set) (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}
