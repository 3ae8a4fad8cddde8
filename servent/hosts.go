package servent

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

const (
	// maxHosts bounds the host cache. The one heard of longest ago goes first, of
	// those that were never a neighbour as long as there are any.
	maxHosts = 500
	// maxHostAddrs is how many addresses of one servent are kept of each way.
	maxHostAddrs = 8
	// retryAfter is the wait after a failed dial, doubled up to maxRetryAfter;
	// each wait is up to a quarter shorter or longer, so that many do not dial at
	// once what comes back.
	retryAfter    = 2 * time.Second
	maxRetryAfter = 10 * time.Minute
	// A host that was a neighbour less than recently ago is dialled at least every
	// maxRetryRecent, and one that the user named every maxRetryPinned.
	recently       = 10 * time.Minute
	maxRetryRecent = 15 * time.Second
	maxRetryPinned = 20 * time.Second
	// provenAfter is how long a link lasts that makes its host a former neighbour,
	// and leftAlone how long one is not dialled that said that it shuts down.
	provenAfter = time.Minute
	leftAlone   = time.Minute
	// maxBrief is how often the wait after a link that did not last doubles: up to
	// 16 s.
	maxBrief = 3
	// heardTogether is how long the addresses of one host add up that multicast
	// brings: it announces on each of its interfaces what it has there.
	heardTogether = 10 * time.Second
	// heardAgain is how long ago a failed dial must be for a host's own word, by
	// multicast or on the same computer, to end the wait.
	heardAgain = 5 * time.Second
)

// A way is how a host was heard of. The first are dialled first.
type way uint8

const (
	wayTyped way = iota
	wayRendezvous
	wayMulticast
	wayTold
	wayCache
	ways // how many there are
)

// wayNames are the ways as the API names them.
var wayNames = [ways]string{api.WayTyped, api.WayRendezvous, api.WayMulticast, api.WayTold, api.WayCache}

// byItself reports whether what is heard by w is the host's own word that it
// runs now.
func (w way) byItself() bool { return w == wayRendezvous || w == wayMulticast }

// A known host is a servent that we may link to.
type knownHost struct {
	id      peer.ID
	heardBy [ways]hearsay
	heard   time.Time // by whichever way, last
	linked  time.Time // when the last link to it ended that lasted; zero: none did
	brief   int       // links in a row that did not last
	failed  int       // dials in a row
	tried   time.Time // when the last of these was
	notTill time.Time // no dial before
	told    peer.ID   // the neighbour whose Pong told of it first; empty: another way
	pinned  bool      // the user named it: never forgotten, dialled whatever the degree
	rank    uint64    // drawn, so that many servents that hear of many do not dial the same few
}

// A hearsay is what was heard of a host by one way.
type hearsay struct {
	at    time.Time
	addrs []ma.Multiaddr
}

// has reports whether addr was heard.
func (b hearsay) has(addr ma.Multiaddr) bool { return ma.Contains(b.addrs, addr) }

// then returns what is believed once addrs are heard: these alone or, of one
// announcement in parts, with those heard just before.
func (b hearsay) then(now time.Time, addrs []ma.Multiaddr, parts bool) hearsay {
	out := slices.Clone(addrs[:min(maxHostAddrs, len(addrs))])
	if parts && now.Sub(b.at) < heardTogether {
		for _, a := range b.addrs {
			if !ma.Contains(out, a) && len(out) < maxHostAddrs {
				out = append(out, a)
			}
		}
	}
	return hearsay{now, out}
}

