package graph

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"servent/messages/sentence"
	"servent/routing/lab/chance"
)

// MaxTopologyNodes is how many servents a [Topology] can have.
const MaxTopologyNodes = 10_000_000

// MaxTopologyLinks is how many links a [Topology] can have. The largest take up to
// 2 GiB while they are drawn.
const MaxTopologyLinks = 16_000_000

// ErrNoTopology is returned for the zero [Topology].
var ErrNoTopology = errors.New("graph: no topology named")

// A Topology names a graph that the lab can build: the text that
// [ParseTopology] reads.
//
//	line:N          servent 0 at one end
//	ring:N
//	star:N          servent 0 is the hub of N-1 others
//	tree:B,L        B branches under each servent, L levels; servent 0 is the root
//	complete:N      all linked with all
//	grid:R,C        R rows of C servents, row by row; servent 0 in a corner
//	regular:N,K     K links each, else at random
//	gnp:N,P         each pair linked with chance P
//	gnm:N,M         M links between pairs drawn at random
//	smallworld:N,K,P  a ring with links to the K nearest, each moved with chance P
//	ba:N,M          servents come one by one and link with M, rather those with many links
//	plrg:N,ALPHA    random, but servents with k links are as common as k to the power of -ALPHA
//	twotier:U,L     U ultrapeers linked among themselves, L leaves linked to them
//
// All are simple graphs. line, ring, star, tree, complete, grid and ba are
// connected, and so is twotier with up to 31 ultrapeers; regular with K >= 3 and
// larger twotier are so but for rare draws, the others need not be.
type Topology struct {
	kind *kind
	a, b int     // the whole numbers, in the order of the form
	x    float64 // the chance or the exponent that comes last
}

// A kind is what topologies of one name have in common.
type kind struct {
	name  string
	ints  []string // names of the whole numbers, each at least 1
	float string   // name of the number that comes last; empty: none
	drawn bool
	// refuse says what is wrong with t's numbers; nil: nothing ever is.
	refuse func(t Topology) sentence.Said
	// size returns how many servents and links t has, or about how many.
	size  func(t Topology) (nodes, links float64)
	build func(t Topology, c *chance.Source) []edge
	shape *shape // of kinds without chance
}

// An edge links two servents.
type edge = [2]Node

var kinds = []*kind{
	lineKind, ringKind, starKind, treeKind, completeKind, gridKind, // shapes.go
	regularKind, gnpKind, gnmKind, smallWorldKind, baKind, plrgKind, twoTierKind,
}

// form returns how a topology of k is written.
func (k *kind) form() string {
	names := k.ints
	if k.float != "" {
		names = append(slices.Clip(names), k.float)
	}
	return k.name + ":" + strings.Join(names, ",")
}

// TopologyForms returns how each topology is written: line:N, tree:B,L…
func TopologyForms() []string {
	forms := make([]string, len(kinds))
	for i, k := range kinds {
		forms[i] = k.form()
	}
	return forms
}

// ParseTopology reads the name of a topology. The error says which part of text
// is wrong and what is expected.
func ParseTopology(text string) (Topology, error) {
	t, problem := parseTopology(text)
	if problem.Text != "" {
		return Topology{}, fmt.Errorf("graph: topology %q: %w", text, problem)
	}
	return t, nil
}

func parseTopology(text string) (t Topology, problem sentence.Said) {
	name, rest, _ := strings.Cut(text, ":")
	i := slices.IndexFunc(kinds, func(k *kind) bool { return k.name == name })
	if i < 0 {
		return t, sentence.Say("lab.no-topology", "no topology is called {name}; there are {forms}", strconv.Quote(name), strings.Join(TopologyForms(), " "))
	}
	t.kind = kinds[i]
	if problem := t.parseNumbers(rest); problem.Text != "" {
		return t, sentence.Say("lab.form", "{cause}; the form is {form}", problem, t.kind.form())
	}
	if t.kind.refuse != nil {
		if problem := t.kind.refuse(t); problem.Text != "" {
			return t, problem
		}
	}
	switch nodes, links := t.kind.size(t); {
	case nodes > MaxTopologyNodes:
		return t, sentence.Say("lab.many-servents", "more than {most} servents, the most that the lab builds", MaxTopologyNodes)
	case links > MaxTopologyLinks:
		return t, sentence.Say("lab.many-links", "{links} links; the lab builds at most {most}", fmt.Sprintf("%.0f", links), MaxTopologyLinks)
	}
	return t, problem
}

func (t *Topology) parseNumbers(text string) (problem sentence.Said) {
	var fields []string
	if text != "" {
		fields = strings.Split(text, ",")
	}
	want := len(t.kind.ints)
	if t.kind.float != "" {
		want++
	}
	if len(fields) != want {
		return sentence.Say("lab.numbers", "{n} numbers after the colon, want {want}", len(fields), want)
	}
	for i, name := range t.kind.ints {
		n, err := strconv.Atoi(fields[i])
		if err != nil || n < 1 || n > math.MaxInt32 {
			return sentence.Say("lab.whole", "{name} is {text}, want a whole number from 1 on", name, strconv.Quote(fields[i]))
		}
		if i == 0 {
			t.a = n
		} else {
			t.b = n
		}
	}
	if name := t.kind.float; name != "" {
		text := fields[want-1]
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return sentence.Say("lab.number", "{name} is {text}, want a number such as 0.1", name, strconv.Quote(text))
		}
		t.x = x
	}
	return problem
}

// String returns what [ParseTopology] reads; the empty string for the zero
// Topology.
func (t Topology) String() string {
	if t.kind == nil {
		return ""
	}
	var numbers []string
	for i := range t.kind.ints {
		numbers = append(numbers, strconv.Itoa([...]int{t.a, t.b}[i]))
	}
	if t.kind.float != "" {
		numbers = append(numbers, strconv.FormatFloat(t.x, 'g', -1, 64))
	}
	return t.kind.name + ":" + strings.Join(numbers, ",")
}

// Name returns what t is called, as ring, and its whole numbers in the order of
// its form.
func (t Topology) Name() (name string, numbers []int) {
	if t.kind == nil {
		return "", nil
	}
	return t.kind.name, []int{t.a, t.b}[:len(t.kind.ints)]
}

// Size returns how many servents and links t has, or about how many links where
// they are drawn.
func (t Topology) Size() (servents, links int) {
	if t.kind == nil {
		return 0, 0
	}
	n, m := t.kind.size(t)
	return int(n), int(m)
}

// Drawn reports whether chance is in t, so that another seed gives another graph.
func (t Topology) Drawn() bool { return t.kind != nil && t.kind.drawn }

// Build builds t. The graph depends on t and on c's stream alone; c may be nil
// where t is not [Topology.Drawn].
func (t Topology) Build(c *chance.Source) (*Graph, error) {
	if t.kind == nil {
		return nil, ErrNoTopology
	}
	nodes, _ := t.kind.size(t)
	return New(int(nodes), t.kind.build(t, c))
}

// pairsOf returns how many pairs n servents make.
func pairsOf(n int) float64 { return float64(n) * float64(n-1) / 2 }

// refuseChance says what is wrong with a last number that is to be a chance.
func refuseChance(t Topology) sentence.Said {
	if t.x < 0 || t.x > 1 {
		return sentence.Say("lab.chance", "{name} is {x}, want a chance from 0 to 1", t.kind.float, t.x)
	}
	return sentence.Said{}
}
