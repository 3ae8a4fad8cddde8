package lab

import (
	"time"

	"servent/messages"
	"servent/routing"
)

// until does what is due until then, wave after wave.
func (n *Network) until(end time.Duration) {
	for !n.stops(1) && n.queue.next(end) {
		n.wave()
	}
}

// wave does what is due next.
func (n *Network) wave() {
	n.now = n.queue.last
	n.clock = epoch.Add(n.now)
	wave := n.queue.take()
	for len(wave) > 0 {
		some := wave[:min(len(wave), warmed)]
		if n.stops(len(some)) {
			return
		}
		if len(some) > 1 && len(n.servents) > uncached {
			for i := range some {
				n.warm(&some[i])
			}
		}
		for i := range some {
			n.arrive(&some[i])
		}
		wave = wave[len(some):]
	}
}

// patience is how much happens before Stop is asked again: a millisecond or so.
const patience = 1 << 12

// stops reports whether to give up before so much more happens.
func (n *Network) stops(more int) bool {
	if n.unasked += more; n.unasked >= patience && !n.stopped {
		n.unasked = 0
		n.stopped = n.Stop != nil && n.Stop()
	}
	return n.stopped
}

// warmed is how many visits of a wave the processor is asked to have ready.
const warmed = 16

// uncached is how many servents at least do not fit a processor's cache, with
// what a flood reads of them.
const uncached = 1 << 14

// warm reads what a visit will need of its servent. Who warms several waits for
// their memory once, not for each: half of a flood's time or more.
func (n *Network) warm(v *visit) {
	if v.node == nobody {
		return
	}
	s := &n.servents[v.node]
	n.sink += s.router.Warm()
	if len(s.ends.list) > 0 {
		n.sink += s.ends.list[0].timing
	}
}

// warmAll warms what is due soon.
func (n *Network) warmAll(soon []arrival) {
	for i := range soon {
		n.warm(&soon[i].visit)
	}
}

// arrive takes what has arrived.
func (n *Network) arrive(v *visit) {
	switch {
	case v.node == nobody:
		n.timers.take(v.what)()
	case v.link&carried != 0:
		n.handOver(v)
	case n.churned && n.isLost(v):
		m := n.mail.take(v.what)
		n.tell(Event{Node: v.from, From: v.from, To: v.node, Kind: Lost, Effect: &routing.Effect{Kind: routing.Send, Message: *m}})
	default:
		n.route(v)
	}
}

// route steps one message that has arrived, and performs the effects.
func (n *Network) route(v *visit) {
	m := n.mail.take(v.what)
	n.effects = n.servents[v.node].router.Step(n.clock, v.link, *m, n.effects[:0])
	if len(n.effects) == 0 && n.Watch != nil {
		n.tell(Event{Node: v.node, From: v.from, Kind: Taken, Effect: &routing.Effect{Message: *m}})
		return
	}
	n.perform(v.node, v.from, n.effects)
	if n.churned {
		n.hearBye(v, n.effects)
	}
}

// handOver gives what Carry carried to Arrived.
func (n *Network) handOver(v *visit) {
	v.link &^= carried
	e := n.servents[v.node].ends.at(v.link)
	event := Event{Node: v.node, From: v.from, Kind: Arrived, Tag: v.what}
	if e == nil || !e.is(open) || e.is(mute) {
		event = Event{Node: v.from, From: v.from, To: v.node, Kind: Lost, Tag: v.what}
	}
	n.tell(event)
	if event.Kind == Arrived && n.Arrived != nil {
		n.Arrived(v.node, v.from, v.what)
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
		// Field by field: to copy a struct just written makes the processor wait, a
		// tenth of a flood.
		slot := n.slot()
		slot.Time, slot.Kind, slot.Tag = n.now, Routed, 0
		slot.Node, slot.From, slot.To, slot.Effect = node, from, to, e
		n.show(slot)
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
	// Loss is not meant for Byes: the far end would keep the dead link for ever.
	if !near.is(open) || e.Message.Type != messages.TypeBye && n.losses.loses(node, e.To) {
		return near.far, true
	}
	n.queue.push(n.later(near.latency()), visit{node: near.far, from: node, link: near.back, what: n.mail.put(&e.Message)})
	return near.far, false
}