// addrs returns the addresses of a host, those of the best way first.
func (h *knownHost) addrs() []ma.Multiaddr {
	var out []ma.Multiaddr
	for _, heard := range h.heardBy {
		for _, a := range heard.addrs {
			if !ma.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out
}

// hostCache is what is known of other servents. The loop owns it.
type hostCache struct {
	self  peer.ID
	known map[peer.ID]*knownHost
}

func newHostCache(self peer.ID) hostCache {
	return hostCache{self: self, known: map[peer.ID]*knownHost{}}
}

// add keeps what was heard of a servent by a way: addresses heard last replace
// those heard earlier by the same way. It returns nil for what is of no use.
func (c *hostCache) add(now time.Time, info peer.AddrInfo, by way) *knownHost {
	if info.ID == c.self || info.ID == "" || len(info.Addrs) == 0 {
		return nil
	}
	h := c.known[info.ID]
	if h == nil {
		c.makeRoom()
		h = &knownHost{id: info.ID, rank: rand.Uint64()}
		c.known[info.ID] = h
	}
	h.heardBy[by] = h.heardBy[by].then(now, info.Addrs, by == wayMulticast)
	h.heard = now
	h.pinned = h.pinned || by == wayTyped
	if by.byItself() && now.Sub(h.tried) >= heardAgain {
		h.failed, h.notTill = 0, time.Time{}
	}
	return h
}

// makeRoom forgets one host where the cache is full: many that are made up
// must not push out those that have been neighbours.
func (c *hostCache) makeRoom() {
	if len(c.known) < maxHosts {
		return
	}
	var worst *knownHost
	for _, h := range c.known {
		if !h.pinned && (worst == nil || h.proven() == worst.proven() && h.heard.Before(worst.heard) || worst.proven() && !h.proven()) {
			worst = h
		}
	}
	if worst != nil {
		delete(c.known, worst.id)
	}
}

// proven reports whether the host was a neighbour.
func (h *knownHost) proven() bool { return !h.linked.IsZero() }

// due returns up to n hosts to dial now: those that were neighbours, the last
// of them first, then the others in an order of chance. Pinned hosts come on
// top of n. busy reports the peers that need no dial.
func (c *hostCache) due(now time.Time, n int, busy func(peer.ID) bool) []peer.AddrInfo {
	var out []peer.AddrInfo
	var best []*knownHost
	for id, h := range c.known {
		switch {
		case busy(id) || now.Before(h.notTill):
		case h.pinned:
			out = append(out, peer.AddrInfo{ID: id, Addrs: h.addrs()})
		default:
			best = append(best, h)
		}
	}
	slices.SortFunc(best, func(a, b *knownHost) int {
		return cmp.Or(b.linked.Compare(a.linked), cmp.Compare(a.failed, b.failed), cmp.Compare(a.rank, b.rank))
	})
	for _, h := range best[:max(0, min(n, len(best)))] {
		out = append(out, peer.AddrInfo{ID: h.id, Addrs: h.addrs()})
	}
	return out
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
	if h.proven() && now.Sub(h.linked) < recently {
		wait = min(wait, maxRetryRecent)
	}
	if h.pinned {
		wait = min(wait, maxRetryPinned)
	}
	h.failed++
	h.tried = now
	h.notTill = now.Add(wait*3/4 + rand.N(wait/2))
}

// parted notes that the link to a host, made at since, has ended: it may be
// dialled again soon, but not by both sides at the same moment. One whose links
// never last is left alone for longer each time.
func (c *hostCache) parted(now time.Time, id peer.ID, since time.Time) {
	if h := c.known[id]; h != nil {
		wait := tickEvery
		if now.Sub(since) >= provenAfter {
			h.linked, h.brief = now, 0
		} else {
			wait <<= min(h.brief, maxBrief)
			h.brief++
		}
		h.failed = 0
		h.notTill = now.Add(wait + rand.N(wait))
	}
}

// left notes that a host is being shut down. One that was not there for long,
// such as a search without a servent, is forgotten; another is left alone for a
// while, unless it says that it is back.
func (c *hostCache) left(now time.Time, id peer.ID) {
	h := c.known[id]
	switch {
	case h == nil || h.pinned:
	case !h.proven():
		delete(c.known, id)
	default:
		h.notTill = now.Add(leftAlone)
		h.linked = now.Add(-recently)
	}
}

// forgive ends all waits: the network is another one, and whom it reaches
// cannot be told from what failed before.
func (c *hostCache) forgive(now time.Time) {
	for _, h := range c.known {
		h.failed, h.brief, h.tried = 0, 0, time.Time{}
		h.notTill = now.Add(rand.N(tickEvery))
	}
}

// unpin takes back that the user named a host. One that nobody else told of is
// forgotten.
func (c *hostCache) unpin(id peer.ID) {
	if h := c.known[id]; h != nil {
		h.pinned, h.heardBy[wayTyped] = false, hearsay{}
		if len(h.addrs()) == 0 {
			delete(c.known, id)
		}
	}
}

// try returns up to [maxTry] multiaddrs that a refused servent may try, those
// heard of last first. An address that means something on this computer or
// this cable alone is told only to a servent that is near.
func (c *hostCache) try(except peer.ID, near func(ma.Multiaddr) bool) []string {
	var best []*knownHost
	for id, h := range c.known {
		if id != except && h.failed == 0 {
			best = append(best, h)
		}
	}
	slices.SortFunc(best, func(a, b *knownHost) int { return b.heard.Compare(a.heard) })
	var out []string
	for _, h := range best {
		if addr := h.tell(near); addr != "" && len(out) < maxTry {
			out = append(out, addr)
		}
	}
	return out
}

// tell returns the first address of a host that is near, in full, or "". The
// host may be nil.
func (h *knownHost) tell(near func(ma.Multiaddr) bool) string {
	if h == nil {
		return ""
	}
	all := h.addrs()
	if i := slices.IndexFunc(all, near); i >= 0 {
		return fullAddr(all[i], h.id)
	}
	return ""
}

// tellable returns which addresses may be told to a servent at the multiaddr
// given: loopback ones only to one that came that way, link-local ones to
// nobody.
func tellable(to string) func(ma.Multiaddr) bool {
	from, err := ma.NewMultiaddr(to)
	same := err == nil && manet.IsIPLoopback(from)
	return func(a ma.Multiaddr) bool {
		return isPlain(a) && !manet.IsIP6LinkLocal(a) && (same || !manet.IsIPLoopback(a))
	}
}

// fullAddr returns addr with the peer ID behind it.
func fullAddr(addr ma.Multiaddr, id peer.ID) string {
	return addr.String() + "/p2p/" + id.String()
}
