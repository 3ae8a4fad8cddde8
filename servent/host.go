package servent

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/gologshim"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	ma "github.com/multiformats/go-multiaddr"
)

// The protocols that a servent speaks over libp2p streams.
const (
	linkProtocol     protocol.ID = "/gnutella/0.6"
	peerWireProtocol protocol.ID = "/peer-wire/1.0"
)

const (
	// defaultPort is tried first, then the portTries-1 that follow it.
	// Source: RFC 0.6 draft §2.1.
	defaultPort = 6346
	portTries   = 32
	// quicDelay is how long a dial waits for TCP before it tries QUIC too,
	// which carries a third of TCP's bytes a second on a LAN.
	quicDelay = 250 * time.Millisecond
	// dialTimeout bounds one dial with its security handshake.
	dialTimeout = 10 * time.Second
)

// A told is which of its addresses a host tells its peers.
type told = func([]ma.Multiaddr) []ma.Multiaddr

// newHost makes the libp2p host of a servent that listens on listen, or on
// the default port of every address. TLS is offered before Noise, since it is
// the faster.
func newHost(key crypto.PrivKey, listen []string, agent string, tell told, refusals *tally) (host.Host, error) {
	if len(listen) > 0 {
		return listenOn(key, listen, agent, tell, refusals)
	}
	err := errors.New("all are taken")
	for port := defaultPort; port < defaultPort+portTries; port++ {
		if !isFree(port) {
			continue
		}
		var h host.Host
		if h, err = listenOn(key, everyAddress(port), agent, tell, refusals); err == nil {
			return h, nil
		}
	}
	return nil, fmt.Errorf("servent: no port from %d to %d can be had; name one with --listen: %w", defaultPort, defaultPort+portTries-1, err)
}

// isFree reports whether nobody listens on the TCP port. A host that cannot
// have one of its addresses does without it, silently.
func isFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(port)))
	return err == nil && l.Close() == nil
}

// silenceLibrary keeps libp2p from writing its own lines to stderr: what it has
// to say comes back as errors.
var silenceLibrary = sync.OnceFunc(func() { gologshim.SetDefaultHandler(slog.DiscardHandler) })

func listenOn(key crypto.PrivKey, listen []string, agent string, tell told, refusals *tally) (host.Host, error) {
	silenceLibrary()
	limits, err := limitLibrary(refusals)
	if err != nil {
		return nil, err
	}
	h, err := libp2p.New(
		limits,
		libp2p.Identity(key),
		libp2p.ListenAddrStrings(listen...),
		libp2p.UserAgent(agent),
		libp2p.AddrsFactory(tell),
		libp2p.Transport(newTCPTransport),
		libp2p.Transport(quic.NewTransport),
		libp2p.Security(libp2ptls.ID, libp2ptls.New),
		libp2p.Security(noise.ID, noise.New),
		libp2p.SwarmOpts(swarm.WithDialRanker(tcpFirst)),
		libp2p.WithDialTimeout(dialTimeout),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		libp2p.Ping(false),
	)
	if err != nil {
		return nil, fmt.Errorf("servent: listen on %v: %w", listen, err)
	}
	return h, nil
}

// everyAddress returns the multiaddrs of TCP and QUIC on port of every address.
func everyAddress(port int) []string {
	return []string{
		fmt.Sprintf("/ip4/0.0.0.0/tcp/%d", port),
		fmt.Sprintf("/ip6/::/tcp/%d", port),
		fmt.Sprintf("/ip4/0.0.0.0/udp/%d/quic-v1", port),
		fmt.Sprintf("/ip6/::/udp/%d/quic-v1", port),
	}
}

// tcpFirst ranks every TCP address before every QUIC address.
func tcpFirst(addrs []ma.Multiaddr) []network.AddrDelay {
	ranked := make([]network.AddrDelay, 0, len(addrs))
	for _, a := range addrs {
		if _, err := a.ValueForProtocol(ma.P_TCP); err == nil {
			ranked = append(ranked, network.AddrDelay{Addr: a})
		} else {
			ranked = append(ranked, network.AddrDelay{Addr: a, Delay: quicDelay})
		}
	}
	return ranked
}
