package lab

import (
	"encoding/binary"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab/graph"
)

// A churning is a network whose servents come and go, and the links that should
// stand.
type churning struct {
	net     *Network
	stands  map[Node]map[Node]bool
	asked   uint64
	reached map[Node]bool // by the query asked last
	lost    int
}

const churners = 12

func newChurning(t *rapid.T) *churning {
	c := &churning{stands: make(map[Node]map[Node]bool)}
	var edges [][2]Node
	for v := range Node(churners) {
		c.stands[v] = make(map[Node]bool)
	}
	for range rapid.IntRange(churners, 3*churners).Draw(t, "links") {
		a, b := anyNode(t, "a"), anyNode(t, "b")
		if a != b {
			edges = append(edges, [2]Node{a, b})
			c.connect(a, b)
		}
	}
	g, err := graph.New(churners, edges)
	if err != nil {
		t.Fatal(err)
	}
	c.net = Of(g, Config{})
	c.net.Watch = func(e *Event) {
		if e.Kind == Lost {
			c.lost++
		}
		if (e.Kind == Routed || e.Kind == Arrived) && c.net.Away(e.Node) {
			t.Fatalf("%v: servent %d is away and got something from %d", e.Kind, e.Node, e.From)
		}
		if e.Kind == Routed && e.Effect.Kind == routing.Deliver && e.Effect.Message.Type == messages.TypeQuery &&
			binary.LittleEndian.Uint64(e.Effect.Message.GUID[:]) == c.asked {
			c.reached[e.Node] = true
		}
	}
	return c
}

func anyNode(t *rapid.T, label string) Node {
	return Node(rapid.IntRange(0, churners-1).Draw(t, label))
}

func (c *churning) connect(a, b Node) { c.stands[a][b], c.stands[b][a] = true, true }

// cut removes the links of v.
func (c *churning) cut(v Node) {
	for w := range c.stands[v] {
		delete(c.stands[w], v)
	}
	clear(c.stands[v])
}

func (c *churning) ask(source Node, ttl int) {
	c.asked++
	c.reached = make(map[Node]bool)
	m := messages.Message{Header: messages.Header{Type: messages.TypeQuery, TTL: uint8(ttl)}}
	binary.LittleEndian.PutUint64(m.GUID[:], c.asked)
	c.net.Send(source, m)
}

// horizon returns whom a query of source should reach.
func (c *churning) horizon(source Node, ttl int) map[Node]bool {
	seen := map[Node]bool{source: true}
	edge := []Node{source}
	for range ttl {
		var next []Node
		for _, v := range edge {
			for w := range c.stands[v] {
				if !seen[w] {
					seen[w] = true
					next = append(next, w)
				}
			}
		}
		edge = next
	}
	delete(seen, source)
	return seen
}

// check says what holds of the ends of links, whatever is under way: an open end
// leads to an open end that leads back, unless who is there has left, which is
// marked, or came back. When nothing is under way, there is no such exception, and
// the links are those that stand.
func (c *churning) check(t *rapid.T, settled bool) {
	for v := range Node(churners) {
		s := &c.net.servents[v]
		var far []Node
		links := c.net.Links(v)
		for _, l := range links {
			e := s.ends.at(l)
			far = append(far, e.far)
			if !settled && (e.is(mute) || e.is(parting)) {
				continue
			}
			other := c.net.servents[e.far].ends.at(e.back)
			if other == nil || !other.is(open) || other.far != v || other.back != l {
				t.Fatalf("link %d of servent %d leads to %d's %d, which is %+v", l, v, e.far, e.back, other)
			}
		}
		if len(links) != c.net.Degree(v) || !slices.IsSorted(links) {
			t.Fatalf("servent %d has degree %d and links %v", v, c.net.Degree(v), links)
		}
		slices.Sort(far)
		if want := slices.Sorted(maps.Keys(c.stands[v])); settled && !slices.Equal(far, want) {
			t.Fatalf("servent %d is linked with %v, want %v", v, far, want)
		}
	}
}

