package experiment

import (
	"context"
	"slices"

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

// levels are the servents around the sources of a run by their distance, and
// what they send while the TTL lasts, summed over the queries.
type levels struct {
	queries int64
	at      [MaxTTL + 1]int64
	sends   [MaxTTL + 1]int64
}

// levels looks at the distances in the graph of s, where a closed form is wanted.
func (s *session) levels(ctx context.Context) (*levels, error) {
	if s.plan.Churn != nil || !slices.ContainsFunc(s.plan.Strategies, func(strategy Strategy) bool { return strategy.floods }) {
		return nil, nil
	}
	around := &levels{}
	walk := newWaves(s.graph)
	for _, source := range s.sources {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		walk.add(source, int(s.plan.Last), around)
	}
	perSource := int64(s.plan.Queries)
	around.queries = perSource * int64(len(s.sources))
	for d := range around.at {
		around.at[d] *= perSource
		around.sends[d] *= perSource
	}
	return around, nil
}

// waves goes through a graph distance by distance.
type waves struct {
	graph        *graph.Graph
	seen         []int32 // servent → number of the walk that saw it last
	walk         int32
	wave, nearer []graph.Node
}

func newWaves(g *graph.Graph) *waves { return &waves{graph: g, seen: make([]int32, g.Len())} }

// add adds what lies around source, up to the distance last.
func (w *waves) add(source graph.Node, last int, to *levels) {
	w.walk++
	w.seen[source] = w.walk
	w.wave = append(w.wave[:0], source)
	for d := 0; len(w.wave) > 0; d++ {
		to.at[d] += int64(len(w.wave))
		for _, v := range w.wave {
			to.sends[d] += int64(w.graph.Degree(v))
			if d > 0 {
				to.sends[d]--
			}
		}
		if d == last {
			return
		}
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
}

// addClosed takes what the distances of a run say, nil for nothing.
func (r *Row) addClosed(p *Plan, around *levels) {
	if around == nil || !r.strategy.floods {
		return
	}
	c := &r.Closed
	c.HasReached, c.HasMessages = p.closes(r.strategy)
	c.IsBound = !c.HasReached
	var reached, messages int64
	for d := range int(r.TTL) {
		messages += around.sends[d]
		reached += around.at[d+1]
		if r.Runs == 0 && around.at[d+1] > 0 {
			c.Hops = append(c.Hops, around.at[d+1])
		}
	}
	c.Reached.takeSum(reached, around.queries)
	c.Reached.endRun()
	if c.HasMessages {
		c.Messages.takeSum(messages, around.queries)
		c.Messages.endRun()
	}
}
