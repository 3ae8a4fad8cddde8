package servent

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"pgregory.net/rapid"

	"servent/messages"
)

// known returns what is heard of servent number n: the cache does not look
// into a peer ID.
func known(n int) peer.AddrInfo {
	a := ma.StringCast(fmt.Sprintf("/ip4/192.0.2.1/tcp/%d", 1+n%65535))
	return peer.AddrInfo{ID: peer.ID(fmt.Sprintf("servent %d", n)), Addrs: []ma.Multiaddr{a}}
}

func nobody(peer.ID) bool { return false }

func TestHostCacheForgetsTheOldest(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	c.add(now, known(0), wayTyped) // pinned, and the oldest
	for n := 1; n <= maxHosts+10; n++ {
		c.add(now.Add(time.Duration(n)*time.Second), known(n), wayTold)
	}
	if len(c.known) != maxHosts {
		t.Errorf("got %d hosts, want %d", len(c.known), maxHosts)
	}
	for n, want := range map[int]bool{0: true, 1: false, 11: false, 12: true, maxHosts + 10: true} {
		if (c.known[known(n).ID] != nil) != want {
			t.Errorf("servent %d: kept is %v, want %v", n, !want, want)
		}
	}
	c.add(now.Add(time.Hour), known(12), wayTold) // heard of again
	for n := range maxHosts - 2 {
		c.add(now.Add(time.Hour+time.Duration(n)*time.Second), known(1000+n), wayTold)
	}
	if c.known[known(12).ID] == nil {
		t.Error("a servent heard of again went before those heard of earlier")
	}
}

func TestHostCacheTakesNoUselessHost(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	c.add(now, peer.AddrInfo{ID: "self", Addrs: known(1).Addrs}, wayTold)
	c.add(now, peer.AddrInfo{ID: "x"}, wayTold)
	c.add(now, peer.AddrInfo{Addrs: known(1).Addrs}, wayTold)
	if len(c.known) != 0 {
		t.Errorf("got %v, want nothing kept of us, of no place, of nobody", c.known)
	}
	many := known(1)
	for n := range 20 {
		many.Addrs = append(many.Addrs, known(100+n).Addrs...)
	}
	c.add(now, many, wayTold)
	if n := len(c.known[many.ID].addrs()); n != maxHostAddrs {
		t.Errorf("got %d addresses of one servent, want %d", n, maxHostAddrs)
	}
}

// What others tell of a host that the user named does not move it.
func TestHostCachePinnedAddressStands(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	c.add(now, known(1), wayTyped)
	forged := peer.AddrInfo{ID: known(1).ID, Addrs: known(666).Addrs}
	c.add(now, forged, wayTold)
	if got := c.known[known(1).ID].addrs()[0]; !got.Equal(known(1).Addrs[0]) {
		t.Errorf("got %v, want %v", got, known(1).Addrs[0])
	}
}

func TestHostCacheBackOffDoubles(t *testing.T) {
	now := time.Now()
	const second = time.Second
	for name, c := range map[string]struct {
		by     way
		linked bool
		waits  []time.Duration
	}{
		"told of":            {wayTold, false, []time.Duration{2 * second, 4 * second, 8 * second, 16 * second, 32 * second, 64 * second, 128 * second, 256 * second, 512 * second, 600 * second, 600 * second}},
		"named by the user":  {wayTyped, false, []time.Duration{2 * second, 4 * second, 8 * second, 16 * second, 20 * second, 20 * second}},
		"a neighbour lately": {wayTold, true, []time.Duration{2 * second, 4 * second, 8 * second, 15 * second, 15 * second}},
	} {
		h := newHostCache("self")
		h.add(now, known(1), c.by)
		if c.linked {
			h.parted(now, known(1).ID, now.Add(-provenAfter))
		}
		for n, wait := range c.waits {
			h.tried(now, known(1).ID, false)
			early, due := h.due(now.Add(wait*3/4-1), 8, nobody), h.due(now.Add(wait*5/4), 8, nobody)
			if len(early) != 0 || len(due) != 1 {
				t.Errorf("%s, failure %d: not due again after %v, a quarter more or less", name, n+1, wait)
			}
		}
		for range 100 {
			h.tried(now, known(1).ID, false) // no overflow
		}
		if len(h.due(now.Add(maxRetryAfter*5/4), 8, nobody)) != 1 {
			t.Errorf("%s: given up after many failures", name)
		}
		h.tried(now, known(1).ID, true)
		if len(h.due(now, 8, nobody)) != 1 {
			t.Errorf("%s: a dial that went well does not end the wait", name)
		}
	}
}

