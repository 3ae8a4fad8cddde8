package graph_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"servent/routing/lab/graph"
)

func statistics(t interface {
	Helper()
	Fatal(...any)
}, g *graph.Graph, o graph.StatisticsOptions) graph.Statistics {
	t.Helper()
	s, err := g.Statistics(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStatistics: shapes whose statistics follow from what they are.
func TestStatistics(t *testing.T) {
	star := statistics(t, build(t, "star:11", 1), graph.StatisticsOptions{})
	want := graph.Statistics{
		Nodes: 11, Edges: 10, Components: 1, LargestNodes: 11, LargestEdges: 10,
		MinDegree: 1, MeanDegree: 20.0 / 11, MedianDegree: 1, MaxDegree: 10, Degree1: 10, DegreeUpTo3: 10,
		Degrees: []int{0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1},
		Distances: graph.Distances{
			// 20 ordered pairs with the hub, 90 of others: the 99th lies 79 of 90 on the
			// way from 1 to 2; with the 11 selves the 108.9th does 77.9 of 90.
			Sources: 11, Exact: true, Longest: 2, Mean: 200.0 / 110, Histogram: []int64{11, 20, 90},
			Effective: 1 + 79.0/90, EffectiveWithSelf: 1 + 77.9/90,
		},
	}
	if math.Abs(star.EffectiveWithSelf-want.EffectiveWithSelf) < 1e-12 {
		want.EffectiveWithSelf = star.EffectiveWithSelf
	}
	if !reflect.DeepEqual(star, want) {
		t.Errorf("star:11: got %+v\nwant %+v", star, want)
	}

	complete := statistics(t, build(t, "complete:10", 1), graph.StatisticsOptions{})
	if complete.Triangles != 120 || complete.AverageClustering != 1 || complete.Transitivity != 1 || complete.ClosedShare != 1 || complete.Longest != 1 {
		t.Errorf("complete:10: got %+v", complete)
	}

	// Each servent has 4 neighbours, of whose 6 pairs 3 are linked.
	lattice := statistics(t, build(t, "smallworld:20,4,0", 1), graph.StatisticsOptions{})
	if lattice.Triangles != 20 || lattice.AverageClustering != 0.5 || lattice.Transitivity != 0.5 || lattice.ClosedShare != 0.25 || lattice.Longest != 5 {
		t.Errorf("smallworld:20,4,0: got %+v", lattice)
	}

	alone := statistics(t, build(t, "gnp:5,0", 1), graph.StatisticsOptions{})
	if alone.Components != 5 || alone.LargestNodes != 1 || alone.LargestEdges != 0 || alone.DegreeUpTo3 != 5 || alone.Mean != 0 || alone.Effective != 0 {
		t.Errorf("gnp:5,0: got %+v", alone)
	}

	none, err := graph.New(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := statistics(t, none, graph.StatisticsOptions{}); s.Components != 0 || s.Longest != 0 {
		t.Errorf("no servents: got %+v", s)
	}
}

// TestStatisticsNaive compares with counting pair by pair.
func TestStatisticsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topology := drawSmall(t)
		g := build(t, topology.String(), 1)
		got := statistics(t, g, graph.StatisticsOptions{Workers: rapid.IntRange(1, 3).Draw(t, "workers")})

		linked := func(v, w graph.Node) bool {
			for _, x := range g.Neighbours(v) {
				if x == w {
					return true
				}
			}
			return false
		}
		triangles, histogram, components := int64(0), make([]int64, len(got.Histogram)), 0
		for v := range graph.Node(g.Len()) {
			first := true
			for w, d := range g.Distances(v, nil) {
				if d != graph.Unreachable {
					histogram[d]++
					first = first && w >= int(v)
				}
			}
			if first {
				components++
			}
			for w := range v {
				for x := range w {
					if linked(v, w) && linked(w, x) && linked(x, v) {
						triangles++
					}
				}
			}
		}
		if got.Triangles != triangles || got.Components != components || !reflect.DeepEqual(got.Histogram, histogram) {
			t.Fatalf("%v: got %d triangles, %d components, distances %v; want %d, %d, %v",
				topology, got.Triangles, got.Components, got.Histogram, triangles, components, histogram)
		}
	})
}

// TestStatisticsOfLargeGraphs: distances on a ring of 110,001 are measured from
// some servents, which is said; each of them sees the same.
func TestStatisticsOfLargeGraphs(t *testing.T) {
	calls := 0
	s := statistics(t, build(t, "ring:110001", 1), graph.StatisticsOptions{Seed: 1, Progress: func(done, all int) error {
		calls++
		if all != 1024 || done > all {
			t.Errorf("progress: %d of %d", done, all)
		}
		return nil
	}})
	if s.Exact || s.Sources != 1024 || calls != 1024/64 || s.Longest != 55000 || s.Mean != 27500.5 {
		t.Errorf("got exact %v, %d sources, %d calls, longest %d, mean %v", s.Exact, s.Sources, calls, s.Longest, s.Mean)
	}
	for distance, pairs := range s.Histogram[1:] {
		if pairs != 2*1024 {
			t.Fatalf("%d pairs at distance %d, want 2,048", pairs, distance+1)
		}
	}
}

func TestStatisticsEnd(t *testing.T) {
	stop := errors.New("enough")
	_, err := build(t, "ring:1000", 1).Statistics(graph.StatisticsOptions{Progress: func(done, _ int) error {
		if done > 100 {
			return stop
		}
		return nil
	}})
	if !errors.Is(err, stop) {
		t.Errorf("got error %v, want that of progress", err)
	}
}

// TestTrianglesEnd: a dense graph, too, asks whether it is to go on, before any
// distance is measured.
func TestTrianglesEnd(t *testing.T) {
	stop, calls := errors.New("enough"), 0
	_, err := build(t, "complete:700", 1).Statistics(graph.StatisticsOptions{Progress: func(done, _ int) error {
		if calls++; done > 0 {
			t.Errorf("%d sources are done before the triangles are counted", done)
		}
		return stop
	}})
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("got error %v after %d calls, want that of the first", err, calls)
	}
}

func BenchmarkStatistics(b *testing.B) {
	for _, text := range []string{"gnm:10000,40000", "ring:2000"} {
		b.Run(text, func(b *testing.B) {
			g := build(b, text, 1)
			for b.Loop() {
				statistics(b, g, graph.StatisticsOptions{})
			}
		})
	}
}
