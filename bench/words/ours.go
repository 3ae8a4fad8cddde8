package main

import (
	"fmt"
	"math"

	"servent/share/words"
)

// ours is the index of package words.
type ours struct {
	builder words.Builder
	index   *words.Index
	last    words.Search // of the last search: what it was told, and how it ended
}

func (o *ours) name() string { return "ours" }

func (o *ours) add(doc document) error { return o.builder.Add(doc.name, doc.folder) }

func (o *ours) finish() error {
	o.index = o.builder.Index()
	o.builder = words.Builder{}
	return nil
}

// search parses the criteria each time, as a servent must. With a limit it
// counts no further than that and has the work of a query, no more.
func (o *ours) search(q *query, limit int, found []uint32) ([]uint32, error) {
	parsed, err := words.Parse(q.criteria)
	if err != nil {
		return found, fmt.Errorf("ours: %q: %w", q.criteria, err)
	}
	o.last.Limit, o.last.CountTo, o.last.Work, o.last.Found = limit, limit, words.Budget, found
	if limit == all {
		o.last.Limit, o.last.CountTo, o.last.Work = math.MaxInt, math.MaxInt, math.MaxInt
	}
	o.index.Search(parsed, &o.last)
	return o.last.Found, nil
}

func (o *ours) size() (int64, error) {
	names, beyond := o.index.Size()
	return names + beyond, nil
}

func (o *ours) close() error { return nil }

func (o *ours) ranOut() bool { return o.last.Stop == words.Exhausted }
