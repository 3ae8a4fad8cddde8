package servent

import (
	"context"
	"io"
	"net"
	"net/netip"
	"time"

	"servent/servent/api"
)

const (
	// wireDial is how long a BitTorrent client may take to be connected to.
	wireDial = 5 * time.Second
	// lowestPort is the first that is dialled where it is not the user who named it:
	// below, no BitTorrent client listens, but what a tracker could have us knock at.
	lowestPort = 1024
)

// A wireContact is a BitTorrent client that a tracker or the user named.
type wireContact struct{ addr netip.AddrPort }

func (c wireContact) name() string { return c.addr.String() }

func (c wireContact) reach(ctx context.Context, _ *Servent) (io.ReadWriteCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, wireDial)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.name())
	if err != nil {
		return nil, err
	}
	return newWireConn(conn, nil), nil
}

func (c wireContact) tell() api.Source { return api.Source{Peer: c.name(), Addrs: []string{}} }

func (c wireContact) and(contact) (contact, bool) {
	return c, false
}

// wireContacts returns those of the addresses that may be BitTorrent clients other
// than ourselves: of what a tracker, or a peer, told or, if typed, the user.
func (s *Servent) wireContacts(addrs []netip.AddrPort, typed bool) []contact {
	var out []contact
	for _, addr := range addrs {
		addr = netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
		if isDialable(addr, typed) && !isOwn(addr, s.wire.at) {
			out = append(out, wireContact{addr})
		}
	}
	return out
}

// isDialable reports whether a BitTorrent client may listen at an address.
func isDialable(addr netip.AddrPort, typed bool) bool {
	a := addr.Addr()
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return false
	}
	return addr.Port() >= lowestPort || typed && addr.Port() > 0
}

// isOwn reports whether an address is that of our own listener.
func isOwn(addr, own netip.AddrPort) bool {
	if !own.IsValid() || addr.Port() != own.Port() {
		return false
	}
	if !own.Addr().Unmap().IsUnspecified() {
		return addr.Addr() == own.Addr().Unmap()
	}
	if addr.Addr().IsLoopback() {
		return true
	}
	all, _ := net.InterfaceAddrs() // of those that are not told, the peer ID tells
	for _, one := range all {
		if prefix, err := netip.ParsePrefix(one.String()); err == nil && prefix.Addr().Unmap() == addr.Addr().WithZone("") {
			return true
		}
	}
	return false
}
