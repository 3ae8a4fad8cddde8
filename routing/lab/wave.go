package lab

import (
	"time"

	"servent/routing"
)

// until does what is due until then, wave after wave.
func (n *Network) until(end time.Duration) {
	for n.queue.next(end) {
		n.now = n.queue.last
		wave := n.queue.take()
		for i := range wave {
			n.arrive(&wave[i])
		}
	}
}

// arrive takes what has arrived.
func (n *Network) arrive(a *arrival) {
	switch {
	case a.node == nobody:
		n.timers.take(a.what)()
	case a.link&carried != 0:
		n.handOver(a)
	case n.churned && n.isLost(a):
		m := n.mail.take(a.what)
		n.tell(Event{Node: a.from, From: a.from, To: a.node, Kind: Lost, Effect: &routing.Effect{Kind: routing.Send, Message: *m}})
	default:
		n.route(a)
	}
}

// route steps one message that has arrived, and performs the effects.
func (n *Network) route(a *arrival) {
	m := n.mail.take(a.what)
	n.effects = n.servents[a.node].router.Step(epoch.Add(n.now), a.link, *m, n.effects[:0])
	n.perform(a.node, a.from, n.effects)
	if n.churned {
		n.hearBye(a, n.effects)
	}
}

// handOver gives what Carry carried to Arrived.
func (n *Network) handOver(a *arrival) {
	a.link &^= carried
	e := n.servents[a.node].ends.at(a.link)
	event := Event{Node: a.node, From: a.from, Kind: Arrived, Tag: a.what}
	if e == nil || !e.is(open) || e.is(mute) || n.servents[a.node].away {
		event = Event{Node: a.from, From: a.from, To: a.node, Kind: Lost, Tag: a.what}
	}
	n.tell(event)
	if event.Kind == Arrived && n.Arrived != nil {
		n.Arrived(a.node, a.from, a.what)
	}
}

// perform carries out the effects of node's Router for a message of from.
func (n *Network) perform(node, from Node, effects []routing.Effect) {
	for i := range effects {
		e := &effects[i]
		var to Node
		lost := false
		if e.Kind == routing.Send {
			to, lost = n.dispatch(node, e)
		}
		if n.Watch == nil {
			continue
		}
		n.tell(Event{Node: node, From: from, To: to, Kind: Routed, Effect: e})
		if lost {
			n.tell(Event{Node: node, From: from, To: to, Kind: Lost, Effect: e})
		}
	}
}

// dispatch puts the message of a Send of node on its link. It returns whom it is
// for, and whether it is lost.
func (n *Network) dispatch(node Node, e *routing.Effect) (to Node, lost bool) {
	near := n.servents[node].ends.at(e.To)
	if near == nil {
		return node, true // closed by Watch since the Router asked for it
	}
	if !near.is(open) || n.losses.loses(node, e.To) {
		return near.far, true
	}
	n.queue.push(arrival{
		due: n.now + near.latency(), node: near.far, from: node, link: near.back, what: n.mail.put(&e.Message),
	})
	return near.far, false
}

// take returns the wave, sorted by servent, and empties it. It holds until the
// next one is taken.
func (q *queue) take() []arrival {
	wave := q.wave[:0]
	sorted := true
	last := nobody
	for c := q.now.first; c != nil; c = c.next {
		for i := range c.items[:c.used] {
			sorted = sorted && c.items[i].node >= last
			last = c.items[i].node
		}
		wave = append(wave, c.items[:c.used]...)
	}
	q.give(&q.now)
	q.count -= len(wave)
	q.wave = wave
	if !sorted {
		q.sort()
	}
	return q.wave
}
