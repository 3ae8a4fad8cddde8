package experiment

import (
	"encoding/binary"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
	"servent/routing/trace"
)

// A Listener hears what becomes of each message of a [Plan] whose Watch is its own,
// as a trace tells it. It belongs to one goroutine.
type Listener struct {
	// Asked is told that a query begins.
	Asked func(Asked)
	// Happened is told what happens; the Event is valid during the call.
	Happened func(*Event)

	asked   Asked
	began   bool
	begun   time.Duration // of the query, on the network's clock
	step    step          // the one told of last
	walked  map[uint32]int
	visited map[graph.Node]bool // by walkers
	event   Event
}

// An Event is one thing that happened to one message of a query, as [trace.Event]
// says it.
type Event struct {
	Time      time.Duration // since the query began
	From, To  graph.Node
	Type      messages.Type // [Walker], of what is no message of a servent
	GUID      messages.GUID // of a walker: its number in the first four bytes, big-endian
	TTL, Hops int
	Verdict   trace.Verdict
}

// Walker is the Type of a walker.
const Walker messages.Type = 0xff

// WalkerName is what a trace calls that type.
const WalkerName = "Walker"

// TypeName returns what a trace calls the type of e.
func (e *Event) TypeName() string {
	if e.Type == Walker {
		return WalkerName
	}
	return e.Type.String()
}

// A step is one message that a Router has taken.
type step struct {
	node, from graph.Node
	at         time.Duration
	guid       messages.GUID
}

// Watch is for [Plan.Watch].
func (l *Listener) Watch(asked Asked, e *lab.Event) {
	if !l.began || asked != l.asked {
		l.begin(asked, e.Time)
	}
	switch {
	case e.Kind == lab.Routed:
		l.routed(e)
	case e.Kind == lab.Taken:
		l.taken(e)
	case e.Effect != nil:
		l.tell(e.Time, e.Node, e.To, &e.Effect.Message.Header, trace.Lost)
	default:
		l.walker(e)
	}
}

// begin begins a query.
func (l *Listener) begin(asked Asked, now time.Duration) {
	l.began, l.asked, l.begun, l.step = true, asked, now, step{}
	l.walked, l.visited = map[uint32]int{}, map[graph.Node]bool{asked.Source: true}
	if l.Asked != nil {
		l.Asked(asked)
	}
}

// routed takes an effect of a Router.
func (l *Listener) routed(e *lab.Event) {
	m := &e.Effect.Message.Header
	taken := step{e.Node, e.From, e.Time, m.GUID}
	switch e.Effect.Kind {
	case routing.Deliver:
		verdict := trace.Delivered
		if m.Type == messages.TypeQueryHit {
			verdict = trace.Hit
		}
		l.tell(e.Time, e.From, e.Node, m, verdict)
		l.step = taken
	case routing.Drop:
		l.tell(e.Time, e.From, e.Node, m, trace.VerdictOf(e.Effect.Reason))
	case routing.Send:
		// A Query that goes on and was not delivered before has come by a better
		// path.
		if m.Type == messages.TypeQuery && e.From != e.Node && taken != l.step {
			l.step = taken
			came := *m
			came.TTL, came.Hops = m.TTL+1, m.Hops-1
			l.tell(e.Time, e.From, e.Node, &came, trace.Improved)
		}
		l.tell(e.Time, e.Node, e.To, m, trace.Sent)
	}
}

// taken takes a message that a Router asked for nothing for: a Query that came by a
// better path, and would go on if there were another link.
func (l *Listener) taken(e *lab.Event) {
	if m := &e.Effect.Message.Header; m.Type == messages.TypeQuery && e.From != e.Node {
		l.tell(e.Time, e.From, e.Node, m, trace.Improved)
	}
}

// walker takes an event of a walker.
func (l *Listener) walker(e *lab.Event) {
	event := &l.event
	*event = Event{Time: e.Time - l.begun, From: e.Node, To: e.To, Type: Walker, Hops: l.walked[e.Tag]}
	binary.BigEndian.PutUint32(event.GUID[:], e.Tag)
	switch e.Kind {
	case lab.Carried:
		event.Verdict = trace.Sent
	case lab.Lost:
		event.Verdict = trace.Lost
	case lab.Arrived:
		event.From, event.To, event.Verdict = e.From, e.Node, trace.Delivered
		if l.visited[e.Node] {
			event.Verdict = trace.Duplicate
		}
		l.visited[e.Node] = true
		l.walked[e.Tag]++
	}
	l.Happened(event)
}

func (l *Listener) tell(at time.Duration, from, to graph.Node, m *messages.Header, verdict trace.Verdict) {
	l.event = Event{
		Time: at - l.begun, From: from, To: to, Type: m.Type, GUID: m.GUID, TTL: int(m.TTL), Hops: int(m.Hops), Verdict: verdict,
	}
	l.Happened(&l.event)
}
