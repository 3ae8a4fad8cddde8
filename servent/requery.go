package servent

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"servent/messages"
	policy "servent/routing/search"
	"servent/servent/api"
)

const (
	// A download that has fewer sources than fewSources asks for more, no sooner
	// than requeryFirst after it began and requeryEvery after it asked last. One that
	// has lost its last source asks at once, but not twice within requeryLeast.
	// The draft allows one automatic query an hour, gnutella.md §4: it counts on an
	// Internet of modems, where a download lasted for days.
	fewSources   = 4
	requeryFirst = 15 * time.Second
	requeryEvery = 10 * time.Minute
	requeryLeast = 15 * time.Second
	// requeryBurst is how many queries all downloads together may send at once, and
	// requeryRate one for each so long: 10,000 downloads are no flood.
	requeryBurst = 8
	requeryRate  = 10 * time.Second
	// smallFile is the size from which on a download asks for more than one source.
	smallFile = 1 << 20
	// requeryBusy is when to look again whether a query may be sent.
	requeryBusy = time.Second
)

// requeries bound the queries that downloads send by themselves. Any goroutine may
// use them.
type requeries struct {
	under  chan struct{} // holds one while a query is under way
	tokens *rate.Limiter
}

func newRequeries() requeries {
	return requeries{make(chan struct{}, 1), rate.NewLimiter(rate.Every(requeryRate), requeryBurst)}
}

// begin reports whether a query may be sent now; one that may is ended with end.
// spent says that there have been too many lately.
func (q requeries) begin() (ok, spent bool) {
	select {
	case q.under <- struct{}{}:
	default:
		return false, false
	}
	if !q.tokens.Allow() {
		<-q.under
		return false, true
	}
	return true, false
}

func (q requeries) end() { <-q.under }

// askContent asks the network once who has a file, by its root, its SHA-1 or both,
// with its size where that is not -1. It returns what is told of it, by root and
// size, that with the most sources first, and how many neighbours were asked.
func (s *Servent) askContent(ctx context.Context, want wanted) (hits []api.Hit, links int, err error) {
	query, err := messages.NewContentQuery(want.sha1, want.root)
	if err != nil {
		return nil, 0, err
	}
	found := newFindings(s.host.ID(), api.SearchRequest{}, nil)
	found.query.content = &want
	asked, err := s.runSearch(ctx, query, policy.Flood{TTL: uint8(s.cfg.TTL)}, locateTimeout, found)
	for _, hit := range found.hits {
		hits = append(hits, *hit)
	}
	slices.SortFunc(hits, func(a, b api.Hit) int { return cmp.Or(len(b.Sources)-len(a.Sources), a.N-b.N) })
	return hits, asked.links, err
}
