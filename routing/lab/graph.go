package lab

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"servent/routing"
)

// A Graph is the servents that each servent is linked with: Graph[v] is sorted,
// without v and without repetition, and w is in Graph[v] where v is in Graph[w].
type Graph [][]Node

// NewGraph returns the graph of nodes servents that has the given edges, taken
// as undirected; repeated edges and loops are left out.
func NewGraph(nodes int, edges [][2]Node) Graph {
	g := make(Graph, nodes)
	for _, e := range edges {
		if e[0] != e[1] {
			g[e[0]] = append(g[e[0]], e[1])
			g[e[1]] = append(g[e[1]], e[0])
		}
	}
	for v := range g {
		slices.Sort(g[v])
		g[v] = slices.Compact(g[v])
	}
	return g
}

// ReadGraph reads an edge list as SNAP writes it: a line for each edge with two
// ids, lines that begin with # left out. Nodes are numbered by their ids in
// ascending order; ids[v] is that of node v.
func ReadGraph(r io.Reader) (g Graph, ids []int, err error) {
	var edges [][2]int
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		edge, err := parseEdge(text)
		if err != nil {
			return nil, nil, fmt.Errorf("lab: read edge list: line %d: %w", n, err)
		}
		edges = append(edges, edge)
		ids = append(ids, edge[0], edge[1])
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("lab: read edge list: %w", err)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	numbered := make([][2]Node, len(edges))
	for i, e := range edges {
		for end, id := range e {
			v, _ := slices.BinarySearch(ids, id)
			numbered[i][end] = Node(v)
		}
	}
	return NewGraph(len(ids), numbered), ids, nil
}

func parseEdge(text string) (edge [2]int, err error) {
	fields := strings.Fields(text)
	if len(fields) != len(edge) {
		return edge, fmt.Errorf("%d fields, want two ids", len(fields))
	}
	for i, f := range fields {
		if edge[i], err = strconv.Atoi(f); err != nil {
			return edge, err
		}
	}
	return edge, nil
}

// Edges returns how many links there are.
func (g Graph) Edges() int {
	ends := 0
	for _, links := range g {
		ends += len(links)
	}
	return ends / 2
}

// Distances returns how many links lie between source and each servent, -1
// where there is no way.
func (g Graph) Distances(source Node) []int {
	distances := make([]int, len(g))
	for v := range distances {
		distances[v] = -1
	}
	distances[source] = 0
	for reached := []Node{source}; len(reached) > 0; reached = reached[1:] {
		v := reached[0]
		for _, w := range g[v] {
			if distances[w] < 0 {
				distances[w] = distances[v] + 1
				reached = append(reached, w)
			}
		}
	}
	return distances
}

// Flooded returns what a hop-synchronous flood from source with TTL ttl comes
// to: the servents reached, the source left out, and the messages sent. A servent
// at distance d < ttl sends to all its neighbours but one.
func (g Graph) Flooded(source Node, ttl int) (reached, sent int) {
	for v, d := range g.Distances(source) {
		switch {
		case d == 0:
			sent += len(g[v])
		case d > 0 && d <= ttl:
			reached++
			if d < ttl {
				sent += len(g[v]) - 1
			}
		}
	}
	return reached, sent
}

// Network returns a network of servents linked as g says. latency is asked once
// for each link; nil stands for [Hop].
func (g Graph) Network(cfg routing.Config, latency func(a, b Node) time.Duration) *Network {
	n := New()
	for range g {
		n.Add(cfg)
	}
	for v, links := range g {
		for _, w := range links {
			if Node(v) > w {
				continue
			}
			d := Hop
			if latency != nil {
				d = latency(Node(v), w)
			}
			n.Connect(Node(v), w, d)
		}
	}
	return n
}
