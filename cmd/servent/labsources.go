package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
	"servent/servent/api"
)

// allSources is --sources of all servents.
const allSources = "all"

// sourcesFile returns the file that --sources names, or "".
func sourcesFile(text string) string {
	if _, err := strconv.Atoi(text); err == nil || text == allSources {
		return ""
	}
	return text
}

// readSources reads --sources: all, a number, or a file. Without it one servent
// asks: number 0 of a topology without chance, which is its root, hub, end or
// corner, else one that is drawn.
func (order *labOrder) readSources(text string) error {
	n := order.network
	number, err := strconv.Atoi(text)
	switch {
	case text == "" && n.file == "" && !n.drawn():
		order.plan.Sources = experiment.Sources{Nodes: []graph.Node{0}}
	case text == "":
		order.drawn = true
	case text == allSources:
		order.plan.Sources = experiment.Sources{All: true}
	case err == nil && number >= 1:
		order.plan.Sources = experiment.Sources{Number: number}
	case err == nil:
		return api.Fail(api.CodeUsage, "lab.sources", "--sources {n}: use 1 or more, or all", number)
	default:
		nodes, err := n.readSources(text)
		if err != nil {
			return err
		}
		order.plan.Sources = experiment.Sources{Nodes: nodes}
	}
	return nil
}

// readSources reads a file of sources: their ids, one a line, as the network has
// them. Lines that begin with # and empty ones are left out.
func (n *labNetwork) readSources(path string) ([]graph.Node, error) {
	if n.drawn() {
		return nil, usage("--sources %s: it names servents, and %s has others in each run; write how many ask, or all", path, n.name)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("--sources %s: there is no such file; write a number, all, or a file of ids", path)
	}
	if err != nil {
		return nil, fmt.Errorf("lab: read the sources %s: %w", path, cause(err))
	}
	defer f.Close()
	nodes, err := n.parseSources(f)
	if err != nil {
		return nil, fmt.Errorf("lab: read the sources %s: %w", path, err)
	}
	return nodes, nil
}

// parseSources reads what a file of sources holds.
func (n *labNetwork) parseSources(r io.Reader) (nodes []graph.Node, err error) {
	held := n.held
	if held == nil {
		held = &graph.File{Graph: n.fixed}
	}
	lineOf := map[graph.Node]int{}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		id := strings.TrimSpace(lines.Text())
		if id == "" || strings.HasPrefix(id, "#") {
			continue
		}
		v, ok := held.Find(id)
		if !ok {
			return nil, fmt.Errorf("line %d: no servent of %s is called %q", number, n.name, id)
		}
		if before := lineOf[v]; before > 0 {
			return nil, fmt.Errorf("line %d: %s stands in line %d already", number, id, before)
		}
		lineOf[v] = number
		nodes = append(nodes, v)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, errors.New("there is no id in it; write one a line")
	}
	return nodes, nil
}
