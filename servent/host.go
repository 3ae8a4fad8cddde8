package servent

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
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
	"github.com/libp2p/go-libp2p/p2p/protocol/holepunch"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
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
	// which carries a third of TCP's bytes a second on a LAN; or the other way
	// round, see rank.
	quicDelay = 250 * time.Millisecond
	// dialTimeout bounds one dial with its security handshake.
	dialTimeout = 10 * time.Second
)

// hooks are what a host asks its servent, and tells it.
type hooks struct {
	tell     func([]ma.Multiaddr) []ma.Multiaddr // which of its addresses it tells its peers
	rank     network.DialRanker                  // the order in which addresses are dialled
	refusals *tally                              // what others did not get
	punching *punching                           // how holes are punched
}

// newHost makes the libp2p host of a servent that listens on listen, or on
// the default port of every address. TLS is offered before Noise, since it is
// the faster.
func newHost(key crypto.PrivKey, listen []string, agent string, with hooks) (host.Host, error) {
	if len(listen) > 0 {
		return listenOn(key, listen, agent, with)
	}
	err := errors.New("all are taken")
	for port := defaultPort; port < defaultPort+portTries; port++ {
		if !isFree(port) {
			continue
		}
		var h host.Host
		if h, err = listenOn(key, everyAddress(port), agent, with); err == nil {
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

func listenOn(key crypto.PrivKey, listen []string, agent string, with hooks) (host.Host, error) {
	silenceLibrary()
	limits, err := limitLibrary(with.refusals)
	if err != nil {
		return nil, err
	}
	h, err := libp2p.New(
		limits,
		libp2p.Identity(key),
		libp2p.ListenAddrStrings(listen...),
		libp2p.UserAgent(agent),
		libp2p.AddrsFactory(with.tell),
		libp2p.Transport(newTCPTransport),
		libp2p.Transport(quic.NewTransport),
		libp2p.Security(libp2ptls.ID, NewTLS),
		libp2p.Security(noise.ID, noise.New),
		libp2p.SwarmOpts(swarm.WithDialRanker(with.rank)),
		libp2p.WithDialTimeout(dialTimeout),
		libp2p.EnableRelay(), // to go through one; offering it is another thing
		libp2p.EnableHolePunching(holepunch.WithTracer(with.punching), holepunch.DirectDialTimeout(punchDial)),
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

// rank says in which order addresses are dialled: TCP before QUIC, which is slower
// on a LAN. Where an address translator is in between it is the other way round:
// QUIC leaves by the port that it listens on, so that who answers can tell us how
// others see that port, and holes can be punched. Relays are not waited for: their
// addresses are given alone.
func (s *Servent) rank(addrs []ma.Multiaddr) []network.AddrDelay {
	translated := s.isTranslated()
	ranked := make([]network.AddrDelay, 0, len(addrs))
	for _, a := range addrs {
		_, err := a.ValueForProtocol(ma.P_TCP)
		quicFirst := translated && manet.IsPublicAddr(a)
		later := (err == nil) == quicFirst && !isCircuit(a)
		if later {
			ranked = append(ranked, network.AddrDelay{Addr: a, Delay: quicDelay})
		} else {
			ranked = append(ranked, network.AddrDelay{Addr: a})
		}
	}
	return ranked
}

// isTranslated reports whether this computer has no public address, so that what it
// sends to one passes an address translator.
func (s *Servent) isTranslated() bool { return !s.interfaces().hasPublic() }

// withQUIC adds to TCP addresses beyond an address translator the QUIC ones of the
// same port, which a servent has unless its user chose otherwise: who typed an
// address typed that of TCP.
func (s *Servent) withQUIC(addrs []ma.Multiaddr) []ma.Multiaddr {
	if !s.isTranslated() {
		return addrs
	}
	out := slices.Clone(addrs)
	for _, a := range addrs {
		port, err := a.ValueForProtocol(ma.P_TCP)
		ip, _ := ma.SplitFirst(a)
		if err != nil || len(a) != 2 || !manet.IsPublicAddr(a) {
			continue
		}
		if quic, err := ma.NewMultiaddr(fmt.Sprintf("%s/udp/%s/quic-v1", ip, port)); err == nil && !ma.Contains(out, quic) {
			out = append(out, quic)
		}
	}
	return out
}
