package servent

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"servent/messages"
	"servent/servent/api"
)

// A round is what a speaker hears of one query.
type round struct {
	ttl uint8
	at  time.Duration // after the first
}

// A reply is what a speaker answers to the query of that number, from 0.
type reply struct {
	to    int
	after time.Duration
	name  string // its first byte is that of the root
}

// converseInRounds answers the queries that p hears, and tells of them when the
// link has ended.
func converseInRounds(t *testing.T, p *speaker, replies []reply) <-chan []round {
	told := make(chan []round, 1)
	go func() {
		var rounds []round
		seen := map[messages.GUID]bool{}
		var begin time.Time
		for m := range p.heard {
			if m.Type != messages.TypeQuery {
				continue
			}
			if len(rounds) == 0 {
				begin = time.Now()
			}
			if seen[m.GUID] || m.Hops != 0 {
				t.Errorf("query %d: got GUID %v with hops %d, want a new one of the servent's own", len(rounds), m.GUID, m.Hops)
			}
			seen[m.GUID] = true
			for _, r := range replies {
				if r.to != len(rounds) {
					continue
				}
				hit, err := messages.New(m.GUID, 3, answer{from: p.peer, files: []messages.FileInfo{file(r.name, r.name[0], 1)}}.hit(t))
				if err != nil {
					t.Error(err)
				}
				time.AfterFunc(r.after, func() { p.say(hit) })
			}
			rounds = append(rounds, round{m.TTL, time.Since(begin)})
		}
		told <- rounds
	}()
	return told
}

// What an expanding ring asks, when, and how long it lasts.
func TestRingRounds(t *testing.T) {
	const ms = time.Millisecond
	var (
		first  = round{1, 0}
		second = round{3, 150 * ms}
		third  = round{5, 600 * ms}
		fourth = round{7, 1350 * ms}
	)
	for name, c := range map[string]struct {
		req     api.SearchRequest
		replies []reply
		want    []round
		hits    int
		took    time.Duration
	}{
		"to its end without a hit": {want: []round{first, second, third, fourth}, took: 1350*ms + searchQuiet},
		"to the TTL that is wanted": {
			req: api.SearchRequest{TTL: 4}, want: []round{first, second, {4, 600 * ms}}, took: 600*ms + searchQuiet,
		},
		"as one flood with TTL 1": {req: api.SearchRequest{TTL: 1}, want: []round{first}, took: searchQuiet},
		"until the first hit": {
			replies: []reply{{1, 10 * ms, "a"}}, want: []round{first, second}, hits: 1, took: 160*ms + searchQuiet,
		},
		"and hears of others while the last query is under way": {
			replies: []reply{{0, 10 * ms, "a"}, {0, 900 * ms, "b"}}, want: []round{first}, hits: 2, took: 900*ms + searchQuiet,
		},
		"until a late hit to an earlier query": {
			replies: []reply{{0, 300 * ms, "a"}}, want: []round{first, second}, hits: 1, took: 300*ms + searchQuiet,
		},
		"until enough was found": {
			req:     api.SearchRequest{Max: 2},
			replies: []reply{{0, 0, "a"}, {1, 0, "a"}, {2, 0, "a"}, {2, 10 * ms, "b"}},
			want:    []round{first, second, third}, hits: 2, took: 610 * ms,
		},
		"past hits that the filters drop": {
			req: api.SearchRequest{Filter: api.Filter{Type: "iso"}}, replies: []reply{{0, 0, "a.txt"}, {1, 0, "b.iso"}},
			want: []round{first, second}, hits: 1, took: 150*ms + searchQuiet,
		},
		"to its timeout": {req: api.SearchRequest{Timeout: 500 * ms}, want: []round{first, second}, took: 500 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := converse(t, Config{})
				p := speak(t, s)
				heard := converseInRounds(t, p, c.replies)
				c.req.Words, c.req.Strategy = "words", api.StrategyRing
				begin := time.Now()
				summary, err := s.Search(t.Context(), c.req, nil)
				if took := time.Since(begin); err != nil || took != c.took {
					t.Errorf("took %v, %v, want %v", took, err, c.took)
				}
				<-time.After(longSilence) // nothing is asked later
				p.wire.Close()
				last := c.want[len(c.want)-1]
				if got := <-heard; !slices.Equal(got, c.want) {
					t.Errorf("asked %v, want %v", got, c.want)
				}
				if summary.Hits != c.hits || summary.Links != 1 || summary.Queries != len(c.want) || summary.TTL != int(last.ttl) {
					t.Errorf("got %+v, want %d hits, one neighbour, %d queries, the last with TTL %d", summary, c.hits, len(c.want), last.ttl)
				}
				noSearchIsLeft(t, s)
			})
		})
	}
}

// A neighbour that comes in the midst of a ring gets the query of the round, and
// that round has its time again; without a neighbour there is no round.
func TestRingMeetsNeighbours(t *testing.T) {
	const ms = time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		ended := make(chan api.Summary)
		go func() {
			summary, err := s.Search(t.Context(), api.SearchRequest{Words: "words", Strategy: api.StrategyRing, Timeout: time.Minute}, nil)
			if err != nil {
				t.Error(err)
			}
			ended <- summary
		}()
		<-time.After(10 * time.Second)
		early := speak(t, s)
		first := converseInRounds(t, early, nil)
		<-time.After(250 * ms) // the second round began 100 ms ago
		late := speak(t, s)
		second := converseInRounds(t, late, nil)
		summary := <-ended
		early.wire.Close()
		late.wire.Close()
		if got, want := <-first, []round{{1, 0}, {3, 150 * ms}, {5, 700 * ms}, {7, 1450 * ms}}; !slices.Equal(got, want) {
			t.Errorf("the first neighbour was asked %v, want %v", got, want)
		}
		if got, want := <-second, []round{{3, 0}, {5, 450 * ms}, {7, 1200 * ms}}; !slices.Equal(got, want) {
			t.Errorf("the second neighbour was asked %v, want %v", got, want)
		}
		if summary.Links != 2 || summary.Queries != 4 || summary.TTL != 7 {
			t.Errorf("got %+v, want two neighbours and four queries", summary)
		}
		noSearchIsLeft(t, s)
	})
}

// A ring whose neighbours have gone waits in its round for another.
func TestRingLosesItsNeighbours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		gone := speak(t, s)
		ended := make(chan api.Summary)
		go func() {
			summary, err := s.Search(t.Context(), api.SearchRequest{Words: "words", Strategy: api.StrategyRing, Timeout: time.Minute}, nil)
			if err != nil {
				t.Error(err)
			}
			ended <- summary
		}()
		gone.hear(messages.TypeQuery)
		gone.wire.Close()
		<-time.After(30 * time.Second)
		other := speak(t, s)
		heard := converseInRounds(t, other, []reply{{0, 0, "a"}})
		summary := <-ended
		other.wire.Close()
		if got, want := <-heard, []round{{3, 0}}; !slices.Equal(got, want) {
			t.Errorf("the neighbour that came later was asked %v, want %v", got, want)
		}
		if summary.Hits != 1 || summary.Links != 2 || summary.Queries != 2 {
			t.Errorf("got %+v, want its hit to the second query", summary)
		}
	})
}
