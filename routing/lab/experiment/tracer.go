package experiment

import (
	"strconv"

	"servent/routing/lab/graph"
	"servent/routing/trace"
)

// A Tracer writes the trace of a [Plan] whose Watch is its own. Make one with
// [NewTracer]; it belongs to one goroutine.
type Tracer struct {
	Listener
	out      *trace.Writer
	label    func(graph.Node) string
	err      error
	searches int
}

// NewTracer returns a Tracer that writes to out and calls servents as label does;
// where that is nil, by their numbers. After an error it writes nothing; see
// [Tracer.Err].
func NewTracer(out *trace.Writer, label func(graph.Node) string) *Tracer {
	if label == nil {
		label = func(v graph.Node) string { return strconv.Itoa(int(v)) }
	}
	t := &Tracer{out: out, label: label}
	t.Asked, t.Happened = t.search, t.write
	return t
}

// Err returns the first error of writing.
func (t *Tracer) Err() error { return t.err }

// search writes that a search begins.
func (t *Tracer) search(asked Asked) {
	t.searches++
	replicas := ""
	if asked.Replicas != (Replicas{}) {
		replicas = asked.Replicas.String()
	}
	t.keep(t.out.Search(trace.Search{
		Number: t.searches, Run: asked.Run + 1, Strategy: asked.Strategy, TTL: int(asked.TTL),
		From: t.label(asked.Source), Query: asked.Number + 1, Replicas: replicas,
	}))
}

// write writes what happened.
func (t *Tracer) write(e *Event) {
	t.keep(t.out.Event(&trace.Event{
		Time: e.Time, From: t.label(e.From), To: t.label(e.To), Type: e.TypeName(), GUID: e.GUID.String()[:trace.GUIDDigits],
		TTL: e.TTL, Hops: e.Hops, Verdict: e.Verdict,
	}))
}

func (t *Tracer) keep(err error) {
	if t.err == nil {
		t.err = err
	}
}
