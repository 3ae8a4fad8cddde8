package graph

import (
	"fmt"

	"gonum.org/v1/gonum/graph/graphs/gen"

	"servent/messages/sentence"
	"servent/routing/lab/chance"
)

var gnpKind = &kind{
	name: "gnp", ints: []string{"N"}, float: "P", drawn: true,
	refuse: refuseChance,
	size: func(t Topology) (nodes, links float64) {
		return float64(t.a), float64(t.x * pairsOf(t.a))
	},
	build: drawGnp,
}

// drawGnp links each pair with chance P: it draws how many pairs to pass over
// until the next link. gonum's Gnp does the same with the logarithm of the
// standard library, whose last bit is not the same on every machine.
// Source: Batagelj and Brandes, Physical Review E 71, 036113, 2005.
func drawGnp(t Topology, c *chance.Source) (edges []edge) {
	if t.x == 0 {
		return nil
	}
	// Pairs in the order 0–1, 0–2, 1–2, 0–3…
	w, v := c.Geometric(t.x), 1
	for {
		for v < t.a && w >= v {
			w -= v
			v++
		}
		if v >= t.a {
			return edges
		}
		edges = append(edges, edge{Node(w), Node(v)})
		w += 1 + c.Geometric(t.x)
	}
}

var gnmKind = &kind{
	name: "gnm", ints: []string{"N", "M"}, drawn: true,
	refuse: func(t Topology) sentence.Said {
		if float64(t.b) > pairsOf(t.a) {
			return sentence.Say("lab.pairs", "{n} servents make {pairs} pairs, too few for {links} links", t.a, fmt.Sprintf("%.0f", pairsOf(t.a)), t.b)
		}
		return sentence.Said{}
	},
	size:  func(t Topology) (nodes, links float64) { return float64(t.a), float64(t.b) },
	build: drawGnm,
}

// drawGnm draws M different pairs; each set of M is as likely as any other.
// Source: Erdős and Rényi, Publicationes Mathematicae 6, 1959.
func drawGnm(t Topology, c *chance.Source) []edge {
	links, all := t.b, int(pairsOf(t.a))
	if links > all/2 {
		links = all - links // the pairs that are not linked are drawn: gonum draws until it finds a free one
	}
	drawn := collector{known: make(pairs, links)}
	if err := gen.Gnm(&drawn, t.a, links, c); err != nil {
		panic(err) // too many links, which refuse has seen to
	}
	if links != t.b {
		return othersThan(t.a, drawn.edges)
	}
	return drawn.edges
}

var smallWorldKind = &kind{
	name: "smallworld", ints: []string{"N", "K"}, float: "P", drawn: true,
	refuse: func(t Topology) sentence.Said {
		switch {
		case t.b%2 != 0:
			return sentence.Say("lab.even", "K is {k}, want an even number: half of the neighbours are on each side", t.b)
		case t.b >= t.a:
			return sentence.Say("lab.degree", "{n} servents cannot have {k} links each: K is at most N-1", t.a, t.b)
		case smallWorldDraws(t) > maxSmallWorldDraws:
			return sentence.Say("lab.full", "K is {k}: nearly all are linked with all, and there is hardly a place that a link could move to; use fewer links", t.b)
		}
		return refuseChance(t)
	},
	size: func(t Topology) (nodes, links float64) {
		return float64(t.a), float64(t.a) * float64(t.b) / 2
	},
	build: drawSmallWorld,
}

// maxSmallWorldDraws is how many draws moving the links may take. Unit: draws;
// 1e8 take about 20 s.
const maxSmallWorldDraws = 1e8

// smallWorldDraws returns about how many draws find the new ends of all links that
// move: as many for each as there are servents for one that is free.
func smallWorldDraws(t Topology) float64 {
	free := float64(t.a - 1 - t.b)
	if free == 0 {
		return 0
	}
	moved := float64(t.a) * float64(t.b) / 2 * t.x
	return moved * float64(t.a) / free
}

// drawSmallWorld links each servent of a ring with its K nearest and moves the
// far end of each link with chance P: nearest neighbours first, once round the
// ring for each distance.
// Source: Watts and Strogatz, Nature 393, 1998.
//
// gonum's SmallWorldsBB does not begin with a ring: its links lead to the servents
// 1..K/2, which become hubs.
func drawSmallWorld(t Topology, c *chance.Source) []edge {
	n := t.a
	edges := make([]edge, 0, n*t.b/2)
	for away := 1; away <= t.b/2; away++ {
		for v := range n {
			edges = append(edges, edge{Node(v), Node((v + away) % n)})
		}
	}
	linked, degrees := pairsIn(edges), make([]int, n)
	for v := range degrees {
		degrees[v] = t.b
	}
	for i, e := range edges {
		v := e[0]
		if c.Float64() >= t.x || degrees[v] == n-1 { // linked with all: nowhere to move to
			continue
		}
		moved := edge{v, Node(c.IntN(n))}
		for moved[1] == v || linked.has(moved) {
			moved[1] = Node(c.IntN(n))
		}
		linked.remove(e)
		linked.add(moved)
		degrees[e[1]]--
		degrees[moved[1]]++
		edges[i] = moved
	}
	return edges
}

var twoTierKind = &kind{
	name: "twotier", ints: []string{"U", "L"}, drawn: true,
	size: func(t Topology) (nodes, links float64) {
		u, l := float64(t.a), float64(t.b)
		return u + l, float64(u*float64(min(ultrapeerLinks, t.a-1))/2) + float64(l*float64(min(leafLinks, t.a)))
	},
	build: drawTwoTier,
}

// Links that an ultrapeer keeps to ultrapeers (LimeWire: 32, GTK-Gnutella: 42 to
// 50) and a leaf to its ultrapeers (LimeWire: 3, GTK-Gnutella: 4).
const (
	ultrapeerLinks = 30
	leafLinks      = 3
)

// drawTwoTier links the ultrapeers 0..U-1 as a random regular graph of degree 30,
// all with all where they are 31 or fewer, and each leaf with 3 different
// ultrapeers drawn at random.
func drawTwoTier(t Topology, c *chance.Source) []edge {
	edges := drawRegular(t.a, min(ultrapeerLinks, t.a-1), c)
	for leaf := t.a; leaf < t.a+t.b; leaf++ {
		for first := len(edges); len(edges) < first+min(leafLinks, t.a); {
			edges = appendNew(edges, first, edge{Node(leaf), Node(c.IntN(t.a))})
		}
	}
	return edges
}

// appendNew appends e to edges where it is not among edges[first:].
func appendNew(edges []edge, first int, e edge) []edge {
	for _, known := range edges[first:] {
		if known == e {
			return edges
		}
	}
	return append(edges, e)
}
