package experiment

import (
	"math"

	"servent/routing"
	"servent/routing/lab/graph"
)

// A Closed is what a flood comes to by the distances in the graph alone, without
// a message sent: the closed form. A flood reaches all servents at distance
// 1 to TTL, and each at distance d < TTL sends to all its neighbours but one.
//
// That holds where every servent is first reached by a shortest way: without
// losses and churn, and with equal latencies. Under the TTL-aware rule latencies
// do not change who is reached.
type Closed struct {
	HasReached, HasMessages bool // whether the closed form holds
	IsBound                 bool // it does not, but no flood can reach more than Reached

	// Of one query, as in a Row; Deviation is not kept.
	Reached, Messages Measure

	// Success is the share of queries that find one of k replicas, drawn for each
	// query among the n-1 servents beside the origin: of a flood that reaches r of
	// them it is 1 - C(n-1-r, k) / C(n-1, k). HasSuccess says whether it holds: as
	// Reached, where each query has an object of its own and there are no free
	// riders. What is measured comes near it with many queries.
	Success    float64
	HasSuccess bool

	// Hops is how many servents are at distance 1, 2, … up to the TTL, as far as
	// there are any: over all queries of the first run.
	Hops []int64
}

// closes says which closed forms hold for s, which is a flood.
func (p *Plan) closes(s Strategy) (reached, messages bool) {
	if p.Loss > 0 {
		return false, false
	}
	rule := p.Rule
	if s.rule != nil {
		rule = *s.rule
	}
	return p.Latency.Equal() || rule == routing.TTLAwareRule, p.Latency.Equal()
}

// levels are the servents around some sources of a run by their distance, and what
// they send while the TTL lasts. They are sums of whole numbers, so that it does
// not matter who looks at which source.
type levels struct {
	sources int64
	at      [MaxTTL + 1]int64
	sends   [MaxTTL + 1]int64
	finds   [MaxTTL + 1]int64 // the chances to find, in parts of certain
}

// certain is a chance of 1: ten million of it are not too many.
const certain = 1 << 38

// look adds what lies around source.
func (w *waves) look(s *session, source graph.Node) {
	w.add(source, int(s.plan.Last), &w.around)
	w.around.sources++
	if s.plan.findsByChance() {
		w.around.addFinds(w.reached, s.graph.Len()-1, s.files.replicas)
	}
}

// add adds what lies around further sources.
func (l *levels) add(more *levels) {
	l.sources += more.sources
	for d := range l.at {
		l.at[d] += more.at[d]
		l.sends[d] += more.sends[d]
		l.finds[d] += more.finds[d]
	}
}

// findsByChance reports whether the servents that hold an object are drawn for
// each query among all others.
func (p *Plan) findsByChance() bool {
	o := &p.Objects
	return o.number() == 0 && o.FreeRiders == 0 && o.Replicas != Replicas{}
}

// addFinds adds the chances with each TTL of a source that reaches so many of the
// others.
func (l *levels) addFinds(reached [MaxTTL + 1]int, others, replicas int) {
	for ttl, r := range reached {
		// C(n-r, k) / C(n, k) in as few factors as there can be.
		few, many := min(r, replicas), max(r, replicas)
		missed := 1.0
		for i := 0; i < few && missed > 0x1p-60; i++ {
			missed = float64(missed * (float64(others-many-i) / float64(others-i)))
		}
		l.finds[ttl] += int64(math.Round((1 - max(missed, 0)) * certain))
	}
}

// waves goes through a graph distance by distance.
type waves struct {
	graph        *graph.Graph
	around       levels          // all sources looked at
	reached      [MaxTTL + 1]int // with each TTL, from the last source
	seen         []int32         // servent → number of the walk that saw it last
	walk         int32
	wave, nearer []graph.Node
}

func newWaves(g *graph.Graph) *waves { return &waves{graph: g, seen: make([]int32, g.Len())} }

// add adds what lies around source, up to the distance last.
func (w *waves) add(source graph.Node, last int, to *levels) {
	w.walk++
	w.seen[source] = w.walk
	w.wave = append(w.wave[:0], source)
	w.reached = [MaxTTL + 1]int{}
	for d := range last + 1 {
		to.at[d] += int64(len(w.wave))
		for _, v := range w.wave {
			to.sends[d] += int64(w.graph.Degree(v))
			if d > 0 {
				to.sends[d]--
			}
		}
		if d > 0 {
			w.reached[d] = w.reached[d-1] + len(w.wave)
		}
		if d < last {
			w.next()
		}
	}
}

// next goes on to the servents that are one link further.
func (w *waves) next() {
	w.wave, w.nearer = w.nearer[:0], w.wave
	for _, v := range w.nearer {
		for _, next := range w.graph.Neighbours(v) {
			if w.seen[next] != w.walk {
				w.seen[next] = w.walk
				w.wave = append(w.wave, next)
			}
		}
	}
}

// addClosed takes what the distances of a run say, nil for nothing.
func (r *Row) addClosed(p *Plan, around *levels) {
	if around == nil || !r.strategy.floods {
		return
	}
	c := &r.Closed
	c.HasReached, c.HasMessages = p.closes(r.strategy)
	c.IsBound = !c.HasReached
	queries := around.sources * int64(p.Queries)
	var reached, messages int64
	for d := range int(r.TTL) {
		messages += around.sends[d]
		reached += around.at[d+1]
		if r.Runs == 0 && around.at[d+1] > 0 {
			c.Hops = append(c.Hops, around.at[d+1]*int64(p.Queries))
		}
	}
	reached, messages = reached*int64(p.Queries), messages*int64(p.Queries)
	if c.HasSuccess = c.HasReached && p.findsByChance(); c.HasSuccess {
		// The mean over the runs so far; each has as many sources.
		found := float64(around.finds[r.TTL]) / certain / float64(around.sources)
		c.Success += (found - c.Success) / float64(r.Runs+1)
	}
	c.Reached.takeSum(reached, queries)
	c.Reached.endRun()
	if c.HasMessages {
		c.Messages.takeSum(messages, queries)
		c.Messages.endRun()
	}
}
