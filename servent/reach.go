package servent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// pushDelay is how long a dial has before the source is asked to call back as
// well: longer than a connection takes on any network where dialling is the
// better way.
const pushDelay = 1500 * time.Millisecond

// An unreachable says why neither way to a source led there.
type unreachable struct{ dial, push error }

func (e *unreachable) Error() string {
	return fmt.Sprintf("%v; asked to call back by a Push: %v", e.dial, e.push)
}

func (e *unreachable) Unwrap() []error { return []error{e.dial, e.push} }

// reach opens a stream of the peer wire to a source: over the connection that
// there is, else by dialling it and, where that takes long or fails, by a Push,
// whichever comes first.
func (s *Servent) reach(ctx context.Context, source peer.AddrInfo) (io.ReadWriteCloser, error) {
	if s.host.Network().Connectedness(source.ID) == network.Connected {
		return s.openStream(ctx, source, peerWireProtocol)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dialled := s.attempt(ctx, func() (network.Stream, error) { return s.openStream(ctx, source, peerWireProtocol) })
	var called <-chan attempted
	push := func() {
		if called == nil {
			called = s.attempt(ctx, func() (network.Stream, error) { return s.pushOrJoin(ctx, source) })
		}
	}
	delay := time.NewTimer(pushDelay)
	defer delay.Stop()
	var failed unreachable
	for failed.dial == nil || failed.push == nil {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-delay.C:
			push()
		case a := <-dialled:
			if a.err == nil {
				return a.stream, nil
			}
			failed.dial = a.err
			push()
		case a := <-called:
			if a.err == nil {
				return a.stream, nil
			}
			failed.push = a.err
		}
	}
	if errors.Is(failed.push, context.Canceled) {
		return nil, ctx.Err()
	}
	return nil, &failed
}

// pushOrJoin has a source call back, or uses the connection by which it does for
// another transfer.
func (s *Servent) pushOrJoin(ctx context.Context, source peer.AddrInfo) (network.Stream, error) {
	stream, err := s.push(ctx, source.ID)
	if stream == nil && err == nil {
		return s.openStream(ctx, source, peerWireProtocol)
	}
	return stream, err
}

// An attempted is how one way to a source went.
type attempted struct {
	stream network.Stream
	err    error
}

// attempt tries a way. A stream that comes when ctx has ended is nobody's.
func (s *Servent) attempt(ctx context.Context, way func() (network.Stream, error)) <-chan attempted {
	went := make(chan attempted)
	s.workers.Go(func() {
		stream, err := way()
		select {
		case went <- attempted{stream, err}:
		case <-ctx.Done():
			if err == nil {
				stream.Reset()
			}
		}
	})
	return went
}
