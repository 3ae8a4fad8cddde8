package servent

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/messages"
	"servent/servent/api"
)

const (
	// maxRelays is at how many relays a servent holds a place.
	maxRelays = 2
	// maxCircuitAddrs is how many addresses by relays are told of the
	// messages.MaxAddrs that there is room for.
	maxCircuitAddrs = 4
	// reserveTimeout bounds the asking for a place, reserveRest is how long a
	// neighbour that refused one is not asked again.
	reserveTimeout = 10 * time.Second
	reserveRest    = time.Minute
	// circuitIdle is how long a circuit may carry nothing, at least.
	circuitIdle = 10 * time.Second
)

// isCircuit reports whether a leads through a relay.
func isCircuit(a ma.Multiaddr) bool {
	_, err := a.ValueForProtocol(ma.P_CIRCUIT)
	return err == nil
}

// apartOf divides addresses into those to dial and those through relays.
func apartOf(addrs []ma.Multiaddr) (direct, circuits []ma.Multiaddr) {
	for _, a := range addrs {
		if isCircuit(a) {
			circuits = append(circuits, a)
		} else {
			direct = append(direct, a)
		}
	}
	return direct, circuits
}

// A circuitPlace is one at a relay: others call this servent through it.
type circuitPlace struct {
	addrs  []ma.Multiaddr
	until  time.Time
	renew  time.Time // when it is asked for again
	bytes  uint64    // that one circuit carries each way; 0: no limit
	lasts  time.Duration
	asking bool
}

// circuits are the places that a servent holds at relays. The loop owns them.
type circuits struct {
	held  map[peer.ID]*circuitPlace
	rests map[peer.ID]time.Time // relays that gave none, and until when they are left alone

	looked time.Time
	idle   map[string]bool // connections through relays that carried nothing then
}

// keepCircuits takes places at relays among the neighbours as long as nobody has
// reached this servent, and keeps what it has while the neighbour is there. One
// more address costs little, and it is not known that others cannot come in.
func (s *Servent) keepCircuits(now time.Time) {
	s.hangUpIdle(now)
	for id, p := range s.circuits.held {
		switch {
		case s.links.byPeer[id] == nil || now.After(p.until):
			delete(s.circuits.held, id)
			s.know()
		case now.After(p.renew) && !p.asking:
			s.reserve(id, p)
		}
	}
	for id, until := range s.circuits.rests {
		if now.After(until) || s.links.byPeer[id] == nil {
			delete(s.circuits.rests, id)
		}
	}
	if s.cfg.Relay || s.fromOutside > 0 {
		return // it is what others go through, or can be reached itself
	}
	for id, l := range s.links.byPeer {
		if len(s.circuits.held) >= maxRelays {
			return
		}
		_, rests := s.circuits.rests[id]
		if rests || s.circuits.held[id] != nil || !l.outbound {
			continue
		}
		if offered, err := s.host.Peerstore().SupportsProtocols(id, hopProtocol); err == nil && len(offered) > 0 {
			p := &circuitPlace{until: now.Add(reserveTimeout + time.Minute)}
			s.circuits.hold(id, p)
			s.reserve(id, p)
		}
	}
}

func (c *circuits) hold(id peer.ID, p *circuitPlace) {
	if c.held == nil {
		c.held, c.rests = map[peer.ID]*circuitPlace{}, map[peer.ID]time.Time{}
	}
	c.held[id] = p
}

// reserve asks a relay for a place, or for the same one on.
func (s *Servent) reserve(id peer.ID, p *circuitPlace) {
	p.asking = true
	s.workers.Go(func() {
		ctx, cancel := context.WithTimeout(network.WithNoDial(s.running, "a neighbour"), reserveTimeout)
		defer cancel()
		got, err := client.Reserve(ctx, s.host, peer.AddrInfo{ID: id})
		s.call(context.Background(), func() { s.reserved(time.Now(), id, p, got, err) })
	})
}

// reserved notes what a relay said.
func (s *Servent) reserved(now time.Time, id peer.ID, p *circuitPlace, got *client.Reservation, err error) {
	p.asking = false
	if s.circuits.held[id] != p {
		return // the relay has gone
	}
	if err != nil {
		s.log.Info("no place at a relay", "peer", id, "err", err)
		s.circuits.rests[id] = now.Add(reserveRest)
		if len(p.addrs) == 0 {
			delete(s.circuits.held, id)
		} else {
			p.renew = now.Add(reserveRest)
		}
		return
	}
	if len(p.addrs) == 0 {
		s.log.Info("a place at a relay", "peer", id, "until", got.Expiration.Format(time.TimeOnly), "bytes", got.LimitData, "time", got.LimitDuration)
	}
	lasts := min(got.Expiration.Sub(now), relayHold) // it is the relay's word
	p.until, p.renew = now.Add(lasts), now.Add(lasts/2)
	p.bytes, p.lasts = got.LimitData, got.LimitDuration
	p.addrs = s.throughRelay(id, got.Addrs)
	s.know()
}

