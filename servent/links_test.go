package servent

import (
	"bufio"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"servent/messages"
	"servent/servent/api"
)

func TestLinkToItself(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	_, err := s.Connect(t.Context(), api.ConnectRequest{Addr: addr(s)})
	var known *api.Error
	if !errors.As(err, &known) || known.Code != api.CodeUsage {
		t.Errorf("connect to itself: got %v, want a usage error", err)
	}
	s.call(t.Context(), func() {
		if got := s.admit(s.host.ID(), s.cfg.Network); got == statusOK {
			t.Error("an offer of its own is welcome")
		}
	})
	if n := len(peers(t, s)); n != 0 {
		t.Errorf("got %d links, want none", n)
	}
}

func TestConnectRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	for _, bad := range []string{"", "192.0.2.300", "/ip4/127.0.0.1/udp/6346/quic-v1", "/ip4/127.0.0.1/tcp/1/p2p/x", someText + "a"} {
		_, err := s.Connect(t.Context(), api.ConnectRequest{Addr: bad})
		var known *api.Error
		if !errors.As(err, &known) || known.Code != api.CodeUsage {
			t.Errorf("connect to %q: got %v, want a usage error", bad, err)
		}
	}
}

// Two that dial each other at once keep exactly one link, however the
// handshakes cross.
func TestTwoThatDialEachOther(t *testing.T) {
	t.Parallel()
	const tries = 12
	for range tries {
		a, b := start(t, Config{}), start(t, Config{})
		var dials sync.WaitGroup
		for range 2 {
			dials.Go(func() { a.Connect(t.Context(), api.ConnectRequest{Addr: addr(b)}) })
			dials.Go(func() { b.Connect(t.Context(), api.ConnectRequest{Addr: addr(a)}) })
		}
		dials.Wait()
		linked(t, a, 1)
		linked(t, b, 1)
		for _, s := range []*Servent{a, b} {
			s.call(t.Context(), func() {
				if len(s.links.byID) != len(s.links.byPeer) {
					t.Errorf("got %d links to %d peers", len(s.links.byID), len(s.links.byPeer))
				}
			})
		}
		hits, _ := a.Peers(t.Context())
		others, _ := b.Peers(t.Context())
		if len(hits) == 1 && len(others) == 1 && hits[0].Outbound == others[0].Outbound {
			t.Error("both ends, or none, say that they dialled: they hold two streams")
		}
	}
}

func TestSecondLinkToAPeerIsADuplicate(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	h := rawHost(t, s)
	first := rawLink(t, h, s)
	linked(t, s, 1)
	b := mustAppend(t, nil, message(t, 1, messages.Ping{}))
	speaking := make(chan struct{})
	go func() { // the old link is alive
		defer close(speaking)
		for range time.Tick(rivalWait / 10) {
			if _, err := first.Write(b); err != nil {
				return
			}
		}
	}()
	if code, _ := answerTo(t, h, s, goodOffer); code != 409 {
		t.Errorf("second offer: got %d, want 409", code)
	}
	linked(t, s, 1)
	first.Reset()
	<-speaking
	linked(t, s, 0)
	if code, _ := answerTo(t, h, s, goodOffer); code != 200 {
		t.Errorf("offer after the link has ended: got %d, want 200", code)
	}
}

func TestOtherNetworkIsRefused(t *testing.T) {
	t.Parallel()
	a, b := start(t, Config{Network: "red"}), start(t, Config{Network: "blue"})
	_, err := a.Connect(t.Context(), api.ConnectRequest{Addr: addr(b)})
	var refused *refusal
	if !errors.As(err, &refused) || refused.code != statusNetwork.code {
		t.Errorf("got %v, want a refusal with 403", err)
	}
	if len(peers(t, a)) != 0 || len(peers(t, b)) != 0 {
		t.Error("there is a link between two networks")
	}
}

// One that is refused for want of room learns of others to try.
func TestBusyServentNamesOthers(t *testing.T) {
	t.Parallel()
	full := start(t, Config{WantLinks: 1, MaxLinks: 1})
	friend := start(t, Config{Connect: []string{addr(full)}})
	linked(t, full, 1)
	eventually(t, "the full one knows its neighbour's address", func() (known bool) {
		full.call(t.Context(), func() { known = full.hosts.known[friend.host.ID()] != nil })
		return known
	})
	late := start(t, Config{})
	_, err := late.Connect(t.Context(), api.ConnectRequest{Addr: addr(full)})
	var refused *refusal
	if !errors.As(err, &refused) || refused.code != statusBusy.code || len(refused.try) != 1 {
		t.Fatalf("got %v, want a refusal with 503 and an address", err)
	}
	var known *knownHost
	late.call(t.Context(), func() { known = late.hosts.known[friend.host.ID()] })
	if known == nil || fullAddr(known.addrs()[0], known.id) != addr(friend) {
		t.Errorf("the refused one knows %v of %s, want its address", known, addr(friend))
	}
	if n := len(peers(t, full)); n != 1 {
		t.Errorf("the full one has %d links, want 1", n)
	}
}

// With discovery, the addresses of a refusal become links.
func TestRefusedServentGoesOn(t *testing.T) {
	t.Parallel()
	full := start(t, Config{WantLinks: 1, MaxLinks: 1})
	friend := start(t, Config{Connect: []string{addr(full)}})
	linked(t, full, 1)
	eventually(t, "the full one knows its neighbour's address", func() (known bool) {
		full.call(t.Context(), func() { known = full.hosts.known[friend.host.ID()] != nil })
		return known
	})
	late := run(t, Config{NoMDNS: true, Listen: loopback, Connect: []string{addr(full)}})
	linked(t, late, 1)
	if got := peers(t, late); got[0] != friend.host.ID().String() {
		t.Errorf("linked to %s, want the friend of the full one", got[0])
	}
}

// A link of Config.Connect comes back.
func TestPinnedLinkIsDialledAgain(t *testing.T) {
	t.Parallel()
	far := start(t, Config{})
	near := start(t, Config{Connect: []string{addr(far)}})
	linked(t, far, 1)
	far.call(t.Context(), func() {
		for _, l := range far.links.byID {
			far.bye(l, messages.ByeUser, "Test")
		}
	})
	eventually(t, "the second link", func() (again bool) {
		near.call(t.Context(), func() { again = near.links.byID[2] != nil })
		return again
	})
}

// Of two handshakes that crossed, both sides keep the one that the lesser peer
// ID offered, whichever they hear of first.
func TestCrossedHandshakes(t *testing.T) {
	for _, outboundFirst := range []bool{true, false} {
		for range 4 { // greater and lesser peers
			synctest.Test(t, func(t *testing.T) {
				s := converse(t, Config{})
				other := newPeer(t)
				for _, outbound := range []bool{outboundFirst, !outboundFirst} {
					near, far := newWire()
					go io.Copy(io.Discard, far)
					t.Cleanup(func() { far.Close() })
					s.call(t.Context(), func() {
						if s.attach(neighbour{peer: other, outbound: outbound}, near, bufio.NewReader(near)) == nil {
							near.Close()
						}
					})
				}
				synctest.Wait()
				links, err := s.Peers(t.Context())
				if err != nil || len(links) != 1 || links[0].Outbound != (s.host.ID() < other) {
					t.Errorf("own offer first %v: got %+v, %v, want the link that the lesser ID offered", outboundFirst, links, err)
				}
			})
		}
	}
}
