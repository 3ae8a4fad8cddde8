package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// found counts the names that have words beginning with each of those given, by
// looking at all of them.
func found(names []name, words []string) (n int) {
	for _, x := range names {
		if !slices.ContainsFunc(words, func(word string) bool {
			return !slices.ContainsFunc(x.words, func(have string) bool { return strings.HasPrefix(have, word) })
		}) {
			n++
		}
	}
	return n
}

func TestQuestionsKnowTheirResults(t *testing.T) {
	names := newNames(2*probeEvery, 7)
	for _, r := range rows {
		questions, err := r.questions(names, newMatcher(names), rand.New(rand.NewPCG(7, 1)))
		if err != nil {
			t.Fatal(err)
		}
		missing := 0
		for _, q := range questions {
			if want := found(names, q.words); q.results != want {
				t.Errorf("%s: %q: got %d results, want %d", r.name, q.words, q.results, want)
			}
			if q.results == 0 {
				missing++
			}
		}
		want := 0
		if r.name == "misses, two words" {
			want = len(questions) / probeEvery * (probeEvery - 1)
		}
		if missing != want {
			t.Errorf("%s: %d of %d find nothing, want %d", r.name, missing, len(questions), want)
		}
	}
}

func TestNamesAreDistinctAndTheSame(t *testing.T) {
	a, b := newNames(500, 3), newNames(500, 3)
	seen := map[string]bool{}
	for i, x := range a {
		if seen[x.text] || x.text != b[i].text {
			t.Errorf("name %d, %q, came before, or is %q for the same seed", i, x.text, b[i].text)
		}
		seen[x.text] = true
	}
}
