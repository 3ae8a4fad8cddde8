package lab

import (
	"math"
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

// A Network is servents, links between them, and what is under way. It belongs
// to one goroutine.
//
// What is due at one time arrives in waves: all that is under way for that time
// when it comes, by the number of the servent that it arrives at, and at each
// in the order of sending; then what was sent meanwhile without latency.
type Network struct {
	// Watch, where set, is told what happens, in order. The Event is the
	// Network's: it holds during the call. Watch may call all methods but Begin,
	// Run and Advance.
	Watch func(*Event)

	// Arrived, where set, is given what [Network.Carry] carried: it has crossed a
	// link from one servent to node. It may call what Watch may.
	Arrived func(node, from Node, tag uint32)

	// Stop, where set, is asked now and then whether to give up, while much happens.
	// Once it has said so, nothing happens any more, and the network is of no
	// further use; see [Network.Stopped].
	Stop func() bool

	cfg      Config
	servents []servent
	queue    queue
	mail     mail
	timers   timers
	losses   losses
	now      time.Duration
	clock    time.Time     // the same to Routers, while a wave arrives
	rest     time.Duration // the longest that a Router remembers anything
	churned  bool          // some servent has left: not all that arrives is taken
	effects  []routing.Effect
	events   []*Event // one for each level of calls out of Watch
	telling  int      // how many of them are in use
	unasked  int      // how much has happened since Stop was asked
	stopped  bool
	sink     uint64 // of what warm reads: without a meaning
}

// A servent is one Router and its ends of links.
type servent struct {
	router *routing.Router
	ends   ends
	born   routing.Link // the first number of a link since it joined
	away   bool         // it has left
}

// A Config says how the servents of a [Network] behave, and its links. The zero
// value works.
type Config struct {
	// Router is the configuration of every Router.
	Router routing.Config

	// Latency returns how long a message takes on the link between a and b; it is
	// asked once for each link. Default: Hop for all, so that floods are
	// hop-synchronous. Less than nothing counts as nothing.
	Latency func(a, b Node) time.Duration

	// Loss is the chance, 0 to 1, that a message is lost on a link, whether a
	// Router sent it or [Network.Carry]. Byes of [Network.Leave] are not lost: a
	// link's end is noticed without them too. Default 0.
	Loss float64
}

// New returns a Network without servents.
func New() *Network { return Of(nil, Config{}) }

// Of returns a Network with a servent for each of g, linked as g says. The links
// of each have the numbers 1, 2, … in the order of its neighbours.
func Of(g *graph.Graph, cfg Config) *Network {
	n := &Network{cfg: cfg, losses: newLosses(cfg.Loss)}
	n.queue.soon = n.warmAll
	if g == nil {
		return n
	}
	n.rest = cfg.Router.Rest()
	degrees := make([]int, g.Len())
	for v := range degrees {
		degrees[v] = g.Degree(Node(v))
	}
	routers := routing.NewAll(cfg.Router, degrees)
	list := make([]end, 2*g.Edges())
	n.servents = make([]servent, g.Len())
	for v, degree := range degrees {
		n.servents[v] = servent{
			router: &routers[v], born: 1,
			ends: ends{list: list[:degree:degree], next: routing.Link(degree + 1), open: int32(degree)},
		}
		list = list[degree:]
	}
	n.link(g)
	n.queue.reserve(min(g.Edges(), mostReserved))
	return n
}

// mostReserved is for how many arrivals a network takes room before they are
// there: 14 MiB. Of the messages of a flood, fewer are under way at a time than
// there are links.
const mostReserved = 1 << 18

// link fills in the ends of the links of g, in order: each servent's neighbours
// have ascending numbers, so that the next end of a servent that was not filled in
// is that of the link to the neighbour whose turn it is.
func (n *Network) link(g *graph.Graph) {
	filled := make([]int32, g.Len())
	for v := range Node(g.Len()) {
		for i, w := range g.Neighbours(v)[filled[v]:] {
			timing := timingOf(n.latency(v, w)) | uint64(open)
			here, there := filled[v]+int32(i), filled[w]
			filled[w]++
			n.servents[v].ends.list[here] = end{far: w, back: routing.Link(there + 1), timing: timing}
			n.servents[w].ends.list[there] = end{far: v, back: routing.Link(here + 1), timing: timing}
		}
	}
}

// latency returns how long a message takes on a new link between a and b.
func (n *Network) latency(a, b Node) time.Duration {
	if n.cfg.Latency == nil {
		return Hop
	}
	return n.cfg.Latency(a, b)
}

// Add adds a servent without links.
func (n *Network) Add(cfg routing.Config) Node {
	n.rest = max(n.rest, cfg.Rest())
	n.servents = append(n.servents, servent{router: routing.New(cfg), born: 1, ends: ends{next: 1}})
	return Node(len(n.servents) - 1)
}

// Len returns how many servents there are, those that left included.
func (n *Network) Len() int { return len(n.servents) }

// Router returns the Router of a servent.
func (n *Network) Router(node Node) *routing.Router { return n.servents[node].router }

// Now returns the time since the network began.
func (n *Network) Now() time.Duration { return n.now }

// Clock returns the time that Routers are given now.
func (n *Network) Clock() time.Time { return epoch.Add(n.now) }

// Begin begins a new query: it forgets what is under way and lets so much time
// pass that every Router has forgotten what it saw, 10 minutes as a servent is
// by default. Seed is that of the losses. So what follows does not depend on what
// was asked before, but for the time, and but for servents and links that came or
// went. What [Network.At] planned for that time is done, and what it sends is
// forgotten too, but the Routers keep the GUIDs of it; a link whose Bye is forgotten
// is closed. A Network has time for 10 million queries of 10 minutes: its clock
// stops after 292 years.
func (n *Network) Begin(seed uint64) {
	n.forget()
	n.Advance(n.rest)
	n.forget()
	n.losses.seed(seed)
}

// forget loses what is under way, without a word.
func (n *Network) forget() {
	n.queue.retain(func(a *arrival) bool {
		if a.node == nobody {
			return true
		}
		if e := n.servents[a.node].ends.at(a.link &^ carried); e != nil && e.is(parting) {
			n.close(a.node, a.link&^carried)
		}
		return false
	})
	n.mail.clear()
}

// Send gives m to the Router of node, as its own message, once what is due now
// has been routed.
func (n *Network) Send(node Node, m messages.Message) {
	n.queue.push(n.now, visit{node: node, from: node, link: routing.Self, what: n.mail.put(&m)})
}

// SendRaw puts m on the link from a to b as it is, past a's Router: what a
// hostile or broken servent would send.
func (n *Network) SendRaw(a, b Node, m messages.Message) error {
	l, err := n.Link(a, b)
	if err != nil {
		return err
	}
	e := routing.Effect{Kind: routing.Send, To: l, Message: m}
	if to, lost := n.dispatch(a, &e); lost {
		n.tell(Event{Node: a, From: a, To: to, Kind: Lost, Effect: &e})
	}
	return nil
}

// SendTo gives m to the Router of a, as its own message for b alone, at once.
func (n *Network) SendTo(a, b Node, m messages.Message) error {
	l, err := n.Link(a, b)
	if err != nil {
		return err
	}
	n.perform(a, a, n.servents[a].router.SendTo(epoch.Add(n.now), l, m, nil))
	return nil
}

// Carry takes tag, whatever it stands for, over the link l of from and hands it
// to [Network.Arrived], past the Routers: a message of the lab's own, such as a
// walker. It takes the link's latency, and can be lost.
func (n *Network) Carry(from Node, l routing.Link, tag uint32) {
	e := n.servents[from].ends.at(l)
	if e == nil || !e.is(open) {
		n.tell(Event{Node: from, From: from, Kind: Lost, Tag: tag})
		return
	}
	to, lost := e.far, n.losses.loses(from, l)
	if !lost {
		n.queue.push(n.later(e.latency()), visit{node: to, from: from, link: e.back | carried, what: tag})
	}
	n.tell(Event{Node: from, From: from, To: to, Kind: Carried, Tag: tag})
	if lost {
		n.tell(Event{Node: from, From: from, To: to, Kind: Lost, Tag: tag})
	}
}

// Idle reports whether nothing is under way and nothing is planned. Within Watch,
// what is due now does not count as under way.
func (n *Network) Idle() bool { return n.queue.count == 0 }

// Run goes on until nothing is under way and nothing is planned.
func (n *Network) Run() { n.until(never) }

// Settle goes on until nothing is under way. What is planned for a later time than
// the last arrival stays planned.
func (n *Network) Settle() {
	for !n.stopped && n.queue.count > n.timers.waiting() {
		for n.queue.count > n.timers.waiting() && !n.stops(1) && n.queue.next(never) {
			n.wave()
		}
		n.until(n.now) // what is planned for the time of the last arrival
	}
}

// Advance does what is due within d, and lets d pass. Less than nothing counts as
// nothing.
func (n *Network) Advance(d time.Duration) {
	end := n.later(d)
	n.until(end)
	n.now = end
}

// Stopped reports whether the network was told to stop.
func (n *Network) Stopped() bool { return n.stopped }

// later returns when it will be d from now, never at the latest.
func (n *Network) later(d time.Duration) time.Duration {
	return n.now + min(max(d, 0), never-n.now)
}

// never is later than anything is due.
const never = time.Duration(math.MaxInt64)
