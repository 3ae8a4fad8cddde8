package api

import (
	"context"
	"errors"
	"testing"
)

// searching returns a search of n hits that ends with err; it tells whether its
// context had ended by then.
func searching(n int, err error, ended *bool) func(context.Context, SearchRequest, func(Hit)) (Summary, error) {
	return func(ctx context.Context, _ SearchRequest, emit func(Hit)) (Summary, error) {
		for i := range n {
			emit(Hit{N: i + 1})
		}
		*ended = ctx.Err() != nil
		if *ended {
			err = ctx.Err()
		}
		return Summary{Hits: n}, err
	}
}

func TestHits(t *testing.T) {
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		n, breakAt int
		err        error
		hits, errs int
	}{
		"all":              {n: 3, hits: 3},
		"none":             {},
		"with an error":    {n: 2, err: refused, hits: 2, errs: 1},
		"an error alone":   {err: refused, errs: 1},
		"a break":          {n: 5, breakAt: 2, hits: 2},
		"a break, then it": {n: 5, breakAt: 5, err: refused, hits: 5},
	} {
		var hits, errs int
		var ended bool
		for hit, err := range Hits(t.Context(), SearchRequest{}, searching(c.n, c.err, &ended)) {
			if err != nil {
				if hit.N != 0 || !errors.Is(err, refused) {
					t.Errorf("%s: got %+v with %v", name, hit, err)
				}
				errs++
				continue
			}
			hits++
			if hit.N != hits {
				t.Errorf("%s: got hit %d, want %d", name, hit.N, hits)
			}
			if hits == c.breakAt {
				break
			}
		}
		if hits != c.hits || errs != c.errs || ended != (c.breakAt > 0) {
			t.Errorf("%s: got %d hits, %d errors, ended %v, want %d, %d, %v", name, hits, errs, ended, c.hits, c.errs, c.breakAt > 0)
		}
	}
}

func TestErrorKinds(t *testing.T) {
	err := error(NewError(CodeNotFound, "nobody has it"))
	if !errors.Is(err, CodeNotFound) || errors.Is(err, CodeUsage) || errors.Is(err, context.Canceled) {
		t.Error("the kind of an error is its code alone")
	}
}
