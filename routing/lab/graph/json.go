package graph

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"servent/messages/sentence"
)

// A graph in JSON is one object with two lists:
//
//	{"nodes": ["a", "b", 3], "edges": [["a", "b"], ["b", 3]]}
//
// A node may also be an object with an id, and an edge one with a source and a
// target; edges may be called links. That is the node-link form of NetworkX and
// of D3 where its nodes have ids. Other members are passed over.

func readJSON(r *limitedReader) (*File, error) {
	d := &jsonReader{Decoder: json.NewDecoder(r), source: r, servents: newRoster()}
	d.UseNumber()
	if err := d.object(); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, inLine(d.line(), err)
	}
	if err := d.servents.allDeclared(); err != nil {
		return nil, err
	}
	return d.servents.file()
}

type jsonReader struct {
	*json.Decoder
	source   *limitedReader
	servents *roster
}

// line returns in which line the decoder stands: before the next value.
func (d *jsonReader) line() int {
	ahead, _ := io.ReadAll(d.Buffered()) // memory
	return 1 + d.source.newlines - bytes.Count(bytes.TrimLeft(ahead, ", \t\r\n"), []byte("\n"))
}

func (d *jsonReader) object() error {
	if err := d.expect('{'); err != nil {
		return err
	}
	found := false
	for d.More() {
		d.source.mark()
		key, err := d.Token()
		if err != nil {
			return err
		}
		switch key {
		case "nodes":
			found = true
			err = d.eachOf(d.servents.takeNode)
		case "edges", "links":
			err = d.eachOf(d.servents.takeEdge)
		default:
			err = d.Decode(new(json.RawMessage))
		}
		if err != nil {
			return err
		}
	}
	if !found {
		return sentence.Say("lab.no-nodes", "no \"nodes\" in it")
	}
	if err := d.expect('}'); err != nil {
		return err
	}
	d.source.mark()
	switch behind, err := d.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	default:
		return sentence.Say("lab.behind", "{token} behind the end of the graph: a file holds one", behind)
	}
}

func (d *jsonReader) expect(want json.Delim) error {
	token, err := d.Token()
	if err == nil && token != want {
		err = sentence.Say("lab.expected", "{token} where {want} is expected", token, want)
	}
	return err
}

func (d *jsonReader) eachOf(take func(element any) error) error {
	if err := d.expect('['); err != nil {
		return err
	}
	for d.More() {
		d.source.mark()
		var element any
		if err := d.Decode(&element); err != nil {
			return err
		}
		if err := take(element); err != nil {
			return err
		}
	}
	return d.expect(']')
}

func (r *roster) takeNode(element any) error {
	if object, is := element.(map[string]any); is {
		element = object["id"]
	}
	label, err := idOf(element)
	if err != nil {
		return err
	}
	return r.declare(label)
}

func (r *roster) takeEdge(element any) error {
	var ends [2]any
	switch e := element.(type) {
	case map[string]any:
		ends = [2]any{e["source"], e["target"]}
	case []any:
		if len(e) != len(ends) {
			return sentence.Say("lab.ends", "an edge with {n} ends", len(e))
		}
		ends = [2]any(e)
	default:
		return sentence.Say("lab.no-pair", "an edge that is neither a pair nor an object")
	}
	a, err := idOf(ends[0])
	if err != nil {
		return err
	}
	b, err := idOf(ends[1])
	if err != nil {
		return err
	}
	return r.link(a, b)
}

func idOf(value any) (string, error) {
	switch id := value.(type) {
	case string:
		return id, nil
	case json.Number:
		return id.String(), nil
	case nil:
		return "", sentence.Say("lab.no-id", "an id, a source or a target is missing")
	}
	return "", sentence.Say("lab.id-kind", "an id that is neither a text nor a number")
}

func writeJSON(w *bufio.Writer, f *File) error {
	quoted := func(v Node) []byte {
		text, _ := json.Marshal(f.Label(v)) // a string is always written
		return text
	}
	separator := "{\"nodes\":[\n"
	for v := range Node(f.Graph.Len()) {
		fmt.Fprintf(w, "%s{\"id\":%s}", separator, quoted(v))
		separator = ",\n"
	}
	if f.Graph.Len() == 0 {
		fmt.Fprint(w, separator)
	}
	separator = "\n],\"edges\":[\n"
	f.Graph.edges(func(v, x Node) {
		fmt.Fprintf(w, "%s{\"source\":%s,\"target\":%s}", separator, quoted(v), quoted(x))
		separator = ",\n"
	})
	if f.Graph.Edges() == 0 {
		fmt.Fprint(w, separator)
	}
	fmt.Fprint(w, "\n]}\n")
	return nil
}
