package servent

import (
	"net/netip"
	"time"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

const (
	// maxTriesIP is how many dials one IP address gets within triesWindow without a
	// servent to be found there, and maxAddrsIP how many of its addresses one dial
	// tries: TCP and QUIC, at an old port and a new one. Anybody can tell us of
	// servents at the address of a third party; what comes of it is one SYN a
	// second, and no attack. Source: gnutella.md §13 row 1.
	maxTriesIP  = 16
	maxAddrsIP  = 4
	triesWindow = time.Minute
	// maxTriesKept bounds what is remembered; the oldest goes first.
	maxTriesKept = 1024
)

// tries bound how often an address that we were only told of is dialled. The
// loop owns it.
type tries map[netip.Addr]*window

// A window counts what happened at one address since a time.
type window struct {
	since time.Time
	count int
}

// allow returns the addresses of a servent that may be dialled now, and counts a
// try for each IP address among them. Those on this computer are nobody else's.
func (t tries) allow(now time.Time, addrs []ma.Multiaddr) []ma.Multiaddr {
	var out []ma.Multiaddr
	taken := map[netip.Addr]int{} // addresses of this dial
	for _, a := range addrs {
		ip, ok := foreign(a)
		switch {
		case ok && (ip.IsUnspecified() || ip.IsMulticast() || ip == broadcast), hasNoPort(a):
			continue // nobody's place
		case !ok:
			out = append(out, a)
			continue
		}
		if taken[ip] == 0 {
			w := t.at(now, ip)
			if w.count >= maxTriesIP {
				continue
			}
			w.count++
		}
		if taken[ip] < maxAddrsIP {
			taken[ip]++
			out = append(out, a)
		}
	}
	return out
}

// broadcast is the address of all computers on a wire.
var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// hasNoPort reports whether a has port 0, where nothing listens.
func hasNoPort(a ma.Multiaddr) bool {
	for _, protocol := range []int{ma.P_TCP, ma.P_UDP} {
		if port, err := a.ValueForProtocol(protocol); err == nil {
			return port == "0"
		}
	}
	return false
}

// succeeded forgets the tries of addresses where a servent is.
func (t tries) succeeded(addrs []ma.Multiaddr) {
	for _, a := range addrs {
		if ip, ok := foreign(a); ok {
			delete(t, ip)
		}
	}
}

func (t tries) at(now time.Time, ip netip.Addr) *window {
	w := t[ip]
	if w == nil {
		if len(t) >= maxTriesKept {
			t.makeRoom(now)
		}
		w = &window{since: now}
		t[ip] = w
	}
	if now.Sub(w.since) >= triesWindow {
		w.since, w.count = now, 0
	}
	return w
}

// makeRoom forgets what is over, else the oldest.
func (t tries) makeRoom(now time.Time) {
	var oldest netip.Addr
	for ip, w := range t {
		if now.Sub(w.since) >= triesWindow {
			delete(t, ip)
		} else if !oldest.IsValid() || w.since.Before(t[oldest].since) {
			oldest = ip
		}
	}
	if len(t) >= maxTriesKept {
		delete(t, oldest)
	}
}

// foreign returns the IP address of a, unless it is this computer's loopback or
// a has none.
func foreign(a ma.Multiaddr) (netip.Addr, bool) {
	ip, err := manet.ToIP(a)
	if err != nil {
		return netip.Addr{}, false
	}
	addr, ok := netip.AddrFromSlice(ip)
	return addr.Unmap(), ok && !addr.Unmap().IsLoopback()
}
