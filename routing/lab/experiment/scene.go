package experiment

import "servent/routing/lab/graph"

// A Scene is where the first query of a run is asked.
type Scene struct {
	Graph   *graph.Graph
	Source  graph.Node   // who asks
	Holders []graph.Node // who holds what is asked for
}

// Scene returns that of a run, 0 being the first.
func (p Plan) Scene(run int) (Scene, error) {
	if err := p.check(); err != nil {
		return Scene{}, err
	}
	p = p.withDefaults()
	p.Workers = 1
	s, err := p.session(run)
	if err != nil {
		return Scene{}, err
	}
	source := s.sources[0]
	return Scene{Graph: s.graph, Source: source, Holders: s.files.want(source, 0).holders}, nil
}
