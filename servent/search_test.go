package servent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
)

// recordInto returns a Trace that keeps effects, for the loop to read.
func recordInto(told *[]routing.Effect) func(time.Time, routing.Link, routing.Effect) {
	return func(_ time.Time, _ routing.Link, e routing.Effect) { *told = append(*told, e) }
}

// finds returns the names that s finds, and ends with the first hit.
func finds(t testing.TB, s *Servent, words string) []string {
	t.Helper()
	var names []string
	_, err := s.Search(t.Context(), api.SearchRequest{Words: words, Max: 1, Timeout: patience}, func(h api.Hit) { names = append(names, h.Name) })
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	for name, req := range map[string]api.SearchRequest{
		"no word":           {Words: "... -- !"},
		"nothing":           {},
		"a negative TTL":    {Words: "x", TTL: -1},
		"a TTL over 7":      {Words: "x", TTL: 8},
		"a strategy":        {Words: "x", Strategy: "walk"},
		"words without end": {Words: strings.Repeat("word ", 200)},
	} {
		_, err := s.Search(t.Context(), req, func(api.Hit) {})
		t.Log(name)
		failed(t, err, api.CodeUsage)
	}
}

// How long a search lasts.
func TestSearchEnds(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		req    api.SearchRequest
		hitsAt []time.Duration // after the query was heard
		alone  bool            // no neighbour
		want   time.Duration
	}{
		"without a neighbour":       {alone: true, want: SearchTimeout},
		"without a hit":             {want: searchQuiet},
		"a while after the last":    {hitsAt: []time.Duration{0, 900 * ms, 1800 * ms}, want: 1800*ms + searchQuiet},
		"a while after an only one": {hitsAt: []time.Duration{10 * ms}, want: 10*ms + searchQuiet},
		"at the timeout":            {req: api.SearchRequest{Timeout: 500 * ms}, want: 500 * ms},
		"at the default timeout":    {hitsAt: []time.Duration{0, 900 * ms, 1800 * ms, 2700 * ms, 3600 * ms, 4500 * ms}, want: SearchTimeout},
		"with the last hit wanted":  {req: api.SearchRequest{Max: 2}, hitsAt: []time.Duration{10 * ms, 800 * ms}, want: 800 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := converse(t, Config{})
				if !c.alone {
					p := speak(t, s)
					answered := make(chan struct{})
					defer func() { <-answered }()
					go func() { p.answerAt(c.hitsAt); close(answered) }()
				}
				begin := time.Now()
				c.req.Words = "words"
				summary, err := s.Search(t.Context(), c.req, func(api.Hit) {})
				if took := time.Since(begin); err != nil || took != c.want {
					t.Errorf("took %v, %v, want %v", took, err, c.want)
				}
				if summary.Hits != len(c.hitsAt) || summary.ElapsedMS != c.want.Milliseconds() {
					t.Errorf("got %+v, want %d hits", summary, len(c.hitsAt))
				}
			})
		})
	}
}

// answerAt answers the next query with a hit after each of the times given.
func (p *speaker) answerAt(times []time.Duration) {
	query := p.hear(messages.TypeQuery)
	begin := time.Now()
	for n, at := range times {
		<-time.After(time.Until(begin.Add(at)))
		hit := answer{from: p.peer, files: []messages.FileInfo{file(fmt.Sprint("name ", n), byte(n+1), 1)}}.hit(p.t)
		m, err := messages.New(query.GUID, 1, hit)
		if err != nil {
			p.t.Error(err)
			return
		}
		p.say(m)
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		go p.answerAt([]time.Duration{0})
		ctx, cancel := context.WithTimeout(t.Context(), searchQuiet/2)
		defer cancel()
		summary, err := s.Search(ctx, api.SearchRequest{Words: "words"}, func(api.Hit) {})
		if !errors.Is(err, context.DeadlineExceeded) || summary.Hits != 1 || summary.Links != 1 {
			t.Errorf("got %+v, %v, want what was found until then and the context's error", summary, err)
		}
		noSearchIsLeft(t, s)
	})
}

// noSearchIsLeft: the loop has forgotten every query.
func noSearchIsLeft(t *testing.T, s *Servent) {
	t.Helper()
	s.call(t.Context(), func() {
		if len(s.searches) != 0 {
			t.Errorf("%d searches are left", len(s.searches))
		}
	})
}

// A range loop over hits ends with the search, and a break ends the search.
func TestHits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		go p.answerAt([]time.Duration{0, time.Millisecond})
		n := 0
		for hit, err := range s.Hits(t.Context(), api.SearchRequest{Words: "words"}) {
			if n++; err != nil || hit.N != n {
				t.Errorf("got %+v, %v, want hit %d", hit, err, n)
			}
		}
		if n != 2 {
			t.Errorf("got %d hits, want 2", n)
		}

		go p.answerAt([]time.Duration{0})
		begin := time.Now()
		for _, err := range s.Hits(t.Context(), api.SearchRequest{Words: "words"}) {
			if err != nil {
				t.Error(err)
			}
			break
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("after a break the search went on for %v", took)
		}
		noSearchIsLeft(t, s)
		for hit, err := range s.Hits(t.Context(), api.SearchRequest{Words: "type:iso"}) {
			var wrong *QueryError
			if !errors.As(err, &wrong) || hit.N != 0 {
				t.Errorf("got %+v, %v, want a QueryError alone", hit, err)
			}
		}
	})
}

