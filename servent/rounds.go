package servent

import (
	"context"
	"fmt"
	"time"

	"servent/messages"
	"servent/routing"
	policy "servent/routing/search"
	"servent/servent/api"
)

// policyOf returns how req asks. A ring is content with the first hit, or with as
// many as are wanted.
func policyOf(req api.SearchRequest) (policy.Policy, error) {
	switch req.Strategy {
	case "", api.StrategyFlood:
		return policy.Flood{TTL: uint8(req.TTL)}, nil
	case api.StrategyRing:
		return policy.Ring{Last: uint8(req.TTL), Want: req.Max}, nil
	}
	return nil, api.NewError(api.CodeUsage, fmt.Sprintf("search: strategy %q: use %s or %s", req.Strategy, api.StrategyFlood, api.StrategyRing))
}

// sent is what a search has asked.
type sent struct {
	links   int // neighbours that got a query
	queries int
	ttl     int // of the latest query, which went furthest; 0: there was none
	guids   []messages.GUID
}

// runSearch asks the network for what q wants, as how says, and gathers the hits
// until found is served.
func (s *Servent) runSearch(ctx context.Context, q messages.Query, how policy.Policy, timeout time.Duration, found *findings) (told sent, err error) {
	r := &rounds{s: s, search: newSearch(), query: q, policy: how, wake: time.NewTimer(timeout)}
	defer r.wake.Stop()
	defer s.call(context.Background(), func() { told = s.endSearch(r.search) })
	return sent{}, r.gather(ctx, timeout, found)
}

// ask floods query as the latest of se.
func (s *Servent) ask(se *search, query messages.Message) {
	se.query = query
	se.guids = append(se.guids, query.GUID)
	s.searches[query.GUID] = se
	s.step(time.Now(), routing.Self, query)
	for id := range s.links.byID {
		se.reached(id)
	}
}

// greetWithSearches sends a new neighbour the latest query of each search under
// way: it reaches all that those before it would.
func (s *Servent) greetWithSearches(now time.Time, l *link) {
	for guid, se := range s.searches {
		if guid == se.query.GUID {
			s.sendTo(now, l, se.query)
			se.reached(l.id)
		}
	}
}

// endSearch forgets se: hits that come from now on are nobody's.
func (s *Servent) endSearch(se *search) sent {
	for _, guid := range se.guids {
		delete(s.searches, guid)
	}
	return sent{links: len(se.links), queries: len(se.guids), ttl: int(se.query.TTL), guids: se.guids}
}

// reached notes that one more neighbour has the latest query.
func (se *search) reached(l routing.Link) {
	se.links[l] = true
	select {
	case se.asked <- struct{}{}:
	default:
	}
}

// rounds are the queries of one search, one after the other. The goroutine of the
// search owns them.
type rounds struct {
	s        *Servent
	search   *search
	query    messages.Query
	policy   policy.Policy
	progress policy.Progress
	asked    time.Time   // when the latest query was sent, or a neighbour was last given it
	wake     *time.Timer // stopped while nobody has the latest query
	last     bool        // no more queries: when wake fires, the search is over
}

// gather reads hits until the timeout, the maximum, or, when the policy is
// through with asking, a second without news since somebody was asked.
func (r *rounds) gather(ctx context.Context, timeout time.Duration, found *findings) error {
	late := time.NewTimer(timeout)
	defer late.Stop()
	if err := r.next(ctx); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.s.loopEnded:
			return ErrClosed
		case <-late.C:
			return nil
		case <-r.wake.C:
			if r.last {
				return nil
			}
		case <-r.search.asked:
			r.asked = time.Now()
		case h := <-r.search.hits:
			h.share.waiting.Add(-1)
			news := found.take(h)
			if found.full() {
				return nil
			}
			if !news {
				continue
			}
			r.progress.Hits = len(found.hits)
		}
		if err := r.next(ctx); err != nil {
			return err
		}
	}
}

// next does what the policy says now.
func (r *rounds) next(ctx context.Context) error {
	r.progress.Since = time.Since(r.asked)
	switch move := r.policy.Next(r.progress); move.Do {
	case policy.Ask:
		return r.ask(ctx, move.TTL)
	case policy.Wait:
		r.wake.Reset(move.For)
	case policy.End:
		r.last = true
		r.wake.Reset(searchQuiet)
	}
	return nil
}

// ask floods one more query, under a GUID of its own.
func (r *rounds) ask(ctx context.Context, ttl uint8) error {
	query, err := messages.New(r.s.newGUID(), ttl, r.query)
	if err != nil {
		return api.NewError(api.CodeUsage, fmt.Sprintf("search: the words do not fit a query of %d bytes; use fewer", messages.MaxQuery))
	}
	r.wake.Stop()
	r.progress.TTL, r.asked = ttl, time.Now()
	if !r.s.call(ctx, func() { r.s.ask(r.search, query) }) {
		return ended(ctx)
	}
	return nil
}
