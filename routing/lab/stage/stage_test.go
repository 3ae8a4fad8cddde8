package stage

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"servent/routing"
	"servent/routing/lab/chance"
	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
)

// playOf returns the play of a topology and of strategies as they are typed.
func playOf(t testing.TB, topology, strategies string, ttl uint8) Play {
	t.Helper()
	top, err := graph.ParseTopology(topology)
	if err != nil {
		t.Fatal(err)
	}
	all, err := experiment.ParseStrategies(strategies)
	if err != nil {
		t.Fatal(err)
	}
	return Play{Plan: experiment.Plan{
		Graph:      func(run int) (*graph.Graph, error) { return top.Build(chance.New(1, chance.Topology, uint64(run))) },
		Strategies: all, First: ttl, Seed: 1,
	}}
}

func (p Play) mustRun(t testing.TB) *Run {
	t.Helper()
	run, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func latencyOf(t *testing.T, text string) experiment.Latency {
	t.Helper()
	l, err := experiment.ParseLatency(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// An event is a row of Events, in words.
type event struct {
	ms                  float64
	from, to, ttl, hops int
	kind, verdict       string
}

// all returns the events of s.
func (s *Search) all() []event {
	var all []event
	for i := range s.Events.Time {
		e := s.Events
		all = append(all, event{
			e.Time[i], e.From[i], e.To[i], e.TTL[i], e.Hops[i], e.Types[e.Type[i]], e.Verdicts[e.Verdict[i]],
		})
	}
	return all
}

// those returns the events of one kind with one verdict; an empty one is any.
func (s *Search) those(kind, verdict string) []event {
	return slices.DeleteFunc(s.all(), func(e event) bool {
		return kind != "" && e.kind != kind || verdict != "" && e.verdict != verdict
	})
}

// reachedBy counts the servents beside source that a search came to by a time.
func (s *Search) reachedBy(source graph.Node, ms float64) int {
	came := map[int]bool{}
	for _, e := range s.all() {
		if e.verdict == "delivered" && (e.kind == "Query" || e.kind == "Walker") && e.ms <= ms && e.to != int(source) {
			came[e.to] = true
		}
	}
	return len(came)
}

// TestRing: with TTL 3 a flood in a ring of 12 reaches two servents with each hop.
func TestRing(t *testing.T) {
	p := playOf(t, "ring:12", "flood", 3)
	p.Plan.Sources.Nodes = []graph.Node{0}
	run := p.mustRun(t)
	for hop, want := range []int{0, 2, 4, 6} {
		if got := run.Searches[0].reachedBy(run.Source, float64(hop)); got != want {
			t.Errorf("after hop %d: reached %d, want %d", hop, got, want)
		}
	}
	want := []int{0, 1, 2, 3, -1, -1, -1, -1, -1, 3, 2, 1}
	p.Reached = true
	if got := p.mustRun(t).Searches[0].Reached; !slices.Equal(got, want) {
		t.Errorf("hops of the first arrivals: got %v, want %v", got, want)
	}
}

// TestEventsAgreeWithTheRow: counting the events gives the row, and the closed form
// where there is one, on every kind of network, with every strategy.
func TestEventsAgreeWithTheRow(t *testing.T) {
	for _, topology := range []string{
		"line:9", "ring:12", "star:8", "tree:3,4", "complete:7", "grid:4,6", "regular:60,4", "gnm:60,120",
		"smallworld:60,4,0.1", "ba:60,2", "twotier:6,30",
	} {
		for _, conditions := range []string{"equal", "exp:50ms", "exp:50ms ttl", "loss"} {
			p := playOf(t, topology, "flood,ring,walk:4:steps=60", 5)
			p.Plan.Objects.Replicas = experiment.Replicas{Number: 2}
			p.Plan.Push = true
			switch conditions {
			case "exp:50ms":
				p.Plan.Latency = latencyOf(t, "exp:50ms")
			case "exp:50ms ttl":
				p.Plan.Latency, p.Plan.Rule = latencyOf(t, "exp:50ms"), routing.TTLAwareRule
			case "loss":
				p.Plan.Loss = 0.1
			}
			run := p.mustRun(t)
			for i := range run.Searches {
				agrees(t, topology+" "+conditions, run, &run.Searches[i])
			}
		}
	}
}

// agrees compares events with their row.
func agrees(t *testing.T, name string, run *Run, s *Search) {
	t.Helper()
	count := func(kind, verdict string) int64 { return int64(len(s.those(kind, verdict))) }
	messages := count("Query", "sent") + count("Walker", "sent")
	others := count("QueryHit", "sent") + count("Push", "sent")
	if s.Row.TTL == 0 {
		others += count("QueryHit", "hit") // straight to who asked
	}
	reached := int64(s.reachedBy(run.Source, s.Events.lastTime()))
	for what, pair := range map[string][2]int64{
		"messages":   {messages, s.Row.Messages.Sum()},
		"others":     {others, s.Row.Others.Sum()},
		"reached":    {reached, s.Row.Reached.Sum()},
		"lost":       {count("", "lost"), s.Row.Lost.Sum()},
		"improved":   {count("Query", "improved"), s.Row.Improved.Sum()},
		"duplicates": {messages - count("Query", "lost") - count("Walker", "lost") - reached, s.Row.Duplicates.Sum()},
		"hits":       {count("QueryHit", "hit"), s.Row.Hits.Sum()},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s, %s: %s: %d by the events, %d in the row", name, s.Strategy, what, pair[0], pair[1])
		}
	}
	if c := &s.Row.Closed; c.HasReached && c.Reached.Sum() != reached || c.HasMessages && c.Messages.Sum() != messages {
		t.Errorf("%s, %s: reached %d with %d messages by the events, %d with %d by the closed form",
			name, s.Strategy, reached, messages, c.Reached.Sum(), c.Messages.Sum())
	}
	if s.Strategy == "flood" && name == "ring:12 equal" && !s.Row.Closed.HasReached {
		t.Errorf("%s: no closed form", name)
	}
}

func (e *Events) lastTime() float64 { return slices.Max(append([]float64{0}, e.Time...)) }

// TestStrategiesAreApart: a strategy beside others does what it does alone, and
// the same each time.
func TestStrategiesAreApart(t *testing.T) {
	play := func(strategies string) []Search {
		p := playOf(t, "regular:60,4", strategies, 4)
		p.Plan.Objects.Replicas = experiment.Replicas{Number: 2}
		p.Actions = []Action{{At: 2 * time.Millisecond, Node: 5, Do: Fail}}
		return p.mustRun(t).Searches
	}
	together := play("flood,ring,walk:4")
	for i, name := range []string{"flood", "ring", "walk:4"} {
		if alone := play(name)[0]; !reflect.DeepEqual(alone.Events, together[i].Events) || figures(&alone) != figures(&together[i]) {
			t.Errorf("%s alone is not %s beside others", name, name)
		}
	}
}

// figures writes those of a row.
func figures(s *Search) string {
	r := &s.Row
	return fmt.Sprint(r.Reached, r.Messages, r.Others, r.Duplicates, r.Lost, r.Bytes, r.Hits, r.Success, r.Hops, r.Time, r.Load)
}

// TestLimits: what is too much is refused, or told in less.
func TestLimits(t *testing.T) {
	large := playOf(t, "complete:700", "flood", 3)
	run := large.mustRun(t)
	s := &run.Searches[0]
	if !run.Cut || s.Events != nil || len(s.Reached) != 700 || s.Row.Messages.Sum() < MaxEvents/2 {
		t.Errorf("a flood of %d messages: cut %v, events %v, %d servents with a hop", s.Row.Messages.Sum(), run.Cut, s.Events != nil, len(s.Reached))
	}
	again := playOf(t, "ring:5", "flood", 3)
	again.Plan.Strategies = append(again.Plan.Strategies, again.Plan.Strategies[0])
	for name, play := range map[string]Play{
		"a strategy twice":      again,
		"four strategies":       playOf(t, "ring:5", "flood,ring,walk:1,walk:2", 3),
		"too many servents":     playOf(t, fmt.Sprintf("line:%d", MaxServents+1), "flood", 3),
		"an action on nobody":   {Plan: playOf(t, "ring:5", "flood", 3).Plan, Actions: []Action{{Node: 5, Do: Leave}}},
		"an action at midnight": {Plan: playOf(t, "ring:5", "flood", 3).Plan, Actions: []Action{{Do: Leave, At: MaxTime + 1}}},
		"too many actions":      {Plan: playOf(t, "ring:5", "flood", 3).Plan, Actions: make([]Action, MaxActions+1)},
	} {
		if _, err := play.Run(t.Context()); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	gone := errors.New("the asker is gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if _, err := playOf(t, "regular:2000,4", "walk:1000:steps=1000000", 1).Run(ctx); !errors.Is(err, gone) {
		t.Errorf("the asker is gone: got %v", err)
	}
}

// TestGivesUp: a search without an end stops when its asker goes away.
func TestGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := playOf(t, "regular:2000,4", "walk:10000:steps=1000000", 1)
	graphs := p.Plan.Graph
	p.Plan.Graph = func(run int) (*graph.Graph, error) {
		defer time.AfterFunc(10*time.Millisecond, cancel) // it takes hours
		return graphs(run)
	}
	if _, err := p.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was given up", err)
	}
}

func BenchmarkFlood2000(b *testing.B) {
	p := playOf(b, "regular:2000,6", "flood", 7)
	for b.Loop() {
		run := p.mustRun(b)
		b.ReportMetric(float64(len(run.Searches[0].Events.Time)), "events")
	}
}
