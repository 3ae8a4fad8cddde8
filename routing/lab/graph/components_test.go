package graph_test

import (
	"slices"
	"testing"

	"servent/routing/lab/graph"
)

func TestComponents(t *testing.T) {
	g, err := graph.New(7, [][2]graph.Node{{0, 3}, {1, 2}, {2, 5}, {5, 1}})
	if err != nil {
		t.Fatal(err)
	}
	of, sizes := g.Components()
	if want := []int32{0, 1, 1, 0, 2, 1, 3}; !slices.Equal(of, want) {
		t.Errorf("components: got %v, want %v", of, want)
	}
	if want := []int{2, 3, 1, 1}; !slices.Equal(sizes, want) {
		t.Errorf("sizes: got %v, want %v", sizes, want)
	}
	largest := g.Largest()
	if want := []graph.Node{1, 2, 5}; !slices.Equal(largest, want) {
		t.Errorf("largest: got %v, want %v", largest, want)
	}
	want := [][]graph.Node{{1, 2}, {0, 2}, {0, 1}}
	if got := neighbours(g.Induced(largest)); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the graph of the largest: got %v, want %v", got, want)
	}
}
