// Package experiment asks queries in networks of virtual servents and measures
// what comes of them: how many servents each strategy reaches, for how many
// messages, and what it finds. A [Plan] says what is tried; it gives a [Row] for
// each strategy and TTL.
//
//	plan := experiment.Plan{Graph: one(g), First: 1, Last: 7, Strategies: []experiment.Strategy{experiment.Flood}}
//	rows, err := plan.Run(ctx)
//
// All strategies and TTLs are tried on the same graphs, with the same sources,
// the same latencies, the same files in the same places and the same queries.
// One seed gives one result, whatever the number of workers.
package experiment

import (
	"errors"
	"fmt"
	"runtime"

	"servent/messages/sentence"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
)

// MaxTTL is the greatest TTL that can be tried: what the hard limit of a servent
// lets pass. Source: RFC 0.6 draft §2.2.1.
const MaxTTL = 15

// A Plan says what to try. The fields without a default have to be set.
type Plan struct {
	// Graph returns the graph of a run, 0 being the first. No default.
	Graph func(run int) (*graph.Graph, error)

	// Strategies are the ways to search. No default.
	Strategies []Strategy

	// First and Last are the least and the greatest TTL tried, 1 to [MaxTTL].
	// Defaults: 1, and First. A strategy without a TTL is tried once.
	First, Last uint8

	// Seed is where all chance comes from. Default 0, a seed like others.
	Seed uint64

	// Runs is how often all is tried, with other chance each time. Default 1.
	Runs int

	// Rule is that of later copies, for a Flood that does not say its own.
	// Default [routing.PlainRule].
	Rule routing.Rule

	// Latency is how long messages take. Default: equal on all links.
	Latency Latency

	// Loss is the chance that a message is lost on a link, 0 to 1. Default 0.
	Loss float64

	// Sources are the servents that ask. Default: one, drawn.
	Sources Sources

	// Queries is how many queries each source asks, one after the other. Default 1.
	Queries int

	// Objects are what is asked for. Default: none, and nothing is found.
	Objects Objects

	// Churn, where set, has servents come and go; each strategy and TTL is then
	// tried on a network that begins as the graph. Default: all stay.
	Churn *Churn

	// Acts, where set, are done to the network of each query, which then has one of
	// its own; closed forms do not hold. Not beside Churn. Default: none.
	Acts []Act

	// Push has who asks send a Push for the first hit with what is asked for, by the
	// way that it came; answers to walkers lay none. Default: it fetches nothing.
	Push bool

	// Workers is how many queries are routed at once. Default: one a processor.
	// Fewer are, where their servents would take too much memory.
	Workers int

	// Progress, where set, is told how many queries of all were asked. It is
	// called by one goroutine at a time.
	Progress func(asked, all int)

	// Watch, where set, is told every event of every query, in order; there is
	// then one worker. The event is valid during the call.
	Watch func(Asked, *lab.Event)
}

// An Asked names a query of a Plan.
type Asked struct {
	Run      int
	Replicas Replicas // as in Objects
	Strategy string
	TTL      uint8 // 0 where the strategy has none
	Source   graph.Node
	Number   int // of the source's queries, from 0 on
}

// withDefaults returns p without a zero that means something else.
func (p Plan) withDefaults() Plan {
	if p.First == 0 {
		p.First = 1
	}
	p.Last = max(p.Last, p.First)
	if p.Runs == 0 {
		p.Runs = 1
	}
	if p.Queries == 0 {
		p.Queries = 1
	}
	if p.Workers == 0 {
		p.Workers = runtime.GOMAXPROCS(0)
	}
	if p.Watch != nil {
		p.Workers = 1
	}
	return p
}

// check says what is wrong with p, or nil.
func (p *Plan) check() error {
	switch {
	case p.Graph == nil:
		return errors.New("experiment: plan: no graph")
	case len(p.Strategies) == 0:
		return errors.New("experiment: plan: no strategy")
	case p.Last > MaxTTL:
		return fmt.Errorf("experiment: plan: %w", sentence.Say("lab.ttl-most", "TTL {ttl}, the greatest is {most}", p.Last, MaxTTL))
	case p.Runs < 0 || p.Queries < 0 || p.Workers < 0:
		return fmt.Errorf("experiment: plan: %d runs, %d queries a source, %d workers: none may be negative", p.Runs, p.Queries, p.Workers)
	case !(p.Loss >= 0 && p.Loss < 1):
		return fmt.Errorf("experiment: plan: loss %g, want 0 or more and less than 1", p.Loss)
	}
	if err := checkDistinct(p.Strategies); err != nil {
		return fmt.Errorf("experiment: plan: %w", err)
	}
	if p.Churn != nil {
		if p.Acts != nil {
			return errors.New("experiment: plan: acts beside churn")
		}
		if err := p.Churn.check(); err != nil {
			return fmt.Errorf("experiment: plan: churn: %w", err)
		}
	}
	return p.Objects.check()
}

// ttls returns the TTLs that s is tried with.
func (p *Plan) ttls(s Strategy) []uint8 {
	if !s.hasTTL {
		return []uint8{0}
	}
	var ttls []uint8
	for ttl := p.First; ttl <= p.Last; ttl++ {
		ttls = append(ttls, ttl)
	}
	return ttls
}
