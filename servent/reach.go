package servent

import (
	"context"
	"io"

	"github.com/libp2p/go-libp2p/core/peer"
)

// reach opens a stream of the peer wire to a source.
func (s *Servent) reach(ctx context.Context, source peer.AddrInfo) (io.ReadWriteCloser, error) {
	return s.openStream(ctx, source, peerWireProtocol)
}
