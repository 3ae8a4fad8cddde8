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
