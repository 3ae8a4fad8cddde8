package stage

import (
	"context"
	"fmt"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
	"servent/routing/trace"
)

// None is in place of a servent where there is none.
const None graph.Node = -1

// A Table is what the Router of a servent remembers at a time of a search.
type Table struct {
	Away     bool // the servent has left: all below is empty
	Links    []Link
	Seen     []Seen  // messages, the oldest first
	Servents []Route // ways for Pushes
	Counters routing.Counters
}

// A Link is an open link, as its servent numbers it.
type Link struct {
	Link routing.Link
	Node graph.Node // whom it leads to
}

// A Seen is a message that a Router has seen.
type Seen struct {
	routing.Memory
	Node graph.Node // whom the way back leads to; None: it is its own, or the link is closed
	Hops int        // of the copy that came that way, as it came
}

// A Route is where Pushes for a servent go.
type Route struct {
	routing.Memory
	Holder graph.Node // whose GUID it is; None: of nobody who holds what is asked for
	Node   graph.Node // whom the way leads to; None: the servent itself, or the link is closed
}

// Table plays p with one of its strategies, and returns what the Router of node
// remembers after what happens at a time since the search began; before it, for
// less than nothing.
func (p Play) Table(ctx context.Context, strategy int, node graph.Node, at time.Duration) (Table, error) {
	if strategy < 0 || strategy >= len(p.Plan.Strategies) {
		return Table{}, fmt.Errorf("stage: look into servent %d: search %d, want 0 to %d", node, strategy, len(p.Plan.Strategies)-1)
	}
	if at > MaxTime {
		return Table{}, fmt.Errorf("stage: look into servent %d after %v: want %v at most", node, at, MaxTime)
	}
	p.Plan.Strategies = p.Plan.Strategies[strategy : strategy+1]
	plan, scene, err := p.plan()
	if err != nil {
		return Table{}, err
	}
	if node < 0 || int(node) >= scene.Graph.Len() {
		return Table{}, fmt.Errorf("stage: look into servent %d: there are 0 to %d", node, scene.Graph.Len()-1)
	}
	look := looker{node: node, scene: scene, hops: map[messages.GUID]int{}}
	after := at + 1 // a nanosecond: once all that happens then has happened
	if at < 0 {
		after = -1
	}
	plan.Acts = append(plan.Acts, experiment.Act{After: after, Do: look.look})
	plan.Watch = (&experiment.Listener{Happened: look.hear}).Watch
	if _, err := plan.Run(ctx); err != nil {
		return Table{}, err
	}
	return look.table, nil
}

// A looker looks into one servent.
type looker struct {
	node  graph.Node
	scene experiment.Scene
	hops  map[messages.GUID]int // of the copy that is remembered
	table Table
}

// hear notes how many hops a message had that came by the way that is remembered:
// a Router does not.
func (l *looker) hear(e *experiment.Event) {
	if e.To == l.node && (e.Verdict == trace.Delivered || e.Verdict == trace.Improved) {
		l.hops[e.GUID] = e.Hops
	}
}

// look fills in the table.
func (l *looker) look(net *lab.Network) {
	if l.table.Away = net.Away(l.node); l.table.Away {
		return
	}
	router, now := net.Router(l.node), net.Clock()
	far := map[routing.Link]graph.Node{}
	for _, link := range net.Links(l.node) {
		far[link] = net.Far(l.node, link)
		l.table.Links = append(l.table.Links, Link{link, far[link]})
	}
	to := func(link routing.Link) graph.Node {
		if v, open := far[link]; open {
			return v
		}
		return None
	}
	for m := range router.Seen(now) {
		l.table.Seen = append(l.table.Seen, Seen{Memory: m, Node: to(m.Link), Hops: l.hops[m.GUID]})
	}
	holders := map[messages.GUID]graph.Node{}
	for _, v := range l.scene.Holders {
		holders[experiment.ServentGUID(v)] = v
	}
	for m := range router.Servents(now) {
		route := Route{Memory: m, Holder: None, Node: to(m.Link)}
		if v, known := holders[m.GUID]; known {
			route.Holder = v
		}
		l.table.Servents = append(l.table.Servents, route)
	}
	l.table.Counters = router.Counters()
}
