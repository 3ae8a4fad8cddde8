package experiment

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// TestPlacement: copies lie on as many different servents as there are, none on a
// free rider, and no source asks for what it holds.
func TestPlacement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servents := rapid.IntRange(2, 60).Draw(t, "servents")
		o := Objects{
			Number:     rapid.IntRange(0, 20).Draw(t, "objects"),
			Replicas:   Replicas{Number: rapid.IntRange(1, servents).Draw(t, "replicas")},
			Popularity: rapid.Float64Range(0, 2).Draw(t, "popularity"),
			FreeRiders: rapid.SampledFrom([]float64{0, 0.25, 0.66}).Draw(t, "free riders"),
		}
		if o.Number > 0 {
			o.Replication.kind = replicationKind(rapid.IntRange(0, 2).Draw(t, "replication"))
		}
		source := graph.Node(rapid.IntRange(0, servents-1).Draw(t, "source"))
		seed := rapid.Uint64().Draw(t, "seed")
		f, err := o.place(newGraph(t, servents), seed, 0, []graph.Node{source})
		if err != nil {
			if o.Replicas.Number < servents-1-shareOf(o.FreeRiders, servents) && o.Number == 0 {
				t.Fatalf("there is room: %v", err)
			}
			return
		}
		if got, want := len(f.sharers), servents-shareOf(o.FreeRiders, servents); got != want {
			t.Fatalf("%d servents share, want %d", got, want)
		}
		if len(f.holders) != o.Number*f.replicas {
			t.Fatalf("%d copies, want %d of %d objects", len(f.holders), f.replicas, o.Number)
		}
		for index := range uint64(40) {
			w := f.want(source, index)
			if o.Number == 0 && len(w.holders) != f.replicas || len(w.holders) == 0 {
				t.Fatalf("%d servents hold the object, want %d", len(w.holders), f.replicas)
			}
			different := slices.Clone(w.holders)
			slices.Sort(different)
			if len(slices.Compact(different)) != len(w.holders) {
				t.Fatalf("a servent holds an object twice: %v", w.holders)
			}
			for _, v := range w.holders {
				if _, shares := slices.BinarySearch(f.sharers, v); !shares || v == source {
					t.Fatalf("%d holds an object: a free rider, or the source %d", v, source)
				}
			}
		}
	})
}

// TestPlacementRefuses: what leaves nobody to hold or nothing to ask for.
func TestPlacementRefuses(t *testing.T) {
	g := newGraph(t, 10)
	for reason, o := range map[string]Objects{
		"10 replicas, and 9 servents":     {Replicas: Replicas{Number: 10}},
		"8 free riders":                   {Replicas: Replicas{Number: 3}, FreeRiders: 0.8},
		"5 replicas, and 4 servents that": {Replicas: Replicas{Number: 5}, FreeRiders: 0.5},
		"holds all 1 objects":             {Number: 1, Replicas: Replicas{Number: 9}},
		"at most 33554432 copies":         {Number: MaxObjects, Replicas: Replicas{Share: 0.9}},
	} {
		servents := g
		if o.Number == MaxObjects {
			servents = newGraph(t, 100)
		}
		all := make([]graph.Node, servents.Len())
		for v := range all {
			all[v] = graph.Node(v)
		}
		if _, err := o.place(servents, 1, 0, all); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%+v: got error %v, want one with %q", o, err, reason)
		}
	}
}

// TestPlacementByChance: each servent holds an object as often as any other, and
// an object is asked for as its popularity says. Both within 4 standard errors.
func TestPlacementByChance(t *testing.T) {
	const servents, number, replicas, runs, queries = 20, 5, 4, 400, 50
	o := Objects{Number: number, Replicas: Replicas{Number: replicas}, Popularity: 1, FreeRiders: 0.05}
	held := make([]float64, servents)
	asked := make([]float64, number)
	for run := range runs {
		f, err := o.place(newGraph(t, servents), 3, run, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range f.holders {
			held[v]++
		}
		rider := graph.Node(0) // holds nothing, so that it asks for everything
		for f.holdings[rider] > 0 {
			rider++
		}
		for index := range uint64(queries) {
			asked[f.want(rider, index).object]++
		}
	}
	check := func(what string, i int, got float64, tries, p float64) {
		if off := 4 * math.Sqrt(tries*p*(1-p)); math.Abs(got-tries*p) > off {
			t.Errorf("%s %d: got %.0f, want %.0f within %.0f", what, i, got, tries*p, off)
		}
	}
	for v, got := range held {
		check("copies on servent", v, got, runs*number, replicas/float64(servents))
	}
	sum := 1 + 1/2.0 + 1/3.0 + 1/4.0 + 1/5.0
	for i, got := range asked {
		check("queries for object", i, got, runs*queries, 1/float64(i+1)/sum)
	}
}

// TestDrawFor: a source that holds nearly everything still asks for the rest by
// its popularity, whether by drawing again or among the rest alone.
func TestDrawFor(t *testing.T) {
	const number, draws = 40, 20_000
	f := &files{objects: Objects{Number: number, Popularity: 2}, starts: []int32{0}}
	f.lottery = newLottery(zipf(number, 2))
	for object := range number { // servent 0 holds all but the last two
		if object < number-2 {
			f.holders = append(f.holders, 0)
		}
		f.starts = append(f.starts, int32(len(f.holders)))
	}
	from := chance.New(5, chance.Queries)
	last := 0
	for range draws {
		switch object := f.drawFor(0, from); object {
		case number - 1:
			last++
		case number - 2:
		default:
			t.Fatalf("asks for object %d, which it holds", object+1)
		}
	}
	a, b := 1/float64(number*number), 1/float64((number-1)*(number-1))
	p := a / (a + b)
	if off := 4 * math.Sqrt(draws*p*(1-p)); math.Abs(float64(last)-draws*p) > off {
		t.Errorf("the last object: asked for %d times, want %.0f within %.0f", last, draws*p, off)
	}
}
