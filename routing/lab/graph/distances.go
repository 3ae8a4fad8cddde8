package graph

import (
	"math"
	"math/bits"
	"runtime"
	"sync"

	"servent/routing/lab/chance"
)

// sampledSources is how many servents distances are measured from where all would
// take minutes.
const sampledSources = 1024

// exactSteps is up to how many steps over links all distances are measured in.
// Unit: steps; about 1e9 take 2 s.
const exactSteps = 2e10

// perWord is how many floods a wave carries: a bit each.
const perWord = 64

// distances measures how far servents are from each other.
func (g *Graph) distances(o StatisticsOptions) (Distances, error) {
	sources := make([]Node, g.Len())
	for v := range sources {
		sources[v] = Node(v)
	}
	if !o.Exact && len(sources) > sampledSources && g.stepsFromAll() > exactSteps {
		c := chance.New(o.Seed, chance.Sources)
		c.Shuffle(len(sources), func(i, j int) { sources[i], sources[j] = sources[j], sources[i] })
		sources = sources[:sampledSources]
	}
	d := Distances{Sources: len(sources), Exact: len(sources) == g.Len()}
	var err error
	d.Histogram, err = g.distancesFrom(sources, o)
	d.sum()
	return d, err
}

// stepsFromAll estimates how many steps over links the distances from all take:
// each link is passed once for the floods of a wave that come together, which are
// all where they spread fast and none on a long line. The largest component tells:
// servent 0 may have no links.
func (g *Graph) stepsFromAll() float64 {
	if g.Len() == 0 {
		return 0
	}
	largest := g.Largest()
	levels := int32(1)
	for _, d := range g.Distances(largest[0], nil) {
		levels = max(levels, d+1)
	}
	waves := float64(g.Len()) / perWord
	return waves * float64(2*g.Edges()) * float64(min(levels, perWord))
}

// distancesFrom returns how many pairs of a source and a servent are 0, 1, 2…
// links apart.
func (g *Graph) distancesFrom(sources []Node, o StatisticsOptions) ([]int64, error) {
	workers := o.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	m := &measurement{sources: sources, progress: o.Progress}
	var running sync.WaitGroup
	for range min(workers, (len(sources)+perWord-1)/perWord) {
		running.Go(func() {
			w := newWave(g)
			for batch := m.take(); batch != nil; batch = m.take() {
				w.flood(batch)
				m.done(len(batch))
			}
			m.add(w.counts)
		})
	}
	running.Wait()
	return m.counts, m.err
}

// A measurement is what the workers share.
type measurement struct {
	mu       sync.Mutex
	sources  []Node
	taken    int
	finished int
	counts   []int64
	progress func(done, all int) error
	err      error
}

// take returns the next sources; nil: there are none, or the work is to end.
func (m *measurement) take() []Node {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil || m.taken == len(m.sources) {
		return nil
	}
	batch := m.sources[m.taken:min(m.taken+perWord, len(m.sources))]
	m.taken += len(batch)
	return batch
}

func (m *measurement) done(sources int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.finished += sources; m.progress != nil && m.err == nil {
		m.err = m.progress(m.finished, len(m.sources))
	}
}

// add adds what a worker has counted. Sums of whole numbers do not depend on the
// order.
func (m *measurement) add(counts []int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.counts) < len(counts) {
		m.counts = append(m.counts, 0)
	}
	for distance, n := range counts {
		m.counts[distance] += n
	}
}

// A wave floods from up to 64 servents at once: bit i of a word belongs to the
// flood from the i-th.
// Source: Then et al., VLDB 8, 2014 (multi-source breadth-first search).
type wave struct {
	g      *Graph
	seen   []uint64 // which floods have been at a servent
	fresh  []uint64 // which came there in this hop
	next   []uint64 // which come there in the next
	counts []int64  // how many pairs are 0, 1, 2… links apart, of all floods
}

func newWave(g *Graph) *wave {
	return &wave{g: g, seen: make([]uint64, g.Len()), fresh: make([]uint64, g.Len()), next: make([]uint64, g.Len())}
}

func (w *wave) flood(sources []Node) {
	clear(w.seen)
	var active, reached []Node
	for i, v := range sources {
		w.seen[v], w.fresh[v] = 1<<i, 1<<i
		active = append(active, v)
	}
	w.count(0, len(sources))
	for hop := 1; len(active) > 0; hop++ {
		reached = w.spread(active, reached[:0])
		for _, v := range active {
			w.fresh[v] = 0
		}
		pairs := 0
		for _, v := range reached {
			w.fresh[v], w.next[v] = w.next[v], 0
			w.seen[v] |= w.fresh[v]
			pairs += bits.OnesCount64(w.fresh[v])
		}
		if pairs > 0 {
			w.count(hop, pairs)
		}
		active, reached = reached, active
	}
}

// spread sends from active to all neighbours, and appends to reached where a flood
// comes that was not there.
func (w *wave) spread(active, reached []Node) []Node {
	for _, v := range active {
		fresh := w.fresh[v]
		for _, x := range w.g.Neighbours(v) {
			if come := fresh &^ w.seen[x]; come != 0 {
				if w.next[x] == 0 {
					reached = append(reached, x)
				}
				w.next[x] |= come
			}
		}
	}
	return reached
}

func (w *wave) count(distance, pairs int) {
	for len(w.counts) <= distance {
		w.counts = append(w.counts, 0)
	}
	w.counts[distance] += int64(pairs)
}

// sum fills in what follows from the histogram.
func (d *Distances) sum() {
	if len(d.Histogram) == 0 {
		return
	}
	d.Longest = len(d.Histogram) - 1
	pairs, links := int64(0), int64(0)
	for distance, n := range d.Histogram[1:] {
		pairs += n
		links += n * int64(distance+1)
	}
	if pairs > 0 {
		d.Mean = float64(links) / float64(pairs)
	}
	withoutSelf := append([]int64{0}, d.Histogram[1:]...)
	d.Effective, d.EffectiveWithSelf = within(0.9, withoutSelf), within(0.9, d.Histogram)
}

// within returns the distance within which a share of the pairs lie: on a line
// between the whole distance before and the one that reaches the share.
func within(share float64, histogram []int64) float64 {
	all := int64(0)
	for _, n := range histogram {
		all += n
	}
	want := float64(share * float64(all))
	passed := int64(0)
	for distance, n := range histogram {
		if float64(passed+n) >= want && n > 0 {
			return math.Max(0, float64(distance-1)+(want-float64(passed))/float64(n))
		}
		passed += n
	}
	return 0
}
