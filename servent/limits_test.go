package servent

import (
	"context"
	"io"
	"slices"
	"testing"

	"github.com/libp2p/go-libp2p/core/network"

	"servent/servent/api"
)

// A peer that opens streams as fast as it can, of every protocol and of none,
// has the few that one peer may have, and leaves room for the others.
func TestStreamsOfOnePeerAreBounded(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	honest := start(t, Config{Connect: []string{addr(s)}})
	h := rawHost(t, s)
	conn := h.Network().ConnsToPeer(s.host.ID())[0]
	const many = 1000
	for n := range many {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		stream, err := conn.NewStream(ctx) // no protocol is agreed upon
		cancel()
		if err != nil {
			continue
		}
		if n%2 == 0 { // the others say nothing
			io.WriteString(stream, "\x13/multistream/1.0.0\n\x0d/no/protocol\n") // reset at any time
		}
	}
	count := 0
	for _, c := range s.host.Network().ConnsToPeer(h.ID()) {
		for _, stream := range c.GetStreams() {
			if stream.Stat().Direction == network.DirInbound {
				count++
			}
		}
	}
	if count > maxStreamsPeerIn {
		t.Errorf("one peer holds %d streams that it opened, want %d at most", count, maxStreamsPeerIn)
	}
	linked(t, s, 1)
	// libp2p may also close the whole connection, for more than it can queue.
	eventually(t, "what was refused is counted", func() bool {
		status, err := s.Status(t.Context())
		return conn.IsClosed() || err == nil && slices.ContainsFunc(status.Refused, func(d api.Drop) bool { return d.Reason == blockedStream })
	})
	if len(peers(t, honest)) != 1 {
		t.Error("the honest neighbour lost its link")
	}
	rawLink(t, rawHost(t, s), s) // another peer has its streams
}

// A link's connection is not closed for there being too many.
func TestLinksAreProtected(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	friend := start(t, Config{Connect: []string{addr(s)}})
	linked(t, s, 1)
	if !s.host.ConnManager().IsProtected(friend.host.ID(), linkTag) {
		t.Error("the connection of a link is not protected")
	}
	end := s.valueTransfer(friend.host.ID())
	if got := s.host.ConnManager().GetTagInfo(friend.host.ID()).Value; got != transferValue {
		t.Errorf("value of a connection with a transfer: got %d, want %d", got, transferValue)
	}
	end()
	if got := s.host.ConnManager().GetTagInfo(friend.host.ID()).Value; got != 0 {
		t.Errorf("value of a connection without a transfer: got %d, want 0", got)
	}
}
