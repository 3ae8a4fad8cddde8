package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// maxTTL is the greatest that a Router of a lab lets pass.
const maxTTL = 15

// A setting is what both sides flood.
type setting struct {
	graph   *graph.Graph
	file    *graph.File // what the servents are called
	sources []graph.Node
	want    counts // of a round
	took    span   // to read or to draw the graph
}

// counts are what floods come to.
type counts struct{ messages, reached, duplicates int }

// newSetting makes what the flags ask for.
func newSetting() (*setting, error) {
	if *ttl < 1 || *ttl > maxTTL {
		return nil, fmt.Errorf("-ttl %d: want 1 to %d", *ttl, maxTTL)
	}
	if *sources < 1 || *rounds < 0 {
		return nil, errors.New("want -sources of at least 1, and -rounds of at least 0")
	}
	s := &setting{}
	var err error
	if s.took, err = measure(s.open); err != nil {
		return nil, err
	}
	if s.sources, err = s.choose(); err != nil {
		return nil, err
	}
	for _, v := range s.sources {
		reached, messages := s.graph.Flooded(v, *ttl)
		s.want.reached += reached
		s.want.messages += messages
	}
	s.want.duplicates = s.want.messages - s.want.reached
	return s, nil
}

// open reads or draws the graph.
func (s *setting) open() error {
	switch {
	case (*graphFile == "") == (*topology == ""):
		return errors.New("want one of -graph FILE and -topology T")
	case *graphFile == "":
		t, err := graph.ParseTopology(*topology)
		if err != nil {
			return err
		}
		s.graph, err = t.Build(chance.New(*seed, chance.Topology, 0))
		s.file = &graph.File{Graph: s.graph}
		return err
	}
	f, err := os.Open(*graphFile)
	if err != nil {
		return err
	}
	defer f.Close()
	if s.file, err = graph.Read(*graphFile, f); err != nil {
		return err
	}
	s.graph = s.file.Graph
	return nil
}

// choose returns the sources: the first of the file, or drawn among those that
// have a link.
func (s *setting) choose() ([]graph.Node, error) {
	if *from != "" {
		return s.read(*from)
	}
	var linked []graph.Node
	for v := range graph.Node(s.graph.Len()) {
		if s.graph.Degree(v) > 0 {
			linked = append(linked, v)
		}
	}
	if *sources > len(linked) {
		return nil, fmt.Errorf("-sources %d: %d servents have a link", *sources, len(linked))
	}
	c := chance.New(*seed, chance.Sources, 0)
	c.Shuffle(len(linked), func(i, j int) { linked[i], linked[j] = linked[j], linked[i] })
	return linked[:*sources], nil
}

// read reads the first sources of a file.
func (s *setting) read(name string) ([]graph.Node, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []graph.Node
	lines := bufio.NewScanner(f)
	for len(all) < *sources && lines.Scan() {
		id := strings.TrimSpace(lines.Text())
		v, found := s.file.Find(id)
		if !found {
			return nil, fmt.Errorf("read sources of %s: no servent %q in the graph", name, id)
		}
		all = append(all, v)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read sources of %s: %w", name, err)
	}
	if len(all) < *sources {
		return nil, fmt.Errorf("-sources %d: %s has %d", *sources, name, len(all))
	}
	return all, nil
}
