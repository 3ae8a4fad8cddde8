package lab_test

import (
	"fmt"
	"slices"
	"strings"
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

// TestChurnScripts plays leaves and failures in a row of servents 0 - 1 - 2, and
// wants what Watch is told.
func TestChurnScripts(t *testing.T) {
	for _, s := range []struct{ name, script, want string }{
		{
			name: "a query overtakes no Bye",
			script: `
				ask 1
				leave 1`,
			want: `
				1 -> 0 Query
				1 -> 2 Query
				1 -> 0 Bye
				1 -> 2 Bye
				0 hears Query from 1
				2 hears Query from 1
				0 hears Bye from 1
				2 hears Bye from 1`,
		},
		{
			name: "what is on its way to who leaves is lost",
			script: `
				ask 0
				leave 1`,
			want: `
				0 -> 1 Query
				1 -> 0 Bye
				1 -> 2 Bye
				0 -> 1 Query is lost
				0 hears Bye from 1
				2 hears Bye from 1`,
		},
		{
			name: "who fails says nothing, and is written to until that is noticed",
			script: `
				fail 1 5ms
				ask 0
				wait 5ms
				ask 2`,
			want: `
				0 -> 1 Query
				0 -> 1 Query is lost
				2 takes Query from 2`,
		},
		{
			name: "an old link does not lead to who came back",
			script: `
				fail 1 5ms
				join 1 2
				ask 0
				ask 2`,
			want: `
				0 -> 1 Query
				2 -> 1 Query
				2 -> 1 Query
				0 -> 1 Query is lost
				2 -> 1 Query is lost
				1 hears Query from 2`,
		},
		{
			name: "who came back remembers nothing",
			script: `
				ask 0
				wait 3ms
				leave 1
				wait 3ms
				join 1 0
				again 0`,
			want: `
				0 -> 1 Query
				1 hears Query from 0
				1 -> 2 Query
				2 hears Query from 1
				1 -> 0 Bye
				1 -> 2 Bye
				0 hears Bye from 1
				2 hears Bye from 1
				0 drops Query from 0: duplicate`,
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			got := play(t, line(t, 3), s.script)
			if want := lines(s.want); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// lines returns the lines of text, without indentation and empty ones.
func lines(text string) (trimmed []string) {
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			trimmed = append(trimmed, l)
		}
	}
	return trimmed
}

// play carries out the commands of a script, each a quarter of a hop after the one
// before, and returns what Watch was told.
func play(t *testing.T, net *lab.Network, script string) (told []string) {
	net.Watch = func(e *lab.Event) { told = append(told, telling(e)) }
	m := query(4)
	for _, command := range lines(script) {
		var verb, first, second string
		fmt.Sscan(command, &verb, &first, &second)
		var node, other lab.Node
		fmt.Sscan(first, &node)
		fmt.Sscan(second, &other)
		switch verb {
		case "ask":
			m.GUID[0]++
			net.Send(node, m)
		case "again":
			net.Send(node, m)
		case "leave":
			net.Leave(node)
		case "fail":
			net.Fail(node, duration(t, second))
		case "join":
			net.Join(node, []lab.Node{other})
		case "wait":
			net.Advance(duration(t, first))
		default:
			t.Fatalf("no command %q", command)
		}
		net.Advance(lab.Hop / 4)
	}
	net.Run()
	return told
}

func duration(t *testing.T, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// telling is an event as a script says it.
func telling(e *lab.Event) string {
	what := e.Effect.Message.Type
	switch {
	case e.Kind == lab.Lost:
		return fmt.Sprintf("%d -> %d %v is lost", e.Node, e.To, what)
	case e.Kind == lab.Taken:
		return fmt.Sprintf("%d takes %v from %d", e.Node, what, e.From)
	case e.Effect.Kind == routing.Send:
		return fmt.Sprintf("%d -> %d %v", e.Node, e.To, what)
	case e.Effect.Kind == routing.Deliver:
		return fmt.Sprintf("%d hears %v from %d", e.Node, what, e.From)
	}
	return fmt.Sprintf("%d drops %v from %d: %v", e.Node, what, e.From, e.Effect.Reason)
}

// TestFail: neighbours send in vain until they notice; what the failed servent
// had sent is lost.
func TestFail(t *testing.T) {
	const noticed = 35 * time.Second
	net := line(t, 3)
	nodes, lost := heard(net)
	net.Send(1, query(1))
	net.Carry(1, 1, 0)
	net.Arrived = func(node, from lab.Node, tag uint32) { t.Errorf("what it carried arrived at %d", node) }
	net.Advance(lab.Hop / 2)
	net.Fail(1, noticed)
	net.Advance(lab.Hop)
	if len(*nodes) != 0 || *lost != 3 {
		t.Errorf("what it had sent: delivered to %v, %d lost, want nobody, 3", *nodes, *lost)
	}
	if net.Degree(0) != 1 {
		t.Errorf("before it is noticed: %d links, want 1", net.Degree(0))
	}
	m := query(2)
	m.GUID[0]++
	net.Send(0, m)
	net.Advance(lab.Hop)
	if len(*nodes) != 0 || *lost != 4 {
		t.Errorf("sent in vain: delivered to %v, %d lost, want nobody, 4", *nodes, *lost)
	}
	net.Join(1, []lab.Node{0})
	m.GUID[0]++
	net.Send(0, m) // by the new link, and by the old one, in vain
	net.Advance(lab.Hop)
	if !slices.Equal(*nodes, []lab.Node{1}) || *lost != 5 {
		t.Errorf("after it came back: delivered to %v, %d lost, want to 1, 5", *nodes, *lost)
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
