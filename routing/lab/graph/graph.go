// Package graph holds who is linked with whom: graphs of servents, the named
// topologies that the lab draws, files of them, and what can be counted on them.
package graph

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Node numbers a servent of a [Graph], from 0 on.
type Node int32

// Unreachable is the distance to a servent that no way leads to.
const Unreachable = -1

// MaxNodes is how many servents a Graph can have.
const MaxNodes = math.MaxInt32

// MaxEdges is how many links a Graph can have.
const MaxEdges = math.MaxInt32 / 2

// Errors of [New].
var (
	ErrTooLarge = errors.New("graph: more than 2,147,483,647 servents or 1,073,741,823 links")
	ErrNoNode   = errors.New("graph: an edge ends at a servent that is not there")
)

// A Graph is servents and the links between them: simple and undirected. It does
// not change; any goroutine may read it. It takes 4 bytes a servent and 8 bytes
// a link.
type Graph struct {
	// ends[starts[v]:starts[v+1]] are the neighbours of v, in ascending order.
	starts []int32
	ends   []Node
}

// New returns the graph of nodes servents with the given edges, taken as
// undirected; repeated edges and loops are left out. It returns [ErrTooLarge],
// or [ErrNoNode] where an edge ends outside 0..nodes-1.
func New(nodes int, edges [][2]Node) (*Graph, error) {
	if nodes > MaxNodes || len(edges) > MaxEdges {
		return nil, ErrTooLarge
	}
	starts := make([]int32, nodes+1)
	for _, e := range edges {
		for _, v := range e {
			if v < 0 || int(v) >= nodes {
				return nil, fmt.Errorf("%w: %d–%d of %d servents", ErrNoNode, e[0], e[1], nodes)
			}
		}
		if e[0] != e[1] {
			starts[e[0]+1]++
			starts[e[1]+1]++
		}
	}
	for v := range nodes {
		starts[v+1] += starts[v]
	}
	ends := make([]Node, starts[nodes])
	next := slices.Clone(starts[:nodes])
	for _, e := range edges {
		if e[0] != e[1] {
			ends[next[e[0]]] = e[1]
			next[e[0]]++
			ends[next[e[1]]] = e[0]
			next[e[1]]++
		}
	}
	g := &Graph{starts: starts, ends: ends}
	g.simplify()
	return g, nil
}

// simplify sorts the neighbours of each servent and leaves out the repeated.
func (g *Graph) simplify() {
	kept := int32(0)
	for v := range g.Len() {
		neighbours := g.ends[g.starts[v]:g.starts[v+1]]
		slices.Sort(neighbours)
		g.starts[v] = kept
		kept += int32(copy(g.ends[kept:], slices.Compact(neighbours)))
	}
	g.starts[g.Len()] = kept
	g.ends = slices.Clip(g.ends[:kept])
}

// Len returns how many servents there are.
func (g *Graph) Len() int { return len(g.starts) - 1 }

// Edges returns how many links there are.
func (g *Graph) Edges() int { return len(g.ends) / 2 }

// Neighbours returns whom v is linked with, in ascending order. The slice is
// part of the graph and must not be written to.
func (g *Graph) Neighbours(v Node) []Node { return g.ends[g.starts[v]:g.starts[v+1]] }

// Degree returns how many links v has.
func (g *Graph) Degree(v Node) int { return int(g.starts[v+1] - g.starts[v]) }

// Distances returns how many links lie between source and each servent,
// [Unreachable] where there is no way. It writes into distances where that has
// room for all.
func (g *Graph) Distances(source Node, distances []int32) []int32 {
	distances = slices.Grow(distances[:0], g.Len())[:g.Len()]
	for v := range distances {
		distances[v] = Unreachable
	}
	distances[source] = 0
	for reached := []Node{source}; len(reached) > 0; reached = reached[1:] {
		v := reached[0]
		for _, w := range g.Neighbours(v) {
			if distances[w] == Unreachable {
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
func (g *Graph) Flooded(source Node, ttl int) (reached, sent int) {
	for v, d := range g.Distances(source, nil) {
		switch {
		case d == 0:
			sent += g.Degree(Node(v))
		case d > 0 && int(d) <= ttl:
			reached++
			if int(d) < ttl {
				sent += g.Degree(Node(v)) - 1
			}
		}
	}
	return reached, sent
}