// TestChurn: after any leaves, failures, joins and queries the ends of links
// agree, nothing is delivered to who is away, and a query reaches its horizon on
// the graph that stands.
func TestChurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newChurning(t)
		node := func(t *rapid.T, away bool) Node {
			v := anyNode(t, "servent")
			if c.net.Away(v) != away {
				t.Skip()
			}
			return v
		}
		t.Repeat(map[string]func(*rapid.T){
			"leave": func(t *rapid.T) {
				v := node(t, false)
				c.net.Leave(v)
				c.cut(v)
			},
			"fail": func(t *rapid.T) {
				v := node(t, false)
				c.net.Fail(v, time.Duration(rapid.IntRange(0, 5).Draw(t, "hops"))*Hop)
				c.cut(v)
			},
			"join": func(t *rapid.T) {
				v := node(t, true)
				var neighbours []Node
				for range rapid.IntRange(0, 4).Draw(t, "links") {
					w := anyNode(t, "neighbour")
					if !slices.Contains(neighbours, w) {
						neighbours = append(neighbours, w)
					}
				}
				c.net.Join(v, neighbours)
				for _, w := range neighbours {
					if w != v && !c.net.Away(w) {
						c.connect(v, w)
					}
				}
			},
			"ask": func(t *rapid.T) { c.ask(node(t, false), rapid.IntRange(1, 7).Draw(t, "ttl")) },
			"carry": func(t *rapid.T) {
				v := node(t, false)
				for _, l := range c.net.Links(v) {
					c.net.Carry(v, l, 0)
				}
			},
			"wait": func(t *rapid.T) {
				c.net.Advance(time.Duration(rapid.IntRange(0, 3).Draw(t, "half hops")) * Hop / 2)
			},
			"begin": func(t *rapid.T) {
				c.net.Begin(1)
				c.check(t, true)
			},
			"settle": func(t *rapid.T) {
				c.net.Run()
				c.check(t, true)
				source, ttl := node(t, false), rapid.IntRange(1, 7).Draw(t, "ttl")
				c.lost = 0
				c.ask(source, ttl)
				c.net.Run()
				if want := c.horizon(source, ttl); !maps.Equal(c.reached, want) || c.lost != 0 {
					t.Fatalf("a query of %d with TTL %d reached %v, %d lost, want %v, none lost", source, ttl, c.reached, c.lost, want)
				}
			},
			"": func(t *rapid.T) { c.check(t, false) },
		})
		c.net.Run()
		c.check(t, true)
		if c.net.queue.count != 0 || len(c.net.mail.free) != len(c.net.mail.letters) {
			t.Fatalf("nothing is under way, but the queue counts %d, and %d of %d letters are out",
				c.net.queue.count, len(c.net.mail.letters)-len(c.net.mail.free), len(c.net.mail.letters))
		}
	})
}

// TestEndsAreBounded: a servent whose oldest link stays, and whose others come and
// go for years, keeps about the ends that it has; its links are told in order, by
// one look at each.
func TestEndsAreBounded(t *testing.T) {
	g, err := graph.New(4, [][2]Node{{0, 1}, {0, 2}, {0, 3}})
	if err != nil {
		t.Fatal(err)
	}
	net := Of(g, Config{})
	hub := &net.servents[0].ends
	for i := range routing.Link(2000) {
		net.Leave(2)
		net.Run()
		net.Join(2, []Node{0})
		if len(hub.list) > 8 {
			t.Fatalf("after %d links that went: %d ends for %d open ones", i+1, len(hub.list), hub.open)
		}
		if want := []routing.Link{1, 3, 4 + i}; !slices.Equal(net.Links(0), want) {
			t.Fatalf("links of the hub: %v, want %v", net.Links(0), want)
		}
		if len(hub.list) != 3 || net.Far(0, net.LinkAt(0, 2)) != 2 {
			t.Fatalf("%d ends for 3 links, the last of which leads to %d", len(hub.list), net.Far(0, net.LinkAt(0, 2)))
		}
	}
}
