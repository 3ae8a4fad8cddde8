package servent

import (
	"context"
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/transport"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-libp2p/p2p/transport/tcpreuse"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

// maxZones is how many interfaces a link-local address without its zone is
// dialled on.
const maxZones = 4

// linkLocalPrefix and linkLocalSuffix make a name of a link-local address:
// libp2p's swarm dials none, but leaves a name to a transport that wants it.
const (
	linkLocalPrefix = "fe80-"
	linkLocalSuffix = ".local"
)

// dialable returns addrs as libp2p dials them. A link-local address becomes a
// name that tcpTransport knows; one without its zone becomes one for each
// interface that others are looked for on. A wrong zone is harmless: the peer
// ID is proven, whoever answers.
func (v survey) dialable(addrs []ma.Multiaddr) []ma.Multiaddr {
	var out []ma.Multiaddr
	for _, a := range addrs {
		if !manet.IsIP6LinkLocal(a) {
			out = append(out, a)
			continue
		}
		if _, err := a.ValueForProtocol(ma.P_IP6ZONE); err == nil {
			out = append(out, linkLocalName(a)...)
			continue
		}
		used := v.used()
		for _, i := range used[:min(maxZones, len(used))] {
			if zone, err := ma.NewComponent("ip6zone", i.Name); err == nil {
				out = append(out, linkLocalName(zone.Encapsulate(a))...)
			}
		}
	}
	return out
}

// linkLocalName returns the name of a link-local TCP address with a zone, and
// nothing for any other.
func linkLocalName(a ma.Multiaddr) []ma.Multiaddr {
	if _, err := a.ValueForProtocol(ma.P_TCP); err != nil {
		return nil
	}
	zone, rest := ma.SplitFirst(a)
	ip, rest := ma.SplitFirst(rest)
	at := ip.Value() + "%" + zone.Value()
	name, err := ma.NewComponent("dns6", linkLocalPrefix+hex.EncodeToString([]byte(at))+linkLocalSuffix)
	if err != nil {
		return nil
	}
	return []ma.Multiaddr{name.Encapsulate(rest)}
}

// plainLocal returns the link-local address of a name that linkLocalName made,
// and any other address as it is.
func plainLocal(a ma.Multiaddr) ma.Multiaddr {
	head, rest := ma.SplitFirst(a)
	if head == nil || head.Protocol().Code != ma.P_DNS6 {
		return a
	}
	text, ok := strings.CutPrefix(head.Value(), linkLocalPrefix)
	text, end := strings.CutSuffix(text, linkLocalSuffix)
	at, err := hex.DecodeString(text)
	ip, bad := netip.ParseAddr(string(at))
	if !ok || !end || err != nil || bad != nil || !ip.IsLinkLocalUnicast() || ip.Zone() == "" {
		return a
	}
	plain, err := manet.FromIPAndZone(ip.AsSlice(), ip.Zone())
	if err != nil {
		return a
	}
	return plain.Encapsulate(rest)
}

// A tcpTransport is libp2p's, which dials link-local addresses too.
type tcpTransport struct{ *tcp.TcpTransport }

func newTCPTransport(u transport.Upgrader, limits network.ResourceManager, shared *tcpreuse.ConnMgr) (*tcpTransport, error) {
	// Without shared ports: two servents that dial each other at once, as
	// multicast has them do, would else meet in one connection of which both
	// ends are the TLS client.
	t, err := tcp.NewTCPTransport(u, limits, shared, tcp.DisableReuseport())
	if err != nil {
		return nil, err
	}
	return &tcpTransport{t}, nil
}

// CanDial reports whether a is a TCP address or the name of a link-local one.
func (t *tcpTransport) CanDial(a ma.Multiaddr) bool {
	return t.TcpTransport.CanDial(a) || !plainLocal(a).Equal(a)
}

// SkipResolve keeps libp2p from asking a DNS server for such a name.
func (t *tcpTransport) SkipResolve(_ context.Context, a ma.Multiaddr) bool {
	return !plainLocal(a).Equal(a)
}

// Dial connects to a.
func (t *tcpTransport) Dial(ctx context.Context, a ma.Multiaddr, id peer.ID) (transport.CapableConn, error) {
	return t.TcpTransport.Dial(ctx, plainLocal(a), id)
}

// DialWithUpdates connects to a and tells updates how far it is.
func (t *tcpTransport) DialWithUpdates(ctx context.Context, a ma.Multiaddr, id peer.ID, updates chan<- transport.DialUpdate) (transport.CapableConn, error) {
	return t.TcpTransport.DialWithUpdates(ctx, plainLocal(a), id, updates)
}
