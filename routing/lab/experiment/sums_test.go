package experiment

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
)

// A ledger counts the events of one query by itself.
type ledger struct {
	source                  graph.Node
	sent, others, lost      int64
	queriesLost, came, hits int64 // came: but for improved copies
	bytes, walkers          int64
	visited                 map[graph.Node]bool
}

func (y *ledger) take(e *lab.Event) {
	switch e.Kind {
	case lab.Carried:
		y.sent++
		y.walkers++
	case lab.Arrived:
		y.came++
		y.visit(e.Node)
	case lab.Lost:
		y.lost++
		if e.Effect == nil || e.Effect.Message.Type == messages.TypeQuery {
			y.queriesLost++
		}
	case lab.Routed:
		y.routed(e)
	}
}

func (y *ledger) routed(e *lab.Event) {
	isQuery := e.Effect.Message.Type == messages.TypeQuery
	switch e.Effect.Kind {
	case routing.Send:
		if isQuery {
			y.sent++
		} else {
			y.others++
		}
		y.bytes += int64(e.Effect.Message.Size())
	case routing.Deliver, routing.Drop:
		if isQuery && e.From != e.Node {
			y.came++
			y.visit(e.Node)
		}
		if !isQuery && e.Effect.Kind == routing.Deliver && e.Node == y.source {
			y.hits++ // QueryHits
		}
	}
}

func (y *ledger) visit(v graph.Node) {
	if v != y.source {
		y.visited[v] = true
	}
}

// TestSums holds what a trial measures against a count of the events of its
// network, and one measure against another.
func TestSums(t *testing.T) {
	names := GenerateNames(40, 1)
	rapid.Check(t, func(t *rapid.T) {
		servents := rapid.IntRange(12, 60).Draw(t, "servents")
		links := servents + rapid.IntRange(0, servents).Draw(t, "links")
		g := named(t, fmt.Sprintf("gnm:%d,%d", servents, links), rapid.Uint64().Draw(t, "graph"))
		plan := Plan{
			Graph:      one(g),
			Strategies: parseAll(t, rapid.SampledFrom(parseAll(t, everyStrategy)).Draw(t, "strategy").String()),
			First:      uint8(rapid.IntRange(1, 9).Draw(t, "TTL")),
			Seed:       rapid.Uint64().Draw(t, "seed"),
			Loss:       rapid.SampledFrom([]float64{0, 0, 0.2}).Draw(t, "loss"),
			Sources:    Sources{Number: 2},
			Queries:    2,
			Objects:    Objects{Replicas: Replicas{Number: rapid.IntRange(1, 6).Draw(t, "replicas")}},
		}
		var err error
		if plan.Latency, err = ParseLatency(rapid.SampledFrom([]string{"equal", "exp:100ms"}).Draw(t, "latency")); err != nil {
			t.Fatal(err)
		}
		switch rapid.IntRange(0, 2).Draw(t, "objects") {
		case 1:
			plan.Objects.Number = 10
		case 2:
			plan.Objects.Names = names
		}
		checkSums(t, plan)
	})
}

func checkSums(t *rapid.T, plan Plan) {
	tallies := map[Asked]*ledger{}
	plan.Watch = func(a Asked, e *lab.Event) {
		if tallies[a] == nil {
			tallies[a] = &ledger{source: a.Source, visited: map[graph.Node]bool{}}
		}
		tallies[a].take(e)
	}
	plan = plan.withDefaults()
	if err := plan.check(); err != nil {
		t.Fatal(err)
	}
	s, err := plan.session(0)
	if err != nil {
		return // the source holds everything
	}
	ttl := plan.ttls(plan.Strategies[0])[0]
	outcomes, load, err := s.try(t.Context(), plan.Strategies[0], ttl, func() {})
	if err != nil {
		t.Fatal(err)
	}
	var loads, came int64
	for _, n := range load {
		loads += int64(n)
	}
	for i := range outcomes {
		o := &outcomes[i]
		y := tallies[Asked{Replicas: plan.Objects.Replicas, Strategy: plan.Strategies[0].name, TTL: ttl, Source: s.sources[i/plan.Queries], Number: i % plan.Queries}]
		if y == nil {
			y = &ledger{}
		}
		checkOutcome(t, o, y)
		if rule := plan.Strategies[0].rule; rule == nil && o.Improved != 0 {
			t.Fatalf("%d improved copies under the plain rule: %+v", o.Improved, *o)
		}
		if int(o.Reached) >= s.graph.Len() {
			t.Fatalf("reached %d of %d others: %+v", o.Reached, s.graph.Len()-1, *o)
		}
		came += o.Messages + o.Others - o.Lost
	}
	if loads != came {
		t.Fatalf("%d messages came to servents, %d were sent and not lost", loads, came)
	}
	var row Row
	row.add(s, outcomes, load)
	if row.Messages.Mean()*float64(len(outcomes)) != float64(row.Messages.Sum()) {
		t.Fatalf("mean of the messages %v times %d queries: want their sum %d", row.Messages.Mean(), len(outcomes), row.Messages.Sum())
	}
}

// checkOutcome holds what was measured of one query against its ledger.
func checkOutcome(t *rapid.T, o *Outcome, y *ledger) {
	answers := o.Others // those of walkers go past all links
	if y.walkers == 0 {
		answers = y.others
	}
	for _, c := range []struct {
		what      string
		got, want int64
	}{
		{"messages", o.Messages, y.sent}, {"other messages", o.Others, answers}, {"lost", o.Lost, y.lost},
		{"reached", o.Reached, int64(len(y.visited))}, {"duplicates", o.Duplicates, y.came + o.Improved - int64(len(y.visited))},
		{"copies that came", y.came + o.Improved, y.sent - y.queriesLost},
	} {
		if c.got != c.want {
			t.Fatalf("%s: got %d, counted %d: %+v", c.what, c.got, c.want, *o)
		}
	}
	if y.walkers == 0 && (o.Bytes != y.bytes || o.Hits < y.hits) {
		t.Fatalf("%d bytes and %d hits, counted %d and at least %d: %+v", o.Bytes, o.Hits, y.bytes, y.hits, *o)
	}
	switch {
	case o.Improved < 0 || o.Improved > o.Duplicates || o.FalsePositives > o.Hits || o.Unique > o.Hits:
		t.Fatalf("a part is more than the whole: %+v", *o)
	case (o.Hits > 0) != (o.Unique > 0) || o.Found() != (o.Hits > o.FalsePositives):
		t.Fatalf("hits without objects, or the other way round: %+v", *o)
	case o.Found() != (o.Hops > 0) || o.Found() != (o.Time > 0):
		t.Fatalf("found without hops or time, or the other way round: %+v", *o)
	case o.Bytes < (o.Messages+o.Others)*messages.HeaderSize:
		t.Fatalf("fewer bytes than headers: %+v", *o)
	}
}
