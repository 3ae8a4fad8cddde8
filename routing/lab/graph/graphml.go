package graph

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// readGraphML reads the node and edge elements of a GraphML file, nested graphs
// as part of the one. Source: The GraphML File Format, graphml.graphdrawing.org.
func readGraphML(r *limitedReader) (*File, error) {
	servents := newRoster()
	d := xml.NewDecoder(r)
	for found, depth := false, 0; ; {
		r.mark()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if !found {
				return nil, errors.New("no graphml element in it")
			}
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			found = found || t.Name.Local == "graphml"
			if depth++; depth > maxNesting {
				err = errNesting
			} else if err == nil {
				err = servents.takeElement(t)
			}
		case xml.EndElement:
			depth--
		}
		if err != nil {
			return nil, atLine(d, err)
		}
	}
	if err := servents.allDeclared(); err != nil {
		return nil, err
	}
	return servents.file()
}

func atLine(d *xml.Decoder, err error) error {
	if _, told := errors.AsType[*xml.SyntaxError](err); told {
		return err
	}
	line, _ := d.InputPos()
	return fmt.Errorf("line %d: %w", line, err)
}

func (r *roster) takeElement(start xml.StartElement) error {
	attribute := func(name string) string {
		for _, a := range start.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}
	switch start.Name.Local {
	case "node":
		return r.declare(attribute("id"))
	case "edge":
		return r.link(attribute("source"), attribute("target"))
	case "hyperedge":
		return errors.New("a hyperedge: servents are linked in pairs")
	}
	return nil
}

func writeGraphML(w *bufio.Writer, f *File) error {
	escaped := func(v Node) string {
		var text labelBuffer
		_ = xml.EscapeText(&text, []byte(f.Label(v))) // it fails only where a Writer does
		return string(text)
	}
	fmt.Fprint(w, xml.Header, `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`, "\n", `<graph edgedefault="undirected">`, "\n")
	for v := range Node(f.Graph.Len()) {
		fmt.Fprintf(w, "<node id=\"%s\"/>\n", escaped(v))
	}
	f.Graph.edges(func(v, x Node) {
		fmt.Fprintf(w, "<edge source=\"%s\" target=\"%s\"/>\n", escaped(v), escaped(x))
	})
	fmt.Fprint(w, "</graph>\n</graphml>\n")
	return nil
}

type labelBuffer []byte

func (b *labelBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
