package servent

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
	"servent/share"
)

const (
	// SearchTimeout ends a search that names no timeout of its own.
	SearchTimeout = 5 * time.Second
	// searchQuiet is how long a search waits for another hit, and for the
	// first one after a neighbour got its last query.
	searchQuiet = time.Second
	// maxHitsWaiting is how many QueryHits wait to be read by a search.
	maxHitsWaiting = 1024
	// maxHitsOne is how many of these may come by one link, so that a neighbour
	// that floods a search with hits leaves room for those of others;
	// maxResultsOne how many results one link may bring to a search, since a search
	// keeps maxFound files.
	maxHitsOne    = maxHitsWaiting / 4
	maxResultsOne = maxFound / 2
)

// heard is a hit and how far it came.
type heard struct {
	hit   messages.QueryHit
	hops  int // links to its sender
	share *hitShare
}

// hitShare is what one link brings to one search.
type hitShare struct {
	waiting atomic.Int32 // hits that were not read yet
	results int          // the loop's
}

// A search is one of our own: its queries, and where their hits go. But for the
// channels it is the loop's.
type search struct {
	hits  chan heard
	asked chan struct{} // holds a token when one more neighbour has the latest query

	query  messages.Message      // the latest: a neighbour that comes now gets it
	guids  []messages.GUID       // of all queries, under which the search stands in the table
	links  map[routing.Link]bool // that got a query
	byLink map[routing.Link]*hitShare
}

func newSearch() *search {
	return &search{
		hits:   make(chan heard, maxHitsWaiting),
		asked:  make(chan struct{}, 1),
		links:  map[routing.Link]bool{},
		byLink: map[routing.Link]*hitShare{},
	}
}

// shareOf returns what a link brings to se.
func (se *search) shareOf(l routing.Link) *hitShare {
	share := se.byLink[l]
	if share == nil {
		share = &hitShare{}
		se.byLink[l] = share
	}
	return share
}

// Search asks the network as req.Strategy says, and calls emit, which may be nil, from
// this goroutine for each file that it finds, and again when a name or a source of it
// is new. req.Words is read as a [Query]. It returns when nothing more comes, after
// req.Timeout at the latest; where ctx ends first, with its error and the summary of
// what was found until then. [Servent.Hits] does the same for a range loop.
//
// It returns a [*QueryError] where the query is wrong, an [*api.Error] of
// [api.CodeUsage] where another field of req is, and [ErrClosed] where the
// servent has stopped.
func (s *Servent) Search(ctx context.Context, req api.SearchRequest, emit func(api.Hit)) (api.Summary, error) {
	query, err := QueryOf(req)
	if err != nil {
		return api.Summary{}, err
	}
	if req.TTL < 0 || req.TTL > MaxTTL {
		return api.Summary{}, api.NewError(api.CodeUsage, fmt.Sprintf("search: TTL %d: use 1 to %d", req.TTL, MaxTTL))
	}
	setDefault(&req.TTL, s.cfg.TTL)
	setDefault(&req.Timeout, SearchTimeout)
	how, err := policyOf(req)
	if err != nil {
		return api.Summary{}, err
	}
	begin := time.Now()
	told := s.tellSearch(req.Words)
	found := newFindings(s.host.ID(), req, told.hit(emit))
	found.query = query
	sent, err := s.runSearch(ctx, messages.NewQuery(query.Words()), how, req.Timeout, found)
	return told.end(api.Summary{
		Type:      api.TypeSummary,
		Hits:      len(found.hits),
		Sources:   len(found.peers),
		Filtered:  len(found.dropped),
		LeftOut:   found.leftOut(),
		Own:       s.countOwn(query),
		Links:     sent.links,
		Queries:   sent.queries,
		TTL:       sent.ttl,
		Reached:   s.tracing.reached(sent.guids),
		ElapsedMS: time.Since(begin).Milliseconds(),
	}), err
}

// Hits searches as [Servent.Search] does, for a range loop: a hit comes with
// each round, and the loop ends when the search does. A break ends the search
// at once. An error comes last, with a zero Hit.
func (s *Servent) Hits(ctx context.Context, req api.SearchRequest) iter.Seq2[api.Hit, error] {
	return api.Hits(ctx, req, s.Search)
}

// countOwn counts the matches in the own library; of many, those among the
// newest.
func (s *Servent) countOwn(q Query) int {
	own, err := s.collection.Library().Search(q.Words(), share.MaxLeft)
	if err != nil {
		return 0 // no word: nothing can match
	}
	if !q.HasFilters() {
		return len(own.Files) + own.Left
	}
	n := 0
	for _, f := range own.Files {
		if q.passes(messages.FileInfo{Name: f.Name, Path: f.Path, Tags: f.Tags, Size: uint64(f.Size)}) {
			n++
		}
	}
	return n
}

// Originate routes a message of the caller's own making, with Hops 0, as the
// servent's own. Nobody waits for replies to it: see Config.Trace. It is for
// tools and benchmarks; people search with [Servent.Search].
func (s *Servent) Originate(ctx context.Context, m messages.Message) error {
	if !s.call(ctx, func() { s.step(time.Now(), routing.Self, m) }) {
		return ended(ctx)
	}
	return nil
}

// takeHit gives a hit to the search that it answers.
func (s *Servent) takeHit(now time.Time, from routing.Link, m messages.Message) {
	se := s.searches[m.GUID]
	if se == nil {
		return // the search is over
	}
	share := se.shareOf(from)
	if share.waiting.Load() >= maxHitsOne || share.results >= maxResultsOne {
		s.spam++
		s.dropped(now, from, routing.ReplyLimited, m.Hops)
		return
	}
	p, ok := s.parse(now, from, m)
	if !ok {
		return
	}
	hit := p.(messages.QueryHit)
	share.results += len(hit.Results)
	share.waiting.Add(1)
	select {
	case se.hits <- heard{hit, int(m.Hops) + 1, share}:
	default:
		share.waiting.Add(-1)
		s.unread++
	}
}

// ended says why a call did not run.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return ErrClosed
}

// ErrClosed is returned by calls to a servent that has stopped.
var ErrClosed = errors.New("servent: it has stopped")
