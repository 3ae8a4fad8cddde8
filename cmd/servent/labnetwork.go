package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
	"servent/servent/api"
)

// A labNetwork is who is linked with whom in a lab: a topology, or the graph of
// a file.
type labNetwork struct {
	name     string // as it was typed
	topology graph.Topology
	file     string // its path; empty: a topology

	fixed *graph.Graph // what every run has, where nothing of it is drawn
	held  *graph.File  // the file, with what it calls the servents
}

// labNetworkOf reads --topology and --graph: what was typed goes before what the
// configuration file sets.
func labNetworkOf(c *cli.Context) (*labNetwork, error) {
	file, text := c.String("graph"), c.String("topology")
	switch {
	case c.IsSet("graph") && c.IsSet("topology"):
		return nil, api.Fail(api.CodeUsage, "lab.two-networks", "--graph and --topology exclude each other: name one network")
	case file != "" && !c.IsSet("topology"):
		return &labNetwork{name: file, file: file}, nil
	case text == "":
		text = defaultTopology
	}
	topology, err := graph.ParseTopology(text)
	if err != nil {
		return nil, api.Fail(api.CodeUsage, "lab.topology", "--topology: {cause}", labSaid(err))
	}
	return &labNetwork{name: topology.String(), topology: topology}, nil
}

// drawn reports whether each run has another graph.
func (n *labNetwork) drawn() bool { return n.file == "" && n.topology.Drawn() }

// open reads the file, or builds the topology if every run has the same.
func (n *labNetwork) open() (err error) {
	switch {
	case n.fixed != nil: // the page sent the text of a file
	case n.file != "":
		return n.read()
	case !n.drawn():
		if n.fixed, err = n.topology.Build(nil); err != nil {
			return labError(err)
		}
	}
	return nil
}

// graphs returns what a plan asks for the graph of each run.
func (n *labNetwork) graphs(seed uint64) func(run int) (*graph.Graph, error) {
	return func(run int) (*graph.Graph, error) {
		if n.fixed != nil {
			return n.fixed, nil
		}
		return n.topology.Build(chance.New(seed, chance.Topology, uint64(run)))
	}
}

// read reads the file.
func (n *labNetwork) read() error {
	f, err := os.Open(n.file)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("--graph %s: there is no such file", n.file)
	}
	if err != nil {
		return fmt.Errorf("lab: read the graph %s: %w", n.file, cause(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return usage("--graph %s: it is a folder; name a file", n.file)
	}
	if n.held, err = graph.Read(n.file, f); err != nil {
		return fmt.Errorf("lab: %s", strings.TrimPrefix(err.Error(), "graph: "))
	}
	n.fixed = n.held.Graph
	if n.fixed.Len() == 0 {
		return api.NewError(api.CodeInternal, fmt.Sprintf("lab: read the graph %s: there is no servent in it", n.file))
	}
	return nil
}

// label returns what the network calls a servent.
func (n *labNetwork) label(v graph.Node) string {
	if n.held == nil {
		return strconv.Itoa(int(v))
	}
	return n.held.Label(v)
}
