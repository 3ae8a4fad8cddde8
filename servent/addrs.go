package servent

import (
	"crypto/sha256"
	"net/netip"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/messages"
)

// ownAddrs returns the addresses to tell others. A loopback address is told
// only by a servent that has no other.
func (s *Servent) ownAddrs() []ma.Multiaddr {
	all := s.host.Addrs()
	var beyond []ma.Multiaddr
	for _, a := range all {
		if !manet.IsIPLoopback(a) {
			beyond = append(beyond, a)
		}
	}
	if len(beyond) == 0 {
		return all
	}
	return beyond
}

// ownPeerInfo returns what GGEP P2P says of this servent.
func (s *Servent) ownPeerInfo() messages.PeerInfo {
	info := messages.PeerInfo{ID: []byte(s.host.ID())}
	for _, a := range s.ownAddrs() {
		if b := a.Bytes(); len(b) <= messages.MaxMultiaddr && len(info.Addrs) < messages.MaxAddrs {
			info.Addrs = append(info.Addrs, b)
		}
	}
	return info
}

// ownIPv4 returns the IPv4 address and port of the first TCP address told, or
// zeros where there is none.
func (s *Servent) ownIPv4() (ip [4]byte, port uint16) {
	for _, a := range s.ownAddrs() {
		addr, err := manet.ToNetAddr(a)
		if err != nil {
			continue
		}
		at, err := netip.ParseAddrPort(addr.String())
		if err == nil && addr.Network() == "tcp" && at.Addr().Is4() {
			return at.Addr().As4(), at.Port()
		}
	}
	return ip, 0
}

// addrInfo reads what GGEP P2P says of another servent. It reports false for
// what is no peer ID with a place; addresses that cannot be read are left out.
func addrInfo(info messages.PeerInfo) (peer.AddrInfo, bool) {
	id, err := peer.IDFromBytes(info.ID)
	if err != nil {
		return peer.AddrInfo{}, false
	}
	out := peer.AddrInfo{ID: id}
	for _, b := range info.Addrs {
		if a, err := ma.NewMultiaddrBytes(b); err == nil && isPlain(a) {
			out.Addrs = append(out.Addrs, a)
		}
	}
	return out, len(out.Addrs) > 0
}

// isPlain reports whether a can stand in a header line and in a list divided by
// commas as it is: a host name in a multiaddr may hold any byte.
func isPlain(a ma.Multiaddr) bool {
	return strings.IndexFunc(a.String(), func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }) < 0
}

// serventGUID derives the servent GUID from a peer ID.
func serventGUID(id peer.ID) messages.GUID {
	sum := sha256.Sum256([]byte(id))
	return messages.GUID(sum[:messages.GUIDSize]).Mark()
}
