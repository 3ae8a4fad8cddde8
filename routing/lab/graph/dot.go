package graph

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"servent/messages/sentence"
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
		return nil, inLine(p.lexer.line, err)
	}
	return p.servents.file()
}

// A dotParser reads statements; token is the one that it looks at.
type dotParser struct {
	lexer    dotLexer
	token    dotToken
	servents *roster
	held     int // servents of subgraphs and ends of links that are open
}

// maxDOTHeld bounds held, which may count a servent once for each subgraph that it
// is in. Unit: servents, of 4 bytes.
const maxDOTHeld = 4 * MaxTopologyNodes

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
		return sentence.Say("lab.no-dot", "{token} where graph or digraph is expected", p.token)
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
		return sentence.Say("lab.behind", "{token} behind the end of the graph: a file holds one", p.token)
	}
	return nil
}

// block reads { statements }. It adds to members, unless that is nil, whom the
// statements name.
func (p *dotParser) block(depth int, members *dotMembers) error {
	if depth > maxNesting {
		return errNesting
	}
	if p.token.kind != '{' {
		return sentence.Say("lab.expected", "{token} where {want} is expected", p.token, "{")
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

func (p *dotParser) statement(depth int, members *dotMembers) error {
	for _, word := range []string{"node", "edge", "graph"} {
		if p.token.isWord(word) {
			if err := p.next(); err != nil {
				return err
			}
			return p.attributes()
		}
	}
	label, from, err := p.end(depth)
	if err != nil {
		return err
	}
	if is, err := p.accept('='); is && err == nil {
		return p.value() // ID = value, of the graph
	} else if err != nil {
		return err
	}
	for {
		if from, err = p.name(label, from, members); err != nil {
			return err
		}
		if is, err := p.accept(dotLink); err != nil {
			return err
		} else if !is {
			p.held -= len(from)
			return p.attributes()
		}
		var to []Node
		if label, to, err = p.end(depth); err != nil {
			return err
		}
		if to, err = p.name(label, to, nil); err != nil {
			return err
		}
		for _, a := range from {
			for _, b := range to {
				if err := p.servents.join(a, b); err != nil {
					return err
				}
			}
		}
		p.held -= len(from)
		label, from = "", to
	}
}

// name returns the servents of an end, which is the one called label where servents
// is nil, and adds them to members.
func (p *dotParser) name(label string, servents []Node, members *dotMembers) ([]Node, error) {
	if servents == nil {
		v, err := p.servents.listed(label)
		if err != nil {
			return nil, err
		}
		servents = []Node{v}
		p.held++
	}
	if members == nil {
		return servents, nil
	}
	p.held += members.add(servents)
	if p.held > maxDOTHeld {
		return nil, fmt.Errorf("subgraphs in each other that name more than %d servents", maxDOTHeld)
	}
	return servents, nil
}

// dotMembers are the servents that a subgraph names.
type dotMembers struct {
	nodes    []Node
	distinct int // how many were, when they were last sorted
}

// add adds servents and returns by how many members have become more. It sorts
// once they have doubled, so that the repeated take no more room than the others.
func (m *dotMembers) add(servents []Node) int {
	const least = 1024 // fewer are not worth sorting
	before := len(m.nodes)
	if m.nodes = append(m.nodes, servents...); len(m.nodes) >= max(least, 2*m.distinct) {
		m.compact()
	}
	return len(m.nodes) - before
}

// compact leaves out the repeated.
func (m *dotMembers) compact() {
	slices.Sort(m.nodes)
	m.nodes = slices.Compact(m.nodes)
	m.distinct = len(m.nodes)
}

// end reads one end of a link: what a servent is called, or all of a subgraph,
// which are not nil.
func (p *dotParser) end(depth int) (label string, servents []Node, err error) {
	if subgraph := p.token.isWord("subgraph"); subgraph || p.token.kind == '{' {
		if subgraph {
			if err := p.next(); err != nil {
				return "", nil, err
			}
			if _, err := p.accept(dotID); err != nil {
				return "", nil, err
			}
		}
		members := dotMembers{nodes: []Node{}}
		err = p.block(depth+1, &members)
		before := len(members.nodes)
		members.compact()
		p.held -= before - len(members.nodes)
		return "", members.nodes, err
	}
	if p.token.kind != dotID {
		return "", nil, fmt.Errorf("%v where a node or a subgraph is expected", p.token)
	}
	label = p.token.text
	if err := p.next(); err != nil {
		return "", nil, err
	}
	for { // :port:compass
		if is, err := p.accept(':'); err != nil || !is {
			return label, nil, err
		}
		if err := p.value(); err != nil {
			return "", nil, err
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
