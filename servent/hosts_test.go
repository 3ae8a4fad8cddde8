package servent

import (
	"fmt"
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
	c.add(now, known(0), true) // pinned, and the oldest
	for n := 1; n <= maxHosts+10; n++ {
		c.add(now.Add(time.Duration(n)*time.Second), known(n), false)
	}
	if len(c.known) != maxHosts {
		t.Errorf("got %d hosts, want %d", len(c.known), maxHosts)
	}
	for n, want := range map[int]bool{0: true, 1: false, 11: false, 12: true, maxHosts + 10: true} {
		if (c.known[known(n).ID] != nil) != want {
			t.Errorf("servent %d: kept is %v, want %v", n, !want, want)
		}
	}
	c.add(now.Add(time.Hour), known(12), false) // heard of again
	for n := range maxHosts - 2 {
		c.add(now.Add(time.Hour+time.Duration(n)*time.Second), known(1000+n), false)
	}
	if c.known[known(12).ID] == nil {
		t.Error("a servent heard of again went before those heard of earlier")
	}
}

func TestHostCacheTakesNoUselessHost(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	c.add(now, peer.AddrInfo{ID: "self", Addrs: known(1).Addrs}, false)
	c.add(now, peer.AddrInfo{ID: "x"}, false)
	c.add(now, peer.AddrInfo{Addrs: known(1).Addrs}, false)
	if len(c.known) != 0 {
		t.Errorf("got %v, want nothing kept of us, of no place, of nobody", c.known)
	}
	many := known(1)
	for n := range 20 {
		many.Addrs = append(many.Addrs, known(n).Addrs...)
	}
	c.add(now, many, false)
	if n := len(c.known[many.ID].info.Addrs); n != maxHostAddrs {
		t.Errorf("got %d addresses of one servent, want %d", n, maxHostAddrs)
	}
}

// What others tell of a host that the user named does not move it.
func TestHostCachePinnedAddressStands(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	c.add(now, known(1), true)
	forged := peer.AddrInfo{ID: known(1).ID, Addrs: known(666).Addrs}
	c.add(now, forged, false)
	if got := c.known[known(1).ID].info.Addrs[0]; !got.Equal(known(1).Addrs[0]) {
		t.Errorf("got %v, want %v", got, known(1).Addrs[0])
	}
}

func TestHostCacheBackOffDoubles(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		pinned bool
		waits  []time.Duration
	}{
		{false, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second,
			320 * time.Second, 10 * time.Minute, 10 * time.Minute}},
		{true, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute}},
	} {
		h := newHostCache("self")
		h.add(now, known(1), c.pinned)
		for n, wait := range c.waits {
			h.tried(now, known(1).ID, false)
			early, due := h.due(now.Add(wait-time.Millisecond), 8, nobody), h.due(now.Add(wait), 8, nobody)
			if len(early) != 0 || len(due) != 1 {
				t.Errorf("pinned %v, failure %d: not due again after exactly %v", c.pinned, n+1, wait)
			}
		}
		for range 100 {
			h.tried(now, known(1).ID, false) // no overflow
		}
		if len(h.due(now.Add(maxRetryAfter), 8, nobody)) != 1 {
			t.Errorf("pinned %v: given up after many failures", c.pinned)
		}
		h.tried(now, known(1).ID, true)
		if len(h.due(now, 8, nobody)) != 1 {
			t.Errorf("pinned %v: a dial that went well does not end the wait", c.pinned)
		}
	}
}

func TestHostCacheDue(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	for n := range 10 {
		c.add(now.Add(time.Duration(n)*time.Second), known(n), n == 0)
	}
	due := c.due(now, 2, func(id peer.ID) bool { return id == known(9).ID })
	if len(due) != 3 || due[0].ID != known(0).ID || due[1].ID != known(8).ID || due[2].ID != known(7).ID {
		t.Errorf("got %v, want the pinned, and the two heard of last that are not busy", due)
	}
	if due := c.due(now, -3, nobody); len(due) != 1 || due[0].ID != known(0).ID {
		t.Errorf("no link wanted: got %v, want the pinned alone", due)
	}
}

func TestHostCacheTry(t *testing.T) {
	c := newHostCache("self")
	now := time.Now()
	for n := range 20 {
		c.add(now.Add(time.Duration(n)*time.Second), known(n), false)
	}
	c.tried(now, known(19).ID, false)
	try := c.try(known(18).ID)
	if len(try) != maxTry || try[0] != fullAddr(known(17).Addrs[0], known(17).ID) {
		t.Errorf("got %d of them, first %s, want %d, first the last one heard of that neither failed nor asks", len(try), try[0], maxTry)
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
				c.add(now, info, true)
			} else {
				c.add(now, info, false)
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
	} {
		if info, ok := addrInfo(told); ok {
			t.Errorf("%s: got %v, want nothing", name, info)
		}
	}
}
