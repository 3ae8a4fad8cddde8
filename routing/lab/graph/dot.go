package graph

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The reader of DOT files is our own. gonum's holds the file as a tree of hundreds
// of bytes for each link and walks it as deep as subgraphs or a chain a--b--c go:
// such a file overflows the stack, which ends the program.
//
// Source: graphviz.org, "DOT Language".

func readDOT(r *limitedReader) (*File, error) {
	return readDOTInto(newRoster(), r)
}

func readDOTInto(servents *roster, r *limitedReader) (*File, error) {
	p := &dotParser{lexer: dotLexer{r: bufio.NewReader(r), source: r, line: 1, lineStart: true}, servents: servents}
	if err := p.graph(); err != nil {
		return nil, fmt.Errorf("line %d: %w", p.lexer.line, err)
	}
	return p.servents.file()
}

// A dotParser reads statements; token is the one that it looks at.
type dotParser struct {
	lexer    dotLexer
	token    dotToken
	servents *roster
}

func (p *dotParser) next() (err error) {
	p.token, err = p.lexer.next()
	return err
}

// accept passes over the token if it is kind.
func (p *dotParser) accept(kind dotKind) (bool, error) {
	if p.token.kind != kind {
		return false, nil
	}
	return true, p.next()
}

func (p *dotParser) graph() error {
	if err := p.next(); err != nil {
		return err
	}
	if p.token.isWord("strict") {
		if err := p.next(); err != nil {
			return err
		}
	}
	if !p.token.isWord("graph") && !p.token.isWord("digraph") {
		return fmt.Errorf("%v where graph or digraph is expected", p.token)
	}
	if err := p.next(); err != nil {
		return err
	}
	if _, err := p.accept(dotID); err != nil {
		return err
	}
	if err := p.block(0, nil); err != nil {
		return err
	}
	if p.token.kind != dotEnd {
		return fmt.Errorf("%v behind the end of the graph: a file holds one", p.token)
	}
	return nil
}

// block reads { statements }. It appends to members, unless that is nil, whom the
// statements name.
func (p *dotParser) block(depth int, members *[]string) error {
	if depth > maxNesting {
		return errNesting
	}
	if p.token.kind != '{' {
		return fmt.Errorf("%v where { is expected", p.token)
	}
	if err := p.next(); err != nil {
		return err
	}
	for p.token.kind != '}' {
		semicolon, err := p.accept(';')
		if err == nil && !semicolon {
			err = p.statement(depth, members)
		}
		if err != nil {
			return err
		}
	}
	return p.next()
}

func (p *dotParser) statement(depth int, members *[]string) error {
	for _, word := range []string{"node", "edge", "graph"} {
		if p.token.isWord(word) {
			if err := p.next(); err != nil {
				return err
			}
			return p.attributes()
		}
	}
	from, err := p.end(depth)
	if err != nil {
		return err
	}
	if is, err := p.accept('='); is && err == nil {
		return p.value() // ID = value, of the graph
	} else if err != nil {
		return err
	}
	for {
		if err := p.name(from, members); err != nil {
			return err
		}
		if is, err := p.accept(dotLink); err != nil {
			return err
		} else if !is {
			return p.attributes()
		}
		to, err := p.end(depth)
		if err != nil {
			return err
		}
		for _, a := range from {
			for _, b := range to {
				if err := p.servents.link(a, b); err != nil {
					return err
				}
			}
		}
		from = to
	}
}

func (p *dotParser) name(servents []string, members *[]string) error {
	for _, label := range servents {
		if err := p.servents.declare(label); err != nil {
			return err
		}
	}
	if members != nil {
		if len(*members) > MaxTopologyNodes {
			return errTooManyNodes
		}
		*members = append(*members, servents...)
	}
	return nil
}

// end reads one end of a link: a servent, or all of a subgraph.
func (p *dotParser) end(depth int) (labels []string, err error) {
	if subgraph := p.token.isWord("subgraph"); subgraph || p.token.kind == '{' {
		if subgraph {
			if err := p.next(); err != nil {
				return nil, err
			}
			if _, err := p.accept(dotID); err != nil {
				return nil, err
			}
		}
		err = p.block(depth+1, &labels)
		slices.Sort(labels)
		return slices.Compact(labels), err
	}
	if p.token.kind != dotID {
		return nil, fmt.Errorf("%v where a node or a subgraph is expected", p.token)
	}
	labels = []string{p.token.text}
	if err := p.next(); err != nil {
		return nil, err
	}
	for { // :port:compass
		if is, err := p.accept(':'); err != nil || !is {
			return labels, err
		}
		if err := p.value(); err != nil {
			return nil, err
		}
	}
}

func (p *dotParser) value() error {
	if p.token.kind != dotID {
		return fmt.Errorf("%v where a value is expected", p.token)
	}
	return p.next()
}

// attributes passes over lists in brackets.
func (p *dotParser) attributes() error {
	for p.token.kind == '[' {
		for p.token.kind != ']' {
			if p.token.kind == dotEnd {
				return io.ErrUnexpectedEOF
			}
			if err := p.next(); err != nil {
				return err
			}
		}
		if err := p.next(); err != nil {
			return err
		}
	}
	return nil
}

var dotWords = []string{"node", "edge", "graph", "digraph", "subgraph", "strict"}

// dotQuoted returns label as a DOT file holds it: \ and " are escaped.
func dotQuoted(label string) string {
	word, number := !isDigit(label[0]) && !slices.Contains(dotWords, strings.ToLower(label)), true
	for i := range len(label) {
		c := label[i]
		number = number && isDigit(c)
		word = word && c < 0x80 && (isLetter(c) || isDigit(c))
	}
	if word || number {
		return label
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(label) + `"`
}

func writeDOT(w *bufio.Writer, f *File) error {
	fmt.Fprintln(w, "graph {")
	for v := range Node(f.Graph.Len()) {
		fmt.Fprintf(w, "%s;\n", dotQuoted(f.Label(v)))
	}
	f.Graph.edges(func(v, x Node) {
		fmt.Fprintf(w, "%s -- %s;\n", dotQuoted(f.Label(v)), dotQuoted(f.Label(x)))
	})
	fmt.Fprintln(w, "}")
	return nil
}

var errDOTToken = errors.New("a name or a text that is longer than 65536 bytes")
