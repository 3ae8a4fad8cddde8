package graph_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"servent/routing/lab/graph"
)

func labels(f *graph.File) []string {
	all := make([]string, f.Graph.Len())
	for v := range all {
		all[v] = f.Label(graph.Node(v))
	}
	return all
}

// linksOf returns the links of f by what the servents are called.
func linksOf(f *graph.File) (links []string) {
	for v := range graph.Node(f.Graph.Len()) {
		for _, w := range f.Graph.Neighbours(v) {
			if v < w {
				links = append(links, f.Label(v)+" "+f.Label(w))
			}
		}
	}
	return links
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text               string
		labels, links            []string
		loops, repeated, missing int
	}{
		{
			name: "list.txt", text: "# a comment\n10 20\n20\t10\n30 10\n\n7 7\n30 30",
			labels: []string{"7", "10", "20", "30"}, links: []string{"10 20", "10 30"}, loops: 1, repeated: 1,
		},
		{
			name: "list.edges", text: "# Nodes: 5 Edges: 2\r\n-3 0\r\n",
			labels: []string{"-3", "0"}, links: []string{"-3 0"}, missing: 3,
		},
		{
			name: "LIST.CSV", text: "Source,Target\n\"1\", 2\n2,3\n",
			labels: []string{"1", "2", "3"}, links: []string{"1 2", "2 3"},
		},
		{
			name: "a.json", text: `{"directed": false, "graph": {"x": [1]}, "nodes": [{"id": "b", "size": 3}, {"id": 2}, "c"],
				"links": [{"source": "b", "target": 2, "weight": 1}, ["b", "b"], [2, "b"]]}`,
			labels: []string{"b", "2", "c"}, links: []string{"b 2"}, loops: 1, repeated: 1,
		},
		{
			name: "b.graphml", text: `<?xml version="1.0" encoding="UTF-8"?>
				<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" for="node"/>
				<graph edgedefault="directed"><edge source="n1" target="a&amp;b"><data key="d0">1</data></edge>
				<node id="a&amp;b"><graph><node id="in"/></graph></node><node id="n1"/></graph></graphml>`,
			labels: []string{"n1", "a&b", "in"}, links: []string{"n1 a&b"},
		},
		{
			name: "c.dot", text: `/* a
				comment */ strict digraph "G" {
				# not for us
				graph [rankdir=LR]; node [shape=box, label="a -- b"] bgcolor = "red"
				a -> b:port:n -> "c \"d\" \\" [weight = 2] // a comment
				subgraph cluster0 { e; -1.5 } -> { f a }
				"two " + "parts" -> <b<i>x</i>>; alone
				}`,
			labels: []string{"a", "b", `c "d" \`, "e", "-1.5", "f", "two parts", "b<i>x</i>", "alone"},
			links: []string{
				"a b", "a e", "a -1.5", `b c "d" \`, "e f", "-1.5 f", "two parts b<i>x</i>",
			},
		},
	} {
		f, err := graph.Read(c.name, strings.NewReader(c.text))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := labels(f); !slices.Equal(got, c.labels) {
			t.Errorf("%s: got servents %q, want %q", c.name, got, c.labels)
		}
		if got := linksOf(f); !slices.Equal(got, c.links) {
			t.Errorf("%s: got links %q, want %q", c.name, got, c.links)
		}
		if f.Loops != c.loops || f.Repeated != c.repeated || f.Missing != c.missing {
			t.Errorf("%s: got %d loops, %d repeated and %d missing, want %d, %d and %d",
				c.name, f.Loops, f.Repeated, f.Missing, c.loops, c.repeated, c.missing)
		}
		for v, label := range c.labels {
			if got, found := f.Find(label); !found || int(got) != v {
				t.Errorf("%s: %q is servent %d, found %v; want %d", c.name, label, got, found, v)
			}
		}
		if _, found := f.Find("nobody"); found {
			t.Errorf("%s: found nobody", c.name)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	long := strings.Repeat("x", graph.MaxLabelSize+1)
	cut := zipped("1 2\n3")
	cut = cut[:len(cut)-8] // without what gzip checks the text by
	for _, c := range []struct{ name, text, want string }{
		{"a.txt", "1 2\n3\n", "line 2: one word; want two ids"},
		{"a.txt", "1 2\n1 2 3\n", "line 2: 3 words"},
		{"a.txt", "1 2\n1 x\n", `line 2: the id "x" is not a whole number`},
		{"a.txt", "1 2\n\n" + strings.Repeat("1", 1<<17), "line 3: longer than 65536 bytes"},
		{"a.csv", "a,b\nc,d\n", "line 2"},
		{"a.png", "\x89PNG\r\n", "line 1: one word"},
		{"a.gz", "\x1f\x8bno", "unexpected EOF"},
		{"a.txt", cut, "line 2: unexpected EOF"},
		{"a.json", "{\n\"nodes\": [\"a\",\n{}]}", "line 3: an id, a source or a target is missing"},
		{"a.json", "{\n\"nodes\": [\"a\",\n", "line 3: unexpected EOF"},
		{"a.json", "{\"nodes\": [\n\"a\"],\n\"edges\": [[\"a\"]]}", "line 3: an edge with 1 ends"},
		{"a.json", `{"nodes": ["a"], "edges": [["a", "b"]]}`, `a link with "b", which is not among the nodes`},
		{"a.json", `{"edges": []}`, `no "nodes"`},
		{"a.json", `{"nodes": [true]}`, "neither a text nor a number"},
		{"a.json", `{"nodes": ["` + long + `"]}`, "an id of 256 bytes"},
		{"a.json", `{"nodes": ["a\u001b[2J"]}`, "cannot be printed"},
		{"a.json", `{"nodes": [{"id": "a", "x": "` + strings.Repeat("x", 9<<20) + `"}]}`, "for one node, edge"},
		{"a.graphml", "<graphml>\n<node id='a'/>\n<edge source='a'/></graphml>", "line 3: a servent with an empty id"},
		{"a.graphml", "<graphml>\n<hyperedge/></graphml>", "line 2: a hyperedge"},
		{"a.graphml", "<graphml>\n<node></graphml>", "line 2"},
		{"a.graphml", "<html></html>", "no graphml element"},
		{"a.graphml", "<graphml>" + strings.Repeat("<a>", 200), "nested deeper than 100"},
		{"a.dot", "graph {\na -- ;\n}", `line 2: ';' where a node or a subgraph is expected`},
		{"a.dot", "graph {\na", "line 2: the end of the file where"},
		{"a.dot", "graph { a [label=\"", "unexpected EOF"},
		{"a.dot", "graph {} graph {}", "a file holds one"},
		{"a.dot", "tree {}", `"tree" where graph or digraph is expected`},
		{"a.dot", "graph " + strings.Repeat("{", 200), "nested deeper than 100"},
		{"a.dot", "graph { a -- b\x00 }", "a zero byte"},
		{"a.dot", "graph { " + strings.Repeat("a", 1<<17) + " }", "longer than 65536"},
		{"a.dot", "graph { " + strings.Repeat("{a b c d e f g h i j} -- ", 3) + strings.Repeat("a--", 1<<20) + "a }", ""},
	} {
		_, err := graph.Read(c.name, strings.NewReader(c.text))
		if c.want == "" && err != nil {
			t.Errorf("%s, %.40q: %v", c.name, c.text, err)
		} else if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s, %.40q: got error %v, want one that says %q", c.name, c.text, err, c.want)
		}
	}
}

var names = []string{"a.txt", "a.edges.gz", "a.csv", "a.graphml", "a.graphml.gz", "a.dot", "a.gv.gz", "a.json", "a.json.gz"}

// TestFileRoundTrip: what is written is read again: the same graph, servents
// without links among it, and the same names.
func TestFileRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Bool().Draw(t, "whole numbers")
		f := drawFile(t, whole)
		for _, name := range names {
			var file bytes.Buffer
			err := f.Write(name, &file)
			if edgeList := strings.Contains(".txt .edges .csv", name[1:min(5, len(name))]); edgeList && !whole {
				if err == nil && f.Graph.Len() > 0 {
					t.Fatalf("%s: names written as ids: %q", name, labels(f))
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			text := file.String()
			again, err := graph.Read(name, &file)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if digest(again.Graph) != digest(f.Graph) || !slices.Equal(labels(again), labels(f)) {
				t.Fatalf("%s: read %q with %q, written %q with %q:\n%s", name, labels(again), linksOf(again), labels(f), linksOf(f), text)
			}
			if again.Loops != 0 || again.Repeated != 0 || again.Missing != 0 {
				t.Fatalf("%s: %d loops, %d repeated, %d missing", name, again.Loops, again.Repeated, again.Missing)
			}
		}
	})
}

// drawFile draws a file by way of a JSON text. Whole numbers are ascending, as
// an edge list has them.
func drawFile(t *rapid.T, whole bool) *graph.File {
	name := rapid.StringOf(rapid.RuneFrom([]rune(`aé"\<>&' {}-=;,:#/1`))).Filter(func(s string) bool { return s != "" })
	called := rapid.SliceOfNDistinct(name, 1, 12, rapid.ID[string]).Draw(t, "names")
	if whole {
		ids := rapid.SliceOfNDistinct(rapid.IntRange(-1000, 1000), 1, 12, rapid.ID[int]).Draw(t, "ids")
		slices.Sort(ids)
		called = nil
		for _, id := range ids {
			called = append(called, fmt.Sprint(id))
		}
	} else if !slices.ContainsFunc(called, func(s string) bool { return strings.Trim(s, "-1") != "" }) {
		called = append(called, "a")
	}
	var links []string
	for range rapid.IntRange(0, 20).Draw(t, "links") {
		link := rapid.SliceOfN(rapid.SampledFrom(called), 2, 2).Draw(t, "link")
		links = append(links, fmt.Sprintf("[%s,%s]", jsonOf(link[0]), jsonOf(link[1])))
	}
	var nodes []string
	for _, n := range called {
		nodes = append(nodes, jsonOf(n))
	}
	f, err := graph.Read("drawn.json", strings.NewReader(
		fmt.Sprintf(`{"nodes":[%s],"edges":[%s]}`, strings.Join(nodes, ","), strings.Join(links, ","))))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func jsonOf(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// TestPlainFile: a graph that no file holds has numbers for names.
func TestPlainFile(t *testing.T) {
	f := &graph.File{Graph: build(t, "line:3", 1)}
	if got := labels(f); !slices.Equal(got, []string{"0", "1", "2"}) {
		t.Errorf("got names %q", got)
	}
	for label, want := range map[string]bool{"0": true, "2": true, "3": false, "-1": false, "x": false} {
		if _, found := f.Find(label); found != want {
			t.Errorf("%q: found %v, want %v", label, found, want)
		}
	}
	var text strings.Builder
	if err := f.Write("a.csv", &text); err != nil || text.String() != "Source,Target\n0,1\n1,2\n" {
		t.Errorf("got %q and error %v", text.String(), err)
	}
	if err := f.Write("a.exe", io.Discard); err == nil {
		t.Error("a.exe is written")
	}
}

func fuzzFormat(f *testing.F, name string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := graph.Read(name, strings.NewReader(text))
		if err != nil {
			return
		}
		var written bytes.Buffer
		if err := read.Write(name, &written); err != nil {
			t.Fatal(err)
		}
		again, err := graph.Read(name, &written)
		if err != nil || digest(again.Graph) != digest(read.Graph) || !slices.Equal(labels(again), labels(read)) {
			t.Errorf("%q is read again as another graph; error %v", text, err)
		}
	})
}

func FuzzEdgeList(f *testing.F) { fuzzFormat(f, "a.txt", "# Nodes: 3 Edges: 1\n1 2\n-3 3\n7 7\n") }

func FuzzCSV(f *testing.F) { fuzzFormat(f, "a.csv", "Source,Target\n\"1\", 2\n") }

func FuzzGraphML(f *testing.F) {
	fuzzFormat(f, "a.graphml", `<graphml><graph><node id="a"/><node id="b"/><edge source="a" target="b"/></graph></graphml>`)
}

func FuzzDOT(f *testing.F) {
	fuzzFormat(f, "a.dot", `graph G { a -- "b\"" -- {c <d>} [x=y]; e:n /* c */ }`, "digraph { subgraph s { 1 -> 2 } -> 3.5 // x\n# y\n}")
}

func FuzzJSON(f *testing.F) {
	fuzzFormat(f, "a.json", `{"nodes":["a",{"id":2}],"links":[{"source":"a","target":2},["a","a"]]}`)
}
