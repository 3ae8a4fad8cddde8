package servent

import (
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

const (
	// maxHosts bounds the host cache; the one heard of longest ago goes first.
	maxHosts = 500
	// maxHostAddrs is how many addresses of one servent are kept.
	maxHostAddrs = 8
	// retryAfter is the wait after a failed dial, doubled up to maxRetryAfter.
	retryAfter    = 5 * time.Second
	maxRetryAfter = 10 * time.Minute
)

// A known host is a servent that we may link to.
type knownHost struct {
	info    peer.AddrInfo
	heard   time.Time
	failed  int       // dials in a row
	notTill time.Time // no dial before
	told    peer.ID   // the neighbour whose Pong told of it first; empty: another way
	pinned  bool      // of Config.Connect: never forgotten, dialled whatever the degree
}

// hostCache is what is known of other servents: from Connect, discovery, Pongs
// and X-Try. The loop owns it.
type hostCache struct {
	self  peer.ID
	known map[peer.ID]*knownHost
}

func newHostCache(self peer.ID) hostCache {
	return hostCache{self: self, known: map[peer.ID]*knownHost{}}
}

// add keeps what was heard of a servent. Addresses heard last replace those
// of before.
func (c *hostCache) add(now time.Time, info peer.AddrInfo, pinned bool) {
	if info.ID == c.self || info.ID == "" || len(info.Addrs) == 0 {
		return
	}
	h := c.known[info.ID]
	if h == nil {
		c.makeRoom()
		h = &knownHost{info: peer.AddrInfo{ID: info.ID}}
		c.known[info.ID] = h
	}
	if !h.pinned || pinned {
		h.info.Addrs = info.Addrs[:min(maxHostAddrs, len(info.Addrs))]
	}
	h.heard = now
	h.pinned = h.pinned || pinned
}

// makeRoom forgets the host heard of longest ago where the cache is full.
func (c *hostCache) makeRoom() {
	if len(c.known) < maxHosts {
		return
	}
	var oldest *knownHost
	for _, h := range c.known {
		if !h.pinned && (oldest == nil || h.heard.Before(oldest.heard)) {
			oldest = h
		}
	}
	if oldest != nil {
		delete(c.known, oldest.info.ID)
	}
}

// due returns up to n hosts to dial now, those heard of last first. Pinned
// hosts come on top of n. busy reports the peers that need no dial.
func (c *hostCache) due(now time.Time, n int, busy func(peer.ID) bool) []peer.AddrInfo {
	var out, pinned []peer.AddrInfo
	var best []*knownHost
	for id, h := range c.known {
		switch {
		case busy(id) || now.Before(h.notTill):
		case h.pinned:
			pinned = append(pinned, h.info)
		default:
			best = append(best, h)
		}
	}
	sortByHeard(best)
	for _, h := range best[:max(0, min(n, len(best)))] {
		out = append(out, h.info)
	}
	return append(pinned, out...)
}

// tried notes how a dial went. A host that fails is left alone for longer each
// time.
func (c *hostCache) tried(now time.Time, id peer.ID, ok bool) {
	h := c.known[id]
	if h == nil {
		return
	}
	if ok {
		h.failed, h.notTill = 0, time.Time{}
		return
	}
	wait := min(retryAfter<<min(h.failed, 10), maxRetryAfter)
	if h.pinned {
		wait = min(wait, time.Minute) // somebody asked for it by name
	}
	h.failed++
	h.notTill = now.Add(wait)
}

// try returns up to [maxTry] multiaddrs that a refused servent may try.
func (c *hostCache) try(except peer.ID) []string {
	var best []*knownHost
	for id, h := range c.known {
		if id != except && h.failed == 0 {
			best = append(best, h)
		}
	}
	sortByHeard(best)
	var out []string
	for _, h := range best[:min(maxTry, len(best))] {
		out = append(out, fullAddr(h.info.Addrs[0], h.info.ID))
	}
	return out
}

// fullAddr returns addr with the peer ID behind it.
func fullAddr(addr ma.Multiaddr, id peer.ID) string {
	return addr.String() + "/p2p/" + id.String()
}

func sortByHeard(hosts []*knownHost) {
	slices.SortFunc(hosts, func(a, b *knownHost) int { return b.heard.Compare(a.heard) })
}
