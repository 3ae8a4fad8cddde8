package lab

import (
	"fmt"
	"slices"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab/graph"
)

// A Node numbers a servent of a [Network], from 0 on.
type Node = graph.Node

// Hop is a latency for networks in which only the order of hops matters.
const Hop = time.Millisecond

// epoch is when every network begins.
var epoch = time.Unix(0, 0)

// A Network is servents, links between them, and the messages under way. It
// belongs to one goroutine.
type Network struct {
	// Watch, where set, is told each effect of each Router, in order. It may call
	// Send, SendRaw, Connect and Disconnect, but not SendTo, Run or Advance.
	Watch func(*Event)

	servents []servent
	queue    queue
	now      time.Duration
	effects  []routing.Effect
}

// A servent is one Router and its ends of links: ends[l-1] belongs to link l.
type servent struct {
	router *routing.Router
	ends   []end
}

// An end is what a servent knows of a link. A link that was closed keeps its
// number, so that numbers are not used again.
type end struct {
	far     Node
	back    routing.Link // the link's number at the far end
	latency time.Duration
	open    bool
}

// An Event is an effect that a Router asked for.
type Event struct {
	Time   time.Duration // since the network began
	Node   Node          // whose Router
	From   Node          // who sent it the message; Node itself for its own
	To     Node          // Send: to whom
	Effect *routing.Effect
}

// A Config says how the servents of a [Network] behave, and its links. The zero
// value works.
type Config struct {
	// Router is the configuration of every Router.
	Router routing.Config

	// Latency returns how long a message takes on the link between a and b; it is
	// asked once for each link. Default: Hop for all, so that floods are
	// hop-synchronous.
	Latency func(a, b Node) time.Duration
	Loss    float64
}

func (n *Network) Begin(seed uint64) { n.now += time.Hour }

// New returns a Network without servents.
func New() *Network { return &Network{} }

// Of returns a Network with a servent for each of g, linked as g says.
func Of(g *graph.Graph, cfg Config) *Network {
	n := New()
	for range g.Len() {
		n.Add(cfg.Router)
	}
	for v := range Node(g.Len()) {
		for _, w := range g.Neighbours(v) {
			if v > w {
				continue
			}
			d := Hop
			if cfg.Latency != nil {
				d = cfg.Latency(v, w)
			}
			n.Connect(v, w, d)
		}
	}
	return n
}

// Add adds a servent without links.
func (n *Network) Add(cfg routing.Config) Node {
	n.servents = append(n.servents, servent{router: routing.New(cfg)})
	return Node(len(n.servents) - 1)
}

// Len returns how many servents there are.
func (n *Network) Len() int { return len(n.servents) }

// Router returns the Router of a servent.
func (n *Network) Router(node Node) *routing.Router { return n.servents[node].router }

// Now returns the time since the network began.
func (n *Network) Now() time.Duration { return n.now }

// Connect joins a and b by a link on which each message takes latency.
func (n *Network) Connect(a, b Node, latency time.Duration) {
	sa, sb := &n.servents[a], &n.servents[b]
	la, lb := routing.Link(len(sa.ends)+1), routing.Link(len(sb.ends)+1)
	sa.ends = append(sa.ends, end{far: b, back: lb, latency: latency, open: true})
	sb.ends = append(sb.ends, end{far: a, back: la, latency: latency, open: true})
	sa.router.Attach(la)
	sb.router.Attach(lb)
}

// Disconnect closes the link between a and b. Messages under way on it arrive at
// a Router that no longer knows the link.
func (n *Network) Disconnect(a, b Node) error {
	la, err := n.Link(a, b)
	if err != nil {
		return err
	}
	near := &n.servents[a].ends[la-1]
	far := &n.servents[b].ends[near.back-1]
	near.open, far.open = false, false
	n.servents[a].router.Detach(la)
	n.servents[b].router.Detach(near.back)
	return nil
}

// Link returns the number that a's Router has for the open link to b.
func (n *Network) Link(a, b Node) (routing.Link, error) {
	i := slices.IndexFunc(n.servents[a].ends, func(e end) bool { return e.open && e.far == b })
	if i < 0 {
		return 0, fmt.Errorf("lab: find link of %d and %d: not connected", a, b)
	}
	return routing.Link(i + 1), nil
}

// Send gives m to the Router of node, as its own message, once what is due now
// has been routed.
func (n *Network) Send(node Node, m messages.Message) {
	n.queue.push(arrival{due: n.now, node: node, link: routing.Self, message: m})
}

// SendRaw puts m on the link from a to b as it is, past a's Router: what a
// hostile or broken servent would send.
func (n *Network) SendRaw(a, b Node, m messages.Message) error {
	l, err := n.Link(a, b)
	if err != nil {
		return err
	}
	n.put(n.servents[a].ends[l-1], m)
	return nil
}

// SendTo gives m to the Router of a, as its own message for b alone, at once.
func (n *Network) SendTo(a, b Node, m messages.Message) error {
	l, err := n.Link(a, b)
	if err != nil {
		return err
	}
	n.effects = n.servents[a].router.SendTo(epoch.Add(n.now), l, m, n.effects[:0])
	n.perform(a, a)
	return nil
}

// put sends m by the link that near belongs to.
func (n *Network) put(near end, m messages.Message) {
	n.queue.push(arrival{due: n.now + near.latency, node: near.far, link: near.back, message: m})
}

// Run routes until no message is under way.
func (n *Network) Run() {
	for {
		a, ok := n.queue.pop(never)
		if !ok {
			return
		}
		n.route(a)
	}
}

// Advance routes what is due within d, and lets d pass.
func (n *Network) Advance(d time.Duration) {
	until := n.now + d
	for {
		a, ok := n.queue.pop(until)
		if !ok {
			n.now = until
			return
		}
		n.route(a)
	}
}

// route steps one message that has arrived, and performs the effects.
func (n *Network) route(a arrival) {
	n.now = a.due
	s := &n.servents[a.node]
	from := a.node
	if a.link != routing.Self {
		from = s.ends[a.link-1].far
	}
	n.effects = s.router.Step(epoch.Add(n.now), a.link, a.message, n.effects[:0])
	n.perform(a.node, from)
}

// perform carries out the effects of node's Router for a message of from.
func (n *Network) perform(node, from Node) {
	for i := range n.effects {
		e := &n.effects[i]
		event := Event{Time: n.now, Node: node, From: from}
		if e.Kind == routing.Send {
			near := n.servents[node].ends[e.To-1]
			event.To = near.far
			n.put(near, e.Message)
		}
		if n.Watch != nil {
			event.Effect = e
			n.Watch(&event)
		}
	}
}
