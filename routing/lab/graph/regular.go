package graph

import (
	"slices"

	"servent/messages/sentence"
	"servent/routing/lab/chance"
)

var regularKind = &kind{
	name: "regular", ints: []string{"N", "K"}, drawn: true,
	refuse: func(t Topology) sentence.Said {
		switch {
		case t.b >= t.a:
			return sentence.Say("lab.degree", "{n} servents cannot have {k} links each: K is at most N-1", t.a, t.b)
		case t.a%2 != 0 && t.b%2 != 0:
			return sentence.Say("lab.odd", "N and K are both odd: there is no such graph, for each link has two ends")
		}
		return sentence.Said{}
	},
	size: func(t Topology) (nodes, links float64) {
		return float64(t.a), float64(t.a) * float64(t.b) / 2
	},
	build: func(t Topology, c *chance.Source) []edge { return drawRegular(t.a, t.b, c) },
}

// drawRegular draws a graph in which each of n servents has k links. It is our
// own, as gonum has none.
//
// Each servent has k half-links, which are paired at random; links from a servent
// to itself and repeated links are then switched with others drawn at random. That
// prefers some graphs where many of the links had to be switched, as in a graph of
// ten servents; more switchings, each as likely as its reverse, even it out.
// Source: Bollobás, European Journal of Combinatorics 1, 1980 (pairing);
// McKay and Wormald, Journal of Algorithms 11, 1990 (switching).
func drawRegular(n, k int, c *chance.Source) []edge {
	if k > (n-1)/2 {
		// Of a dense graph, who is not linked is drawn: there switchings succeed.
		return othersThan(n, drawRegular(n, n-1-k, c))
	}
	for {
		p := newPairing(n, k, c)
		if p.repair(c) {
			p.mix(c)
			return p.edges
		}
		// A small graph can be left with links that no switching mends.
	}
}

// A pairing is half-links paired at random.
type pairing struct {
	edges []edge
	good  *partners
	bad   []int // which edges are loops or repeated
	isBad map[int]bool
}

func newPairing(n, k int, c *chance.Source) *pairing {
	halves := make([]Node, n*k)
	for i := range halves {
		halves[i] = Node(i / k)
	}
	shuffle(halves, c)
	p := &pairing{edges: paired(halves), good: newPartners(n, k), isBad: map[int]bool{}}
	for i, e := range p.edges {
		if e[0] == e[1] || p.good.has(e) {
			p.bad = append(p.bad, i)
			p.isBad[i] = true
		} else {
			p.good.add(e)
		}
	}
	return p
}

// partners are the links of servents with at most k each: a map of three million
// links takes longer than all the rest.
type partners struct {
	k      int
	counts []int32
	list   []Node // list[v*k:][:counts[v]] are linked with v
}

func newPartners(n, k int) *partners {
	return &partners{k: k, counts: make([]int32, n), list: make([]Node, n*k)}
}

func (p *partners) of(v Node) []Node { return p.list[int(v)*p.k:][:p.counts[v]] }

func (p *partners) has(e edge) bool { return slices.Contains(p.of(e[0]), e[1]) }

func (p *partners) add(e edge) {
	for end, v := range e {
		p.list[int(v)*p.k+int(p.counts[v])] = e[1-end]
		p.counts[v]++
	}
}

func (p *partners) remove(e edge) {
	for end, v := range e {
		list := p.of(v)
		list[slices.Index(list, e[1-end])] = list[len(list)-1]
		p.counts[v]--
	}
}

func shuffle(halves []Node, c *chance.Source) {
	c.Shuffle(len(halves), func(i, j int) { halves[i], halves[j] = halves[j], halves[i] })
}

// paired makes an edge of each two halves; an odd one is left out.
func paired(halves []Node) []edge {
	edges := make([]edge, len(halves)/2)
	for i := range edges {
		edges[i] = edge{halves[2*i], halves[2*i+1]}
	}
	return edges
}

// repair switches each bad edge a–b with a good one c–d: they become a–c and b–d,
// where both are new. It reports whether that went well.
func (p *pairing) repair(c *chance.Source) bool {
	const most = 1000 // tries for one edge; each succeeds with a chance of about a quarter or more
	for _, i := range p.bad {
		tries := 0
		for ; tries < most && !p.switched(i, c); tries++ {
		}
		if tries == most {
			return false
		}
	}
	return true
}

// mix switches links of a graph that is simple by now.
func (p *pairing) mix(c *chance.Source) {
	const most = 100_000 // a larger graph is close to even as it is
	for range min(20*len(p.edges), most) {
		p.switched(c.IntN(len(p.edges)), c)
	}
}

// switched tries to switch edge i with a good one drawn at random, and reports
// whether that made two good ones.
func (p *pairing) switched(i int, c *chance.Source) bool {
	j := c.IntN(len(p.edges))
	one, other := p.edges[i], p.edges[j]
	if c.Uint64()&1 != 0 {
		other[0], other[1] = other[1], other[0]
	}
	first, second := edge{one[0], other[0]}, edge{one[1], other[1]}
	if p.isBad[j] || first[0] == first[1] || second[0] == second[1] || keyOf(first) == keyOf(second) ||
		p.good.has(first) || p.good.has(second) {
		return false
	}
	if !p.isBad[i] {
		p.good.remove(one)
	}
	p.good.remove(other)
	p.good.add(first)
	p.good.add(second)
	p.edges[i], p.edges[j] = first, second
	delete(p.isBad, i)
	return true
}
