package lab_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// anyGraph draws up to 30 servents and any edges between them.
func anyGraph(t *rapid.T) *graph.Graph {
	nodes := rapid.IntRange(2, 30).Draw(t, "nodes")
	node := rapid.Map(rapid.IntRange(0, nodes-1), func(n int) lab.Node { return lab.Node(n) })
	edge := rapid.Custom(func(t *rapid.T) [2]lab.Node {
		return [2]lab.Node{node.Draw(t, "a"), node.Draw(t, "b")}
	})
	g, err := graph.New(nodes, rapid.SliceOfN(edge, nodes/2, 3*nodes).Draw(t, "edges"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// anyLatency draws how long messages take on links: equal, or not.
func anyLatency(t *rapid.T) func(a, b lab.Node) time.Duration {
	if rapid.Bool().Draw(t, "equal latencies") {
		return nil
	}
	seed := rapid.Uint64().Draw(t, "latencies")
	return func(a, b lab.Node) time.Duration {
		return time.Duration(chance.Hash(seed, chance.Latencies, uint64(a), uint64(b)) % 300 * 1e6)
	}
}

// A question is a query of a test: who asks, who answers, and where a walker
// goes meanwhile.
type question struct {
	seed   uint64
	source lab.Node
	ttl    uint8
	guid   byte
	walk   int
}

func anyQuestion(t *rapid.T, g *graph.Graph) question {
	return question{
		seed:   rapid.Uint64().Draw(t, "seed"),
		source: lab.Node(rapid.IntRange(0, g.Len()-1).Draw(t, "source")),
		ttl:    uint8(rapid.IntRange(1, 9).Draw(t, "ttl")),
		guid:   byte(rapid.IntRange(1, 3).Draw(t, "guid")),
		walk:   rapid.IntRange(0, 20).Draw(t, "walk"),
	}
}

// ask begins q on net, where every third servent answers, and returns all events,
// their times counted from the beginning of the query.
func ask(net *lab.Network, q question) (events []lab.Event) {
	net.Begin(q.seed)
	began := net.Now()
	net.Watch = func(e *lab.Event) {
		kept := *e
		kept.Time -= began
		if e.Effect != nil {
			effect := *e.Effect
			kept.Effect = &effect
		}
		events = append(events, kept)
		if e.Kind == lab.Routed && e.Effect.Kind == routing.Deliver && e.Node%3 == 0 && e.Effect.Message.Type == messages.TypeQuery {
			hit := e.Effect.Message
			hit.Type, hit.TTL, hit.Hops, hit.Payload = messages.TypeQueryHit, 9, 0, append(make([]byte, 200), byte(e.Node), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
			net.Send(e.Node, hit)
		}
	}
	walk := func(node lab.Node, left uint32) {
		if left > 0 && net.Degree(node) > 0 {
			net.Carry(node, net.LinkAt(node, int(left)%net.Degree(node)), left)
		}
	}
	net.Arrived = func(node, from lab.Node, left uint32) { walk(node, left-1) }
	m := query(q.ttl)
	m.GUID[0] = q.guid
	net.Send(q.source, m)
	walk(q.source, uint32(q.walk))
	net.Run()
	return events
}

// TestBegin: what comes of a query does not depend on what was asked before: any
// two queries, of one GUID even, give the same events in either order, whatever
// the rule, the latencies, the losses and the buckets.
func TestBegin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		cfg := lab.Config{
			Router: routing.Config{
				Rule:       rapid.SampledFrom([]routing.Rule{routing.PlainRule, routing.TTLAwareRule}).Draw(t, "rule"),
				Rate:       rapid.SampledFrom([]float64{0, 0.01, 1, 200}).Draw(t, "rate"),
				Burst:      float64(rapid.IntRange(1, 3).Draw(t, "burst")),
				SoftLimit:  15,
				TableSize:  rapid.IntRange(1, 4).Draw(t, "table"),
				ReplyLimit: rapid.IntRange(1, 4).Draw(t, "replies"),
			},
			Latency: anyLatency(t),
			Loss:    rapid.SampledFrom([]float64{0, 0, 0.1, 0.5}).Draw(t, "loss"),
		}
		a, b := anyQuestion(t, g), anyQuestion(t, g)
		first := lab.Of(g, cfg)
		wantA, wantB := ask(first, a), ask(first, b)
		second := lab.Of(g, cfg)
		gotB, gotA := ask(second, b), ask(second, a)
		if diff := cmp.Diff(wantA, gotA); diff != "" {
			t.Fatalf("%+v, asked first and second: the events differ (-first +second)\n%s", a, diff)
		}
		if diff := cmp.Diff(gotB, wantB); diff != "" {
			t.Fatalf("%+v, asked first and second: the events differ (-first +second)\n%s", b, diff)
		}
	})
}

// TestBeginForgets: what is under way when a query begins arrives nowhere, and
// what was planned is done.
func TestBeginForgets(t *testing.T) {
	net := lab.Of(star(t, 3), lab.Config{})
	happened := 0
	net.Watch = func(*lab.Event) { happened++ }
	net.Arrived = func(node, from lab.Node, tag uint32) { happened++ }
	net.Send(0, query(2))
	net.Carry(0, 1, 0)
	planned := time.Duration(-1)
	net.At(time.Second, func() { planned = net.Now() })
	happened = 0 // Carry is told at once
	net.Begin(1)
	net.Run()
	if happened != 0 || planned != time.Second {
		t.Errorf("%d events of before, what was planned for 1s was done at %v", happened, planned)
	}
	if net.Now() < 10*time.Minute {
		t.Errorf("only %v have passed: Routers remember longer", net.Now())
	}
}
