package servent

import (
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	ma "github.com/multiformats/go-multiaddr"
)

// What a servent once told libp2p of where it is, which may be anybody's
// addresses, is not dialled with those that were chosen.
func TestOnlyTheChosenAddressesAreDialled(t *testing.T) {
	near, far := start(t, Config{}), start(t, Config{})
	victim := ma.StringCast("/ip4/127.0.0.1/tcp/1")
	info, err := parseServent(addr(far))
	if err != nil {
		t.Fatal(err)
	}
	near.host.Peerstore().AddAddr(info.ID, victim, peerstore.PermanentAddrTTL)
	stream, err := near.openStream(t.Context(), info, linkProtocol)
	if err != nil {
		t.Fatal(err)
	}
	stream.Reset()
	if got := near.host.Peerstore().Addrs(info.ID); ma.Contains(got, victim) {
		t.Errorf("got %v to dial, want %v alone", got, info.Addrs)
	}
}

// A servent that claims the address of a third party beside its own does not
// have that one dialled more often.
func TestTriesOfAClaimedAddressCount(t *testing.T) {
	near, far := start(t, Config{}), start(t, Config{})
	info, err := parseServent(addr(far))
	if err != nil {
		t.Fatal(err)
	}
	victim := ma.StringCast("/ip4/192.0.2.1/tcp/1")
	info.Addrs = append(info.Addrs, victim)
	ip, _ := foreign(victim)
	done := make(chan error, 1)
	near.call(t.Context(), func() { near.startOffer(info, func(err error) { done <- err }) })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	near.call(t.Context(), func() {
		if w := near.tries[ip]; w == nil || w.count != 1 {
			t.Errorf("got %+v of the claimed address, want one try that counts", w)
		}
	})
}

// What failed over another network does not keep a dial over this one back.
func TestAnotherNetworkEndsTheTries(t *testing.T) {
	s := start(t, Config{})
	addrs := []ma.Multiaddr{ma.StringCast("/ip4/192.0.2.1/tcp/1")}
	s.call(t.Context(), func() {
		now := time.Now()
		for range maxTriesIP + 1 {
			s.tries.allow(now, addrs)
		}
		if len(s.tries.allow(now, addrs)) != 0 {
			t.Error("there is no limit to begin with")
		}
		s.networkChanged(now, s.interfaces(), s.interfaces())
		if len(s.tries.allow(now, addrs)) != 1 {
			t.Error("not dialled over another network")
		}
	})
}

// The loopback of another computer is not ours.
func TestLoopbackToldFromOutside(t *testing.T) {
	s := converse(t, Config{})
	told := func() []string {
		return []string{fullAddr(ma.StringCast("/ip4/127.0.0.1/tcp/22"), newPeer(t)), fullAddr(ma.StringCast("/ip4/192.0.2.7/tcp/1"), newPeer(t))}
	}
	s.call(t.Context(), func() {
		s.learnTry(time.Now(), told(), true)
		if n := len(s.hosts.known); n != 1 {
			t.Errorf("from another computer: got %d hosts, want 1", n)
		}
		s.learnTry(time.Now(), told(), false)
		if n := len(s.hosts.known); n != 3 {
			t.Errorf("and from this one: got %d hosts, want 3", n)
		}
	})
}

// So it is with what Pongs tell.
func TestLoopbackInAPong(t *testing.T) {
	for from, want := range map[string]int{"/ip4/192.0.2.7/tcp/1": 0, "/ip4/127.0.0.1/tcp/1": 1} {
		s := bare(t, Config{})
		id := newPeer(t)
		l := &link{neighbour: neighbour{peer: id, addr: from}}
		s.links.add(l)
		ping := s.newPing(1)
		s.learn(time.Now(), l.id, pongAbout(t, ping, id, "/ip4/127.0.0.1/tcp/22", 0))
		if n := len(s.hosts.known); n != want {
			t.Errorf("from %s: got %d hosts, want %d", from, n, want)
		}
	}
}

// A neighbour that was banned is not dialled for having been typed once, nor is
// its link made if the offer is under way; when the user asks again, it is.
func TestBannedPeerIsNotDialled(t *testing.T) {
	near, far := start(t, Config{}), start(t, Config{})
	id := far.host.ID()
	info := peer.AddrInfo{ID: id, Addrs: far.host.Addrs()}
	near.call(t.Context(), func() {
		a := near.typed.add(target{typed: addr(far), id: id, addrs: info.Addrs})
		near.bans.add(time.Now(), id)
		near.keepTyped(time.Now())
		if near.links.isOffering(id) || a.notTill.IsZero() {
			t.Error("a banned peer is dialled")
		}
	})
	done := make(chan error, 1)
	near.call(t.Context(), func() { near.startOffer(info, func(err error) { done <- err }) })
	if err := <-done; err == nil {
		t.Error("a banned peer gets a link")
	}
	if _, err := connect(t, near, addr(far)); err != nil {
		t.Errorf("the user asks for it: %v", err)
	}
}
