package api

import (
	"context"
	"iter"
)

// Hits runs search for a range loop: a hit comes with each round, first sights
// and updates alike, and the loop ends when the search does. A break ends the
// search at once. An error comes last, with a zero Hit; the summary of the
// search is not told.
func Hits(ctx context.Context, request SearchRequest, search func(context.Context, SearchRequest, func(Hit)) (Summary, error)) iter.Seq2[Hit, error] {
	return func(yield func(Hit, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		over := false
		_, err := search(ctx, request, func(hit Hit) {
			if !over && !yield(hit, nil) {
				over = true
				stop()
			}
		})
		if err != nil && !over {
			yield(Hit{}, err)
		}
	}
}

// Hits asks the network as [Client.Search] does, for a range loop.
func (c *Client) Hits(ctx context.Context, request SearchRequest) iter.Seq2[Hit, error] {
	return Hits(ctx, request, c.Search)
}
