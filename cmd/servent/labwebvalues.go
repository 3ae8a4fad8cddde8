package main

import (
	"encoding/json"
	"slices"
	"strconv"

	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
	"servent/routing/lab/stage"
	"servent/servent/api"
)

// labRunOf says what came of a search in the words of the API.
func labRunOf(order *labOrder, play *stage.Play, run *stage.Run) api.LabRun {
	told := api.LabRun{
		Network: order.network.name, Graph: labGraphOf(order.network, run.Graph), Source: int(run.Source), Holders: []int{},
		Synchronous: play.Plan.Latency.Equal(), Cut: run.Cut,
	}
	for _, v := range run.Holders {
		told.Holders = append(told.Holders, int(v))
	}
	slices.Sort(told.Holders)
	for i := range run.Searches {
		told.Searches = append(told.Searches, labSearchOf(order, &run.Searches[i]))
	}
	return told
}

func labSearchOf(order *labOrder, s *stage.Search) api.LabSearch {
	told := api.LabSearch{
		Strategy: s.Strategy, TTL: int(s.Row.TTL), End: float64(s.End) / 1e6,
		Events: (*api.LabEvents)(s.Events), Reached: s.Reached,
		Row: json.RawMessage(labJSON(order, &s.Row)), Closed: labClosedOf(&s.Row.Closed),
	}
	if e := told.Events; e != nil && e.Time == nil { // null would be no column
		*e = api.LabEvents{
			Time: []float64{}, From: []int{}, To: []int{}, Type: []int{}, GUID: []int{}, TTL: []int{}, Hops: []int{}, Verdict: []int{},
			Types: []string{}, GUIDs: []string{}, Verdicts: []string{},
		}
	}
	return told
}

func labClosedOf(c *experiment.Closed) api.LabClosed {
	told := api.LabClosed{AtMost: c.IsBound, Hops: c.Hops}
	if c.HasReached || c.IsBound {
		mean := c.Reached.Mean()
		told.Reached = &mean
	}
	if c.HasMessages {
		mean := c.Messages.Mean()
		told.Messages = &mean
	}
	if c.HasSuccess {
		told.Success = &c.Success
	}
	if told.Hops == nil {
		told.Hops = []int64{}
	}
	return told
}

// drawnShapes are the topologies that are drawn as what they are.
var drawnShapes = []string{"line", "ring", "star", "tree", "complete", "grid", "twotier"}

func labGraphOf(n *labNetwork, g *graph.Graph) api.LabGraph {
	told := api.LabGraph{Nodes: g.Len(), Edges: make([]int, 0, 2*g.Edges()), Shape: "force"}
	for v := range graph.Node(g.Len()) {
		for _, w := range g.Neighbours(v) {
			if v < w {
				told.Edges = append(told.Edges, int(v), int(w))
			}
		}
	}
	if n.held != nil {
		told.Labels = labLabelsOf(n.held)
		return told
	}
	name, numbers := n.topology.Name()
	if slices.Contains(drawnShapes, name) {
		told.Shape = name
	}
	switch name {
	case "grid":
		told.Columns = numbers[1]
	case "twotier":
		told.Core = numbers[0]
	}
	return told
}

// labLabelsOf returns what a file calls the servents; nil where it numbers them.
func labLabelsOf(f *graph.File) []string {
	labels := make([]string, f.Graph.Len())
	numbered := true
	for v := range labels {
		labels[v] = f.Label(graph.Node(v))
		numbered = numbered && labels[v] == strconv.Itoa(v)
	}
	if numbered {
		return nil
	}
	return labels
}

// labTableOf says what a servent remembers in the words of the API.
func labTableOf(node graph.Node, t *stage.Table) api.LabTable {
	told := api.LabTable{
		Node: int(node), Away: t.Away, Links: []api.LabLink{}, Seen: []api.LabSeen{}, Servents: []api.LabRoute{},
		Messages: []api.Traffic{}, Dropped: []api.Drop{},
	}
	for _, l := range t.Links {
		told.Links = append(told.Links, api.LabLink{Link: int(l.Link), Node: int(l.Node)})
	}
	for _, s := range t.Seen {
		told.Seen = append(told.Seen, api.LabSeen{
			GUID: stage.ShortGUID(s.GUID), Type: s.Type.String(), Link: int(s.Link), Node: orNull(s.Node),
			TTL: int(s.TTL), Hops: s.Hops, Age: stage.Milliseconds(s.Age), Replies: s.Replies,
		})
	}
	for _, r := range t.Servents {
		told.Servents = append(told.Servents, api.LabRoute{
			Servent: stage.ShortGUID(r.GUID), Holder: orNull(r.Holder), Link: int(r.Link), Node: orNull(r.Node), Age: stage.Milliseconds(r.Age),
		})
	}
	for name, c := range t.Counters.Types() {
		if c.Received > 0 || c.Sent > 0 {
			told.Messages = append(told.Messages, api.Traffic{
				Type: name, Received: c.Received, Sent: c.Sent, Fresh: c.Fresh, Improved: c.Improved, Duplicate: c.Duplicate,
			})
		}
	}
	for reason, n := range t.Counters.Reasons() {
		if n > 0 {
			told.Dropped = append(told.Dropped, api.Drop{Reason: reason.String(), Count: n})
		}
	}
	slices.SortStableFunc(told.Dropped, func(a, b api.Drop) int { return int(b.Count) - int(a.Count) })
	return told
}

// orNull returns a servent, or nil for none.
func orNull(v graph.Node) *int {
	if v == stage.None {
		return nil
	}
	number := int(v)
	return &number
}
