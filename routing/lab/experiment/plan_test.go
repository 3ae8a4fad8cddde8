package experiment

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
)

// one returns a Plan's Graph that is always g.
func one(g *graph.Graph) func(int) (*graph.Graph, error) {
	return func(int) (*graph.Graph, error) { return g, nil }
}

// newGraph returns a graph, whose edges are there.
func newGraph(t interface{ Fatal(...any) }, nodes int, edges ...[2]graph.Node) *graph.Graph {
	g, err := graph.New(nodes, edges)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// ringOf returns a ring of servents, each linked with those up to reach places
// away.
func ringOf(t interface{ Fatal(...any) }, servents, reach int) *graph.Graph {
	var edges [][2]graph.Node
	for v := range servents {
		for d := 1; d <= reach; d++ {
			edges = append(edges, [2]graph.Node{graph.Node(v), graph.Node((v + d) % servents)})
		}
	}
	return newGraph(t, servents, edges...)
}

// TestFloodsAreTheClosedForm: on any graph, from every source, with every TTL.
func TestFloodsAreTheClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(1, 20).Draw(t, "servents")
		node := rapid.Map(rapid.IntRange(0, nodes-1), func(n int) graph.Node { return graph.Node(n) })
		edge := rapid.Custom(func(t *rapid.T) [2]graph.Node {
			return [2]graph.Node{node.Draw(t, "a"), node.Draw(t, "b")}
		})
		g := newGraph(t, nodes, rapid.SliceOfN(edge, 0, 3*nodes).Draw(t, "edges")...)
		rule := rapid.SampledFrom([]routing.Rule{routing.PlainRule, routing.TTLAwareRule}).Draw(t, "rule")
		plan := Plan{Graph: one(g), Strategies: []Strategy{Flood}, First: 1, Last: 5, Sources: Sources{All: true}, Rule: rule}
		rows, err := plan.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 5 {
			t.Fatalf("%d rows, want one for each of 5 TTLs", len(rows))
		}
		for _, row := range rows {
			var reached, sent int
			for v := range nodes {
				r, s := g.Flooded(graph.Node(v), int(row.TTL))
				reached, sent = reached+r, sent+s
			}
			got := [4]int64{row.Reached.Sum(), row.Messages.Sum(), row.Duplicates.Sum(), row.Improved.Sum()}
			if want := [4]int64{int64(reached), int64(sent), int64(sent - reached), 0}; got != want {
				t.Fatalf("TTL %d: reached, messages, duplicates, improved: got %v, want %v", row.TTL, got, want)
			}
		}
	})
}

// TestInterrupted: what was done is told, and why it is not more.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	plan := Plan{Graph: one(ringOf(t, 10, 1)), Strategies: []Strategy{Flood}, First: 1, Last: 3, Sources: Sources{All: true}, Workers: 1}
	plan.Progress = func(asked, all int) {
		if all != 30 {
			t.Errorf("%d queries in all, want 30", all)
		}
		if asked == 20 {
			cancel()
		}
	}
	rows, err := plan.Run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want that it was cancelled", err)
	}
	if len(rows) != 1 {
		t.Errorf("%d rows, want the one that was whole when it ended", len(rows))
	}
}

// TestInterruptedWithin: what takes long does not go on once ctx has ended: a
// query of a hundred walkers, servents that come and go by thousands between two
// queries.
func TestInterruptedWithin(t *testing.T) {
	for name, change := range map[string]func(*Plan){
		"a query": func(p *Plan) { p.Strategies = []Strategy{mustParse(t, "walk:100:steps=10000")} },
		"a query under churn": func(p *Plan) {
			p.Strategies = []Strategy{mustParse(t, "walk:100:steps=10000")}
			p.Churn = &Churn{Median: time.Minute, Mean: time.Minute}
		},
		"the time between two": func(p *Plan) { p.Churn = &Churn{Median: time.Second, Mean: time.Second} },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		events, after := 0, 0
		plan := Plan{
			Graph: one(ringOf(t, 2000, 2)), Strategies: []Strategy{Flood}, First: 3, Queries: 3,
			Watch: func(_ Asked, e *lab.Event) {
				if events++; events == 1000 {
					cancel()
				}
				if ctx.Err() != nil {
					after++
				}
			},
		}
		change(&plan)
		rows, err := plan.Run(ctx)
		if !errors.Is(err, context.Canceled) || len(rows) != 0 {
			t.Errorf("%s: %d rows and error %v, want none and %v", name, len(rows), err, context.Canceled)
		}
		if after < 1 || after > 100_000 {
			t.Errorf("%s: %d events after it was interrupted", name, after)
		}
	}
}

// TestDistancesInTime: the distances around a source are looked at by who floods
// from it, so that an experiment with many sources tells how far it is from the
// first flood on, and can be interrupted.
func TestDistancesInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	plan := Plan{Graph: one(ringOf(t, 500, 2)), Strategies: []Strategy{Flood}, First: 3, Sources: Sources{All: true}, Workers: 2}.withDefaults()
	s, err := plan.session(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.try(ctx, Flood, 3, cancel); !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v, want %v", err, context.Canceled)
	}
	if got := s.around.sources; got < 1 || got > 2 {
		t.Errorf("interrupted after the first flood: %d sources were looked at, want one a worker at most", got)
	}
}

