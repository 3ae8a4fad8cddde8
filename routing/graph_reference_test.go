//go:build graphs

package routing_test

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
)

// graphFolder returns the folder with flood_reference.json and graphs/*.txt.gz.
func graphFolder(t *testing.T) string {
	folder := os.Getenv("SERVENT_GRAPHS")
	if folder == "" {
		t.Fatal("SERVENT_GRAPHS is not set: it names the folder that holds flood_reference.json and graphs/")
	}
	return folder
}

// A floodReference is one graph of flood_reference.json: [ttl-1][i] belongs to
// Sources[i].
type floodReference struct {
	Sources   []int
	Nodes     int
	Edges     int `json:"undirected_edges"`
	PerSource struct {
		Reached    [][]int
		Messages   [][]int
		Duplicates [][]int
	} `json:"per_source"`
}

// TestGraphReference floods two networks that were measured in 2002, from each
// source with each TTL, and compares every number with the reference.
func TestGraphReference(t *testing.T) {
	folder := graphFolder(t)
	text, err := os.ReadFile(filepath.Join(folder, "flood_reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var reference struct{ Graphs map[string]floodReference }
	if err := json.Unmarshal(text, &reference); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"p2p-Gnutella08", "p2p-Gnutella04"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, found := reference.Graphs[name]
			if !found {
				t.Fatalf("flood_reference.json has no graph %s", name)
			}
			g, ids := readGraph(t, filepath.Join(folder, "graphs", name+".txt.gz"))
			if g.Len() != want.Nodes || g.Edges() != want.Edges {
				t.Fatalf("got %d nodes and %d edges, want %d and %d", g.Len(), g.Edges(), want.Nodes, want.Edges)
			}
			compareFloods(t, g, ids, want)
		})
	}
}

func readGraph(t *testing.T, path string) (*graph.Graph, []int) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	g, ids, err := graph.ReadEdgeList(z)
	if err != nil {
		t.Fatal(err)
	}
	return g, ids
}

func compareFloods(t *testing.T, g *graph.Graph, ids []int, want floodReference) {
	net := lab.Of(g, lab.Config{Router: exactFloods})
	count := newFloodCount(net)
	floods := 0
	for ttl := 1; ttl <= len(want.PerSource.Reached); ttl++ {
		for i, id := range want.Sources {
			source, found := slices.BinarySearch(ids, id)
			if !found {
				t.Fatalf("no node %d", id)
			}
			floods++
			count.flood(lab.Node(source), message(messages.TypeQuery, numbered(floods), uint8(ttl), 0))
			got := [3]int{count.reached, count.sent, count.dropped[routing.Duplicate]}
			expected := [3]int{
				want.PerSource.Reached[ttl-1][i], want.PerSource.Messages[ttl-1][i], want.PerSource.Duplicates[ttl-1][i],
			}
			if got != expected {
				t.Fatalf("TTL %d from %d: reached, messages, duplicates: got %v, want %v", ttl, id, got, expected)
			}
		}
	}
	t.Logf("%d floods equal", floods)
}
