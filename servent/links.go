package servent

import (
	"bufio"
	"crypto/rand"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
)

// linkTable holds the links and the handshakes under way. The loop owns it.
type linkTable struct {
	byID     map[routing.Link]*link
	byPeer   map[peer.ID]*link
	offering map[peer.ID]offerEnd // our own handshakes under way
	last     routing.Link         // numbers are not used twice
}

// offerEnd lists who waits for the end of an offer. The loop calls them.
type offerEnd []func(error)

func newLinkTable() linkTable {
	return linkTable{
		byID:     map[routing.Link]*link{},
		byPeer:   map[peer.ID]*link{},
		offering: map[peer.ID]offerEnd{},
	}
}

func (t *linkTable) add(l *link) {
	t.last++
	l.id = t.last
	t.byID[l.id] = l
	t.byPeer[l.peer] = l
}

func (t *linkTable) isOffering(to peer.ID) bool {
	_, ok := t.offering[to]
	return ok
}

func (t *linkTable) remove(l *link) {
	delete(t.byID, l.id)
	delete(t.byPeer, l.peer)
}

// admit decides about a link that another servent offers. Two servents that
// dial each other at once keep the link that the lesser peer ID offered: both
// sides know which that is.
func (s *Servent) admit(from peer.ID, network string) status {
	switch {
	case network != s.cfg.Network:
		return statusNetwork
	case from == s.host.ID() || s.links.byPeer[from] != nil:
		return statusDuplicate
	case s.links.isOffering(from) && s.host.ID() < from:
		return statusDuplicate
	case s.shunned.has(from):
		return statusBusy
	}
	return statusOK
}

// attach makes a link of a finished handshake, and returns nil where there is
// a better one to that peer, or no room. Two handshakes with one peer may have
// crossed before admit could know: then, too, both sides keep the link that
// the lesser peer ID offered.
func (s *Servent) attach(n neighbour, p pipe, r *bufio.Reader) *link {
	if old := s.links.byPeer[n.peer]; old != nil {
		lesser := s.host.ID() < n.peer
		if n.outbound == old.outbound || n.outbound != lesser {
			return nil
		}
		s.detach(old, endCrossed)
	}
	now := time.Now()
	if s.ending || s.shunned.has(n.peer) || s.bans.has(now, n.peer) || !s.makeRoom(now, n) {
		return nil
	}
	l := &link{
		neighbour: n,
		pipe:      p,
		out:       newOutbox(s.cfg.OutboxSize, s.questions.look),
		since:     now,
		alive:     keepAlive{heard: now},
		worth:     worth{at: now},
		readEnded: make(chan struct{}),
		questions: newQueue(),
	}
	s.links.add(l)
	s.linked.Store(int32(len(s.links.byID)))
	if n.incoming && s.isFromOutside(n.addr) {
		s.fromOutside++
	}
	s.router.Attach(l.id)
	s.workers.Go(l.write)
	s.workers.Go(func() { l.read(r, s.tell) })
	s.log.Info("link", "peer", n.peer, "link", l.id, "addr", n.addr, "outbound", n.outbound, "agent", n.agent)
	s.tellLinkEvent(api.StateBegun, l, "")
	s.tellTraceLinks()
	s.host.ConnManager().Protect(n.peer, linkTag)
	s.greet(now, l)
	return l
}

// tell hands an arrival to the loop, and reports whether there still is one.
//
// A link that must not be read for now waits here.
func (s *Servent) tell(a arrival) bool {
	if wait := a.link.held(); wait > 0 {
		pause := time.NewTimer(wait)
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-s.loopEnded:
		}
	}
	select {
	case s.events <- event{arrival: a}:
		return true
	case <-s.loopEnded:
		a.batch.release()
		return false
	}
}

// greet sends a new neighbour its first Ping, so that it answers with its
// address, and the searches under way, which it has not heard of.
func (s *Servent) greet(now time.Time, l *link) {
	s.ping(now, l)
	s.greetWithSearches(now, l)
}

// ping sends l a keep-alive Ping, which goes no further than it.
// Source: gnutella.md §3.3.
func (s *Servent) ping(now time.Time, l *link) {
	l.alive.asked = now
	l.alive.unanswered++
	s.sendTo(now, l, s.newPing(1))
}

// newPing returns a Ping of our own.
func (s *Servent) newPing(ttl uint8) messages.Message {
	m, err := messages.New(s.newGUID(), ttl, messages.Ping{})
	if err != nil {
		panic("servent: an empty Ping cannot be written: " + err.Error())
	}
	return m
}

// keepAlive pings the links that are silent and closes the dead ones.
func (s *Servent) keepAlive(now time.Time) {
	for _, l := range s.links.byID {
		l.conduct.refill(now, s.uselessRate())
		l.worth.look(now, s.router.Fresh(l.id))
		again := s.cfg.KeepAlive
		if l.alive.unanswered > 0 {
			again /= unansweredShare
		}
		silent := now.Sub(l.alive.heard) >= s.cfg.KeepAlive && now.Sub(l.alive.asked) >= again
		switch {
		case l.probe.overdue(now):
			s.bury(l, "dead: no answer since the network, or the neighbour's address, changed")
		case !silent:
		case l.alive.unanswered >= maxUnanswered:
			s.bye(l, messages.ByeNoPong, "No Reply To Keep-Alive Pings")
			s.closeUnder(l, byeGrace)
		default:
			s.ping(now, l)
		}
	}
}

// newGUID draws a GUID for a message of our own.
func (s *Servent) newGUID() messages.GUID {
	var g messages.GUID
	rand.Read(g[:]) // never fails
	return g.Mark()
}
