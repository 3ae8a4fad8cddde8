package graph

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestBomb: a kilobyte that becomes more than is read of any file.
func TestBomb(t *testing.T) {
	const size = 1 << 20
	for extra, want := range []error{nil, errFileTooLarge} {
		var bomb bytes.Buffer
		z := gzip.NewWriter(&bomb)
		_, err := z.Write(append(bytes.Repeat([]byte("#\n"), size/2), "#"[:extra]...))
		if err := errors.Join(err, z.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := readWithin(size, "bomb.txt.gz", &bomb); !errors.Is(err, want) {
			t.Errorf("%d bytes too many: got error %v, want %v", extra, err, want)
		}
	}
}

// TestProduct: the links between two subgraphs are counted as they are made.
func TestProduct(t *testing.T) {
	many := func(letter string) string {
		var text strings.Builder
		for v := range 100 {
			fmt.Fprintf(&text, "%s%d ", letter, v)
		}
		return text.String()
	}
	text := "graph { {" + many("a") + "} -- {" + many("b") + "} }"
	for most, want := range map[int]error{10_000: nil, 9_999: errTooManyLinks} {
		servents := newRoster()
		servents.most = most
		f, err := readDOTInto(servents, &limitedReader{r: strings.NewReader(text), left: MaxFileSize})
		if !errors.Is(err, want) {
			t.Errorf("at most %d: got error %v, want %v", most, err, want)
		}
		if err == nil && f.Graph.Edges() != 10_000 {
			t.Errorf("got %d links, want 10000", f.Graph.Edges())
		}
	}
}

// TestSubgraphMembers: servents that a subgraph names again and again take no more
// room, and what subgraphs in each other name is bounded in all.
func TestSubgraphMembers(t *testing.T) {
	var members dotMembers
	held := 0
	for range 1 << 20 {
		held += members.add([]Node{7})
	}
	if cap(members.nodes) > 4096 || held != len(members.nodes) {
		t.Errorf("room for %d members, %d held", cap(members.nodes), held)
	}
	p := &dotParser{held: maxDOTHeld - 1}
	if _, err := p.name("", []Node{1}, &members); err != nil {
		t.Errorf("up to the most: %v", err)
	}
	if _, err := p.name("", []Node{1}, &members); err == nil {
		t.Error("more than the most are held")
	}
	p = &dotParser{servents: newRoster(), lexer: dotLexer{line: 1, lineStart: true}}
	r := &limitedReader{r: strings.NewReader("graph { a=b; {a; {b c} -- d -- {}; {a a b}} -- {{{e} f} a b} -- c; g -- {} }"), left: MaxFileSize}
	p.lexer.r, p.lexer.source = bufio.NewReader(r), r
	if err := p.graph(); err != nil || p.held != 0 {
		t.Errorf("%d servents are held at the end; error %v", p.held, err)
	}
}

// TestStepsFromAll: a servent without links does not have a long line taken for
// a quick one.
func TestStepsFromAll(t *testing.T) {
	const n = 1000
	var line []edge
	for v := Node(1); v < n; v++ {
		line = append(line, edge{v, v + 1})
	}
	g, err := New(n+1, line)
	if err != nil {
		t.Fatal(err)
	}
	if got, least := g.stepsFromAll(), float64(n*2*(n-1)); got < least {
		t.Errorf("got %v steps, want at least %v", got, least)
	}
}
