package servent

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/servent/api"
)

// A chain of three: the near one hears of the far one, with its distance, its
// files and who told of it, by a Ping that asking floods.
func TestHorizon(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"a.txt": 3000, "b.txt": 10})
	far := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{dir}}))
	mid := start(t, Config{Connect: []string{addr(far)}})
	near := start(t, Config{Connect: []string{addr(mid)}})
	var got api.Horizon
	eventually(t, "the far one is heard of", func() bool {
		var err error
		if got, err = near.Horizon(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(got.Peers) == 2
	})
	if p := got.Peers[0]; p.Peer != mid.host.ID().String() || !p.Linked || p.Hops != 1 || len(p.Addrs) != 1 {
		t.Errorf("the neighbour: got %+v", p)
	}
	p := got.Peers[1]
	if p.Peer != far.host.ID().String() || p.Linked || p.Hops != 2 || p.Via != mid.host.ID().String() || p.Files != 2 || p.KiB != 2 || len(p.Addrs) == 0 {
		t.Errorf("beyond it: got %+v, want 2 hops, 2 files and 2 KiB by way of the neighbour", p)
	}
	if w := fmt.Sprint(got.Within); w != "[1 2 2 2 2 2 2]" {
		t.Errorf("within each TTL: got %s, want 1 and then 2", w)
	}
	// The way goes with the link.
	if _, err := near.Disconnect(t.Context(), api.DisconnectRequest{Peer: mid.host.ID().String()}); err != nil {
		t.Fatal(err)
	}
	if got, err := near.Horizon(t.Context()); err != nil || got.Peers == nil || len(got.Peers) != 0 {
		t.Errorf("without a link: got %#v, error %v, want a list of nobody", got.Peers, err)
	}
}

// Looking at the horizon floods a Ping once a minute, however often it is done.
func TestHorizonPings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := converse(t, Config{})
		p := speak(t, s)
		p.hear(messages.TypePing) // the greeting
		for range 3 {
			if _, err := s.Horizon(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if m := p.hear(messages.TypePing); m.TTL != MaxTTL || len(p.heard) != 0 {
			t.Errorf("got a Ping with TTL %d and %d messages more, want one of %d", m.TTL, len(p.heard), MaxTTL)
		}
	})
}

// What a neighbour says is bounded in number and in time, it cannot make a
// servent that another tells of look nearer or farther for long, and Pongs with
// Hops 0 tell of nobody else.
func TestHorizonOfLiars(t *testing.T) {
	s := bare(t, Config{})
	now := time.Now()
	neighbourOf := func() *link {
		l := &link{neighbour: neighbour{peer: newPeer(t), addr: "/ip4/192.0.2.7/tcp/1"}}
		s.links.add(l)
		return l
	}
	liar, honest := neighbourOf(), neighbourOf()
	ping := s.newPing(1)
	tell := func(l *link, about peer.ID, hops uint8) {
		s.learn(now, l.id, pongAbout(t, ping, about, "/ip4/192.0.2.1/tcp/1", hops))
	}
	tell(liar, newPeer(t), 0)
	tell(liar, s.host.ID(), 3)
	if n := len(s.horizon.far); n != 0 {
		t.Errorf("a Pong with Hops 0 about another, and one about ourselves: got %d servents, want none", n)
	}
	for range 2 * maxHorizonPongs {
		tell(liar, newPeer(t), 1)
	}
	if n := len(s.horizon.far); n != maxHorizonPongs {
		t.Errorf("in a minute: got %d servents, want %d", n, maxHorizonPongs)
	}
	for range 4 {
		now = now.Add(pongsWindow)
		for range maxHorizonPongs {
			tell(liar, newPeer(t), 1)
		}
	}
	if n := len(s.horizon.far); n != maxHorizonByOne {
		t.Errorf("in five minutes: got %d servents, want %d", n, maxHorizonByOne)
	}
	var others []peer.ID
	for range maxHorizonPongs / 2 {
		others = append(others, newPeer(t))
		tell(honest, others[len(others)-1], 5)
	}
	now = now.Add(pongsWindow)
	for _, id := range others {
		tell(liar, id, 1)
	}
	if f := s.horizon.far[others[0]]; f.via != honest.peer {
		t.Error("a neighbour that tells of as many as it may has taken another's")
	}
	s.horizon.forget(honest.peer)
	known := newPeer(t)
	tell(honest, known, 1)
	tell(liar, known, 4)
	if f := s.horizon.far[known]; f.via != honest.peer || f.hops != 2 {
		t.Errorf("got %d hops, want the 2 of the honest one", f.hops)
	}
	if s.horizon.forget(liar.peer); len(s.horizon.far) != 1 {
		t.Errorf("without the liar: got %d servents, want 1", len(s.horizon.far))
	}
	if s.horizon.expire(now.Add(horizonLasts)); len(s.horizon.far) != 0 {
		t.Error("a servent that nobody tells of any more is remembered")
	}
}

// The horizon holds no more than it may: who was heard of longest ago goes.
func TestHorizonIsBounded(t *testing.T) {
	var h horizon
	now, first := time.Now(), peer.ID("first")
	for i := range maxHorizon {
		id := peer.ID(fmt.Sprint("servent ", i))
		if i == 0 {
			id = first
		}
		h.hear(now.Add(time.Duration(i)*time.Millisecond), id, farServent{hops: 2, via: peer.ID(fmt.Sprint("neighbour ", i%8))})
	}
	if !h.hear(now.Add(time.Minute), "last", farServent{hops: 2, via: "another"}) {
		t.Fatal("one more was refused")
	}
	if _, kept := h.far[first]; kept || len(h.far) != maxHorizon {
		t.Errorf("got %d servents, the oldest kept: %v; want %d without it", len(h.far), kept, maxHorizon)
	}
}