// throughRelay returns how others call this servent through a relay that says it
// has those addresses: one that is not this computer's loopback is better.
func (s *Servent) throughRelay(id peer.ID, told []ma.Multiaddr) (out []ma.Multiaddr) {
	places := s.reachedAt(id) // where it is for us
	for _, a := range told {
		place, relay := peer.SplitAddr(a)
		if relay == id && len(place) > 0 && isPlain(place) && manet.IsThinWaist(place) && !isCircuit(place) && !manet.IsIP6LinkLocal(place) {
			places = append(places, place)
		}
	}
	if slices.ContainsFunc(places, func(a ma.Multiaddr) bool { return !manet.IsIPLoopback(a) }) {
		places = slices.DeleteFunc(places, manet.IsIPLoopback)
	}
	for _, place := range places {
		a, err := ma.NewMultiaddr(fmt.Sprintf("%s/p2p/%s/p2p-circuit", place, id))
		if err == nil && len(a.Bytes()) <= messages.MaxMultiaddr && len(out) < maxCircuitAddrs/maxRelays && !ma.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// addrs returns how others call this servent through relays.
func (c *circuits) addrs() (out []ma.Multiaddr) {
	for _, id := range sortedPeers(c.held) {
		out = append(out, c.held[id].addrs...)
	}
	return out[:min(len(out), maxCircuitAddrs)]
}

func sortedPeers(held map[peer.ID]*circuitPlace) []peer.ID {
	ids := make([]peer.ID, 0, len(held))
	for id := range held {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// throughCircuit opens a stream to a servent through a relay, or directly where a
// hole can be punched on the way.
func (s *Servent) throughCircuit(ctx context.Context, id peer.ID, by []ma.Multiaddr, protocol protocol.ID) (network.Stream, error) {
	s.host.Peerstore().ClearAddrs(id)
	s.host.Peerstore().AddAddrs(id, by, peerstore.TempAddrTTL)
	ctx = network.WithDialPeerTimeout(ctx, dialTimeout)
	if s.host.Network().Connectedness(id) != network.Limited && s.punching.possible() {
		patient, cancel := context.WithTimeout(ctx, punchWait)
		stream, err := s.host.NewStream(patient, id, protocol) // waits for a direct connection
		cancel()
		if err == nil {
			s.hangUp(id)
			return stream, nil
		}
	}
	stream, err := s.host.NewStream(network.WithAllowLimitedConn(ctx, "through a relay"), id, protocol)
	if err != nil {
		return nil, inOneLine(err)
	}
	return stream, nil
}

// hangUp ends the circuits to a servent that carry nothing.
func (s *Servent) hangUp(id peer.ID) {
	for _, conn := range s.host.Network().ConnsToPeer(id) {
		if conn.Stat().Limited && len(conn.GetStreams()) == 0 {
			conn.Close()
		}
	}
}

// hangUpIdle ends the circuits that have carried nothing for a while: a relay has
// few for each servent.
func (s *Servent) hangUpIdle(now time.Time) {
	if now.Sub(s.circuits.looked) < circuitIdle {
		return
	}
	s.circuits.looked = now
	idle := map[string]bool{}
	for _, conn := range s.host.Network().Conns() {
		if !conn.Stat().Limited || len(conn.GetStreams()) > 0 {
			continue
		}
		if s.circuits.idle[conn.ID()] {
			conn.Close()
		} else {
			idle[conn.ID()] = true
		}
	}
	s.circuits.idle = idle
}

// tellCircuits says at which relays this servent has a place.
func (s *Servent) tellCircuits() []api.Relay {
	out := []api.Relay{}
	for _, id := range sortedPeers(s.circuits.held) {
		p := s.circuits.held[id]
		if len(p.addrs) == 0 {
			continue
		}
		r := api.Relay{Peer: id.String(), Addrs: []string{}, CircuitBytes: int64(min(p.bytes, 1<<62)), CircuitSeconds: p.lasts.Seconds()}
		for _, a := range p.addrs {
			r.Addrs = append(r.Addrs, a.String())
		}
		out = append(out, r)
	}
	return out
}
