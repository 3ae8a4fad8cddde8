package lab

import (
	"time"

	"servent/messages"
	"servent/routing"
)

// bye is the payload of a Bye of who leaves.
var bye = func() []byte {
	payload, err := messages.Bye{Code: messages.ByeShutdown, Text: "Shutting Down"}.AppendBinary(nil)
	if err != nil {
		panic(err)
	}
	return payload
}()

// Away reports whether v has left.
func (n *Network) Away(v Node) bool { return n.servents[v].away }

// Leave has v leave as a servent does that its user ends: its Router sends a Bye
// by each link, and each neighbour closes the link when that arrives. What v has
// sent before arrives; what is under way to it is lost. It does nothing where v
// is away.
func (n *Network) Leave(v Node) {
	if n.servents[v].away {
		return
	}
	header := messages.Header{Type: messages.TypeBye, TTL: 1}
	for _, l := range n.Links(v) {
		e := n.servents[v].ends.at(l)
		if e == nil || !e.is(open) {
			continue // closed by Watch
		}
		if far := n.farEnd(e); far != nil {
			far.set(parting)
		}
		effects := n.servents[v].router.SendTo(epoch.Add(n.now), l, messages.Message{Header: header, Payload: bye}, nil)
		n.perform(v, v, effects)
	}
	n.part(v)
}

// Fail has v leave as a computer does that is switched off: what is under way
// from it and to it is lost, and its neighbours send to it in vain until they
// notice, after the given time: 35 s for a servent whose keep-alive Pings go
// unanswered. It does nothing where v is away.
func (n *Network) Fail(v Node, noticed time.Duration) {
	if n.servents[v].away {
		return
	}
	type link struct {
		node Node
		link routing.Link
	}
	var left []link
	for _, l := range n.Links(v) {
		e := n.servents[v].ends.at(l)
		if far := n.farEnd(e); far != nil && far.is(open) {
			far.set(mute)
			left = append(left, link{e.far, e.back})
		}
	}
	n.part(v)
	n.At(n.later(noticed), func() {
		for _, l := range left {
			n.close(l.node, l.link)
		}
	})
}

// farEnd returns the other end of the link of e, or nil where that is left out.
func (n *Network) farEnd(e *end) *end { return n.servents[e.far].ends.at(e.back) }

// part closes v's ends of its links.
func (n *Network) part(v Node) {
	for _, l := range n.Links(v) {
		n.close(v, l)
	}
	n.servents[v].away = true
	n.churned = true
}

// Join has v, which left, come back with links to neighbours, under new numbers,
// and with a Router that remembers nothing. Neighbours that are away, and v
// itself, are left out. Where v is there, it gets the links only.
func (n *Network) Join(v Node, neighbours []Node) {
	s := &n.servents[v]
	if s.away {
		s.away = false
		s.born = s.ends.next
		s.router.Reset()
	}
	for _, w := range neighbours {
		if w != v && !n.servents[w].away {
			n.Connect(v, w, n.latency(v, w))
		}
	}
}

// isLost reports whether a message that arrives is lost, since one of the two
// has left.
func (n *Network) isLost(v *visit) bool {
	s := &n.servents[v.node]
	if s.away || v.link == routing.Self {
		return s.away
	}
	e := s.ends.at(v.link)
	return v.link < s.born || e != nil && e.is(mute)
}

// hearBye closes the link that a Bye of who left came by.
func (n *Network) hearBye(v *visit, effects []routing.Effect) {
	if len(effects) == 0 || effects[0].Kind != routing.Deliver || effects[0].Message.Type != messages.TypeBye {
		return
	}
	if e := n.servents[v.node].ends.at(v.link); e != nil && e.is(parting) {
		n.close(v.node, v.link)
	}
}

// At plans to do something at a time since the network began, or now where that
// has passed: before the messages that arrive at that time, in the order of
// planning. It may call what Watch may.
func (n *Network) At(at time.Duration, do func()) {
	n.queue.push(max(at, n.now), visit{node: nobody, what: n.timers.put(do)})
}

// timers are what is planned, by numbers that are used again.
type timers struct {
	planned []func()
	free    []uint32
}

func (ts *timers) put(do func()) uint32 {
	if last := len(ts.free) - 1; last >= 0 {
		number := ts.free[last]
		ts.free = ts.free[:last]
		ts.planned[number] = do
		return number
	}
	ts.planned = append(ts.planned, do)
	return uint32(len(ts.planned) - 1)
}

// waiting returns how much is planned.
func (ts *timers) waiting() int { return len(ts.planned) - len(ts.free) }

func (ts *timers) take(number uint32) func() {
	do := ts.planned[number]
	ts.planned[number] = nil
	ts.free = append(ts.free, number)
	return do
}
