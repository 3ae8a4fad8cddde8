package servent

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"servent/servent/api"
)

// The ways to a source are tried one after the other, each begun when the one
// before has failed or had this time, and the first that leads there is taken.
const (
	// pushDelay is longer than a dial takes on any network where dialling is the
	// better way.
	pushDelay = 1500 * time.Millisecond
	// circuitDelay is longer than a source takes to call back where it can.
	circuitDelay = 2 * time.Second
)

// A reachBy is a way to open a stream to a source. The next one waits that long
// for it.
type reachBy struct {
	name string // for errors
	open func(context.Context) (network.Stream, error)
	wait time.Duration
}

// An unreachable says why each way to a source did not lead there.
type unreachable struct {
	names  []string
	causes []error
}

func (e *unreachable) Error() string {
	var each []string
	for i, err := range e.causes {
		each = append(each, e.names[i]+err.Error())
	}
	return strings.Join(each, "; ")
}

func (e *unreachable) Unwrap() []error { return e.causes }

// errNoRelay says that a relay would help.
var errNoRelay = errors.New("the source is at none; \"servent up --relay\" on a computer that both reach, and that both are linked to, helps where firewalls keep others from both")

// reach opens a stream of the peer wire to a source.
func (s *Servent) reach(ctx context.Context, source peer.AddrInfo) (io.ReadWriteCloser, error) {
	stream, err := s.reachFor(ctx, source, peerWireProtocol)
	if err != nil {
		return nil, err
	}
	return stream, nil
}

// reachFor opens a stream to a source: over the connection that there is, else by
// dialling it, by a Push that has it call back, or through a relay.
func (s *Servent) reachFor(ctx context.Context, source peer.AddrInfo, use protocol.ID) (network.Stream, error) {
	direct, circuits := apartOf(source.Addrs)
	info := peer.AddrInfo{ID: source.ID, Addrs: direct}
	dial := func(ctx context.Context) (network.Stream, error) { return s.openStream(ctx, info, use) }
	relay := func(ctx context.Context) (network.Stream, error) {
		if len(circuits) == 0 && s.host.Network().Connectedness(source.ID) != network.Limited {
			return nil, errNoRelay
		}
		return s.throughCircuit(ctx, source.ID, circuits, use)
	}
	switch s.host.Network().Connectedness(source.ID) {
	case network.Connected:
		return dial(ctx)
	case network.Limited:
		if stream, err := relay(ctx); err == nil {
			return stream, nil
		}
	}
	return s.firstOf(ctx, []reachBy{
		{"", dial, pushDelay},
		{"asked to call back by a Push: ", func(ctx context.Context) (network.Stream, error) { return s.pushOrJoin(ctx, info, use) }, circuitDelay},
		{"through a relay: ", relay, 0},
	})
}

// pushOrJoin has a source call back, or uses the connection by which it did, or
// does, for another transfer. What calls back is a stream of the peer wire: for
// another use the connection that it came by is.
func (s *Servent) pushOrJoin(ctx context.Context, source peer.AddrInfo, use protocol.ID) (network.Stream, error) {
	stream, err := s.push(ctx, source.ID)
	if err != nil || stream != nil && use == peerWireProtocol {
		return stream, err
	}
	if stream != nil {
		defer stream.Reset()
	}
	return s.openStream(ctx, source, use)
}

// An attempted is how one way to a source went.
type attempted struct {
	way    int
	stream network.Stream
	err    error
}

// firstOf tries ways until one leads to the source.
func (s *Servent) firstOf(ctx context.Context, ways []reachBy) (network.Stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	went := make(chan attempted)
	begun := 0
	next := time.NewTimer(0)
	defer next.Stop()
	failed := unreachable{make([]string, len(ways)), make([]error, len(ways))}
	for left := len(ways); left > 0; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-next.C:
			s.attempt(ctx, begun, ways[begun], went)
			if begun++; begun < len(ways) {
				next.Reset(ways[begun-1].wait)
			}
		case a := <-went:
			if a.err == nil {
				return a.stream, nil
			}
			failed.names[a.way], failed.causes[a.way] = ways[a.way].name, a.err
			if left--; begun < len(ways) && left == len(ways)-begun {
				next.Reset(0) // nothing is under way
			}
		}
	}
	return nil, &failed
}

// attempt tries a way. A stream that comes when ctx has ended is nobody's.
func (s *Servent) attempt(ctx context.Context, n int, way reachBy, went chan<- attempted) {
	s.workers.Go(func() {
		stream, err := way.open(ctx)
		select {
		case went <- attempted{n, stream, err}:
		case <-ctx.Done():
			if err == nil {
				stream.Reset()
			}
		}
	})
}

// tellReach says how others get at our files. The loop calls it.
func (s *Servent) tellReach() api.Reach {
	out := api.Reach{Pushed: s.pushed.tell(), Relays: s.tellCircuits(), Offer: s.tellRelay()}
	possible, why := s.punching.tell()
	out.HolePunching = possible
	out.HolePunchingReason, out.HolePunchingSentence = why.Parts()
	var reason api.Said
	switch {
	case s.fromOutside > 0:
		out.Way, reason = api.ReachDirect, api.Say("reach.direct", "other computers have opened links to this servent")
	case len(out.Relays) > 0:
		out.Way, reason = api.ReachRelay, api.Say("reach.relay", "no other computer has opened a link to this servent yet: it calls back those that send a Push, and others come through a relay")
	case len(s.links.byID) > 0:
		out.Way, reason = api.ReachPush, api.Say("reach.push", "no other computer has opened a link to this servent yet: it calls back those that send a Push; no neighbour is a relay for those that cannot be called")
	default:
		out.Way, reason = api.ReachNone, api.Say("reach.none", "it has no neighbour")
	}
	out.Reason, out.Sentence = reason.Parts()
	return out
}
