package servent

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/x/rate"
)

// What libp2p may take for all peers together. libp2p's own limits grow with the
// computer; a servent is to cost the same everywhere. Streams and connections
// over a limit are reset; a link that is there is never given up for another.
const (
	// maxConns is connections in all, maxConnsIn those of them that others made:
	// 32 links, 16 uploads, and room for handshakes and for those who only look.
	maxConns   = 256
	maxConnsIn = 192
	// maxConnsIP is connections with one address of others; on loopback, where
	// dozens of servents may run, there is no such limit. Several servents run on
	// one computer, and a few computers stand behind one address translator.
	maxConnsIP = 64
	// connsIPRate is how many connections one address may begin a second, and
	// connsIPBurst how many at once: a short-lived servent makes one for each
	// search. libp2p's own are 0.2 and 16.
	connsIPRate  = 4
	connsIPBurst = 128
	// maxConnsNew is connections whose peer is not known yet.
	maxConnsNew = 128

	// maxStreams is streams in all, maxStreamsPeer those of one peer, of which
	// maxStreamsPeerIn it may open: a link, four uploads, and what libp2p tells
	// of itself.
	maxStreams       = 1024
	maxStreamsPeer   = 96
	maxStreamsPeerIn = 16
	// maxLinkStreams is streams of links and of their handshakes; of one peer
	// maxLinkStreamsPeer, for two may cross.
	maxLinkStreams     = 256
	maxLinkStreamsPeer = 4
	// maxWireStreams is streams of transfers; of one peer maxWireStreamsPeer of
	// ours, and of its own twice as many as it may have uploads: one ends while the
	// next begins.
	maxWireStreams     = 512
	maxWireStreamsPeer = 64
	// maxGIVStreams is streams of transfers that a Push asked for, which their
	// source opens.
	maxGIVStreams     = 128
	maxGIVStreamsPeer = 8
	// maxTraceStreams is streams of the trace, one each way with each peer; of one
	// peer maxTraceStreamsPeer, for one ends while the next begins.
	maxTraceStreams     = maxConns
	maxTraceStreamsPeer = 2

	// maxStreamMemory is bytes in the receive windows of all streams, of which
	// one peer may hold maxStreamMemoryPeer: a window of 16 MiB, which 1 Gbit/s
	// × 100 ms takes, beside the first 256 KiB of each stream.
	maxStreamMemory     = 256 << 20
	maxStreamMemoryPeer = 32 << 20

	// When there are more than highConns connections, those that carry no link,
	// are not new and matter least are closed, until lowConns are left.
	highConns = 128
	lowConns  = 96
	// connGrace is how long a new connection is not looked at.
	connGrace = 20 * time.Second

	// transferValue is what a transfer adds to the value of its connection, so
	// that those that do nothing are closed before it.
	transferValue = 10
)

// Tags of connections.
const (
	linkTag     = "link"     // protected: libp2p never closes it
	transferTag = "transfer" // worth transferValue each
)

// limitLibrary bounds what libp2p takes. refusals counts what others did not get.
func limitLibrary(refusals *tally) (libp2p.Option, error) {
	resources, err := rcmgr.NewResourceManager(
		rcmgr.NewFixedLimiter(resourceLimits().Build(rcmgr.DefaultLimits.Scale(0, 0))),
		rcmgr.WithMetricsDisabled(), // those of libp2p
		rcmgr.WithMetrics(blocked{refusals}),
		rcmgr.WithLimitPerSubnet(
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 32, ConnCount: maxConnsIP}},
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 128, ConnCount: maxConnsIP}},
		),
		rcmgr.WithConnRateLimiters(connRates()),
	)
	if err != nil {
		return nil, fmt.Errorf("servent: limit what the network library takes: %w", err)
	}
	conns, err := connmgr.NewConnManager(lowConns, highConns, connmgr.WithGracePeriod(connGrace))
	if err != nil {
		return nil, fmt.Errorf("servent: limit the connections: %w", err)
	}
	return libp2p.ChainOptions(libp2p.ResourceManager(resources), libp2p.ConnectionManager(conns)), nil
}

// connRates bounds how fast one address makes connections, but on loopback.
func connRates() *rate.Limiter {
	each := rate.Limit{RPS: connsIPRate, Burst: connsIPBurst}
	return &rate.Limiter{
		NetworkPrefixLimits: []rate.PrefixLimit{
			{Prefix: netip.MustParsePrefix("127.0.0.0/8")},
			{Prefix: netip.MustParsePrefix("::1/128")},
		},
		SubnetRateLimiter: rate.SubnetLimiter{
			IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: each}},
			IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 128, Limit: each}},
			GracePeriod:      time.Minute,
		},
	}
}

