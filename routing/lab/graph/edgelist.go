package graph

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// ReadEdgeList reads an edge list as SNAP writes it: a line for each edge with two
// ids, lines that begin with # left out. Servents are numbered by their ids in
// ascending order; ids[v] is that of servent v.
func ReadEdgeList(r io.Reader) (g *Graph, ids []int, err error) {
	var edges [][2]int
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		edge, err := parseEdge(text)
		if err != nil {
			return nil, nil, fmt.Errorf("graph: read edge list: line %d: %w", n, err)
		}
		edges = append(edges, edge)
		ids = append(ids, edge[0], edge[1])
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("graph: read edge list: %w", err)
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
	g, err = New(len(ids), numbered)
	return g, ids, err
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
