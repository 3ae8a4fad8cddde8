package servent

import (
	"net/netip"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// floodRate is how many announcements a second are looked at on average, and
	// floodBurst how many at once; the rest is dropped.
	floodRate  = 50
	floodBurst = 100
	// One sender may announce maxPeersOfOne servents in floodWindow, and so may
	// maxSenders senders; a computer with a class's demonstration has a dozen.
	maxPeersOfOne = 32
	maxSenders    = 256
	floodWindow   = 10 * time.Minute
)

// A floodGate bounds what anybody on the network can have us do and keep by
// announcing servents that do not exist. The zero value is ready.
type floodGate struct {
	tokens  float64
	filled  time.Time
	since   time.Time // when the window began
	senders map[netip.Addr]map[peer.ID]struct{}
}

// pass reports whether one more announcement may be looked at.
func (g *floodGate) pass(now time.Time) bool {
	if g.filled.IsZero() {
		g.tokens = floodBurst
	} else {
		g.tokens = min(floodBurst, g.tokens+now.Sub(g.filled).Seconds()*floodRate)
	}
	g.filled = now
	if g.tokens < 1 {
		return false
	}
	g.tokens--
	return true
}

// admit reports whether sender may tell of one more servent.
func (g *floodGate) admit(now time.Time, sender netip.Addr, id peer.ID) bool {
	if !g.pass(now) {
		return false
	}
	if g.senders == nil || now.Sub(g.since) >= floodWindow {
		g.since, g.senders = now, map[netip.Addr]map[peer.ID]struct{}{}
	}
	peers := g.senders[sender]
	if _, ok := peers[id]; ok {
		return true
	}
	if peers == nil {
		if len(g.senders) == maxSenders {
			return false
		}
		peers = map[peer.ID]struct{}{}
		g.senders[sender] = peers
	}
	if len(peers) == maxPeersOfOne {
		return false
	}
	peers[id] = struct{}{}
	return true
}
