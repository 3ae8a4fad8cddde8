package servent

import (
	"context"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// probeWait is how long a neighbour may take to answer once there is reason
	// to doubt its link: the network changed, or its address did.
	probeWait = 5 * time.Second
	// rivalWait is how long it may where it offers a link itself: it would not if
	// it still had one.
	rivalWait = 2 * time.Second
)

// A probe asks whether a link is alive.
type probe struct {
	since time.Time     // zero: nobody asks
	word  chan struct{} // closed at the neighbour's next word
}

// probe asks a neighbour for a word, unless that is being done, and returns
// what is closed when it comes. Without one the link is dead, and found so by
// keepAlive.
func (s *Servent) probe(now time.Time, l *link) <-chan struct{} {
	if l.probe.since.IsZero() {
		l.probe = probe{since: now, word: make(chan struct{})}
		s.ping(now, l)
	}
	return l.probe.word
}

// answered notes the neighbour's word.
func (p *probe) answered() {
	if !p.since.IsZero() {
		close(p.word)
		*p = probe{}
	}
}

// overdue reports whether the neighbour has not answered in time.
func (p *probe) overdue(now time.Time) bool {
	return !p.since.IsZero() && now.Sub(p.since) >= probeWait
}

// bury ends a link whose neighbour does not answer, and the connection under
// it: what is sent there goes nowhere.
func (s *Servent) bury(l *link, why string) {
	s.detach(l, why)
	s.closeUnder(l, 0)
}

// closeUnder closes the connection that a link ran over, after a while.
func (s *Servent) closeUnder(l *link, after time.Duration) {
	stream, ok := l.pipe.(network.Stream)
	if !ok {
		return
	}
	s.workers.Go(func() {
		wait := time.NewTimer(after)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-s.running.Done():
		}
		stream.Conn().Close()
	})
}

// doubt is called when a peer offers a link although there is one. It asks the
// old link for a word and, where none comes, makes way for the new one: the
// peer's end may have died long before ours, when its cable was pulled. over is
// the connection of the new one, which stays.
func (s *Servent) doubt(ctx context.Context, from peer.ID, over network.Conn) {
	var old *link
	var word <-chan struct{}
	s.call(ctx, func() {
		if old = s.links.byPeer[from]; old != nil {
			word = s.probe(time.Now(), old)
		}
	})
	if old == nil {
		return
	}
	late := time.NewTimer(rivalWait)
	defer late.Stop()
	select {
	case <-word:
	case <-late.C:
		s.call(ctx, func() {
			select {
			case <-word: // just in time
			default:
				s.makeWay(old, over)
			}
		})
	case <-ctx.Done():
	}
}

// makeWay ends a dead link for one over another connection, or the same.
func (s *Servent) makeWay(old *link, over network.Conn) {
	const why = "dead: the neighbour offers a new link, and does not answer on the old one"
	if s.links.byID[old.id] != old {
		return
	}
	if stream, ok := old.pipe.(network.Stream); ok && stream.Conn() == over {
		s.detach(old, why)
		return
	}
	s.bury(old, why)
}
