package graph

import (
	gonum "gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/graphs/gen"
	"gonum.org/v1/gonum/graph/simple"
)

// A collector takes the edges that gonum's generators make, in their order, and
// keeps 8 bytes of each: gonum's own graphs are maps, ten times as large and
// without an order.
type collector struct {
	nodes int64 // handed out by NewNode
	edges []edge
	known pairs // nil: nobody asks HasEdgeBetween
}

var _ interface {
	gen.GraphBuilder
	gen.NodeIDGraphBuilder
} = (*collector)(nil)

// upTo numbers n servents from 0 on.
func upTo(n int) gen.IDRange { return gen.IDRange{First: 0, Last: int64(n) - 1} }

func (c *collector) NewNode() gonum.Node {
	c.nodes++
	return simple.Node(c.nodes - 1)
}

// NodeWithID says that each servent is there already: how many there are is
// known from the topology.
func (c *collector) NodeWithID(id int64) (n gonum.Node, isNew bool) { return simple.Node(id), false }

func (c *collector) AddNode(gonum.Node) {}

func (c *collector) NewEdge(from, to gonum.Node) gonum.Edge { return simple.Edge{F: from, T: to} }

func (c *collector) SetEdge(e gonum.Edge) {
	added := edge{Node(e.From().ID()), Node(e.To().ID())}
	c.edges = append(c.edges, added)
	if c.known != nil {
		c.known.add(added)
	}
}

func (c *collector) HasEdgeBetween(x, y int64) bool { return c.known.has(edge{Node(x), Node(y)}) }

// pairs is a set of edges, whichever end comes first.
type pairs map[uint64]struct{}

func keyOf(e edge) uint64 { return uint64(min(e[0], e[1]))<<32 | uint64(max(e[0], e[1])) }

func (p pairs) add(e edge)    { p[keyOf(e)] = struct{}{} }
func (p pairs) remove(e edge) { delete(p, keyOf(e)) }

func (p pairs) has(e edge) bool {
	_, found := p[keyOf(e)]
	return found
}

// pairsIn returns the set of edges.
func pairsIn(edges []edge) pairs {
	p := make(pairs, len(edges))
	for _, e := range edges {
		p.add(e)
	}
	return p
}

// othersThan returns the edges between n servents that are not in edges.
func othersThan(n int, edges []edge) (others []edge) {
	taken := pairsIn(edges)
	for v := range Node(n) {
		for w := v + 1; w < Node(n); w++ {
			if e := (edge{v, w}); !taken.has(e) {
				others = append(others, e)
			}
		}
	}
	return others
}
