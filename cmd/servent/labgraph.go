package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/graph"
	"servent/servent/api"
)

const labGraphHelp = `Example:
  servent lab graph --topology ba:1000,3 --export ba.graphml
  servent lab graph --graph p2p-Gnutella08.txt.gz --node 123

What is in a graph: links, components, triangles, how far servents are from each
other. A T is line:N ring:N star:N tree:B,L complete:N grid:R,C regular:N,K
gnp:N,P gnm:N,M smallworld:N,K,P ba:N,M plrg:N,ALPHA or twotier:U,L. A FILE is
an edge list (.txt .edges .csv), .graphml, .dot, .gv or .json, with .gz or not.
Distances in a large graph are estimates from 1,024 servents without --exact.

Usage: servent lab graph [FLAGS]`

func labGraphVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "graph",
		Usage:       "statistics of a graph, its neighbours, its export",
		Description: labGraphHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "topology", Usage: "`T` = ring:12, tree:3,5, … (regular:200,6)", DefaultText: defaultTopology},
			&cli.StringFlag{Name: "graph", Usage: "a graph from `FILE`, in place of --topology"},
			&cli.IntFlag{Name: "seed", Usage: "all chance comes from `S` (1)", Value: defaultSeed},
			&cli.StringFlag{Name: "node", Usage: "only the links of servent `ID`"},
			&cli.StringFlag{Name: "export", Usage: "write the graph to `FILE` too, in the format of its name"},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace a file that is there"},
			&cli.BoolFlag{Name: "exact", Usage: "distances from all servents, however long it takes"},
		},
		Action: func(c *cli.Context) error { return labGraph(c.Context, con, c) },
	}
}

// labGraph tells what is in a graph.
func labGraph(ctx context.Context, con *console, c *cli.Context) error {
	if err := noWords("lab graph", c.Args().Slice()); err != nil {
		return err
	}
	seed, export, overwrite := c.Int("seed"), c.String("export"), c.Bool("overwrite")
	if seed < 0 {
		return usage("--seed %d: use 0 or more", seed)
	}
	network, err := labNetworkOf(c)
	if err != nil {
		return err
	}
	if export != "" {
		if err := graph.CheckName(export); err != nil {
			return usage("--export %s", strings.TrimPrefix(err.Error(), "graph: "))
		}
		if err := checkTarget(export, overwrite); err != nil {
			return err
		}
	}
	f, err := network.drawFile(uint64(seed))
	if err != nil {
		return err
	}
	con.sayLeftOut(f)
	if export != "" {
		if err := con.exportGraph(f, export, overwrite); err != nil {
			return err
		}
	}
	if node := c.String("node"); node != "" {
		return con.tellNode(f, network.name, node)
	}
	options := graph.StatisticsOptions{Exact: c.Bool("exact"), Seed: uint64(seed)}
	return con.tellGraph(ctx, network, f, options)
}

// drawFile returns the network as a file has it: the graph that the first run of
// an experiment gets.
func (n *labNetwork) drawFile(seed uint64) (*graph.File, error) {
	if err := n.open(); err != nil {
		return nil, err
	}
	if n.held != nil {
		return n.held, nil
	}
	g, err := n.graphs(seed)(0)
	if err != nil {
		return nil, labError(err)
	}
	return &graph.File{Graph: g}, nil
}

// sayLeftOut tells what of a file is not in the graph.
func (con *console) sayLeftOut(f *graph.File) {
	if f.Loops > 0 {
		con.say("left out: %s of a servent to itself", countGrouped(f.Loops, "link", "links"))
	}
	if f.Repeated > 0 {
		con.say("left out: %s already", countGrouped(f.Repeated, "link that was there", "links that were there"))
	}
	if f.Missing > 0 {
		con.say("the file speaks of %s more than it names; without links and names they are left out",
			countGrouped(f.Missing, "servent", "servents"))
	}
}

// exportGraph writes a graph to a file, whole.
func (con *console) exportGraph(f *graph.File, path string, overwrite bool) error {
	out, err := createWhole(path, overwrite)
	if err != nil {
		return err
	}
	defer out.drop()
	if err := f.Write(path, out); err != nil {
		return writeError(path, errors.Unwrap(err))
	}
	if err := out.keep(); err != nil {
		return err
	}
	con.say("%s written", path)
	return nil
}

// A labNode is one servent of a graph as --json tells it.
type labNode struct {
	Type       string   `json:"type"` // "node"
	Network    string   `json:"network"`
	Node       string   `json:"node"`
	Degree     int      `json:"degree"`
	Neighbours []string `json:"neighbours"`
}

// tellNode prints whom a servent is linked with.
func (con *console) tellNode(f *graph.File, network, label string) error {
	v, found := f.Find(label)
	if !found {
		return usage("--node %s: no servent of %s is called that; there are %s to %s",
			label, network, f.Label(0), f.Label(graph.Node(f.Graph.Len()-1)))
	}
	n := labNode{Type: "node", Network: network, Node: f.Label(v), Degree: f.Graph.Degree(v), Neighbours: []string{}}
	rows := [][]string{}
	for _, w := range f.Graph.Neighbours(v) {
		n.Neighbours = append(n.Neighbours, f.Label(w))
		rows = append(rows, []string{escape(f.Label(w)), countGrouped(f.Graph.Degree(w), "link", "links")})
	}
	if con.json {
		con.print(n)
		return nil
	}
	fmt.Fprintf(con.out, "servent %s of %s: %s\n", escape(n.Node), escape(network), countGrouped(n.Degree, "link", "links"))
	if len(rows) > 0 {
		con.printTable([]string{"NEIGHBOUR", "WHICH HAS"}, 0, rows)
	}
	return nil
}

// A labStatistics is a graph as --json tells it.
type labStatistics struct {
	Type    string  `json:"type"` // "graph"
	Network string  `json:"network"`
	Seed    *uint64 `json:"seed,omitempty"` // of a topology that is drawn
	graph.Statistics
	Diameter *int `json:"diameter_exact"` // null where it is not known
	Loops    int  `json:"self_loops"`     // of the file, left out, as the next
	Repeated int  `json:"repeated_links"`
	Missing  int  `json:"missing_nodes"`
}

// tellGraph prints the statistics of a graph.
func (con *console) tellGraph(ctx context.Context, network *labNetwork, f *graph.File, o graph.StatisticsOptions) error {
	line := &passingLine{con: con}
	o.Progress = func(done, all int) error {
		line.draw(func(int) string {
			return fmt.Sprintf("%d %%  distances from %s of %s servents", 100*int64(done)/int64(max(all, 1)), grouped(done), grouped(all))
		})
		return ctx.Err()
	}
	s, err := f.Graph.Statistics(o)
	line.clear()
	if interrupted(ctx, err) {
		return api.NewError(api.CodeInterrupt, "lab graph: interrupted before all distances were measured; nothing is told")
	}
	if err != nil {
		return err
	}
	told := labStatistics{Type: "graph", Network: network.name, Statistics: s, Loops: f.Loops, Repeated: f.Repeated, Missing: f.Missing}
	if network.drawn() {
		told.Seed = &o.Seed
	}
	if s.Exact {
		told.Diameter = &s.Longest
	}
	if con.json {
		con.print(told)
		return nil
	}
	con.printGraph(&told)
	return nil
}