// TestSourcesAreOfTheLargest: whoever is drawn can reach most.
func TestSourcesAreOfTheLargest(t *testing.T) {
	g := newGraph(t, 7, [2]graph.Node{0, 1}, [2]graph.Node{3, 4}, [2]graph.Node{4, 5}, [2]graph.Node{5, 3})
	nodes, err := Sources{Number: 3}.of(g, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	sum := graph.Node(0)
	for _, v := range nodes {
		sum += v
	}
	if len(nodes) != 3 || sum != 3+4+5 {
		t.Errorf("drew %v, want 3, 4 and 5", nodes)
	}
	if _, err := (Sources{Number: 4}).of(g, 1, 0); err == nil {
		t.Error("4 sources from a component of 3: got no error")
	}
}

// TestWalkOnACompleteGraph: a walker there finds one of r replicas after (n-1)/r
// steps in the mean.
func TestWalkOnACompleteGraph(t *testing.T) {
	const servents, replicas, queries = 40, 3, 3000
	var edges [][2]graph.Node
	for v := range graph.Node(servents) {
		for w := range v {
			edges = append(edges, [2]graph.Node{v, w})
		}
	}
	walk, err := ParseStrategy("walk:1")
	if err != nil {
		t.Fatal(err)
	}
	plan := Plan{
		Graph: one(newGraph(t, servents, edges...)), Strategies: []Strategy{walk}, Queries: queries,
		Objects: Objects{Replicas: Replicas{Number: replicas}},
	}
	rows, err := plan.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	row := rows[0]
	if row.Success.Mean() != 1 || row.TTL != 0 {
		t.Errorf("success %v, TTL %d, want 1 and none", row.Success.Mean(), row.TTL)
	}
	within4(t, "steps", row.Messages, float64(servents-1)/replicas)
	if row.Hops.Mean != row.Messages.Mean() {
		t.Errorf("hops %v, want as many as messages, %v: one walker ends where it finds", row.Hops.Mean, row.Messages.Mean())
	}
}

// within4 fails where the mean is more than 4 standard errors from want.
func within4(t *testing.T, what string, m Measure, want float64) {
	t.Helper()
	off := 4 * m.Deviation() / math.Sqrt(float64(m.count))
	if got := m.Mean(); got < want-off || got > want+off {
		t.Errorf("%s: got %.3f, want %.3f within %.3f", what, got, want, off)
	}
}

// TestChurn: servents come and go, the overlay keeps its links, and floods still
// reach most; abrupt leaves lose messages, graceful ones hardly any.
func TestChurn(t *testing.T) {
	lost := map[float64]float64{}
	for _, abrupt := range []float64{0, 1} {
		plan := Plan{
			Graph: one(ringOf(t, 60, 3)), Strategies: []Strategy{Flood}, First: 7, Queries: 100,
			Churn: &Churn{Median: 3 * time.Minute, Mean: 5 * time.Minute, Abrupt: abrupt},
		}
		rows, err := plan.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		row := rows[0]
		lost[abrupt] = row.Lost.Mean()
		if coverage := row.Coverage(); coverage < 0.8 || coverage > 1 {
			t.Errorf("abrupt %g: reached %.2f of all, want most", abrupt, coverage)
		}
	}
	if lost[1] < 1 || lost[0] > lost[1]/10 {
		t.Errorf("lost %.2f messages a query where all leave abruptly, %.2f where none does", lost[1], lost[0])
	}
}

// TestSessionsAreStationary: as many leave in the first hour as in a later one.
func TestSessionsAreStationary(t *testing.T) {
	const servents, mean = 400, time.Hour
	g := ringOf(t, servents, 1)
	tide := newTide(Churn{Median: 20 * time.Minute, Mean: mean}, g, lab.Of(g, lab.Config{}), 5, 0)
	counts := make([]int, 4)
	for hour := range counts {
		for end := time.Duration(hour+1) * time.Hour; tide.leaving[0].at <= end; counts[hour]++ {
			tide.turn()
		}
	}
	for hour, n := range counts {
		// One a session: servents × hour / mean, give or take 5 deviations of a
		// Poisson count, and more since short sessions come in rows.
		if n < servents*7/10 || n > servents*13/10 {
			t.Errorf("hour %d: %d left, want about %d: %v", hour, n, servents, counts)
		}
	}
}

// TestTooManyQueries: an experiment that would not fit into memory is refused
// before anything is asked.
func TestTooManyQueries(t *testing.T) {
	g := ringOf(t, 10, 1)
	for _, plan := range []Plan{
		{Queries: maxQueries + 1},
		{Queries: math.MaxInt},
		{Runs: math.MaxInt},
		{Queries: maxQueries / 10, Sources: Sources{All: true}, Runs: 2},
	} {
		plan.Graph, plan.Strategies = one(g), []Strategy{Flood}
		if _, err := plan.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "more than 10000000 in all") {
			t.Errorf("%d sources × %d queries × %d runs: got error %v, want that it is too much", max(1, plan.Sources.Number), plan.Queries, plan.Runs, err)
		}
	}
}
