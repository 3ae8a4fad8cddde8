package main

import (
	"strings"

	"servent/share/words"
)

// A query is one search, as the engines take it.
type query struct {
	class    int          // in classes
	criteria string       // as typed
	words    []words.Word // what it means
	match    string       // the same as an expression of FTS5
}

// newQuery reads criteria. The words that our index leaves out, because
// another implies them, are no work for the others either.
func newQuery(class int, criteria string) (query, error) {
	parsed, err := words.Parse(criteria)
	if err != nil {
		return query{}, err
	}
	q := query{class: class, criteria: criteria, words: parsed.Words()}
	terms := make([]string, len(q.words))
	for i, w := range q.words {
		terms[i] = `"` + w.Text + `"`
		if !w.Whole {
			terms[i] += "*"
		}
	}
	q.match = strings.Join(terms, " AND ")
	return q, nil
}
