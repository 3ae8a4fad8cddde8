package lab_test

import (
	"slices"
	"strings"
	"testing"

	"servent/routing/lab"
)

func TestReadGraph(t *testing.T) {
	const text = "# a comment\n10 20\n20\t10\n30 10\n\n7 7\n"
	g, ids, err := lab.ReadGraph(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{7, 10, 20, 30}; !slices.Equal(ids, want) {
		t.Errorf("ids: got %v, want %v", ids, want)
	}
	want := lab.Graph{nil, {2, 3}, {1}, {1}}
	if !slices.EqualFunc(g, want, slices.Equal) {
		t.Errorf("graph: got %v, want %v", g, want)
	}
	if g.Edges() != 2 {
		t.Errorf("edges: got %d, want 2", g.Edges())
	}
}

func TestReadGraphSaysWhichLine(t *testing.T) {
	for _, text := range []string{"1 2\n3\n", "1 2\n1 2 3\n", "1 2\n1 x\n"} {
		if _, _, err := lab.ReadGraph(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("read %q: got error %v, want one of line 2", text, err)
		}
	}
}

// TestFlooded: a tree whose servents have three branches each.
func TestFlooded(t *testing.T) {
	var edges [][2]lab.Node
	for v := lab.Node(1); v < 40; v++ {
		edges = append(edges, [2]lab.Node{(v - 1) / 3, v})
	}
	g := lab.NewGraph(40, edges)
	for ttl, want := range map[int]int{1: 3, 2: 3 + 9, 3: 3 + 9 + 27, 4: 39} {
		if reached, sent := g.Flooded(0, ttl); reached != want || sent != want {
			t.Errorf("TTL %d: reached %d by %d messages, want %d by as many", ttl, reached, sent, want)
		}
	}
}
