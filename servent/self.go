package servent

import (
	"net"
	"net/netip"
	"slices"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/messages"
)

// A self is what this servent tells of itself. It never changes: where the
// addresses do, the loop makes another within a second.
type self struct {
	guid    messages.GUID
	info    messages.PeerInfo
	ip      [4]byte // all zero, like port, where there is none
	port    uint16
	trailer *messages.Trailer // of a hit that leaves nothing out
	err     error             // why there is no trailer
}

// know makes anew what this servent tells of itself.
func (s *Servent) know() {
	addrs, circuits := s.ownAddrs(), s.circuits.addrs()
	me := &self{guid: s.guid, info: messages.PeerInfo{ID: []byte(s.host.ID())}}
	for _, a := range append(addrs[:min(len(addrs), messages.MaxAddrs-len(circuits))], circuits...) {
		if b := a.Bytes(); len(b) <= messages.MaxMultiaddr {
			me.info.Addrs = append(me.info.Addrs, b)
		}
	}
	me.ip, me.port = firstIPv4(addrs)
	me.trailer, me.err = messages.NewTrailer(me.info, 0)
	s.self.Store(me)
}

// hit returns a QueryHit without results, of an answer that leaves out that
// many.
func (me *self) hit(left int) (messages.QueryHit, error) {
	trailer, err := me.trailer, me.err
	if left > 0 {
		trailer, err = messages.NewTrailer(me.info, uint64(left))
	}
	return messages.QueryHit{Port: me.port, IP: me.ip, Trailer: trailer, ServentGUID: me.guid}, err
}

// A place is an address that the servent listens on.
type place struct {
	addr     ma.Multiaddr
	ip       netip.Addr // with the zone of a link-local one
	unwanted bool       // of an interface that the user does not want
}

// places returns every address that a servent that listens on listens has. It
// is our own, since libp2p's answer is up to a minute old and leaves out
// link-local addresses.
func (v survey) places(listens []ma.Multiaddr) []place {
	var out []place
	add := func(ip netip.Addr, rest ma.Multiaddr, unwanted bool) {
		head, err := manet.FromIPAndZone(ip.AsSlice(), ip.Zone())
		if err == nil {
			out = append(out, place{head.Encapsulate(rest), ip, unwanted})
		}
	}
	for _, l := range listens {
		at, err := manet.ToIP(l)
		ip, ok := netip.AddrFromSlice(at)
		if err != nil || !ok {
			out = append(out, place{addr: l})
			continue
		}
		if ip = ip.Unmap(); !ip.IsUnspecified() {
			out = append(out, place{l, ip, v.unwanted(ip)})
			continue
		}
		_, rest := ma.SplitFirst(l)
		for _, s := range v {
			for _, p := range s.prefixes {
				if own := p.Addr(); own.Is4() == ip.Is4() && s.Flags&net.FlagUp != 0 {
					if own.IsLinkLocalUnicast() && own.Is6() {
						own = own.WithZone(s.Name)
					}
					add(own, rest, s.unwanted && !own.IsLoopback())
				}
			}
		}
	}
	return out
}

// ownAddrs returns the addresses to tell others: those of interfaces that the
// user wants. A link-local address is told only by a servent that has no
// better, without its zone, which is the other's to add; a loopback address
// only by one that has no other at all.
func (s *Servent) ownAddrs() []ma.Multiaddr {
	var beyond, local, loopback []ma.Multiaddr
	for _, p := range s.interfaces().places(s.listens) {
		switch {
		case p.ip.IsLoopback():
			loopback = append(loopback, p.addr)
		case p.unwanted:
		case p.ip.Zone() != "":
			_, zoneless := ma.SplitFirst(p.addr)
			local = append(local, zoneless)
		default:
			beyond = append(beyond, p.addr)
		}
	}
	switch {
	case len(beyond) > 0:
		return beyond
	case len(local) > 0:
		return local
	}
	return loopback
}

// wanted returns those of addrs that are of no interface that the user does not
// want: what libp2p tells of us too.
func (s *Servent) wanted(addrs []ma.Multiaddr) []ma.Multiaddr {
	v := s.interfaces()
	return slices.DeleteFunc(slices.Clone(addrs), func(a ma.Multiaddr) bool {
		at, err := manet.ToIP(a)
		ip, ok := netip.AddrFromSlice(at)
		return err == nil && ok && v.unwanted(ip.Unmap())
	})
}

// listenAddrs returns every address the servent listens on, in full: loopback
// included, link-local ones only where there are no others, for their zone
// means nothing elsewhere.
func (s *Servent) listenAddrs() []string {
	out, local := []string{}, []string{}
	for _, p := range s.interfaces().places(s.listens) {
		addr := fullAddr(p.addr, s.host.ID())
		if p.ip.Zone() == "" {
			out = append(out, addr)
		} else {
			local = append(local, addr)
		}
	}
	if !slices.ContainsFunc(out, func(a string) bool { return !manet.IsIPLoopback(ma.StringCast(a)) }) {
		out = append(local, out...)
	}
	return out
}

// firstIPv4 returns the IPv4 address and port of the first of TCP, or zeros
// where there is none.
func firstIPv4(addrs []ma.Multiaddr) (ip [4]byte, port uint16) {
	for _, a := range addrs {
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
