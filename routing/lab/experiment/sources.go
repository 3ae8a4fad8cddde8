package experiment

import (
	"fmt"
	"slices"

	"servent/messages/sentence"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// Sources says which servents ask. The zero value is one of them, drawn.
type Sources struct {
	All    bool         // every servent
	Nodes  []graph.Node // these
	Number int          // else so many, drawn from the largest component; 0 is 1
}

// of returns the sources in a graph, those that are drawn in the order of
// drawing.
func (s Sources) of(g *graph.Graph, seed uint64, run int) ([]graph.Node, error) {
	switch {
	case s.All:
		all := make([]graph.Node, g.Len())
		for v := range all {
			all[v] = graph.Node(v)
		}
		return all, nil
	case s.Nodes != nil:
		for _, v := range s.Nodes {
			if v < 0 || int(v) >= g.Len() {
				return nil, fmt.Errorf("experiment: choose sources: %w", sentence.Say("lab.no-servent", "no servent {servent} among {n}", v, g.Len()))
			}
		}
		return s.Nodes, nil
	}
	largest := g.Largest()
	number := max(s.Number, 1)
	if number > len(largest) {
		return nil, fmt.Errorf("experiment: choose sources: %w", sentence.Say("lab.component", "{n} sources, the largest component has {most} servents", number, len(largest)))
	}
	drawn := slices.Clone(largest)
	draw(drawn, number, chance.New(seed, chance.Sources, uint64(run)))
	return drawn[:number], nil
}

// draw puts number different elements, drawn, at the front of all.
func draw[T any](all []T, number int, from *chance.Source) {
	for i := range number {
		j := i + from.IntN(len(all)-i)
		all[i], all[j] = all[j], all[i]
	}
}
