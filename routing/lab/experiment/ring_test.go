package experiment

import (
	"strings"
	"testing"
	"time"

	"servent/routing/lab/graph"
)

func TestParseRing(t *testing.T) {
	for _, text := range []string{"ring", "ring:1+2", "ring:15+15"} {
		if s, err := ParseStrategy(text); err != nil || s.String() != text || !s.hasTTL {
			t.Errorf("%q: got %v (%v), with TTLs: %v", text, s, err, s.hasTTL)
		}
	}
	for _, text := range []string{"ring:1", "ring:0+2", "ring:1+0", "ring:1+16", "ring:1+2+3", "ring:a+b", "ring:1+-2"} {
		if _, err := ParseStrategy(text); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: got error %v, want one that says what was typed", text, err)
		}
	}
}

// TestRing lets rings search in a line from its end for an object at a known
// distance: every number can be told beforehand.
func TestRing(t *testing.T) {
	const servents = 12
	g := named(t, "line:12", 0)
	for _, c := range []struct {
		strategy string
		last     uint8
		distance graph.Node
		ttls     []int64 // of its rounds
	}{
		{"ring", 7, 1, []int64{1}},
		{"ring", 7, 2, []int64{1, 3}},
		{"ring", 7, 5, []int64{1, 3, 5}},
		{"ring", 6, 6, []int64{1, 3, 5, 6}},
		{"ring", 4, 9, []int64{1, 3, 4}},
		{"ring:2+4", 15, 7, []int64{2, 6, 10}},
		{"ring:5+1", 3, 2, []int64{3}},
	} {
		s, err := ParseStrategy(c.strategy)
		if err != nil {
			t.Fatal(err)
		}
		plan := Plan{Objects: Objects{Replicas: Replicas{Number: 1}}}
		f, err := plan.Objects.place(g, 0, 0, []graph.Node{0})
		if err != nil {
			t.Fatal(err)
		}
		w := f.want(0, 0)
		w.holders = []graph.Node{c.distance}
		got := newTrial(&plan, 0, g, f).ask(s, query{Asked: Asked{TTL: c.last}, want: w})

		var want Outcome
		for _, ttl := range c.ttls {
			want.Messages += min(ttl, servents-1)
			want.Reached = min(ttl, servents-1)
			want.Hops += ttl
		}
		if int64(c.distance) <= want.Reached {
			want.Hits, want.Unique, want.Others = 1, 1, int64(c.distance)
		} else {
			want.Hops = 0
		}
		want.Duplicates = want.Messages - want.Reached
		got.Bytes, got.Time = 0, 0
		if got != want {
			t.Errorf("%s up to TTL %d, object at distance %d:\ngot  %+v\nwant %+v", c.strategy, c.last, c.distance, got, want)
		}
	}
}

// TestRingUnderChurn: each round waits for the one before, and is asked though
// time has passed since.
func TestRingUnderChurn(t *testing.T) {
	_, g := topologyOf(t, "regular:200,6")
	rows, err := Plan{
		Graph: one(g), Strategies: []Strategy{Flood, mustParse(t, "ring")}, First: 3, Sources: Sources{Number: 10},
		Churn: &Churn{Median: time.Hour, Mean: 2 * time.Hour},
	}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	flood, ring := rows[0].Messages.Mean(), rows[1].Messages.Mean()
	if ring < 0.8*flood || ring > 1.3*flood { // others have left meanwhile
		t.Errorf("a ring of TTL 1 and 3 that finds nothing: %g messages, want about those of a flood of TTL 3, %g", ring, flood)
	}
}
