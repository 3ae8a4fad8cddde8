package experiment

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"servent/routing"
	"servent/routing/trace"
)

// TestTracerAgreesWithTheRows: whatever the plan, counting the events of a trace
// gives the figures of its rows.
func TestTracerAgreesWithTheRows(t *testing.T) {
	_, g := topologyOf(t, "gnm:60,150")
	latency, err := ParseLatency("exp:50ms")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Plan){
		"plain":       func(*Plan) {},
		"TTL-aware":   func(p *Plan) { p.Latency, p.Rule = latency, routing.TTLAwareRule },
		"with losses": func(p *Plan) { p.Latency, p.Loss = latency, 0.1 },
		"walkers":     func(p *Plan) { p.Strategies, p.Loss = []Strategy{mustParse(t, "walk:5")}, 0.01 },
	} {
		var text bytes.Buffer
		out := trace.NewWriter(&text, trace.Header{Network: "gnm:60,150"})
		tracer := NewTracer(out, nil)
		plan := Plan{
			Graph: one(g), Strategies: []Strategy{Flood}, First: 4, Sources: Sources{Number: 20},
			Objects: Objects{Replicas: Replicas{Number: 3}}, Watch: tracer.Watch,
		}
		change(&plan)
		rows, err := plan.Run(t.Context())
		if err := errors.Join(err, tracer.Err(), out.Flush()); err != nil {
			t.Fatal(err)
		}
		got := countTrace(t, &text)
		r := &rows[0]
		want := map[string]int64{
			"searches": int64(r.Queries), "reached": r.Reached.Sum(), "messages": r.Messages.Sum(),
			"hits": r.Hits.Sum(), "lost": r.Lost.Sum(),
		}
		if plan.Rule == routing.PlainRule {
			want["duplicates"] = r.Duplicates.Sum()
		} else {
			want["improved"] = r.Improved.Sum()
			want["duplicates"] = r.Duplicates.Sum() - r.Improved.Sum()
			if r.Improved.Sum() == 0 {
				t.Errorf("%s: no improved copy", name)
			}
		}
		for what, n := range want {
			if got[what] != n {
				t.Errorf("%s: %d %s in the trace, %d in the row", name, got[what], what, n)
			}
		}
	}
}

// countTrace counts what a trace tells, by the words of a row.
func countTrace(t *testing.T, text io.Reader) map[string]int64 {
	t.Helper()
	in, err := trace.NewReader(text)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int64{}
	for {
		record, err := in.Next()
		if errors.Is(err, io.EOF) {
			return count
		}
		if err != nil {
			t.Fatal(err)
		}
		if record.Search != nil {
			count["searches"]++
			continue
		}
		e := record.Event
		query := e.Type == "Query" || e.Type == WalkerName
		switch {
		case e.Verdict == trace.Lost:
			count["lost"]++
		case e.Verdict == trace.Hit:
			count["hits"]++
		case query && e.Verdict == trace.Sent:
			count["messages"]++
		case query && e.Verdict == trace.Delivered:
			count["reached"]++
		case query && e.Verdict == trace.Duplicate:
			count["duplicates"]++
		case query && e.Verdict == trace.Improved:
			count["improved"]++
		}
	}
}

// TestTracerTellsPlansApart: the same query with other replicas is another search,
// which says with how many.
func TestTracerTellsPlansApart(t *testing.T) {
	var text bytes.Buffer
	out := trace.NewWriter(&text, trace.Header{})
	tracer := NewTracer(out, nil)
	want := []string{"", "1", "2", "50%"}
	for _, replicas := range []Replicas{{}, {Number: 1}, {Number: 2}, {Share: 0.5}} {
		plan := Plan{Graph: one(ringOf(t, 12, 1)), Strategies: []Strategy{Flood}, First: 3, Watch: tracer.Watch}
		plan.Objects.Replicas = replicas
		_, err := plan.Run(t.Context())
		if err := errors.Join(err, tracer.Err(), out.Flush()); err != nil {
			t.Fatal(err)
		}
	}
	in, err := trace.NewReader(&text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for {
		record, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if record.Search != nil {
			got = append(got, record.Search.Replicas)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("searches with the replicas %q, want %q", got, want)
	}
}

// TestTracerKeepsItsError: a full disk is told of, once and for all.
func TestTracerKeepsItsError(t *testing.T) {
	_, g := topologyOf(t, "complete:200")
	full := errors.New("full")
	tracer := NewTracer(trace.NewWriter(failing{full}, trace.Header{}), nil)
	if _, err := (Plan{Graph: one(g), Strategies: []Strategy{Flood}, First: 3, Watch: tracer.Watch}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(tracer.Err(), full) {
		t.Errorf("got error %v, want %v", tracer.Err(), full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
