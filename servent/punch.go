package servent

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	libp2pevent "github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/protocol/holepunch"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

const (
	// punchWait is how long a stream waits for a hole to be punched before it goes
	// through the relay: a round trip by the relay, half a one to begin, and a
	// handshake, with room for a second try.
	punchWait = 5 * time.Second
	// punchDial bounds one try.
	punchDial = 3 * time.Second
	// maxSeen is how many neighbours' views of our address are kept.
	maxSeen = 32
)

// punching knows whether holes can be punched from here, and how it went. Holes
// are punched for QUIC, which dials from the port that it listens on; TCP does not
// here, see newTCPTransport. Any goroutine may call its methods.
type punching struct {
	mu              sync.Mutex
	own             bool                       // an interface has a public address
	seen            map[peer.ID]netip.AddrPort // our public address of QUIC, as each peer sees it
	punched, missed int
	last            string // why the last one failed
}

// watch learns from what peers say of the connections that they have with h, until
// ctx ends.
func (p *punching) watch(ctx context.Context, h host.Host) error {
	heard, err := h.EventBus().Subscribe(new(libp2pevent.EvtPeerIdentificationCompleted), eventbus.Name("servent"))
	if err != nil {
		return fmt.Errorf("servent: learn how others see this servent: %w", err)
	}
	defer heard.Close()
	for {
		select {
		case e, open := <-heard.Out():
			if !open {
				return nil
			}
			// Whom we did not choose might tell us anything.
			if done, ok := e.(libp2pevent.EvtPeerIdentificationCompleted); ok && done.ObservedAddr != nil && done.Conn.Stat().Direction == network.DirOutbound {
				p.look(done.Peer, done.Conn.LocalMultiaddr(), done.ObservedAddr, h.Network().ListenAddresses())
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// watchPunching learns how others see this servent.
func (s *Servent) watchPunching() {
	s.punching.has(s.interfaces().hasPublic())
	if err := s.punching.watch(s.running, s.host); err != nil {
		s.log.Warn("holes cannot be punched", "err", err)
	}
}

// look notes that a peer sees the near end of a connection of ours as observed.
func (p *punching) look(by peer.ID, near, observed ma.Multiaddr, listens []ma.Multiaddr) {
	at, ok := udpPlace(observed)
	from, fromOK := udpPlace(near)
	if !ok || !fromOK || isCircuit(observed) || !manet.IsPublicAddr(observed) || !listensOn(listens, from.Port()) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[peer.ID]netip.AddrPort{}
	}
	if _, known := p.seen[by]; !known && len(p.seen) >= maxSeen {
		for old := range p.seen {
			delete(p.seen, old)
			break
		}
	}
	p.seen[by] = at
}

// udpPlace returns the IP address and UDP port that a begins with.
func udpPlace(a ma.Multiaddr) (netip.AddrPort, bool) {
	if len(a) < 2 || a[1].Protocol().Code != ma.P_UDP {
		return netip.AddrPort{}, false
	}
	ip, err := manet.ToIP(a)
	addr, ok := netip.AddrFromSlice(ip)
	if err != nil || !ok {
		return netip.AddrPort{}, false
	}
	var port uint16
	if _, err := fmt.Sscan(a[1].Value(), &port); err != nil {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(addr.Unmap(), port), true
}

// listensOn reports whether QUIC listens on a port.
func listensOn(listens []ma.Multiaddr, port uint16) bool {
	for _, l := range listens {
		if at, ok := udpPlace(l); ok && at.Port() == port {
			return true
		}
	}
	return false
}

// has notes whether an interface has a public address.
func (p *punching) has(own bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.own = own
}

// possible reports whether a hole may be punched from here.
func (p *punching) possible() bool {
	ok, _ := p.tell()
	return ok
}

// tell says whether a hole may be punched from here, and why.
func (p *punching) tell() (possible bool, why api.Said) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ports := map[netip.Addr]map[uint16]bool{}
	for _, at := range p.seen {
		if ports[at.Addr()] == nil {
			ports[at.Addr()] = map[uint16]bool{}
		}
		ports[at.Addr()][at.Port()] = true
		if len(ports[at.Addr()]) > 1 {
			return false, api.Say("punch.symmetric", "the address translator at {address} gives each destination another port (symmetric NAT)", at.Addr())
		}
	}
	switch {
	case len(p.seen) > 0:
		for _, at := range p.seen {
			why = api.Say("punch.seen", "others see this servent at {address}, by QUIC", at)
		}
	case p.own:
		why = api.Say("punch.public", "this computer has a public address")
	default:
		return false, api.Say("punch.unknown", "no public address of this servent is known: no neighbour beyond an address translator was reached by QUIC")
	}
	if p.punched+p.missed > 0 {
		why = api.Say("punch.tried", "{cause}; {punched} punched, {failed} failed", why, p.punched, p.missed)
		if p.last != "" {
			why = api.Say("punch.last", "{cause} (the last: {error})", why, p.last)
		}
	}
	return true, why
}

// Trace is told by libp2p how each try goes.
func (p *punching) Trace(e *holepunch.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch done := e.Evt.(type) {
	case *holepunch.EndHolePunchEvt:
		if done.Success {
			p.punched++
		} else {
			p.missed++
			p.last = done.Error
		}
	case *holepunch.ProtocolErrorEvt:
		p.last = done.Error
	}
}
