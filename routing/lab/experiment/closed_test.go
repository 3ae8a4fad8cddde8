package experiment

import (
	"math"
	"slices"
	"testing"
	"time"

	"servent/routing"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// topologyOf builds a topology of seed 1.
func topologyOf(t *testing.T, text string) (graph.Topology, *graph.Graph) {
	t.Helper()
	topology, err := graph.ParseTopology(text)
	if err != nil {
		t.Fatal(err)
	}
	g, err := topology.Build(chance.New(1, chance.Topology))
	if err != nil {
		t.Fatal(err)
	}
	return topology, g
}

// TestClosedIsTheFormula of each shape, and what was measured.
func TestClosedIsTheFormula(t *testing.T) {
	for _, text := range []string{"line:9", "ring:12", "ring:13", "star:7", "tree:3,5", "complete:9", "grid:4,6"} {
		topology, g := topologyOf(t, text)
		rows, err := Plan{
			Graph: one(g), Strategies: []Strategy{Flood}, First: 1, Last: MaxTTL, Sources: Sources{Nodes: []graph.Node{0}},
		}.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			reach, _ := topology.Reach(int(r.TTL))
			messages, _ := topology.Messages(int(r.TTL))
			want := []int64{sumOf(reach), sumOf(messages)}
			if got := []int64{r.Closed.Reached.Sum(), r.Closed.Messages.Sum()}; !r.Closed.HasReached || !r.Closed.HasMessages || !slices.Equal(got, want) {
				t.Errorf("%s, TTL %d, by distance: got %d (%v), want %d", text, r.TTL, got, r.Closed, want)
			}
			if got := []int64{r.Reached.Sum(), r.Messages.Sum()}; !slices.Equal(got, want) {
				t.Errorf("%s, TTL %d, measured: got %d, want %d", text, r.TTL, got, want)
			}
			var hops []int
			for _, n := range r.Closed.Hops {
				hops = append(hops, int(n))
			}
			if !slices.Equal(hops, reach) {
				t.Errorf("%s, TTL %d, hop by hop: got %d, want %d", text, r.TTL, hops, reach)
			}
		}
	}
}

func sumOf(terms []int) (sum int64) {
	for _, n := range terms {
		sum += int64(n)
	}
	return sum
}

// TestClosedOnceAllAreReached: 2E - N + 1 messages, on any connected graph.
func TestClosedOnceAllAreReached(t *testing.T) {
	_, g := topologyOf(t, "regular:100,4")
	rows, err := Plan{Graph: one(g), Strategies: []Strategy{Flood}, First: MaxTTL, Sources: Sources{All: true}, Queries: 2}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := &rows[0].Closed
	if got, want := c.Messages.Mean(), float64(2*g.Edges()-g.Len()+1); got != want {
		t.Errorf("messages: got %g, want %g", got, want)
	}
	if got, want := c.Reached.Sum(), int64(2*100*99); got != want {
		t.Errorf("reached by 2 queries of all: got %d, want %d", got, want)
	}
}

// TestClosedWhereItHolds: latencies leave a bound under the plain rule, and whom
// the TTL-aware one reaches; losses leave a bound, churn nothing.
func TestClosedWhereItHolds(t *testing.T) {
	_, g := topologyOf(t, "regular:100,4")
	latency, err := ParseLatency("uniform:10ms..200ms")
	if err != nil {
		t.Fatal(err)
	}
	constant, err := ParseLatency("const:50ms")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change                   func(*Plan)
		reached, messages, bound bool
	}{
		"equal":          {func(*Plan) {}, true, true, false},
		"const":          {func(p *Plan) { p.Latency = constant }, true, true, false},
		"latency":        {func(p *Plan) { p.Latency = latency }, false, false, true},
		"latency, ttl":   {func(p *Plan) { p.Latency, p.Rule = latency, routing.TTLAwareRule }, true, false, false},
		"loss":           {func(p *Plan) { p.Loss = 0.1 }, false, false, true},
		"churn":          {func(p *Plan) { p.Churn = &Churn{Median: time.Hour, Mean: 2 * time.Hour} }, false, false, false},
		"another search": {func(p *Plan) { p.Strategies = []Strategy{mustParse(t, "walk:2")} }, false, false, false},
	} {
		plan := Plan{Graph: one(g), Strategies: []Strategy{Flood}, First: 3, Sources: Sources{Number: 20}, Runs: 2}
		c.change(&plan)
		rows, err := plan.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r := &rows[0]
		if r.Closed.HasReached != c.reached || r.Closed.HasMessages != c.messages || r.Closed.IsBound != c.bound {
			t.Errorf("%s: got %v, %v, bound %v; want %v, %v, %v", name, r.Closed.HasReached, r.Closed.HasMessages, r.Closed.IsBound, c.reached, c.messages, c.bound)
		}
		if c.reached && math.Abs(r.Closed.Reached.Mean()-r.Reached.Mean()) > 1e-9 {
			t.Errorf("%s: reached %g, by distance %g", name, r.Reached.Mean(), r.Closed.Reached.Mean())
		}
		if c.bound && r.Closed.Reached.Mean() < r.Reached.Mean() {
			t.Errorf("%s: reached %g, at most %g by distance", name, r.Reached.Mean(), r.Closed.Reached.Mean())
		}
		if c.messages && r.Closed.Messages.Sum() != r.Messages.Sum() {
			t.Errorf("%s: %d messages, by the closed form %d", name, r.Messages.Sum(), r.Closed.Messages.Sum())
		}
	}
}

func mustParse(t *testing.T, text string) Strategy {
	t.Helper()
	s, err := ParseStrategy(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
