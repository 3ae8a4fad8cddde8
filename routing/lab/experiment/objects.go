package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// Objects are what is asked for, and where it lies. The zero value is none: floods
// are measured, and nothing is found.
type Objects struct {
	// Replicas is how many servents hold an object. Default: none.
	Replicas Replicas
}

// Replicas is how many servents hold an object: a number, or else a share of all
// servents. The zero value is none.
type Replicas struct {
	Number int
	Share  float64 // 0 to 1
}

// ParseReplicas reads replicas as they are typed: 6, or 0.1% of all servents.
func ParseReplicas(text string) (Replicas, error) {
	number, isShare := strings.CutSuffix(text, "%")
	if isShare {
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || !(percent > 0 && percent <= 100) {
			return Replicas{}, fmt.Errorf("replicas %q: want a share above 0%% and up to 100%%", text)
		}
		return Replicas{Share: percent / 100}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > graph.MaxNodes {
		return Replicas{}, fmt.Errorf("replicas %q: want a number of servents, as 6, or a share of them, as 0.1%%", text)
	}
	return Replicas{Number: n}, nil
}

// of returns how many of servents hold an object: a share is rounded, and at
// least 1.
func (r Replicas) of(servents int) int {
	if r.Share > 0 {
		return max(1, int(math.Round(float64(r.Share*float64(servents)))))
	}
	return r.Number
}

// String returns r as it is typed.
func (r Replicas) String() string {
	if r.Share > 0 {
		return strconv.FormatFloat(100*r.Share, 'g', -1, 64) + "%"
	}
	return strconv.Itoa(r.Number)
}

// check says what is wrong with o, or nil.
func (o *Objects) check() error { return nil }

// files are the objects of a run, placed.
type files struct {
	objects  Objects
	graph    *graph.Graph
	seed     uint64
	run      int
	servents []graph.Node // all, in some order
}

// place puts the objects of a run where they lie.
func (o Objects) place(g *graph.Graph, seed uint64, run int) (*files, error) {
	if n := o.Replicas.of(g.Len()); n >= g.Len() {
		return nil, fmt.Errorf("experiment: place objects: %d replicas, and %d servents beside the one that asks", n, g.Len()-1)
	}
	f := &files{objects: o, graph: g, seed: seed, run: run, servents: make([]graph.Node, g.Len())}
	for v := range f.servents {
		f.servents[v] = graph.Node(v)
	}
	return f, nil
}

// want is what a query asks for.
type want struct {
	object  uint64       // names the object within its run
	holders []graph.Node // who has it, the origin not among them
}

// want returns what the query of that index asks for, from source: an object that
// source does not hold.
func (f *files) want(source graph.Node, index uint64) want {
	replicas := f.objects.Replicas.of(f.graph.Len())
	if replicas == 0 {
		return want{object: index}
	}
	others := slices.Clone(f.servents)
	last := len(others) - 1
	others[source], others[last] = others[last], others[source]
	draw(others[:last], replicas, chance.New(f.seed, chance.Placement, uint64(f.run), index))
	return want{object: index, holders: others[:replicas:replicas]}
}
