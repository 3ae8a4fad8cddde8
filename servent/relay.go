package servent

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	pbv2 "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/pb"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/proto"
	circuitv2 "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	ma "github.com/multiformats/go-multiaddr"

	"servent/servent/api"
)

// The protocols of a relay: circuit v2 of libp2p.
const (
	hopProtocol  protocol.ID = proto.ProtoIDv2Hop  // of who wants a place, or a circuit
	stopProtocol protocol.ID = proto.ProtoIDv2Stop // of who is called by a circuit
)

// What a relay does for others.
const (
	// defaultRelayBytes is how much one circuit carries each way, and
	// defaultRelayTime how long it lasts; then both ends make another.
	defaultRelayBytes = 4 << 30
	defaultRelayTime  = time.Hour
	// relayPlaces is how many servents may be reached through this one, and
	// relayPlacesIP how many of them behind one address; a place lasts an hour, and
	// its holder renews it.
	relayPlaces   = 64
	relayPlacesIP = 32
	relayHold     = time.Hour
	// maxCircuits is circuits in all, maxCircuitsOne those that one peer makes, or
	// is called by.
	maxCircuits    = 64
	maxCircuitsOne = 8
	// relayBuffer is bytes of each direction of a circuit. libp2p's own 2 KiB carry
	// a tenth of what 64 do.
	relayBuffer = 64 << 10
)

// relaying counts what a relay does. libp2p tells it; any goroutine may.
type relaying struct {
	places, circuits, carried atomic.Int64
	refused                   atomic.Uint64
}

func (r *relaying) RelayStatus(bool) {}

func (r *relaying) ConnectionOpened() { r.circuits.Add(1) }

func (r *relaying) ConnectionClosed(time.Duration) { r.circuits.Add(-1) }

func (r *relaying) ConnectionRequestHandled(status pbv2.Status) { r.count(status) }

func (r *relaying) ReservationAllowed(renewed bool) {
	if !renewed {
		r.places.Add(1)
	}
}

func (r *relaying) ReservationClosed(n int) { r.places.Add(int64(-n)) }

func (r *relaying) ReservationRequestHandled(status pbv2.Status) { r.count(status) }

func (r *relaying) BytesTransferred(n int) { r.carried.Add(int64(n)) }

func (r *relaying) count(status pbv2.Status) {
	if status != pbv2.Status_OK {
		r.refused.Add(1)
	}
}

// relayGuard gives places to neighbours alone, so that a relay serves its own
// network and not the world.
type relayGuard struct{ s *Servent }

func (g relayGuard) AllowReserve(p peer.ID, _ ma.Multiaddr) bool {
	linked := false
	g.s.call(g.s.running, func() { linked = g.s.links.byPeer[p] != nil })
	return linked
}

func (g relayGuard) AllowConnect(peer.ID, ma.Multiaddr, peer.ID) bool { return true }

// offerRelay begins to relay for others.
func (s *Servent) offerRelay() error {
	r, err := circuitv2.New(s.host,
		circuitv2.WithResources(circuitv2.Resources{
			Limit:                 &circuitv2.RelayLimit{Data: s.cfg.RelayBytes, Duration: s.cfg.RelayTime},
			ReservationTTL:        relayHold,
			MaxReservations:       relayPlaces,
			MaxReservationsPerIP:  relayPlacesIP,
			MaxReservationsPerASN: relayPlaces,
			MaxCircuits:           maxCircuitsOne,
			BufferSize:            relayBuffer,
		}),
		circuitv2.WithACL(relayGuard{s}),
		circuitv2.WithMetricsTracer(&s.relaying),
		circuitv2.WithReservationAddressFilter(func(ma.Multiaddr) bool { return true }), // libp2p's leaves out private ones
	)
	if err != nil {
		return fmt.Errorf("servent: relay for others: %w", err)
	}
	s.relay = r
	return nil
}

// tellRelay says what this servent relays; nil: it does not offer to.
func (s *Servent) tellRelay() *api.RelayOffer {
	if !s.cfg.Relay {
		return nil
	}
	return &api.RelayOffer{
		Places:         int(s.relaying.places.Load()),
		Circuits:       int(s.relaying.circuits.Load()),
		Bytes:          s.relaying.carried.Load(),
		Refused:        s.relaying.refused.Load(),
		CircuitBytes:   s.cfg.RelayBytes,
		CircuitSeconds: s.cfg.RelayTime.Seconds(),
	}
}
