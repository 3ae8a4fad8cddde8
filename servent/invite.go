package servent

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

// Invite returns what another user needs to join this servent: its network,
// its peer ID and a few addresses that others can reach, IPv4 first. A loopback
// address is among them only where there is no other.
func (s *Servent) Invite(context.Context) (api.Invite, error) {
	v := invitation{network: s.cfg.Network, peer: s.host.ID(), addrs: invitedAddrs(s.ownAddrs())}
	text, err := v.text()
	if err != nil {
		return api.Invite{}, err
	}
	// Large letters take a mode of QR codes that packs them closer.
	code, err := QRCode(strings.ToUpper(text))
	if err != nil {
		return api.Invite{}, err
	}
	out := api.Invite{Type: api.TypeInvite, Text: text, Network: v.network, Peer: v.peer.String(), Addrs: []string{}, Hosts: []string{}, QR: code}
	for _, a := range v.addrs {
		out.Addrs = append(out.Addrs, fullAddr(a.multiaddr(), v.peer))
		if host := a.host(); !a.quic && !slices.Contains(out.Hosts, host) {
			out.Hosts = append(out.Hosts, host)
		}
	}
	return out, nil
}

// host returns the address as it is typed: without the port where that is
// tried anyway.
func (a invitedAddr) host() string {
	if port := a.at.Port(); port >= defaultPort && port < defaultPort+guessedPorts {
		return a.at.Addr().String()
	}
	return a.at.String()
}

// invitedAddrs chooses the addresses of an invitation. Those of QUIC come in
// only where nothing listens on TCP: the port is the same by default.
func invitedAddrs(addrs []ma.Multiaddr) []invitedAddr {
	var all []invitedAddr
	for _, a := range addrs {
		if one, ok := invited(a); ok && !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	if slices.ContainsFunc(all, func(a invitedAddr) bool { return !a.quic }) {
		all = slices.DeleteFunc(all, func(a invitedAddr) bool { return a.quic })
	}
	slices.SortStableFunc(all, func(a, b invitedAddr) int { return cmp.Compare(a.rank(), b.rank()) })
	return all[:min(len(all), maxInvited)]
}

// invited reads a multiaddr that an invitation can hold. A link-local IPv6
// address means nothing on another computer.
func invited(a ma.Multiaddr) (invitedAddr, bool) {
	addr, err := manet.ToNetAddr(a.Decapsulate(ma.StringCast("/quic-v1")))
	if err != nil {
		return invitedAddr{}, false
	}
	at, err := netip.ParseAddrPort(addr.String())
	ip := at.Addr().Unmap()
	if err != nil || at.Port() == 0 || ip.IsUnspecified() || ip.Is6() && ip.IsLinkLocalUnicast() {
		return invitedAddr{}, false
	}
	return invitedAddr{at: netip.AddrPortFrom(ip, at.Port()), quic: addr.Network() == "udp"}, true
}

// rank orders addresses by how many can reach them, lesser first.
func (a invitedAddr) rank() int {
	ip := a.at.Addr()
	switch {
	case ip.IsLoopback():
		return 4
	case ip.Is4() && ip.IsPrivate():
		return 0
	case ip.Is4() && !ip.IsLinkLocalUnicast():
		return 1
	case ip.Is6():
		return 2
	}
	return 3 // IPv4 that the computer gave itself
}
