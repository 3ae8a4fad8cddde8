package servent

import (
	"bufio"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
)

// offerFrom has a neighbour attached whose end reads and says nothing.
func offerFrom(t *testing.T, s *Servent, n neighbour) (l *link) {
	t.Helper()
	near, far := newWire()
	go io.Copy(io.Discard, far)
	t.Cleanup(func() { far.Close(); near.Close() })
	if n.peer == "" {
		n.peer = newPeer(t)
	}
	s.call(t.Context(), func() { l = s.attach(n, near, bufio.NewReader(near)) })
	return l
}

// Where all places are taken, a servent that has no other link gets that of the
// least useful, once those had time to prove themselves, and not too often.
func TestLonelyServentGetsThePlaceOfTheLeastUseful(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{WantLinks: 2, MaxLinks: 4, KeepAlive: time.Hour})
		dialled := offerFrom(t, s, neighbour{outbound: true})
		pinned := newPeer(t)
		s.call(t.Context(), func() { s.typed = typed{{peer: pinned}} })
		offerFrom(t, s, neighbour{peer: pinned})
		useful, idle := speak(t, s), offerFrom(t, s, neighbour{})
		useful.say(message(t, 7, messages.NewQuery("one")), message(t, 7, messages.NewQuery("two")))
		if offerFrom(t, s, neighbour{lonely: true}) != nil {
			t.Error("a link was given up that had no time to prove itself")
		}
		time.Sleep(fairAge)
		if offerFrom(t, s, neighbour{}) != nil {
			t.Error("a link was given up for one that has others")
		}
		if offerFrom(t, s, neighbour{lonely: true}) == nil {
			t.Fatal("a servent without a link was not let in")
		}
		left := map[peer.ID]bool{}
		s.call(t.Context(), func() {
			for id := range s.links.byPeer {
				left[id] = true
			}
		})
		if len(left) != 4 || left[idle.peer] || !left[dialled.peer] || !left[pinned] || !left[useful.peer] {
			t.Errorf("got %d links, idle %v, dialled %v, pinned %v, useful %v; want the idle one gone",
				len(left), left[idle.peer], left[dialled.peer], left[pinned], left[useful.peer])
		}
		if offerFrom(t, s, neighbour{lonely: true}) != nil {
			t.Error("a second link was given up at once")
		}
		time.Sleep(displaceEvery)
		if offerFrom(t, s, neighbour{lonely: true}) == nil {
			t.Error("no second link is given up later")
		}
	})
}

// One computer may have all places, until others want some.
func TestOneAddressMakesRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		for range defaultMaxLinks {
			if offerFrom(t, s, neighbour{ip: "192.0.2.66", lonely: true}) == nil {
				t.Fatal("refused while there are places")
			}
		}
		if offerFrom(t, s, neighbour{ip: "192.0.2.66", lonely: true}) != nil {
			t.Error("it may have more than all places")
		}
		got := 0
		for n := range defaultMaxLinks {
			if offerFrom(t, s, neighbour{ip: fmt.Sprintf("192.0.2.%d", n)}) != nil {
				got++
			}
		}
		if got != defaultMaxLinks/2 {
			t.Errorf("others got %d places, want %d", got, defaultMaxLinks/2)
		}
	})
}

// Whoever is told that it must go, through no fault of its own, is told where to.
func TestByeNamesOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p, q := speak(t, s), speak(t, s)
		other := peer.AddrInfo{ID: q.peer, Addrs: []ma.Multiaddr{ma.StringCast("/ip4/192.0.2.7/tcp/6346")}}
		s.call(t.Context(), func() {
			s.hosts.add(time.Now(), other, wayTold)
			s.bye(s.links.byPeer[p.peer], messages.ByeShutdown, "Servent Shutdown")
		})
		bye := p.hearBye()
		if want := fullAddr(other.Addrs[0], other.ID); bye.Header("x-try") != want {
			t.Fatalf("got %q of others, want %q", bye.Headers, want)
		}
		// The same Bye, heard, teaches its reader.
		r := converse(t, Config{})
		speak(t, r).say(message(t, 1, bye))
		synctest.Wait()
		r.call(t.Context(), func() {
			if r.hosts.known[q.peer] == nil {
				t.Error("the one who heard it does not know the other")
			}
		})
	})
}

// A Bye has room for ten long addresses.
func TestByeHoldsTenAddresses(t *testing.T) {
	var try []string
	for range maxTry {
		try = append(try, fullAddr(ma.StringCast("/ip6/2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/udp/65535/quic-v1"), newPeer(t)))
	}
	m := message(t, 1, messages.Bye{Code: messages.ByeShutdown, Text: "Servent Shutdown", Headers: tryHeaders(try)})
	p, err := messages.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := splitTry(p.(messages.Bye).Header(headerTry)); len(got) != maxTry || got[9] != try[9] {
		t.Errorf("got %d addresses of %d", len(got), maxTry)
	}
}

func TestWorthFades(t *testing.T) {
	now := time.Now()
	w := worth{at: now}
	if got := w.of(100); got != 100 {
		t.Errorf("got %v, want 100", got)
	}
	for n := 1; n <= 10; n++ {
		w.look(now.Add(time.Duration(n)*worthHalf), 100)
	}
	if got := w.of(100); got <= 0 || got > 1 {
		t.Errorf("100 messages of ten minutes ago: got %v, want hardly anything", got)
	}
	if w.of(101) < 1 {
		t.Error("a new one counts for less than one")
	}
}

// Where the links of the address that has most are all our own, the lonely one
// still gets the place of another.
func TestLonelyServentBesideACrowdOfOurOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{WantLinks: 2, MaxLinks: 4, KeepAlive: time.Hour})
		for range 3 {
			offerFrom(t, s, neighbour{outbound: true, ip: "192.0.2.66"})
		}
		offerFrom(t, s, neighbour{ip: "192.0.2.7"})
		time.Sleep(fairAge)
		if offerFrom(t, s, neighbour{lonely: true, ip: "192.0.2.8"}) == nil {
			t.Error("a servent without a link was not let in")
		}
	})
}

// Nobody is sent to a servent that we left alone for what it sent.
func TestBannedPeerIsNotNamed(t *testing.T) {
	s := bare(t, Config{})
	id := newPeer(t)
	s.hosts.add(time.Now(), peer.AddrInfo{ID: id, Addrs: []ma.Multiaddr{ma.StringCast("/ip4/192.0.2.7/tcp/6346")}}, wayTold)
	if got := s.elsewhere(neighbour{}); len(got) != 1 {
		t.Fatalf("got %v, want the one we know", got)
	}
	s.bans.add(time.Now(), id)
	if got := s.elsewhere(neighbour{}); len(got) != 0 {
		t.Errorf("got %v, want nobody", got)
	}
}
