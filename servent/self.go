package servent

import (
	"net/netip"

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
	addrs := s.ownAddrs()
	me := &self{guid: s.guid, info: messages.PeerInfo{ID: []byte(s.host.ID())}}
	for _, a := range addrs {
		if b := a.Bytes(); len(b) <= messages.MaxMultiaddr && len(me.info.Addrs) < messages.MaxAddrs {
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
