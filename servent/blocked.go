package servent

import (
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// Reasons for which libp2p turns others away: see limits.go.
const (
	blockedConn   = "too many connections"
	blockedStream = "too many streams"
)

// blocked counts what others wanted of libp2p and did not get. libp2p tells it of
// all that it allows, too.
type blocked struct{ *tally }

// BlockConn counts a connection that was refused.
func (b blocked) BlockConn(way network.Direction, _ bool) { b.in(way, blockedConn) }

// BlockPeer counts a connection that was refused once its peer was known.
func (b blocked) BlockPeer(peer.ID) { b.add(blockedConn) }

// BlockStream counts a stream that was refused.
func (b blocked) BlockStream(_ peer.ID, way network.Direction) { b.in(way, blockedStream) }

// BlockProtocol counts a stream that was refused once its protocol was known.
func (b blocked) BlockProtocol(protocol.ID) { b.add(blockedStream) }

// BlockProtocolPeer counts a stream that was refused for its peer has too many of
// its protocol.
func (b blocked) BlockProtocolPeer(protocol.ID, peer.ID) { b.add(blockedStream) }

// BlockService counts a stream of libp2p's own that was refused.
func (b blocked) BlockService(string) { b.add(blockedStream) }

// BlockServicePeer counts a stream of libp2p's own that was refused for its peer
// has too many.
func (b blocked) BlockServicePeer(string, peer.ID) { b.add(blockedStream) }

// in counts what was not our own wish.
func (b blocked) in(way network.Direction, reason string) {
	if way == network.DirInbound {
		b.add(reason)
	}
}

// What is allowed is not counted, nor the windows of streams that cannot grow:
// those only make a transfer slower.

// AllowConn, and what follows, does nothing.
func (blocked) AllowConn(network.Direction, bool)      {}
func (blocked) AllowStream(peer.ID, network.Direction) {}
func (blocked) AllowPeer(peer.ID)                      {}
func (blocked) AllowProtocol(protocol.ID)              {}
func (blocked) AllowService(string)                    {}
func (blocked) AllowMemory(int)                        {}
func (blocked) BlockMemory(int)                        {}
