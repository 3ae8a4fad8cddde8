package main

import (
	"fmt"
	"slices"
)

// A proof is what came of asking all engines for all matches of each query.
type proof struct {
	matches []int    // by query
	wrong   []string // what differs, a line each
}

// prove asks each query without a limit, and holds every engine's documents
// against those of the first.
func prove(engines []built, queries []query) (proof, error) {
	p := proof{matches: make([]int, len(queries))}
	var want, got []uint32
	for i := range queries {
		q := &queries[i]
		for k, e := range engines {
			var err error
			if got, err = e.search(q, all, got[:0]); err != nil {
				return p, err
			}
			slices.Sort(got)
			if k == 0 {
				want, got = got, want
				continue
			}
			if !slices.Equal(got, want) {
				p.wrong = append(p.wrong, fmt.Sprintf("%q: %s finds %d documents, %s %d%s",
					q.criteria, engines[0].name(), len(want), e.name(), len(got), firstDifference(want, got)))
			}
		}
		p.matches[i] = len(want)
		if (len(want) > 0) != (classes[q.class].kind == hit) {
			p.wrong = append(p.wrong, fmt.Sprintf("%q finds %d documents, in the class %q", q.criteria, len(want), classes[q.class].name))
		}
	}
	return p, nil
}

// firstDifference names the first document that only one of two has.
func firstDifference(a, b []uint32) string {
	for i := range max(len(a), len(b)) {
		switch {
		case i == len(a) || i < len(b) && b[i] < a[i]:
			return fmt.Sprintf("; document %d only the second", b[i])
		case i == len(b) || a[i] < b[i]:
			return fmt.Sprintf("; document %d only the first", a[i])
		}
	}
	return ""
}
