package lab_test

import (
	"slices"
	"testing"
	"time"

	"servent/routing/lab"
)

// TestCarry: what is carried takes the link's time, passes no Router, and Watch
// is told of both ends of its way.
func TestCarry(t *testing.T) {
	g := graphOf(t, 3, [][2]lab.Node{{0, 1}, {1, 2}})
	net := lab.Of(g, lab.Config{Latency: func(a, b lab.Node) time.Duration { return time.Duration(1+a+b) * lab.Hop }})
	var told []lab.Kind
	net.Watch = func(e *lab.Event) {
		told = append(told, e.Kind)
		if e.Effect != nil || e.Tag != 7 {
			t.Errorf("%v: effect %v, tag %d, want none and 7", e.Kind, e.Effect, e.Tag)
		}
	}
	var way []lab.Node
	net.Arrived = func(node, from lab.Node, tag uint32) {
		way = append(way, from, node)
		if node == 1 {
			net.Carry(1, net.LinkAt(1, 1), tag)
		}
	}
	net.Carry(0, net.LinkAt(0, 0), 7)
	net.Run()
	if want := []lab.Node{0, 1, 1, 2}; !slices.Equal(way, want) || net.Now() != 6*lab.Hop {
		t.Errorf("went %v in %v, want %v in %v", way, net.Now(), want, 6*lab.Hop)
	}
	if want := []lab.Kind{lab.Carried, lab.Arrived, lab.Carried, lab.Arrived}; !slices.Equal(told, want) {
		t.Errorf("Watch was told %v, want %v", told, want)
	}
	for _, v := range []lab.Node{0, 1, 2} {
		for name, c := range net.Router(v).Counters().Types() {
			if c.Received != 0 {
				t.Errorf("Router %d received %d %s, want none", v, c.Received, name)
			}
		}
	}
}

// TestCarryByAClosedLink: it is lost.
func TestCarryByAClosedLink(t *testing.T) {
	net := lab.Of(graphOf(t, 2, [][2]lab.Node{{0, 1}}), lab.Config{})
	lost := 0
	net.Watch = func(e *lab.Event) {
		if e.Kind == lab.Lost && e.Tag == 5 {
			lost++
		}
	}
	net.Arrived = func(node, from lab.Node, tag uint32) { t.Errorf("arrived at %d", node) }
	net.Carry(0, 1, 5)
	if err := net.Disconnect(0, 1); err != nil {
		t.Fatal(err)
	}
	net.Carry(0, 1, 5)
	net.Run()
	if lost != 2 {
		t.Errorf("%d lost, want 2: one under way as the link was closed, one after", lost)
	}
}
