package graph

import (
	"servent/messages/sentence"
	"servent/routing/lab/chance"
)

var baKind = &kind{
	name: "ba", ints: []string{"N", "M"}, drawn: true,
	refuse: func(t Topology) sentence.Said {
		if t.b >= t.a {
			return sentence.Say("lab.ba", "M is {m}, want fewer than the {n} servents: each links with M that came before", t.b, t.a)
		}
		return sentence.Said{}
	},
	size: func(t Topology) (nodes, links float64) {
		return float64(t.a), float64(t.a-t.b) * float64(t.b)
	},
	build: drawBA,
}

// drawBA lets servents come one by one. The first M wait unlinked; M links with
// all of them, and each later one with M different servents, drawn by how many
// links they have. That makes M·(N-M) links and one component.
// Source: Barabási and Albert, Science 286, 1999.
//
// gonum's PreferentialAttachment gives every servent a new weight each time one
// comes: a hundred thousand take it 13 s.
func drawBA(t Topology, c *chance.Source) []edge {
	n, m := t.a, t.b
	edges := make([]edge, 0, (n-m)*m)
	for v := range m {
		edges = append(edges, edge{Node(m), Node(v)})
	}
	chosen := make([]int, n) // by whom last
	for v := m + 1; v < n; v++ {
		// An end of a link that is drawn at random is a servent by its degree.
		ends := 2 * len(edges)
		for found := 0; found < m; {
			end := c.IntN(ends)
			if w := edges[end/2][end%2]; chosen[w] != v {
				chosen[w] = v
				edges = append(edges, edge{Node(v), w})
				found++
			}
		}
	}
	return edges
}

var plrgKind = &kind{
	name: "plrg", ints: []string{"N"}, float: "ALPHA", drawn: true,
	refuse: func(t Topology) sentence.Said {
		if t.x <= 1 || t.x > 10 {
			return sentence.Say("lab.alpha", "ALPHA is {alpha}, want an exponent above 1 and at most 10", t.x)
		}
		return sentence.Said{}
	},
	size: func(t Topology) (nodes, links float64) {
		if t.a > MaxTopologyNodes { // so many that the degrees are long to work out
			return float64(t.a), 0
		}
		halves := 0.0
		for i, servents := range powerLaw(t.a, t.x) {
			halves += float64(float64(i+1) * float64(servents))
		}
		return float64(t.a), halves / 2
	},
	build: drawPLRG,
}

// drawPLRG gives servents degrees that follow a power law exactly, servent 0 the
// highest, and pairs their half-links at random. Loops, repeated links and an odd
// half-link are left out (the erased configuration model), so that a few servents
// have fewer links than they were given. The graph has a giant component and many
// small ones where ALPHA is below 3.48.
// Source: Aiello, Chung and Lu, STOC 2000, who call ALPHA beta.
func drawPLRG(t Topology, c *chance.Source) []edge {
	counts := powerLaw(t.a, t.x)
	var halves []Node
	v := Node(0)
	for degree := len(counts); degree > 0; degree-- {
		for range counts[degree-1] {
			for range degree {
				halves = append(halves, v)
			}
			v++
		}
	}
	shuffle(halves, c)
	return paired(halves)
}

// powerLaw returns how many of n servents have 1, 2, 3… links: floor(C/k^alpha)
// have k, with the largest whole C that does not come to more than n servents in
// all; who is left over has one link. No servent has more links than n-1, nor
// more than C^(1/alpha), where less than one would have that many.
func powerLaw(n int, alpha float64) (counts []int) {
	powers := []float64{} // k^alpha
	count := func(c, degree int) int {
		if degree > len(powers) {
			powers = append(powers, chance.Power(float64(degree), alpha))
		}
		return int(float64(c) / powers[degree-1])
	}
	total := func(c int) (sum int) {
		for degree := 1; degree < n && sum <= n; degree++ {
			servents := count(c, degree)
			if servents == 0 {
				break
			}
			sum += servents
		}
		return sum
	}
	low, high := 1, n+1 // total(low) <= n < total(high)
	for high-low > 1 {
		if middle := low + (high-low)/2; total(middle) <= n {
			low = middle
		} else {
			high = middle
		}
	}
	sum := 0
	for degree := 1; degree < n && count(low, degree) > 0; degree++ {
		counts = append(counts, count(low, degree))
		sum += counts[degree-1]
	}
	if len(counts) > 0 {
		counts[0] += n - sum
	}
	return counts
}
