package graph

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"

	"servent/messages/sentence"
)

// readGraphML reads the node and edge elements of a GraphML file, nested graphs
// as part of the one. Source: The GraphML File Format, graphml.graphdrawing.org.
func readGraphML(r *limitedReader) (*File, error) {
	x := &graphmlReader{Decoder: xml.NewDecoder(r), servents: newRoster()}
	for {
		r.mark()
		began := x.InputOffset()
		token, err := x.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = x.take(token, x.InputOffset()-began)
		}
		if err != nil {
			return nil, atLine(x.Decoder, err)
		}
	}
	if !x.ended {
		return nil, errNoGraphML
	}
	if err := x.servents.allDeclared(); err != nil {
		return nil, err
	}
	return x.servents.file()
}

var errNoGraphML = sentence.Say("lab.no-graphml", "no graphml element in it")

type graphmlReader struct {
	*xml.Decoder
	servents *roster
	open     []int64 // bytes of each start tag whose element is open; the decoder keeps its names
	size     int64   // their sum
	data     int     // how many were open when a data element began, whose content is not of the graph; 0: none
	ended    bool    // the graphml element
}

// take takes a token of size bytes.
func (x *graphmlReader) take(token xml.Token, size int64) error {
	switch t := token.(type) {
	case xml.StartElement:
		switch {
		case x.ended:
			return sentence.Say("lab.behind", "{token} behind the end of the graph: a file holds one", strconv.Quote(shortened(t.Name.Local)))
		case len(x.open) == 0 && t.Name.Local != "graphml":
			return errNoGraphML
		case len(x.open) == maxNesting:
			return errNesting
		case x.size+size > maxElementSize:
			return errElementTooLarge
		}
		x.open = append(x.open, size)
		x.size += size
		if x.data == 0 && t.Name.Local == "data" {
			x.data = len(x.open)
		}
		if x.data == 0 {
			return x.servents.takeElement(t)
		}
	case xml.EndElement:
		if x.data == len(x.open) {
			x.data = 0
		}
		last := len(x.open) - 1
		x.size -= x.open[last]
		x.open = x.open[:last]
		x.ended = last == 0
	case xml.CharData:
		if len(x.open) == 0 && len(bytes.TrimSpace(t)) > 0 {
			return fmt.Errorf("%q outside of the graph", shortened(string(t)))
		}
	}
	return nil
}

func atLine(d *xml.Decoder, err error) error {
	if _, told := errors.AsType[*xml.SyntaxError](err); told {
		return err
	}
	line, _ := d.InputPos()
	return inLine(line, err)
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
		return sentence.Say("lab.hyperedge", "a hyperedge: servents are linked in pairs")
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
