package main

import "math/rand/v2"

// A graph lists each node's neighbours.
type graph [][]int

// regular returns a connected random graph in which every node has d
// neighbours: a circulant graph whose edges are swapped many times at random.
func regular(n, d int, seed uint64) graph {
	rng := rand.New(rand.NewPCG(seed, 1))
	type edge [2]int
	var edges []edge
	has := map[edge]bool{}
	key := func(a, b int) edge { return edge{min(a, b), max(a, b)} }
	for v := range n {
		for k := 1; k <= d/2; k++ {
			e := key(v, (v+k)%n)
			edges, has[e] = append(edges, e), true
		}
	}
	const swaps = 20 // for each edge
	for {
		for range swaps * len(edges) {
			i, j := rng.IntN(len(edges)), rng.IntN(len(edges))
			a, b, c, e := edges[i][0], edges[i][1], edges[j][0], edges[j][1]
			if rng.IntN(2) == 0 {
				c, e = e, c
			}
			x, y := key(a, c), key(b, e)
			if a == c || b == e || has[x] || has[y] {
				continue
			}
			delete(has, edges[i])
			delete(has, edges[j])
			edges[i], edges[j] = x, y
			has[x], has[y] = true, true
		}
		g := make(graph, n)
		for _, e := range edges {
			g[e[0]] = append(g[e[0]], e[1])
			g[e[1]] = append(g[e[1]], e[0])
		}
		if g.connected() {
			return g
		}
	}
}

func (g graph) connected() bool {
	seen := make([]bool, len(g))
	seen[0] = true
	queue, n := []int{0}, 1
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, w := range g[v] {
			if !seen[w] {
				seen[w] = true
				queue, n = append(queue, w), n+1
			}
		}
	}
	return n == len(g)
}