// Another network ends every wait within a second.
func TestHostCacheForgivesOnAnotherNetwork(t *testing.T) {
	h := newHostCache("self")
	now := time.Now()
	for n := range 20 {
		h.add(now, known(n), wayTold)
		for range 10 {
			h.tried(now, known(n).ID, false)
		}
	}
	h.forgive(now)
	if due := h.due(now.Add(tickEvery), 20, nobody); len(due) != 20 {
		t.Errorf("got %d of 20 hosts to dial", len(due))
	}
}

// A host that says itself that it is there is dialled at once, but not each
// time it says so.
func TestHostCacheBelievesAHostItself(t *testing.T) {
	for by, want := range map[way]int{wayMulticast: 1, wayRendezvous: 1, wayTold: 0, wayCache: 0} {
		h := newHostCache("self")
		now := time.Now()
		h.add(now, known(1), by)
		for range 5 {
			h.tried(now, known(1).ID, false)
		}
		now = now.Add(heardAgain - 1)
		h.add(now, known(1), by)
		if due := h.due(now, 8, nobody); len(due) != 0 {
			t.Errorf("%s, heard just after a failure: got %v to dial", wayNames[by], due)
		}
		now = now.Add(1)
		h.add(now, known(1), by)
		if due := h.due(now, 8, nobody); len(due) != want {
			t.Errorf("%s, heard again: got %d to dial, want %d", wayNames[by], len(due), want)
		}
	}
}

// Hosts that somebody makes up do not push out former neighbours, nor are they
// dialled before them.
func TestHostCacheKeepsNeighboursInAFlood(t *testing.T) {
	h := newHostCache("self")
	now := time.Now()
	for n := range 8 {
		h.add(now, known(n), wayMulticast)
		h.parted(now.Add(time.Duration(n)), known(n).ID, now.Add(-provenAfter))
	}
	for n := range 10 * maxHosts {
		h.add(now.Add(time.Second), known(100+n), wayMulticast)
	}
	due := h.due(now.Add(time.Minute), 8, nobody)
	for n, info := range due {
		if info.ID != known(7-n).ID {
			t.Errorf("number %d to dial: got %s, want the former neighbours, the last first", n, info.ID)
		}
	}
	if len(h.known) != maxHosts || len(due) != 8 {
		t.Errorf("got %d hosts, %d to dial, want %d and 8", len(h.known), len(due), maxHosts)
	}
}

// A servent that lives for one search is forgotten when it says Bye; one that
// was a neighbour for long is not, and one that is back is dialled at once.
func TestHostCacheThatLeft(t *testing.T) {
	h := newHostCache("self")
	now := time.Now()
	for n, since := range []time.Duration{provenAfter - 1, provenAfter} {
		h.add(now, known(n), wayMulticast)
		h.parted(now, known(n).ID, now.Add(-since))
		h.left(now, known(n).ID)
	}
	h.add(now, known(2), wayTyped)
	h.parted(now, known(2).ID, now)
	h.left(now, known(2).ID)
	if len(h.known) != 2 || h.known[known(0).ID] != nil {
		t.Errorf("got %d hosts, want the one that stayed long and the named one", len(h.known))
	}
	now = now.Add(leftAlone - 1)
	if due := h.due(now, 8, nobody); len(due) != 1 || due[0].ID != known(2).ID {
		t.Errorf("got %v to dial, want the named one alone", due)
	}
	h.add(now, known(1), wayMulticast)
	if due := h.due(now, 8, nobody); len(due) != 2 {
		t.Errorf("got %v to dial, want the one that is back, too", due)
	}
}

