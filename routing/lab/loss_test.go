package lab_test

import (
	"math"
	"testing"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
)

// star returns a servent, 0, with so many neighbours.
func star(t testing.TB, leaves int) *graph.Graph {
	var edges [][2]lab.Node
	for v := range leaves {
		edges = append(edges, [2]lab.Node{0, lab.Node(v + 1)})
	}
	return graphOf(t, leaves+1, edges)
}

func graphOf(t testing.TB, nodes int, edges [][2]lab.Node) *graph.Graph {
	g, err := graph.New(nodes, edges)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestLoss: of what a hub sends to its neighbours, floods and what is carried
// alike, the share that Config says is lost, within 4 standard errors; Watch is
// told of each; another seed loses others.
func TestLoss(t *testing.T) {
	const leaves = 20_000
	for _, loss := range []float64{0, 0.01, 0.5, 1, 1.5, -1, math.NaN()} {
		net := lab.Of(star(t, leaves), lab.Config{Loss: loss})
		var lost, delivered, arrived int
		var which []lab.Node
		net.Watch = func(e *lab.Event) {
			switch {
			case e.Kind == lab.Lost:
				lost++
				which = append(which, e.To)
			case e.Kind == lab.Routed && e.Effect.Kind == routing.Deliver:
				delivered++
			}
		}
		net.Arrived = func(node, from lab.Node, tag uint32) { arrived++ }
		net.Begin(1)
		net.Send(0, query(1))
		for _, l := range net.Links(0) {
			net.Carry(0, l, 7)
		}
		net.Run()
		p := loss
		if !(p >= 0) {
			p = 0
		}
		p = min(p, 1)
		if off := 4 * math.Sqrt(2*leaves*p*(1-p)); math.Abs(float64(lost)-2*leaves*p) > off {
			t.Errorf("loss %v: %d of %d lost, want %.0f within %.0f", loss, lost, 2*leaves, 2*leaves*p, off)
		}
		if lost+delivered+arrived != 2*leaves {
			t.Errorf("loss %v: %d lost, %d delivered, %d arrived, want %d in all", loss, lost, delivered, arrived, 2*leaves)
		}
		if p == 0.5 {
			first := which
			which = nil
			net.Begin(2)
			net.Send(0, query(1))
			net.Run()
			same := 0
			for i := range min(len(which), 100) {
				if which[i] == first[i] {
					same++
				}
			}
			if same > 50 {
				t.Errorf("two seeds lose the same messages: %d of 100", same)
			}
		}
	}
}

// TestLossOfReplies: a hit is lost as a query is: one of four comes home where
// half of all messages are lost, within 4 standard errors.
func TestLossOfReplies(t *testing.T) {
	const queries = 4000
	net := lab.Of(star(t, 1), lab.Config{Loss: 0.5})
	asked, home, lost := 0, 0, 0
	net.Watch = func(e *lab.Event) {
		switch {
		case e.Kind == lab.Lost:
			lost++
		case e.Effect.Kind != routing.Deliver:
		case e.Effect.Message.Type == messages.TypeQuery:
			asked++
			hit := query(1)
			hit.Type, hit.Payload = messages.TypeQueryHit, make([]byte, 200)
			net.Send(e.Node, hit)
		default:
			home++
		}
	}
	for seed := range uint64(queries) {
		net.Begin(seed)
		net.Send(0, query(1))
		net.Run()
	}
	if off := 4 * math.Sqrt(queries*0.25*0.75); math.Abs(float64(home)-queries*0.25) > off {
		t.Errorf("%d of %d hits came home, want %.0f within %.0f", home, queries, queries*0.25, off)
	}
	if home+lost != queries || asked <= home {
		t.Errorf("%d asked, %d home, %d lost, of %d", asked, home, lost, queries)
	}
}

// TestByesAreNotLost: whatever the loss, who leaves is missed by its neighbours,
// and has one link to each when it is back.
func TestByesAreNotLost(t *testing.T) {
	net := lab.Of(star(t, 5), lab.Config{Loss: 1})
	for range 3 {
		net.Leave(1)
		net.Run()
		if got := net.Degree(0); got != 4 {
			t.Fatalf("after the Bye: %d links, want 4", got)
		}
		net.Join(1, []lab.Node{0})
		if got := net.Degree(0); got != 5 {
			t.Fatalf("after it came back: %d links, want 5", got)
		}
	}
}
