package main

import (
	"testing"
	"time"
)

func TestMeanOfMedians(t *testing.T) {
	const µs = time.Microsecond
	rounds := [][]time.Duration{{1 * µs, 9 * µs, 900 * µs}, {50 * µs, 10 * µs, 900 * µs}, {2 * µs, 99 * µs, 900 * µs}}
	if got := meanOfMedians(rounds, []int{0, 1}); got != 6 {
		t.Errorf("the mean of 2 and 10 is %g, want 6", got)
	}
	if p50, p99, most := spread(rounds, []int{0, 1}); p50 != 10*µs || p99 != 99*µs || most != 99*µs {
		t.Errorf("they spread by %v, %v, %v; want 10µs, 99µs, 99µs", p50, p99, most)
	}
}

// TestWanted: the class of hits in which ours gains least is held to less, and
// misses to more.
func TestWanted(t *testing.T) {
	of := func(k kind, ours, fts5, bleve float64) row {
		return row{class: class{kind: k}, means: []float64{ours, fts5, bleve}}
	}
	r := result{
		engines: []built{{engine: &ours{}}, {engine: &fts5{}}, {engine: &scorch{}}},
		rows:    []row{of(hit, 1, 12, 30), of(hit, 2, 10, 900), of(miss, 1, 4, 50)},
	}
	for engine, want := range map[int][]float64{1: {10, 5, 40}, 2: {25, 25, 25}} {
		for i := range r.rows {
			if got := r.wanted(engine, i); got != want[i] {
				t.Errorf("engine %d, row %d: %g times is wanted, want %g", engine, i, got, want[i])
			}
		}
	}
	groups := r.groups(1)
	if len(groups) != 3 || groups[0].want != 5 || groups[2].want != 40 {
		t.Errorf("against FTS5 there are %v, want 3 groups, the lowest first", groups)
	}
	if low, _ := r.least(2, r.groups(2)[0].rows); low != 30 {
		t.Errorf("the least gain against Bleve is %g, want 30", low)
	}
}
