package experiment

import (
	"fmt"
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

// TestLongLatencies: Routers remember a query until its last copy has come, with
// the longest latencies that can be asked for; longer ones are refused.
func TestLongLatencies(t *testing.T) {
	for _, topology := range []string{"complete:6", "gnm:100,300"} {
		_, g := topologyOf(t, topology)
		for _, text := range []string{fmt.Sprintf("const:%v", MaxLatency), fmt.Sprintf("exp:%v", MaxLatency), fmt.Sprintf("lognormal:1ms,%v", MaxLatency)} {
			latency, err := ParseLatency(text)
			if err != nil {
				t.Fatal(err)
			}
			plan := Plan{Graph: one(g), Strategies: []Strategy{Flood}, Rule: routing.TTLAwareRule, Latency: latency, Last: MaxTTL, Sources: Sources{All: true}}
			rows, err := plan.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				r := &rows[i]
				if r.Reached.Sum() != r.Closed.Reached.Sum() || r.Closed.HasMessages && r.Messages.Sum() != r.Closed.Messages.Sum() {
					t.Errorf("%s, %s, TTL %d: reached %d for %d messages, by distance %d for %d", topology, text, r.TTL,
						r.Reached.Sum(), r.Messages.Sum(), r.Closed.Reached.Sum(), r.Closed.Messages.Sum())
				}
			}
		}
	}
	if _, err := ParseLatency(fmt.Sprintf("const:%v", MaxLatency+1)); err == nil {
		t.Error("a longer latency was accepted")
	}
}

// TestLongWayHome: a hit comes home from the end of the TTL, with the longest
// latencies.
func TestLongWayHome(t *testing.T) {
	_, g := topologyOf(t, fmt.Sprintf("line:%d", MaxTTL+1))
	latency, err := ParseLatency(fmt.Sprintf("const:%v", MaxLatency))
	if err != nil {
		t.Fatal(err)
	}
	plan := Plan{
		Graph: one(g), Strategies: []Strategy{Flood}, First: MaxTTL, Latency: latency,
		Sources: Sources{Nodes: []graph.Node{0}}, Objects: Objects{Replicas: Replicas{Number: MaxTTL}},
	}
	rows, err := plan.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[0].Hits.Sum(); got != MaxTTL {
		t.Errorf("%d hits came home, want those of all %d", got, MaxTTL)
	}
}

// TestOldNetwork: what comes of a query is the same when the clock of the network
// has run for a hundred years, and then for as many more.
func TestOldNetwork(t *testing.T) {
	_, g := topologyOf(t, "gnm:50,150")
	plan := Plan{Graph: one(g), Strategies: []Strategy{Flood}, First: 4, Sources: Sources{Number: 1}, Workers: 1}.withDefaults()
	s, err := plan.session(0)
	if err != nil {
		t.Fatal(err)
	}
	trial := s.trials[0]
	q := query{Asked: Asked{TTL: 4, Source: s.sources[0]}, want: s.files.want(s.sources[0], 0)}
	want := trial.ask(Flood, q)
	for range 4 {
		trial.net.Advance(maxClock)
		if got := trial.ask(Flood, q); got != want || trial.net.Now() > 2*maxClock {
			t.Errorf("at %v: got %+v, want %+v", trial.net.Now(), got, want)
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