// Filters are applied here: others are sent the words, and what they tell is
// counted.
func TestSearchFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		go func() {
			query := p.hear(messages.TypeQuery)
			parsed, err := messages.Parse(query)
			if err != nil {
				t.Error(err)
				return
			}
			if got := parsed.(messages.Query).Criteria; got != "red hat 9" {
				t.Errorf("sent %q, want the words alone", got)
			}
			hit := answer{from: p.peer, more: 5, files: []messages.FileInfo{
				file("Hat, red 9.iso", 1, 1), file("red hat 9.txt", 2, 1), file("red hat 9.iso", 3, 1),
			}}.hit(t)
			m, err := messages.New(query.GUID, 1, hit)
			if err != nil {
				t.Error(err)
				return
			}
			p.say(m)
		}()
		var names []string
		request := api.SearchRequest{Words: `"red hat" 9 type:iso not:beta`}
		summary, err := s.Search(t.Context(), request, func(h api.Hit) { names = append(names, h.Name) })
		if err != nil || len(names) != 1 || names[0] != "red hat 9.iso" {
			t.Errorf("got %q, %v, want the one that passes", names, err)
		}
		if summary.Hits != 1 || summary.Filtered != 2 || summary.LeftOut != 5 {
			t.Errorf("got %+v, want 1 hit, 2 filtered and 5 left out", summary)
		}
	})
}

// A search that begins alone asks the neighbours that come later.
func TestSearchBeforeTheFirstLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		found := make(chan api.Summary)
		go func() {
			summary, err := s.Search(t.Context(), api.SearchRequest{Words: "words", Timeout: time.Minute, TTL: 3}, func(api.Hit) {})
			if err != nil {
				t.Error(err)
			}
			found <- summary
		}()
		<-time.After(10 * time.Second)
		p := speak(t, s)
		go p.answerAt([]time.Duration{searchQuiet / 2})
		if summary := <-found; summary.Hits != 1 || summary.Links != 1 || summary.TTL != 3 {
			t.Errorf("got %+v, want the hit of the neighbour that came late", summary)
		}
	})
}

// Nobody hears of hits to a query that was not ours, or is over.
func TestSearchHearsItsOwnHitsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		query := ask(t, s, p, "words")
		<-time.After(10 * time.Second) // it is over
		hit := answer{from: p.peer, files: []messages.FileInfo{file("x", 1, 1)}}.hit(t)
		late, err := messages.New(query.GUID, 1, hit)
		if err != nil {
			t.Fatal(err)
		}
		p.say(late, message(t, 1, hit))
		synctest.Wait()
		if n := dropped(t, s, routing.Forged.String()); n != 1 {
			t.Errorf("forged: got %d, want the hit to no query", n)
		}
	})
}

// Own files are counted, and are no hits.
func TestSearchCountsOwnMatches(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX 1": 10, "SEBLINUX 2": 20, "other": 30})
	s := ready(t, start(t, Config{Shares: []string{dir}}))
	hits, summary := map[string]api.Hit{}, api.Summary{}
	summary, err := s.Search(t.Context(), api.SearchRequest{Words: "seblinux", Timeout: time.Millisecond}, func(h api.Hit) { hits[h.Name] = h })
	if err != nil || len(hits) != 0 || summary.Hits != 0 || summary.Own != 2 || summary.Links != 0 {
		t.Errorf("got %v, %+v, %v, want two own matches and no hit", hits, summary, err)
	}
	filtered, err := s.Search(t.Context(), api.SearchRequest{Words: "seblinux not:2", Timeout: time.Millisecond}, nil)
	if err != nil || filtered.Own != 1 {
		t.Errorf("got %+v, %v, want the one own match that passes", filtered, err)
	}
}

// 300 files on one servent: 255 come, and the searcher knows of the others.
func TestSearchSaysWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	sizes := map[string]int{}
	for n := range 300 {
		sizes[fmt.Sprintf("SEBLINUX %03d.txt", n)] = n + 1
	}
	far := ready(t, start(t, Config{Shares: []string{folder(t, sizes)}}))
	near := start(t, Config{Connect: []string{addr(far)}})
	hits, summary := find(t, near, "seblinux", 1)
	if len(hits) != maxResults || summary.Hits != maxResults || summary.LeftOut != 45 || summary.Sources != 1 {
		t.Errorf("got %d hits, %+v, want %d and 45 left out", len(hits), summary, maxResults)
	}
	one, err := near.Search(t.Context(), api.SearchRequest{Words: "seblinux", Max: 3}, func(api.Hit) {})
	if err != nil || one.Hits != 3 {
		t.Errorf("at most 3: got %+v, %v", one, err)
	}
}
