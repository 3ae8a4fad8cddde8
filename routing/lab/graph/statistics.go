package graph

import (
	"math"
	"slices"
)

// Statistics are what can be counted on a graph. The names in JSON are those that
// the graphs of the Stanford Large Network Dataset Collection (SNAP) are described
// with.
type Statistics struct {
	Nodes int `json:"nodes"`
	Edges int `json:"undirected_edges"`

	Components   int `json:"wcc_count"`
	LargestNodes int `json:"wcc_nodes"` // of the component with the most servents
	LargestEdges int `json:"wcc_edges"`

	MinDegree    int     `json:"min_degree"`
	MeanDegree   float64 `json:"mean_degree"`
	MedianDegree float64 `json:"median_degree"`
	MaxDegree    int     `json:"max_degree"`
	Degree1      int     `json:"degree1_nodes"` // servents with one link
	DegreeUpTo3  int     `json:"deg_le_3"`      // servents with at most three, none included
	Degrees      []int   `json:"degree_hist"`   // how many servents have 0, 1, 2… links

	Triangles int64 `json:"triangles"`
	// AverageClustering is the mean over all servents of the share of pairs of
	// their neighbours that are linked; 0 for a servent with one neighbour or none.
	// Source: Watts and Strogatz, Nature 393, 1998.
	AverageClustering float64 `json:"avg_clustering"`
	// Transitivity is 3 triangles / pairs of links that share a servent, which are
	// the triads; ClosedShare is triangles / (triangles + triads that are open).
	Transitivity float64 `json:"transitivity_3T_over_triads"`
	ClosedShare  float64 `json:"frac_closed_triangles_T_over_T_plus_open"`

	Distances
}

// Distances are how many links lie between servents, of those between which there
// is a way. They are measured from all, or from some that are drawn.
type Distances struct {
	Sources int `json:"distance_sources"` // how many servents they were measured from
	// Exact says that those were all. If not, the numbers are estimates, and
	// Longest may be less than the diameter.
	Exact bool `json:"distances_exact"`
	// Longest is the greatest distance: the diameter where Exact.
	Longest int     `json:"longest_distance"`
	Mean    float64 `json:"mean_distance"`
	// Effective is the distance within which 90 % of the ordered pairs lie, on a
	// line between whole distances, as SNAP has it. EffectiveWithSelf counts each
	// servent's distance 0 to itself too.
	Effective         float64 `json:"eff_diam_90_interp"`
	EffectiveWithSelf float64 `json:"eff_diam_90_interp_incl_self"`
	// Histogram tells how many ordered pairs are 0, 1, 2… links apart.
	Histogram []int64 `json:"distance_hist_ordered_pairs"`
}

// StatisticsOptions say how statistics are made.
type StatisticsOptions struct {
	// Exact has distances measured from every servent, however long that takes.
	// Otherwise a graph for which it takes minutes is measured from 1,024.
	Exact bool
	// Seed draws those.
	Seed uint64
	// Workers is how many goroutines measure. Default 0: one for each processor.
	// The statistics do not depend on it.
	Workers int
	// Progress, unless nil, is called now and then, by one goroutine at a time, with
	// how many of all sources are done. An error ends the work.
	Progress func(done, all int) error
}

// Statistics counts what g has. It returns the error of o.Progress.
func (g *Graph) Statistics(o StatisticsOptions) (Statistics, error) {
	s := Statistics{Nodes: g.Len(), Edges: g.Edges()}
	s.countDegrees(g)
	s.countComponents(g)
	err := s.countTriangles(g, o.Progress)
	if err == nil {
		s.Distances, err = g.distances(o)
	}
	return s, err
}

func (s *Statistics) countDegrees(g *Graph) {
	if g.Len() == 0 {
		return
	}
	s.MinDegree = math.MaxInt
	for v := range Node(g.Len()) {
		degree := g.Degree(v)
		s.MinDegree, s.MaxDegree = min(s.MinDegree, degree), max(s.MaxDegree, degree)
	}
	s.Degrees = make([]int, s.MaxDegree+1)
	for v := range Node(g.Len()) {
		s.Degrees[g.Degree(v)]++
	}
	s.MeanDegree = 2 * float64(g.Edges()) / float64(g.Len())
	s.MedianDegree = (float64(s.degreeAt((g.Len()-1)/2)) + float64(s.degreeAt(g.Len()/2))) / 2
	for degree, servents := range s.Degrees {
		if degree == 1 {
			s.Degree1 = servents
		}
		if degree <= 3 {
			s.DegreeUpTo3 += servents
		}
	}
}

// degreeAt returns the degree at a place in the order of degrees.
func (s *Statistics) degreeAt(place int) int {
	degree := 0
	for passed := s.Degrees[0]; passed <= place; passed += s.Degrees[degree] {
		degree++
	}
	return degree
}

func (s *Statistics) countComponents(g *Graph) {
	of, sizes := g.Components()
	if s.Components = len(sizes); s.Components == 0 {
		return
	}
	ends := make([]int, len(sizes))
	for v, component := range of {
		ends[component] += g.Degree(Node(v))
	}
	s.LargestNodes = slices.Max(sizes)
	s.LargestEdges = ends[slices.Index(sizes, s.LargestNodes)] / 2
}

// countTriangles finds each triangle once, from its servent of the lowest degree:
// that takes at most (2 links)^1.5 steps, however large a hub is.
// Source: Chiba and Nishizeki, SIAM Journal on Computing 14, 1985.
func (s *Statistics) countTriangles(g *Graph, progress func(done, all int) error) error {
	const pause = 1 << 24 // steps until progress is called again
	steps := 0
	above := g.upwards()
	triangles := make([]int64, g.Len()) // that a servent is part of
	marked := make([]bool, g.Len())
	for v := range Node(g.Len()) {
		for _, w := range above.Neighbours(v) {
			marked[w] = true
		}
		for _, w := range above.Neighbours(v) {
			if steps += above.Degree(w); steps > pause && progress != nil {
				steps = 0
				if err := progress(0, g.Len()); err != nil {
					return err
				}
			}
			for _, x := range above.Neighbours(w) {
				if marked[x] {
					s.Triangles++
					triangles[v]++
					triangles[w]++
					triangles[x]++
				}
			}
		}
		for _, w := range above.Neighbours(v) {
			marked[w] = false
		}
	}
	triads, clustering := int64(0), 0.0
	for v := range Node(g.Len()) {
		degree := int64(g.Degree(v))
		if pairs := degree * (degree - 1) / 2; pairs > 0 {
			triads += pairs
			clustering += float64(triangles[v]) / float64(pairs)
		}
	}
	if triads > 0 {
		s.AverageClustering = clustering / float64(g.Len())
		s.Transitivity = float64(3*s.Triangles) / float64(triads)
		s.ClosedShare = float64(s.Triangles) / float64(triads-2*s.Triangles)
	}
	return nil
}

// upwards returns g with each link only at its end of the lower degree.
func (g *Graph) upwards() *Graph {
	up := &Graph{starts: make([]int32, g.Len()+1), ends: make([]Node, 0, g.Edges())}
	for v := range Node(g.Len()) {
		for _, w := range g.Neighbours(v) {
			if d, e := g.Degree(v), g.Degree(w); d < e || d == e && v < w {
				up.ends = append(up.ends, w)
			}
		}
		up.starts[v+1] = int32(len(up.ends))
	}
	return up
}
