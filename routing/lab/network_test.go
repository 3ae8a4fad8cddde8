package lab_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
)

func query(ttl uint8) messages.Message {
	return messages.Message{Header: messages.Header{GUID: messages.GUID{1, 2, 3}, Type: messages.TypeQuery, TTL: ttl}}
}

// A query in a line of three servents, with TTL 2.
func Example() {
	net := lab.New()
	a, b, c := net.Add(routing.Config{}), net.Add(routing.Config{}), net.Add(routing.Config{})
	net.Connect(a, b, 30*time.Millisecond)
	net.Connect(b, c, 5*time.Millisecond)
	net.Watch = func(e *lab.Event) {
		fmt.Println(e.Time, "servent", e.Node, "from", e.From, e.Effect.Kind)
	}
	net.Send(a, query(2))
	net.Run()
	// Output:
	// 0s servent 0 from 0 send
	// 30ms servent 1 from 0 deliver
	// 30ms servent 1 from 0 send
	// 35ms servent 2 from 1 deliver
}

// TestAdvance: what is due is routed, what is not waits.
func TestAdvance(t *testing.T) {
	net := lab.New()
	a, b := net.Add(routing.Config{}), net.Add(routing.Config{})
	net.Connect(a, b, 3*lab.Hop)
	delivered := 0
	net.Watch = func(e *lab.Event) {
		if e.Effect.Kind == routing.Deliver {
			delivered++
		}
	}
	net.Send(a, query(1))
	net.Advance(2 * lab.Hop)
	if delivered != 0 || net.Now() != 2*lab.Hop {
		t.Errorf("after two hops: %d delivered at %v, want 0 at %v", delivered, net.Now(), 2*lab.Hop)
	}
	net.Advance(2 * lab.Hop)
	if delivered != 1 || net.Now() != 4*lab.Hop {
		t.Errorf("after four hops: %d delivered at %v, want 1 at %v", delivered, net.Now(), 4*lab.Hop)
	}
}

// TestReconnect: a link that was closed is not found again, its successor is.
func TestReconnect(t *testing.T) {
	net := lab.New()
	a, b := net.Add(routing.Config{}), net.Add(routing.Config{})
	net.Connect(a, b, lab.Hop)
	if err := net.Disconnect(a, b); err != nil {
		t.Fatal(err)
	}
	if err := net.Disconnect(a, b); err == nil {
		t.Error("disconnect what is not connected: got no error")
	}
	if err := net.SendRaw(a, b, query(1)); err == nil {
		t.Error("send to who is not connected: got no error")
	}
	net.Connect(a, b, lab.Hop)
	if l, err := net.Link(a, b); l != 2 || err != nil {
		t.Errorf("the second link has number %d (%v), want 2", l, err)
	}
	net.Send(a, query(1))
	net.Run()
	if got := net.Router(b).Counters().Of(messages.TypeQuery).Fresh; got != 1 {
		t.Errorf("%d queries came by the second link, want 1", got)
	}
}

// TestFirstFloodAllocatesLittle: what a flood needs is there when the network is,
// and not once for each servent or message.
func TestFirstFloodAllocatesLittle(t *testing.T) {
	const nodes, most = 10_000, 100
	var edges [][2]lab.Node
	for v := range lab.Node(nodes) {
		edges = append(edges, [2]lab.Node{v, (v + 1) % nodes}, [2]lab.Node{v, (v + 1234) % nodes})
	}
	net := lab.Of(graphOf(t, nodes, edges), lab.Config{Router: routing.Config{SoftLimit: 255}})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	net.Begin(1)
	net.Send(0, query(250))
	net.Run()
	runtime.ReadMemStats(&after)
	for v := range lab.Node(nodes) {
		if got := net.Router(v).Counters().Of(messages.TypeQuery).Sent; got == 0 {
			t.Fatalf("servent %d sent nothing", v)
		}
	}
	if got := after.Mallocs - before.Mallocs; got > most {
		t.Errorf("a flood allocates %d times, want at most %d", got, most)
	}
}

// How far a query reaches in a ring of ten servents, and at what cost, with each
// TTL.
func ExampleOf() {
	topology, err := graph.ParseTopology("ring:10")
	if err != nil {
		panic(err)
	}
	g, err := topology.Build(nil) // a ring needs no chance
	if err != nil {
		panic(err)
	}
	net := lab.Of(g, lab.Config{})
	var reached, sent int
	net.Watch = func(e *lab.Event) {
		switch e.Effect.Kind {
		case routing.Deliver:
			reached++
		case routing.Send:
			sent++
		}
	}
	for ttl := uint8(3); ttl <= 6; ttl++ {
		reached, sent = 0, 0
		net.Begin(1)
		net.Send(0, query(ttl))
		net.Run()
		fmt.Println("TTL", ttl, "reaches", reached, "by", sent, "messages")
	}
	// Output:
	// TTL 3 reaches 6 by 6 messages
	// TTL 4 reaches 8 by 8 messages
	// TTL 5 reaches 9 by 10 messages
	// TTL 6 reaches 9 by 11 messages
}

// TestClock: it goes forward, and no further than it can.
func TestClock(t *testing.T) {
	const ages = time.Duration(math.MaxInt64)
	net := lab.New()
	a, b := net.Add(routing.Config{}), net.Add(routing.Config{})
	net.Connect(a, b, ages)
	net.Advance(time.Hour)
	net.Advance(-time.Minute)
	if net.Now() != time.Hour {
		t.Errorf("an hour and a negative time: at %v", net.Now())
	}
	net.Fail(b, ages)
	net.Advance(time.Hour)
	if net.Degree(a) != 1 {
		t.Error("a failure that will be noticed in 292 years was noticed in an hour")
	}
	net.Join(b, []lab.Node{a})
	came := 0
	net.Arrived = func(node, from lab.Node, tag uint32) { came++ }
	net.Connect(a, b, ages)
	for range 20 { // 36 years each, at most
		l := net.LinkAt(a, net.Degree(a)-1)
		net.Carry(a, l, 0)
		before := net.Now()
		net.Run()
		if net.Now() < before {
			t.Fatalf("the clock went from %v to %v", before, net.Now())
		}
	}
	if came != 20 || net.Now() != ages {
		t.Errorf("%d of 20 arrived, at %v, want all, the last at %v", came, net.Now(), ages)
	}
}

// TestSettle: the network goes on while anything is under way, with what is planned
// for then, and leaves what is planned for later.
func TestSettle(t *testing.T) {
	net := lab.Of(graphOf(t, 4, [][2]lab.Node{{0, 1}, {1, 2}, {2, 3}}), lab.Config{})
	var done []string
	note := func(what string) func() { return func() { done = append(done, what) } }
	net.At(2*lab.Hop, note("on the way"))
	net.At(3*lab.Hop, note("at the end"))
	net.At(3*lab.Hop+1, note("later"))
	net.Send(0, query(7))
	net.Settle()
	if want := []string{"on the way", "at the end"}; !slices.Equal(done, want) || net.Now() != 3*lab.Hop || net.Idle() {
		t.Errorf("done %v at %v, idle %v; want %v at %v, and one waiting", done, net.Now(), net.Idle(), want, 3*lab.Hop)
	}
	net.Settle()
	if len(done) != 2 {
		t.Errorf("nothing is under way, and it did %v", done)
	}
	net.Run()
	if len(done) != 3 {
		t.Errorf("all that is planned: %v", done)
	}
}
