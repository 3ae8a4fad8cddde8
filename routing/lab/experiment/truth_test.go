package experiment

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// named returns the graph of a topology, with the chance of seed.
func named(t interface{ Fatal(...any) }, topology string, seed uint64) *graph.Graph {
	named, err := graph.ParseTopology(topology)
	if err != nil {
		t.Fatal(err)
	}
	g, err := named.Build(chance.New(seed, chance.Topology))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func parseAll(t interface{ Fatal(...any) }, strategies string) []Strategy {
	all, err := ParseStrategies(strategies)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// withinErrors fails where got is more than 4 standard errors from want.
func withinErrors(t *testing.T, what string, got, want, standardError float64) {
	t.Helper()
	t.Logf("%s: %.3f, expected %.3f, standard error %.3f", what, got, want, standardError)
	if !(math.Abs(got-want) <= 4*standardError) {
		t.Errorf("%s: got %.3f, want %.3f within 4 standard errors of %.3f", what, got, want, standardError)
	}
}

// TestExpectedSearchSize: who probes servents at random, as a walker in a
// complete graph does, needs m/ρ probes in the mean for an object, whether all
// have as many copies or copies in proportion to their queries; m is the number
// of objects and ρ that of copies for each servent. With copies by the square
// root of the queries q it needs (Σ√q)²/ρ, which is less.
// Source: Cohen and Shenker, SIGCOMM 2002.
func TestExpectedSearchSize(t *testing.T) {
	const servents, number, mean, popularity, queries = 401, 40, 20, 1.2, 400
	g := named(t, fmt.Sprintf("complete:%d", servents), 0)
	q := zipf(number, popularity)
	sum, roots := 0.0, 0.0
	for _, w := range q {
		sum += w
	}
	for _, w := range q {
		roots += math.Sqrt(w / sum)
	}
	// A walker goes to one of the others.
	rho := float64(number*mean) / (servents - 1)
	var sizes []float64
	for _, c := range []struct {
		replication string
		want        float64
	}{
		{"uniform", number / rho}, {"proportional", number / rho}, {"sqrt", roots * roots / rho},
	} {
		o := Objects{Number: number, Replicas: Replicas{Number: mean}, Popularity: popularity, FreeRiders: 0.05}
		var err error
		if o.Replication, err = ParseReplication(c.replication); err != nil {
			t.Fatal(err)
		}
		plan := Plan{
			Graph: one(g), Strategies: parseAll(t, "walk:1"),
			Seed: 1, Queries: queries, Objects: o,
		}
		plan.Sources.Nodes = freeRiders(t, g, o, plan.Seed)
		rows, err := plan.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		row := &rows[0]
		if row.Success.Mean() != 1 {
			t.Errorf("%s: %.4f of the walks found their object, want all", c.replication, row.Success.Mean())
		}
		withinErrors(t, c.replication+": probes", row.Messages.Mean(), c.want, row.Messages.Deviation()/math.Sqrt(float64(row.Queries)))
		if row.Hops.Mean != row.Messages.Mean() {
			t.Errorf("%s: %.3f hops and %.3f messages: a walker's steps are both", c.replication, row.Hops.Mean, row.Messages.Mean())
		}
		sizes = append(sizes, row.Messages.Mean())
	}
	if best := sizes[2]; best > 0.9*sizes[0] || best > 0.9*sizes[1] {
		t.Errorf("search sizes: uniform %.2f, proportional %.2f, square root %.2f: want the last at least a tenth less", sizes[0], sizes[1], best)
	}
}

// freeRiders returns who holds nothing in the first run: they ask for every
// object.
func freeRiders(t *testing.T, g *graph.Graph, o Objects, seed uint64) []graph.Node {
	f, err := o.place(g, seed, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	var riders []graph.Node
	for v := range graph.Node(g.Len()) {
		if _, shares := slices.BinarySearch(f.sharers, v); !shares {
			riders = append(riders, v)
		}
	}
	return riders
}

// TestFloodSuccess: a flood that reaches r of the n-1 others finds an object with
// k replicas unless all k lie among the rest, which has the chance
// C(n-1-r, k) / C(n-1, k).
func TestFloodSuccess(t *testing.T) {
	const servents, queries = 80, 4000
	g := named(t, "gnm:80,100", 3)
	source := g.Largest()[0]
	for _, k := range []int{1, 3, 10} {
		plan := Plan{
			Graph: one(g), Strategies: []Strategy{Flood}, First: 1, Last: 5,
			Seed: 2, Sources: Sources{Nodes: []graph.Node{source}}, Queries: queries,
			Objects: Objects{Replicas: Replicas{Number: k}},
		}
		rows, err := plan.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			row := &rows[i]
			reached, _ := g.Flooded(source, int(row.TTL))
			missed := 1.0
			for i := range k {
				missed *= float64(servents-1-reached-i) / float64(servents-1-i)
			}
			p := 1 - missed
			if c := &row.Closed; !c.HasSuccess || math.Abs(c.Success-p) > 1e-11 {
				t.Errorf("%d replicas, TTL %d: the closed form says %v (%v), want %v", k, row.TTL, c.Success, c.HasSuccess, p)
			}
			withinErrors(t, fmt.Sprintf("%d replicas, TTL %d: success", k, row.TTL), row.Success.Mean(), p, math.Sqrt(p*(1-p)/queries))
		}
	}
}

// TestLv is the setting of Lv et al., ICS 2002: the largest component of a random
// graph of 10,000 servents and 20,105 links, objects on 1 % of them. The numbers
// are those of a run of our own, with other code; they have not been published.
func TestLv(t *testing.T) {
	const runs = 10
	var graphs []*graph.Graph
	for run := range uint64(runs) {
		g := named(t, "gnm:10000,20105", run)
		graphs = append(graphs, g.Induced(g.Largest()))
	}
	reference := map[string]struct{ hops, messages float64 }{ // messages for each servent
		"flood": {3.31, 2.61}, "ring": {6.21, 0.063}, "walk:32": {7.1, 0.028},
	}
	for strategies, sources := range map[string]int{"flood": 6, "ring,walk:32": 100} {
		plan := Plan{
			Graph:      func(run int) (*graph.Graph, error) { return graphs[run], nil },
			Strategies: parseAll(t, strategies), First: 8, Seed: 1, Runs: runs,
			Sources: Sources{Number: sources}, Objects: Objects{Replicas: Replicas{Share: 0.01}},
		}
		rows, err := plan.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			row := &rows[i]
			want := reference[row.Strategy]
			hops, messages := row.Hops.Mean, row.Messages.Mean()/float64(row.Servents)
			t.Logf("%s: %.2f hops, %.4f messages for each servent, success %.3f; reference %.2f and %.3f", row.Strategy, hops, messages, row.Success.Mean(), want.hops, want.messages)
			if row.Strategy == "walk:32" {
				continue // for comparison
			}
			if math.Abs(hops/want.hops-1) > 0.1 || math.Abs(messages/want.messages-1) > 0.1 {
				t.Errorf("%s: got %.2f hops and %.4f messages for each servent, want %.2f and %.3f within 10 %%", row.Strategy, hops, messages, want.hops, want.messages)
			}
		}
	}
}
