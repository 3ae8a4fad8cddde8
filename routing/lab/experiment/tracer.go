package experiment

import (
	"fmt"
	"strconv"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
	"servent/routing/trace"
)

// A Tracer writes the trace of a [Plan] whose Watch is its own. Make one with
// [NewTracer]; it belongs to one goroutine.
type Tracer struct {
	out      *trace.Writer
	label    func(graph.Node) string
	err      error
	searches int
	asked    Asked
	begun    time.Duration // of the search, on the network's clock
	step     step          // the one told of last
	walked   map[uint32]int
	visited  map[graph.Node]bool // by walkers
}

// walkerType is the type of a walker in a trace, which is no message of a
// servent; in place of a GUID it has its number.
const walkerType = "Walker"

// A step is one message that a Router has taken.
type step struct {
	node, from graph.Node
	at         time.Duration
	guid       messages.GUID
}

// NewTracer returns a Tracer that writes to out and calls servents as label does;
// where that is nil, by their numbers.
func NewTracer(out *trace.Writer, label func(graph.Node) string) *Tracer {
	if label == nil {
		label = func(v graph.Node) string { return strconv.Itoa(int(v)) }
	}
	return &Tracer{out: out, label: label}
}

// Watch is for [Plan.Watch]. After an error it writes nothing; see [Tracer.Err].
func (t *Tracer) Watch(asked Asked, e *lab.Event) {
	if t.searches == 0 || asked != t.asked {
		t.begin(asked, e.Time)
	}
	switch {
	case e.Kind == lab.Routed:
		t.routed(e)
	case e.Kind == lab.Taken:
		t.taken(e)
	case e.Effect != nil:
		t.write(e.Time, e.Node, e.To, &e.Effect.Message.Header, trace.Lost)
	default:
		t.walker(e)
	}
}

// Err returns the first error of writing.
func (t *Tracer) Err() error { return t.err }

// begin begins a search.
func (t *Tracer) begin(asked Asked, now time.Duration) {
	t.searches++
	t.asked, t.begun, t.step = asked, now, step{}
	t.walked, t.visited = map[uint32]int{}, map[graph.Node]bool{asked.Source: true}
	replicas := ""
	if asked.Replicas != (Replicas{}) {
		replicas = asked.Replicas.String()
	}
	t.keep(t.out.Search(trace.Search{
		Number: t.searches, Run: asked.Run + 1, Strategy: asked.Strategy, TTL: int(asked.TTL),
		From: t.label(asked.Source), Query: asked.Number + 1, Replicas: replicas,
	}))
}

// routed takes an effect of a Router.
func (t *Tracer) routed(e *lab.Event) {
	m := &e.Effect.Message.Header
	taken := step{e.Node, e.From, e.Time, m.GUID}
	switch e.Effect.Kind {
	case routing.Deliver:
		verdict := trace.Delivered
		if m.Type == messages.TypeQueryHit {
			verdict = trace.Hit
		}
		t.write(e.Time, e.From, e.Node, m, verdict)
		t.step = taken
	case routing.Drop:
		t.write(e.Time, e.From, e.Node, m, trace.VerdictOf(e.Effect.Reason))
	case routing.Send:
		// A Query that goes on and was not delivered before has come by a better
		// path.
		if m.Type == messages.TypeQuery && e.From != e.Node && taken != t.step {
			t.step = taken
			came := *m
			came.TTL, came.Hops = m.TTL+1, m.Hops-1
			t.write(e.Time, e.From, e.Node, &came, trace.Improved)
		}
		t.write(e.Time, e.Node, e.To, m, trace.Sent)
	}
}

// taken takes a message that a Router asked for nothing for: a Query that came by a
// better path, and would go on if there were another link.
func (t *Tracer) taken(e *lab.Event) {
	if m := &e.Effect.Message.Header; m.Type == messages.TypeQuery && e.From != e.Node {
		t.write(e.Time, e.From, e.Node, m, trace.Improved)
	}
}

// walker takes an event of a walker.
func (t *Tracer) walker(e *lab.Event) {
	event := trace.Event{
		From: t.label(e.Node), To: t.label(e.To), Type: walkerType, GUID: fmt.Sprintf("%08x", e.Tag), Hops: t.walked[e.Tag],
	}
	switch e.Kind {
	case lab.Carried:
		event.Verdict = trace.Sent
	case lab.Lost:
		event.Verdict = trace.Lost
	case lab.Arrived:
		event.From, event.To, event.Verdict = t.label(e.From), t.label(e.Node), trace.Delivered
		if t.visited[e.Node] {
			event.Verdict = trace.Duplicate
		}
		t.visited[e.Node] = true
		t.walked[e.Tag]++
	}
	t.tell(e.Time, &event)
}

func (t *Tracer) write(at time.Duration, from, to graph.Node, m *messages.Header, verdict trace.Verdict) {
	t.tell(at, &trace.Event{
		From: t.label(from), To: t.label(to), Type: m.Type.String(), GUID: m.GUID.String()[:trace.GUIDDigits],
		TTL: int(m.TTL), Hops: int(m.Hops), Verdict: verdict,
	})
}

func (t *Tracer) tell(at time.Duration, e *trace.Event) {
	e.Time = at - t.begun
	t.keep(t.out.Event(e))
}

func (t *Tracer) keep(err error) {
	if t.err == nil {
		t.err = err
	}
}
