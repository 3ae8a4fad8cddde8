package graph

import (
	"gonum.org/v1/gonum/graph/graphs/gen"

	"servent/messages/sentence"
	"servent/routing/lab/chance"
)

// A shape is the closed forms of a topology without chance, for a flood from
// servent 0 in which all copies of a hop arrive before any of the next.
type shape struct {
	// at returns how many servents are at distance hop >= 1.
	at func(t Topology, hop int) int
	// sent returns how many messages arrive in hop >= 1: each servent at distance
	// hop-1 sends to all its neighbours but one, servent 0 to all.
	sent func(t Topology, hop int) int
}

// Reach returns how many servents a flood from servent 0 with TTL ttl reaches in
// each hop, up to the last hop that reaches any; the terms of t's closed form:
// 3, 9, 27 for tree:3,5 and TTL 3. ok is false where t has none.
func (t Topology) Reach(ttl int) (terms []int, ok bool) {
	if t.kind == nil || t.kind.shape == nil {
		return nil, false
	}
	return t.terms(ttl, t.kind.shape.at), true
}

// Messages returns how many messages of that flood arrive in each hop, up to the
// last hop with any. ok is false where t has no closed form.
func (t Topology) Messages(ttl int) (terms []int, ok bool) {
	if t.kind == nil || t.kind.shape == nil {
		return nil, false
	}
	return t.terms(ttl, t.kind.shape.sent), true
}

func (t Topology) terms(ttl int, term func(t Topology, hop int) int) (terms []int) {
	for hop := 1; hop <= ttl; hop++ {
		n := term(t, hop)
		if n == 0 {
			break
		}
		terms = append(terms, n)
	}
	return terms
}

var lineKind = &kind{
	name: "line", ints: []string{"N"},
	size: func(t Topology) (nodes, links float64) { return float64(t.a), float64(t.a - 1) },
	build: func(t Topology, _ *chance.Source) []edge {
		var c collector
		gen.Path(&c, upTo(t.a))
		return c.edges
	},
	shape: &shape{at: atOfLine, sent: atOfLine},
}

func atOfLine(t Topology, hop int) int {
	if hop < t.a {
		return 1
	}
	return 0
}

var ringKind = &kind{
	name: "ring", ints: []string{"N"},
	refuse: func(t Topology) sentence.Said {
		if t.a < 3 {
			return sentence.Say("lab.ring", "a ring has at least 3 servents")
		}
		return sentence.Said{}
	},
	size: func(t Topology) (nodes, links float64) { return float64(t.a), float64(t.a) },
	build: func(t Topology, _ *chance.Source) []edge {
		var c collector
		gen.Cycle(&c, upTo(t.a))
		return c.edges
	},
	shape: &shape{
		at: atOfRing,
		// Each servent hands on one copy, the one that two copies reach as well:
		// where N is odd, the two that are farthest hand theirs to each other.
		sent: func(t Topology, hop int) int {
			if hop == 1 {
				return 2
			}
			return atOfRing(t, hop-1)
		},
	},
}

func atOfRing(t Topology, hop int) int {
	switch {
	case hop < t.a-hop:
		return 2
	case hop == t.a-hop:
		return 1
	}
	return 0
}

var starKind = &kind{
	name: "star", ints: []string{"N"},
	size: func(t Topology) (nodes, links float64) { return float64(t.a), float64(t.a - 1) },
	build: func(t Topology, _ *chance.Source) []edge {
		var c collector
		gen.Star(&c, 0, gen.IDRange{First: 1, Last: int64(t.a) - 1})
		return c.edges
	},
	shape: &shape{at: othersInOneHop, sent: othersInOneHop},
}

// othersInOneHop: all others are neighbours of servent 0.
func othersInOneHop(t Topology, hop int) int {
	if hop == 1 {
		return t.a - 1
	}
	return 0
}

var treeKind = &kind{
	name: "tree", ints: []string{"B", "L"},
	size: func(t Topology) (nodes, links float64) {
		level := 1.0
		for hop := 0; hop < t.b && nodes <= MaxTopologyNodes; hop++ {
			nodes += level
			level *= float64(t.a)
		}
		return nodes, nodes - 1
	},
	build: func(t Topology, _ *chance.Source) []edge {
		var c collector
		nodes, _ := t.kind.size(t)
		gen.Tree(&c, t.a, upTo(int(nodes)))
		return c.edges
	},
	shape: &shape{at: atOfTree, sent: atOfTree},
}

func atOfTree(t Topology, hop int) int {
	if hop >= t.b {
		return 0
	}
	servents := 1
	if t.a > 1 {
		for range hop {
			servents *= t.a
		}
	}
	return servents
}

var completeKind = &kind{
	name: "complete", ints: []string{"N"},
	size: func(t Topology) (nodes, links float64) { return float64(t.a), pairsOf(t.a) },
	build: func(t Topology, _ *chance.Source) []edge {
		var c collector
		gen.Complete(&c, upTo(t.a))
		return c.edges
	},
	shape: &shape{
		at: othersInOneHop,
		sent: func(t Topology, hop int) int {
			switch {
			case hop == 1:
				return t.a - 1
			case hop == 2:
				return (t.a - 1) * (t.a - 2)
			}
			return 0
		},
	},
}

var gridKind = &kind{
	name: "grid", ints: []string{"R", "C"},
	size: func(t Topology) (nodes, links float64) {
		r, c := float64(t.a), float64(t.b)
		return r * c, r*(c-1) + c*(r-1)
	},
	build: buildGrid,
	shape: &shape{
		at: func(t Topology, hop int) int { return diagonal(hop, t.a, t.b) },
		// Links lead from one diagonal to the next only.
		sent: func(t Topology, hop int) int {
			links := linksBelow(t, hop-1)
			if hop > 1 {
				links += linksBelow(t, hop-2) - diagonal(hop-1, t.a, t.b)
			}
			return links
		},
	},
}

// buildGrid is our own: gonum's NavigableSmallWorld weighs every pair of servents
// even where it adds no long links.
func buildGrid(t Topology, _ *chance.Source) (edges []edge) {
	for v := range Node(t.a * t.b) {
		if (int(v)+1)%t.b != 0 {
			edges = append(edges, edge{v, v + 1})
		}
		if below := int(v) + t.b; below < t.a*t.b {
			edges = append(edges, edge{v, Node(below)})
		}
	}
	return edges
}

// diagonal returns how many places of a grid are hop steps from its corner.
func diagonal(hop, rows, columns int) int {
	if rows == 0 || columns == 0 {
		return 0
	}
	return max(0, min(hop, rows-1)-max(0, hop-(columns-1))+1)
}

// linksBelow returns how many links lead from the places hop steps from the
// corner to those that are one step farther: each has one to the right and one
// down, but for the last column and the last row.
func linksBelow(t Topology, hop int) int {
	return diagonal(hop, t.a, t.b-1) + diagonal(hop, t.a-1, t.b)
}
