package main

import (
	"fmt"
	"math/rand/v2"

	"servent/messages"
)

// A question is what a query asks, and what its answer must be.
type question struct {
	payload []byte
	words   []string // every result has them in its name
	results int
}

// newQuestion asks criteria, which holds words.
func newQuestion(m *matcher, criteria string, words ...string) (question, error) {
	payload, err := messages.NewQuery(criteria).AppendBinary(nil)
	if err != nil {
		return question{}, fmt.Errorf("question %q: %w", criteria, err)
	}
	return question{payload, words, min(m.count(words...), messages.MaxResults)}, nil
}

// wholeNames asks for each file by its name.
func wholeNames(names []name, m *matcher, _ *rand.Rand) (asked []question, err error) {
	for _, x := range names {
		q, err := newQuestion(m, x.text, x.words...)
		if err != nil {
			return nil, err
		}
		if q.results == 0 {
			return nil, fmt.Errorf("nothing is found by the name %q", x.text)
		}
		asked = append(asked, q)
	}
	return asked, nil
}

// oneWord asks for each file by that word of its name which finds the fewest.
func oneWord(names []name, m *matcher, _ *rand.Rand) (asked []question, err error) {
	for _, x := range names {
		rarest := x.words[0]
		for _, word := range x.words {
			if len(m.beginning(word)) < len(m.beginning(rarest)) {
				rarest = word
			}
		}
		q, err := newQuestion(m, rarest, rarest)
		if err != nil {
			return nil, err
		}
		asked = append(asked, q)
	}
	return asked, nil
}

// probeEvery is how many queries there are to each one that finds something,
// where the others find nothing: nobody answers these, so that the asker learns
// by the probe's hit that they were looked at.
const probeEvery = 64

// misses asks for two words that there are, of two files, and that no file has
// both of; and for one that there is with one that there is not.
func misses(names []name, m *matcher, r *rand.Rand) (asked []question, err error) {
	probes, err := wholeNames(names, m, r)
	if err != nil {
		return nil, err
	}
	word := func() string { x := names[r.IntN(len(names))]; return x.words[r.IntN(len(x.words)-1)] }
	for len(asked) < len(names)/probeEvery*probeEvery {
		first, second := word(), word()
		if len(asked)%2 == 1 {
			second = "q" + second // no word of the vocabulary has one
		}
		if len(asked)%probeEvery == probeEvery-1 {
			asked = append(asked, probes[len(asked)])
			continue
		}
		q, err := newQuestion(m, first+" "+second, first, second)
		if err != nil {
			return nil, err
		}
		if q.results == 0 {
			asked = append(asked, q)
		}
	}
	return asked, nil
}
