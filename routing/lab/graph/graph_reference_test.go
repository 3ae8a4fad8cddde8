//go:build graphs

package graph_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"servent/routing/lab/graph"
)

// undirected are the fields of graph_stats.json that directions have no part in.
var undirected = []string{
	"avg_clustering", "deg_le_3", "degree1_nodes", "diameter_exact", "distance_hist_ordered_pairs", "duplicate_lines",
	"eff_diam_90_interp", "eff_diam_90_interp_incl_self", "frac_closed_triangles_T_over_T_plus_open", "max_degree", "max_id",
	"mean_degree", "mean_distance", "min_id", "nodes", "self_loops", "transitivity_3T_over_triads", "triangles",
	"undirected_edges", "wcc_count", "wcc_edges", "wcc_nodes",
}

// TestGraphStatistics compares the statistics of two networks that were measured
// in 2002 with the reference: whole numbers exactly, others to 1e-12.
func TestGraphStatistics(t *testing.T) {
	folder := os.Getenv("SERVENT_GRAPHS")
	if folder == "" {
		t.Fatal("SERVENT_GRAPHS is not set: it names the folder that holds graph_stats.json and graphs/")
	}
	text, err := os.ReadFile(filepath.Join(folder, "graph_stats.json"))
	if err != nil {
		t.Fatal(err)
	}
	var reference map[string]map[string]any
	if err := json.Unmarshal(text, &reference); err != nil {
		t.Fatal(err)
	}
	for name, want := range reference {
		t.Run(name, func(t *testing.T) {
			got := fieldsOf(t, filepath.Join(folder, "graphs", name+".txt.gz"))
			for _, field := range undirected {
				if !close12(got[field], want[field]) {
					t.Errorf("%s: got %v, want %v", field, got[field], want[field])
				}
			}
			t.Logf("%d fields equal", len(undirected))
		})
	}
}

// fieldsOf returns the statistics of a file by the names of the reference.
func fieldsOf(t *testing.T, path string) map[string]any {
	t.Helper()
	r, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := graph.Read(path, r)
	if err != nil {
		t.Fatal(err)
	}
	s := statistics(t, f.Graph, graph.StatisticsOptions{Exact: true})
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	number := func(label string) float64 {
		n, err := strconv.ParseFloat(label, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	fields["diameter_exact"] = float64(s.Longest)
	fields["self_loops"], fields["duplicate_lines"] = float64(f.Loops), float64(f.Repeated)
	fields["min_id"], fields["max_id"] = number(f.Label(0)), number(f.Label(graph.Node(s.Nodes-1)))
	return fields
}

// close12 compares numbers and lists of them.
func close12(got, want any) bool {
	switch want := want.(type) {
	case float64:
		got, is := got.(float64)
		return is && math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))
	case []any:
		got, is := got.([]any)
		if !is || len(got) != len(want) {
			return false
		}
		for i := range want {
			if got[i] != want[i] {
				return false
			}
		}
		return true
	}
	return false
}