// resourceLimits is the limits above as libp2p wants them.
func resourceLimits() rcmgr.PartialLimitConfig {
	conns := rcmgr.ResourceLimits{Conns: maxConns, ConnsInbound: maxConnsIn, ConnsOutbound: maxConns, FD: 2 * maxConns}
	system := conns
	system.Streams, system.StreamsInbound, system.StreamsOutbound = maxStreams, maxStreams, maxStreams
	system.Memory = maxStreamMemory
	transient := system
	transient.Conns, transient.ConnsInbound, transient.ConnsOutbound = maxConnsNew, maxConnsNew, maxConnsNew
	peer := rcmgr.ResourceLimits{
		Conns: 8, ConnsInbound: 8, ConnsOutbound: 8, FD: 8, // two may be made at once, by TCP and QUIC, both ways
		Streams: maxStreamsPeer, StreamsInbound: maxStreamsPeerIn, StreamsOutbound: maxStreamsPeer,
		Memory: maxStreamMemoryPeer,
	}
	limits := rcmgr.PartialLimitConfig{
		System: system, Transient: transient,
		PeerDefault: peer,
		Conn:        rcmgr.ResourceLimits{Conns: 1, ConnsInbound: 1, ConnsOutbound: 1, FD: 1, Memory: maxStreamMemoryPeer},
		Stream:      rcmgr.ResourceLimits{Streams: 1, StreamsInbound: 1, StreamsOutbound: 1, Memory: maxStreamMemoryPeer},

		ProtocolDefault:     streamLimits(maxStreams, maxStreams, maxStreamMemory),
		ProtocolPeerDefault: streamLimits(maxStreamsPeerIn, maxStreamsPeerIn, maxStreamMemoryPeer),
		Protocol: map[protocol.ID]rcmgr.ResourceLimits{
			linkProtocol:     streamLimits(maxLinkStreams, maxLinkStreams, maxStreamMemory),
			peerWireProtocol: streamLimits(maxWireStreams, maxWireStreams, maxStreamMemory),
			givProtocol:      streamLimits(maxGIVStreams, maxGIVStreams, maxStreamMemory),
			hopProtocol:      streamLimits(maxCircuits, maxCircuits, maxStreamMemory),
			stopProtocol:     streamLimits(maxCircuits, maxCircuits, maxStreamMemory),
		},
		ProtocolPeer: map[protocol.ID]rcmgr.ResourceLimits{
			linkProtocol:     streamLimits(maxLinkStreamsPeer, maxLinkStreamsPeer, maxStreamMemoryPeer),
			peerWireProtocol: streamLimits(2*maxUploadsOne, maxWireStreamsPeer, maxStreamMemoryPeer),
			givProtocol:      streamLimits(maxGIVStreamsPeer, maxGIVStreamsPeer, maxStreamMemoryPeer),
			hopProtocol:      streamLimits(maxCircuitsOne+1, maxCircuitsOne+1, maxStreamMemoryPeer),
			stopProtocol:     streamLimits(maxCircuitsOne+1, maxCircuitsOne+1, maxStreamMemoryPeer),
		},
		ServiceDefault:     streamLimits(maxStreams, maxStreams, maxStreamMemory),
		ServicePeerDefault: streamLimits(maxStreamsPeerIn, maxStreamsPeerIn, maxStreamMemoryPeer),
	}
	for _, id := range tracePubsubProtocols() {
		limits.Protocol[id] = streamLimits(maxTraceStreams, maxTraceStreams, maxStreamMemory)
		limits.ProtocolPeer[id] = streamLimits(maxTraceStreamsPeer, maxTraceStreamsPeer, maxStreamMemoryPeer)
	}
	return limits
}

// streamLimits is limits of streams that others open, and that we do.
func streamLimits(in, out int, memory int64) rcmgr.ResourceLimits {
	return rcmgr.ResourceLimits{
		Streams: rcmgr.LimitVal(in + out), StreamsInbound: rcmgr.LimitVal(in), StreamsOutbound: rcmgr.LimitVal(out),
		Memory: rcmgr.LimitVal64(memory),
	}
}

// valueTransfer makes the connection of p matter more until end is called.
func (s *Servent) valueTransfer(p peer.ID) (end func()) {
	add := func(n int) {
		s.host.ConnManager().UpsertTag(p, transferTag, func(value int) int { return value + n })
	}
	add(transferValue)
	return func() { add(-transferValue) }
}
