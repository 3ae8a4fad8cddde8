package graph_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"slices"
	"strings"
	"testing"

	"servent/routing/lab/graph"
)

func zipped(text string) string {
	var file bytes.Buffer
	z := gzip.NewWriter(&file)
	_, err := z.Write([]byte(text))
	if err := errors.Join(err, z.Close()); err != nil {
		panic(err) // a Buffer takes all
	}
	return file.String()
}

// TestWriteRefusesWhole: an edge list tells servents apart by their numbers; where
// it cannot, not a byte is written.
func TestWriteRefusesWhole(t *testing.T) {
	for _, odd := range []string{"05", "+5", "five", "-0"} {
		f, err := graph.Read("a.json", strings.NewReader(`{"nodes":["5","`+odd+`"],"edges":[["5","`+odd+`"]]}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a.txt", "a.csv"} {
			var written strings.Builder
			if err := f.Write(name, &written); err == nil || written.Len() > 0 {
				t.Errorf("%s with %q: error %v, and %q is written", name, odd, err, &written)
			}
		}
	}
}

// TestGraphMLData: what is kept with a servent is no part of the graph.
func TestGraphMLData(t *testing.T) {
	f, err := graph.Read("a.graphml", strings.NewReader(
		`<graphml><graph><node id="a"><data><node id="x"><data/></node></data></node><node id="b"/></graph></graphml>`))
	if err != nil {
		t.Fatal(err)
	}
	if got := labels(f); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got servents %q", got)
	}
}

// TestReadAnyName: an edge list may be called anything, gzip is told by how it
// begins, and what editors leave in a text is passed over.
func TestReadAnyName(t *testing.T) {
	const list = "# Nodes: 3 Edges: 2\n1 2\n2\t3\n"
	texts := map[string]string{
		"plain":          list,
		"gzip":           zipped(list),
		"CRLF":           strings.ReplaceAll(list, "\n", "\r\n"),
		"blanks":         strings.ReplaceAll(list, "\n", " \t\n"),
		"BOM":            "\ufeff" + list,
		"BOM in gzip":    zipped("\ufeff" + list),
		"no end of line": strings.TrimSpace(list),
	}
	for _, name := range []string{"", "odd", "g.snap", "g.el", "g.gz", "a.txt", "a.txt.gz", "/dev/stdin", "/dev/fd/63", "a.b/c", "."} {
		for how, text := range texts {
			f, err := graph.Read(name, strings.NewReader(text))
			if err != nil {
				t.Errorf("%q, %s: %v", name, how, err)
			} else if got := linksOf(f); !slices.Equal(got, []string{"1 2", "2 3"}) {
				t.Errorf("%q, %s: got links %q", name, how, got)
			}
		}
	}
	const inJSON = "\ufeff" + `{"nodes":["a","b"],"edges":[["a","b"]]}`
	for _, text := range []string{inJSON, zipped(inJSON)} {
		for _, name := range []string{"a.json", "a.JSON.gz"} {
			if f, err := graph.Read(name, strings.NewReader(text)); err != nil || f.Graph.Edges() != 1 {
				t.Errorf("%s, %q: error %v", name, text, err)
			}
		}
	}
}