// Of each way the addresses heard last count, and all ways together are tried.
func TestHostCacheMergesWays(t *testing.T) {
	h := newHostCache("self")
	now := time.Now()
	for n, by := range []way{wayCache, wayMulticast, wayMulticast, wayRendezvous} {
		now = now.Add(heardTogether)
		h.add(now, peer.AddrInfo{ID: "x", Addrs: known(n).Addrs}, by)
	}
	var got []string
	for _, a := range h.known["x"].addrs() {
		got = append(got, a.String())
	}
	want := []string{known(3).Addrs[0].String(), known(2).Addrs[0].String(), known(0).Addrs[0].String()}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	now = now.Add(heardTogether)
	for n := range 2 * maxHostAddrs { // a host with many interfaces
		h.add(now, peer.AddrInfo{ID: "y", Addrs: known(n).Addrs}, wayMulticast)
	}
	if y := h.known["y"].heardBy[wayMulticast]; len(y.addrs) != maxHostAddrs || !y.has(known(2*maxHostAddrs - 1).Addrs[0]) || y.has(known(0).Addrs[0]) {
		t.Errorf("of many interfaces: got %v, want the %d last", y.addrs, maxHostAddrs)
	}
}

func TestHostCacheDue(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	for n := range 10 {
		by := wayTold
		if n == 0 {
			by = wayTyped
		}
		c.add(now, known(n), by)
	}
	c.parted(now.Add(-time.Minute), known(9).ID, time.Time{})
	c.parted(now.Add(-time.Hour), known(3).ID, time.Time{})
	c.parted(now.Add(-2*time.Hour), known(5).ID, time.Time{})
	due := c.due(now, 2, func(id peer.ID) bool { return id == known(9).ID })
	if len(due) != 3 || due[0].ID != known(0).ID || due[1].ID != known(3).ID || due[2].ID != known(5).ID {
		t.Errorf("got %v, want the pinned, and the two last neighbours that are not busy", due)
	}
	if due := c.due(now, -3, nobody); len(due) != 1 || due[0].ID != known(0).ID {
		t.Errorf("no link wanted: got %v, want the pinned alone", due)
	}
}

func TestHostCacheTry(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	for n := range 20 {
		c.add(now.Add(time.Duration(n)*time.Second), known(n), wayTold)
	}
	c.tried(now, known(19).ID, false)
	try := c.try(known(18).ID, tellable(known(1).Addrs[0].String()))
	if len(try) != maxTry || try[0] != fullAddr(known(17).Addrs[0], known(17).ID) {
		t.Errorf("got %d of them, first %s, want %d, first the last one heard of that neither failed nor asks", len(try), try[0], maxTry)
	}
}

// An address of this computer alone is told to nobody else.
func TestHostCacheTellsNoAddressOfOurs(t *testing.T) {
	lan, own, cable := ma.StringCast("/ip4/192.0.2.1/tcp/1"), ma.StringCast("/ip4/127.0.0.1/tcp/1"), ma.StringCast("/ip6zone/eth0/ip6/fe80::1/tcp/1")
	c := newHostCache("self")
	c.add(time.Now(), peer.AddrInfo{ID: "x", Addrs: []ma.Multiaddr{own, cable, lan}}, wayRendezvous)
	c.add(time.Now(), peer.AddrInfo{ID: "y", Addrs: []ma.Multiaddr{own, cable}}, wayRendezvous)
	if try := c.try("z", tellable(lan.String())); !slices.Equal(try, []string{fullAddr(lan, "x")}) {
		t.Errorf("told another computer %v, want the address on the LAN alone", try)
	}
	if try := c.try("z", tellable(own.String())); len(try) != 2 {
		t.Errorf("told a servent of this computer %v, want one address of each", try)
	}
}

