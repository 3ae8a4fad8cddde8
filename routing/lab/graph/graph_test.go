package graph_test

import (
	"errors"
	"slices"
	"testing"

	"servent/routing/lab/graph"
)

func neighbours(g *graph.Graph) [][]graph.Node {
	all := make([][]graph.Node, g.Len())
	for v := range all {
		all[v] = g.Neighbours(graph.Node(v))
	}
	return all
}

func TestNew(t *testing.T) {
	g, err := graph.New(4, [][2]graph.Node{{2, 1}, {1, 2}, {1, 1}, {3, 1}, {2, 1}})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]graph.Node{{}, {2, 3}, {1}, {1}}
	if got := neighbours(g); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("neighbours: got %v, want %v", got, want)
	}
	if g.Edges() != 2 {
		t.Errorf("edges: got %d, want 2", g.Edges())
	}
}

func TestNewRefusesWhoIsNotThere(t *testing.T) {
	for _, e := range [][2]graph.Node{{0, 3}, {-1, 0}} {
		if _, err := graph.New(3, [][2]graph.Node{e}); !errors.Is(err, graph.ErrNoNode) {
			t.Errorf("edge %v of 3 servents: got error %v, want ErrNoNode", e, err)
		}
	}
}

// TestFlooded: a tree whose servents have three branches each.
func TestFlooded(t *testing.T) {
	var edges [][2]graph.Node
	for v := graph.Node(1); v < 40; v++ {
		edges = append(edges, [2]graph.Node{(v - 1) / 3, v})
	}
	g, err := graph.New(40, edges)
	if err != nil {
		t.Fatal(err)
	}
	for ttl, want := range map[int]int{1: 3, 2: 3 + 9, 3: 3 + 9 + 27, 4: 39} {
		if reached, sent := g.Flooded(0, ttl); reached != want || sent != want {
			t.Errorf("TTL %d: reached %d by %d messages, want %d by as many", ttl, reached, sent, want)
		}
	}
}
