package lab_test

import (
	"slices"
	"testing"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
)

// line returns so many servents in a row.
func line(t testing.TB, nodes int) *lab.Network {
	var edges [][2]lab.Node
	for v := range lab.Node(nodes - 1) {
		edges = append(edges, [2]lab.Node{v, v + 1})
	}
	return lab.Of(graphOf(t, nodes, edges), lab.Config{})
}

// heard makes net count whom queries are delivered to, and what is lost.
func heard(net *lab.Network) (nodes *[]lab.Node, lost *int) {
	nodes, lost = new([]lab.Node), new(int)
	net.Watch = func(e *lab.Event) {
		switch {
		case e.Kind == lab.Lost:
			*lost++
		case e.Kind == lab.Routed && e.Effect.Kind == routing.Deliver && e.Effect.Message.Type == messages.TypeQuery:
			*nodes = append(*nodes, e.Node)
		}
	}
	return nodes, lost
}

// TestLeave: neighbours hear a Bye and close the link; who comes back has a new
// link and remembers nothing.
func TestLeave(t *testing.T) {
	net := line(t, 3)
	nodes, lost := heard(net)
	net.Send(0, query(3))
	net.Advance(lab.Hop / 2)
	net.Leave(1)
	if !net.Away(1) || net.Degree(1) != 0 || net.Degree(0) != 1 {
		t.Errorf("as it leaves: away %v, degrees %d and %d, want true, 0 and 1", net.Away(1), net.Degree(1), net.Degree(0))
	}
	net.Run()
	if len(*nodes) != 0 || *lost != 1 {
		t.Errorf("a query on its way to who left: delivered to %v, %d lost, want nobody, 1", *nodes, *lost)
	}
	if net.Degree(0) != 0 || net.Degree(2) != 0 {
		t.Errorf("after the Byes: degrees %d and %d, want 0", net.Degree(0), net.Degree(2))
	}
	if got := net.Router(0).Counters().Of(messages.TypeBye).Received; got != 1 {
		t.Errorf("%d Byes received, want 1", got)
	}
	net.Join(1, []lab.Node{2, 1, 0})
	if got := net.Links(1); !slices.Equal(got, []routing.Link{3, 4}) {
		t.Errorf("links of who came back: %v, want 3 and 4", got)
	}
	if got := net.Router(1).Counters().Of(messages.TypeBye).Sent; got != 0 {
		t.Errorf("who came back remembers %d Byes, want none", got)
	}
	net.Send(2, query(3)) // servent 1 has seen it, before it left
	net.Run()
	if !slices.Equal(*nodes, []lab.Node{1}) {
		t.Errorf("the query again, when all are back: delivered to %v, want 1: servent 0 asked it", *nodes)
	}
}

// TestLeaveKeepsWhatWasSent: a query overtakes no Bye.
func TestLeaveKeepsWhatWasSent(t *testing.T) {
	net := line(t, 3)
	nodes, lost := heard(net)
	net.Send(1, query(3))
	net.Advance(lab.Hop / 2)
	net.Leave(1)
	net.Run()
	if !slices.Equal(*nodes, []lab.Node{0, 2}) || *lost != 0 {
		t.Errorf("delivered to %v, %d lost, want to 0 and 2, none lost", *nodes, *lost)
	}
}

// TestFail: neighbours send in vain until they notice; what the failed servent
// had sent is lost.
func TestFail(t *testing.T) {
	const noticed = 35 * time.Second
	net := line(t, 3)
	nodes, lost := heard(net)
	net.Send(1, query(1))
	net.Advance(lab.Hop / 2)
	net.Fail(1, noticed)
	net.Advance(lab.Hop)
	if len(*nodes) != 0 || *lost != 2 {
		t.Errorf("what it had sent: delivered to %v, %d lost, want nobody, 2", *nodes, *lost)
	}
	if net.Degree(0) != 1 {
		t.Errorf("before it is noticed: %d links, want 1", net.Degree(0))
	}
	m := query(2)
	m.GUID[0]++
	net.Send(0, m)
	net.Advance(lab.Hop)
	if len(*nodes) != 0 || *lost != 3 {
		t.Errorf("sent in vain: delivered to %v, %d lost, want nobody, 3", *nodes, *lost)
	}
	net.Join(1, []lab.Node{0})
	m.GUID[0]++
	net.Send(0, m) // by the new link, and by the old one, in vain
	net.Advance(lab.Hop)
	if !slices.Equal(*nodes, []lab.Node{1}) || *lost != 4 {
		t.Errorf("after it came back: delivered to %v, %d lost, want to 1, 4", *nodes, *lost)
	}
	net.Advance(noticed)
	if net.Degree(0) != 1 || net.Degree(2) != 0 {
		t.Errorf("after it was noticed: %d and %d links, want 1 and 0", net.Degree(0), net.Degree(2))
	}
}

// TestAt: what is planned is done in time and in order, before what arrives then.
func TestAt(t *testing.T) {
	net := line(t, 2)
	var done []string
	net.Watch = func(e *lab.Event) { done = append(done, e.Effect.Kind.String()) }
	net.At(lab.Hop, func() { done = append(done, "first") })
	net.Send(0, query(1))
	net.At(lab.Hop, func() {
		done = append(done, "second")
		net.At(0, func() { done = append(done, "at once") })
	})
	net.Run()
	if want := []string{"send", "first", "second", "deliver", "at once"}; !slices.Equal(done, want) {
		t.Errorf("got %v, want %v", done, want)
	}
}