// However it is used, the cache stays within its bound and pins stay.
func TestHostCacheProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newHostCache("self")
		now := time.Now()
		pinned := map[peer.ID]bool{}
		for range rapid.IntRange(0, 2000).Draw(t, "steps") {
			info := known(rapid.IntRange(0, 1500).Draw(t, "host"))
			now = now.Add(time.Second)
			if pin := len(pinned) < 5 && rapid.IntRange(0, 99).Draw(t, "pin") == 0; pin {
				pinned[info.ID] = true
				c.add(now, info, wayTyped)
			} else {
				c.add(now, info, wayTold)
			}
			if rapid.Bool().Draw(t, "failed") {
				c.tried(now, info.ID, false)
			}
		}
		if len(c.known) > maxHosts {
			t.Fatalf("got %d hosts, at most %d", len(c.known), maxHosts)
		}
		for id := range pinned {
			if c.known[id] == nil || !c.known[id].pinned {
				t.Fatalf("%s was pinned and is forgotten", id)
			}
		}
	})
}

// An address that cannot travel in a header line of a refusal is not kept: it
// could begin a line of its own.
func TestHostileAddressesAreNotTold(t *testing.T) {
	for _, evil := range []string{"a\r\nX-Evil: 1\r\n\r\n", "a,b", "a b", "\x1b[2J", "a\u202eb"} {
		text := []byte(evil)
		binary := append([]byte{54, byte(len(text))}, text...) // 54: dns4
		if _, err := ma.NewMultiaddrBytes(binary); err != nil {
			continue // the library refuses it, all the better
		}
		id := newPeer(t)
		if info, ok := addrInfo(messages.PeerInfo{ID: []byte(id), Addrs: [][]byte{binary}}); ok {
			t.Errorf("address %q of a Pong is kept, and would be told in X-Try", info.Addrs)
		}
	}
}

func TestAddrInfo(t *testing.T) {
	id, good := newPeer(t), ma.StringCast("/ip4/192.0.2.7/tcp/6346")
	info, ok := addrInfo(messages.PeerInfo{ID: []byte(id), Addrs: [][]byte{{0xff}, good.Bytes(), {}}})
	if !ok || info.ID != id || len(info.Addrs) != 1 || !info.Addrs[0].Equal(good) {
		t.Errorf("got %v, %v, want the one address that can be read", info, ok)
	}
	for name, told := range map[string]messages.PeerInfo{
		"no ID":      {Addrs: [][]byte{good.Bytes()}},
		"a bad ID":   {ID: []byte("nonsense"), Addrs: [][]byte{good.Bytes()}},
		"no address": {ID: []byte(id)},
		"a bad one":  {ID: []byte(id), Addrs: [][]byte{{0xff, 0xff}}},
		"a name":     {ID: []byte(id), Addrs: [][]byte{ma.StringCast("/dns4/victim.example/tcp/80").Bytes()}},
	} {
		if info, ok := addrInfo(told); ok {
			t.Errorf("%s: got %v, want nothing", name, info)
		}
	}
}

// Whoever takes every link and ends it at once is dialled ever more rarely, until
// one lasts.
func TestHostWhoseLinksNeverLast(t *testing.T) {
	h := newHostCache("self")
	now := time.Now()
	h.add(now, known(1), wayTold)
	end := func(lasted, wait time.Duration) {
		t.Helper()
		h.tried(now, known(1).ID, true)
		h.parted(now, known(1).ID, now.Add(-lasted))
		early, due := h.due(now.Add(wait-1), 8, nobody), h.due(now.Add(2*wait), 8, nobody)
		if len(early) != 0 || len(due) != 1 {
			t.Errorf("after a link of %v: not due again after %v to twice that", lasted, wait)
		}
	}
	for _, wait := range []time.Duration{1, 2, 4, 8, 8} {
		end(0, wait*time.Second)
	}
	end(provenAfter, time.Second)
	end(0, time.Second)
}
