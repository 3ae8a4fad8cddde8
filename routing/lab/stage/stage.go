// Package stage plays one search on one network of the lab, for whoever wants to
// watch it: with one to three strategies at once, event by event, and with servents
// that leave and come back at given times. It keeps nothing: the same [Play] gives
// the same [Run], so that what others call going back, or killing a servent, is the
// same play once more with an action more or less.
//
//	play := stage.Play{Plan: experiment.Plan{Graph: ring, First: 3, Strategies: []experiment.Strategy{experiment.Flood}}}
//	run, err := play.Run(ctx)
//	run.Searches[0].Events.From[0] // who sent the first message
package stage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"servent/messages/sentence"
	"servent/routing/lab"
	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
)

// Limits of a [Play].
const (
	MaxServents   = 100_000
	MaxLinks      = 1_000_000
	MaxStrategies = 3
	MaxEvents     = 400_000 // of all strategies together; see [Run.Cut]
	MaxActions    = 10_000
	MaxTime       = time.Hour // of an [Action], and of a table
)

// A Play is one search to be watched. It does not change.
type Play struct {
	// Plan is that of the search: its first run, source and query are played, with
	// one TTL, First. Watch, Acts, Workers and Progress are the Play's own.
	Plan experiment.Plan

	// Actions are done in each strategy's network.
	Actions []Action

	// Reached asks for no events, but for when the search came to each servent.
	Reached bool
}

// An Action is done to a servent.
type Action struct {
	// At is how long after the search began, before what arrives then; less than
	// nothing: before the search.
	At   time.Duration
	Node graph.Node
	Do   Deed
}

// A Deed is what an [Action] does.
type Deed uint8

const (
	// Leave: as a servent whose user ends it, with a Bye to each neighbour.
	Leave Deed = iota + 1
	// Fail: as a computer that is switched off. Its neighbours notice after
	// [experiment.DefaultNoticed].
	Fail
	// Join: back, with a Router that remembers nothing and the links that the graph
	// has to those who are there.
	Join
)

var deedNames = map[string]Deed{"leave": Leave, "fail": Fail, "join": Join}

// ParseDeed reads a Deed by its name.
func ParseDeed(name string) (Deed, error) {
	if d, known := deedNames[name]; known {
		return d, nil
	}
	return 0, sentence.Say("lab.action", "action {name}: there are leave, fail and join", strconv.Quote(name))
}

// A Run is what came of a [Play].
type Run struct {
	experiment.Scene
	Searches []Search // one for each strategy

	// Cut: there were more than [MaxEvents], so the searches have Reached instead.
	Cut bool
}

// A Search is what came of one strategy.
type Search struct {
	Strategy string
	End      time.Duration // when the last event was
	Events   *Events       // nil: see Reached
	Reached  []int         // the hop of the first arrival at each servent, 0 who asks, -1 none; nil: see Events
	Row      experiment.Row
}

// Run plays p. Where ctx ends before, it returns the cause.
func (p Play) Run(ctx context.Context) (*Run, error) {
	plan, scene, err := p.plan()
	if err != nil {
		return nil, err
	}
	r := newRecorder(&plan, scene, p.Reached)
	plan.Watch = r.listener.Watch
	rows, err := plan.Run(ctx)
	if err != nil {
		return nil, err
	}
	return r.run(rows), nil
}

// plan returns the plan of one search, and where it is asked.
func (p Play) plan() (experiment.Plan, experiment.Scene, error) {
	plan := p.Plan
	plan.Runs, plan.Queries, plan.Workers, plan.Last = 1, 1, 1, plan.First
	plan.Watch, plan.Acts, plan.Progress = nil, nil, nil
	switch {
	case len(plan.Strategies) > MaxStrategies:
		return plan, experiment.Scene{}, fmt.Errorf("stage: %w", sentence.Say("lab.strategies", "{n} strategies, want 1 to {most} at once", len(plan.Strategies), MaxStrategies))
	case plan.Churn != nil:
		return plan, experiment.Scene{}, fmt.Errorf("stage: %w", sentence.Say("lab.churn-once", "churn is for many searches, not for one: have servents leave by actions"))
	case len(p.Actions) > MaxActions:
		return plan, experiment.Scene{}, fmt.Errorf("stage: %w", sentence.Say("lab.actions", "{n} actions, want at most {most}", len(p.Actions), MaxActions))
	}
	scene, err := plan.Scene(0)
	if err != nil {
		return plan, scene, err
	}
	if err := CheckSize(scene.Graph.Len(), scene.Graph.Edges()); err != nil {
		return plan, scene, err
	}
	plan.Graph = func(int) (*graph.Graph, error) { return scene.Graph, nil }
	plan.Sources = experiment.Sources{Nodes: []graph.Node{scene.Source}}
	if plan.Acts, err = acts(p.Actions, scene.Graph); err != nil {
		return plan, scene, err
	}
	return plan, scene, nil
}

// CheckSize says whether a network is too large to be watched.
func CheckSize(servents, links int) error {
	if servents > MaxServents || links > MaxLinks {
		return fmt.Errorf("stage: %w", sentence.Say("lab.watched", "{servents} servents with {links} links: at most {most} with {mostLinks} can be watched", servents, links, MaxServents, MaxLinks))
	}
	return nil
}

// acts are what actions do in g, in the order of their times.
func acts(actions []Action, g *graph.Graph) ([]experiment.Act, error) {
	var all []experiment.Act
	for _, a := range actions {
		if a.Node < 0 || int(a.Node) >= g.Len() {
			return nil, fmt.Errorf("stage: %w", sentence.Say("lab.action-on", "an action on servent {servent}: there are 0 to {last}", a.Node, g.Len()-1))
		}
		if a.At > MaxTime {
			return nil, fmt.Errorf("stage: %w", sentence.Say("lab.action-late", "an action after {time}: want {most} at most", a.At, MaxTime))
		}
		all = append(all, experiment.Act{After: a.At, Do: func(net *lab.Network) { a.do(net, g) }})
	}
	slices.SortStableFunc(all, func(a, b experiment.Act) int { return cmp.Compare(a.After, b.After) })
	return all, nil
}

// do does a.
func (a Action) do(net *lab.Network, g *graph.Graph) {
	switch a.Do {
	case Leave:
		net.Leave(a.Node)
	case Fail:
		net.Fail(a.Node, experiment.DefaultNoticed)
	case Join:
		if net.Away(a.Node) {
			net.Join(a.Node, g.Neighbours(a.Node))
		}
	}
}
