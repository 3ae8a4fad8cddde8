package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/gologshim"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

const (
	listen = "/ip4/127.0.0.1/tcp/0"
	// dialTimeout is a servent's.
	dialTimeout = 10 * time.Second
)

// newHost makes a host with the options of a servent's (servent/host.go), which
// is not for others to call, but for the ranking of QUIC addresses: there are
// none here; its TLS is libp2p's or, for ours, the servent's.
//
// It also returns the address that others dial.
func newHost(security any) (host.Host, string, error) {
	gologshim.SetDefaultHandler(slog.DiscardHandler)
	h, err := libp2p.New(
		libp2p.ListenAddrStrings(listen),
		libp2p.Transport(tcp.NewTCPTransport, tcp.DisableReuseport()),
		libp2p.Transport(quic.NewTransport),
		libp2p.Security(libp2ptls.ID, security),
		libp2p.Security(noise.ID, noise.New),
		libp2p.WithDialTimeout(dialTimeout),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		libp2p.Ping(false),
	)
	if err != nil {
		return nil, "", fmt.Errorf("listen on %s: %w", listen, err)
	}
	addrs, err := peer.AddrInfoToP2pAddrs(host.InfoFromHost(h))
	if err != nil {
		return nil, "", err
	}
	if len(addrs) == 0 {
		return nil, "", errors.New("the host listens nowhere")
	}
	return h, addrs[0].String(), nil
}

// dial connects to a host and opens a stream, as a servent does it.
func dial(ctx context.Context, h host.Host, to peer.AddrInfo, id protocol.ID) (network.Stream, error) {
	h.Peerstore().AddAddrs(to.ID, to.Addrs, peerstore.TempAddrTTL)
	stream, err := h.NewStream(network.WithDialPeerTimeout(ctx, dialTimeout), to.ID, id)
	if err != nil {
		return nil, fmt.Errorf("dial the seeder: %w", err)
	}
	if s := stream.Conn().ConnState(); s.Security != libp2ptls.ID || s.Transport != "tcp" {
		return nil, fmt.Errorf("the connection is %s over %s, want TLS over TCP", s.Security, s.Transport)
	}
	return stream, nil
}
