package experiment

import (
	"crypto/sha256"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"servent/routing/lab/graph"
)

// everyStrategy has each known strategy at least once.
const everyStrategy = "flood,flood:ttl,ring,ring:2+3,walk:1,walk:8:statekeeping:check=2,walk:3:nobacktrack:steps=40"

// busyPlan has all that chance decides: graphs, sources, latencies, losses,
// placement, free riders, queries, names, walks.
func busyPlan(t *testing.T) Plan {
	latency, err := ParseLatency("lognormal:50ms,80ms")
	if err != nil {
		t.Fatal(err)
	}
	plan := Plan{
		Graph:      func(run int) (*graph.Graph, error) { return named(t, "gnm:150,260", uint64(run)), nil },
		Strategies: parseAll(t, everyStrategy), First: 1, Last: 4, Seed: 11, Runs: 2, Queries: 3,
		Latency: latency, Loss: 0.02, Sources: Sources{Number: 5},
		Objects: Objects{
			Replicas: Replicas{Share: 0.04}, Replication: Replication{kind: replicationSquareRoot},
			Popularity: DefaultPopularity, FreeRiders: SaroiuFreeRiders, Names: GenerateNames(60, 1),
		},
	}
	for _, known := range strategies {
		if !slices.ContainsFunc(plan.Strategies, func(s Strategy) bool { name, _, _ := strings.Cut(s.name, ":"); return name == known.name }) {
			t.Errorf("strategy %s is not among those compared: add it to everyStrategy", known.name)
		}
	}
	return plan
}

// digest returns a sum of all figures of rows, to the last bit.
func digest(rows []Row) string {
	sum := sha256.New()
	for i := range rows {
		r := &rows[i]
		fmt.Fprintln(sum, r.Strategy, r.TTL, r.Runs, r.Sources, r.Queries, r.Servents, r.Links, r.hops, r.times, r.loads)
		for _, m := range r.measures() {
			fmt.Fprintln(sum, m.total, m.count, m.first, math.Float64bits(m.square), bits(m.means...))
		}
		for _, s := range []Summary{r.Hops, r.Time} {
			fmt.Fprintln(sum, s.Count, bits(s.Mean, s.Deviation, s.Median, s.P90, s.Max))
		}
		l := &r.Load
		fmt.Fprintln(sum, bits(l.Mean, l.Median, l.P90, l.Zero, l.Gini), l.Max, l.Deciles)
	}
	return fmt.Sprintf("%.8x", sum.Sum(nil))
}

func bits(values ...float64) (bits []uint64) {
	for _, v := range values {
		bits = append(bits, math.Float64bits(v))
	}
	return bits
}

// TestSameForAnyWorkers: the number of workers changes nothing, and nor does the
// machine: the digests are those of the machine on which this was written. They
// change with everything that changes a figure; then that is what the change is
// for.
func TestSameForAnyWorkers(t *testing.T) {
	for _, c := range []struct {
		name   string
		churn  *Churn
		golden string
	}{
		{"all stay", nil, "f22d9c664907e043"},
		{"servents come and go", &Churn{Median: 5 * time.Minute, Mean: 10 * time.Minute, Abrupt: 0.5}, "ac3eff547da98f0e"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := busyPlan(t)
			plan.Churn = c.churn
			rows := sameRows(t, plan)
			if got := digest(rows); got != c.golden {
				t.Errorf("digest of the rows: got %s, want %s", got, c.golden)
			}
			found, mistaken := 0.0, 0.0
			for i := range rows {
				found += rows[i].Success.Mean()
				mistaken += rows[i].FalsePositives.Mean()
			}
			if found == 0 || mistaken == 0 {
				t.Errorf("success rates sum up to %g, false positives to %g: want some of both, else little was compared", found, mistaken)
			}
		})
	}
}

// sameRows runs a plan with 1, 2 and 7 workers, and returns the rows of all.
func sameRows(t *testing.T, plan Plan) (want []Row) {
	t.Helper()
	for _, workers := range []int{1, 2, 7} {
		plan.Workers = workers
		rows, err := plan.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			rows[i].strategy = Strategy{} // funcs cannot be compared
		}
		if want == nil {
			want = rows
		}
		for i := range rows {
			if !reflect.DeepEqual(rows[i], want[i]) {
				t.Errorf("%d workers, %s, TTL %d: got\n%+v\nwith one worker\n%+v", workers, rows[i].Strategy, rows[i].TTL, rows[i], want[i])
			}
		}
	}
	return want
}

// TestSameQueries: all strategies and TTLs ask the same, and a further strategy or
// TTL changes nothing of the others.
func TestSameQueries(t *testing.T) {
	all := busyPlan(t)
	rows, err := all.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	alone := all
	alone.Strategies, alone.First, alone.Last = parseAll(t, "ring"), 3, 3
	row, err := alone.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Strategy == "ring" && r.TTL == 3 })
	if got, want := digest(row), digest(rows[i:i+1]); got != want {
		t.Errorf("ring, TTL 3: alone %s, among others %s", got, want)
	}
}
