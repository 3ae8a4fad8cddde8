package servent

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/servent/api"
)

func disconnect(t testing.TB, s *Servent, named string) (api.Link, error) {
	t.Helper()
	return s.Disconnect(t.Context(), api.DisconnectRequest{Peer: named})
}

// A link that the user ended stays ended, from both sides, until the user
// connects again.
func TestDisconnectSticks(t *testing.T) {
	far := start(t, Config{})
	near := start(t, Config{Connect: []string{hostPort(t, far)}})
	linked(t, near, 1)
	linked(t, far, 1) // which may be a moment later
	link, err := disconnect(t, near, far.host.ID().String()[:20])
	if err != nil || link.Peer != far.host.ID().String() {
		t.Fatalf("got %+v, %v, want the link that ended", link, err)
	}
	linked(t, far, 0)
	near.call(t.Context(), func() {
		if h := near.hosts.known[far.host.ID()]; len(near.typed) != 0 || h != nil && h.pinned {
			t.Error("the address is still to be tried")
		}
		if due := near.hosts.due(time.Now().Add(time.Hour), 8, near.shunned.has); len(due) != 0 {
			t.Errorf("got %v, want nobody to dial", due)
		}
	})
	if _, err := connect(t, far, hostPort(t, near)); err == nil {
		t.Error("the other side was let in again")
	}
	if _, err := connect(t, near, hostPort(t, far)); err != nil {
		t.Errorf("the user connects again: %v", err)
	}
	linked(t, far, 1)
}

func TestDisconnectSaysBye(t *testing.T) {
	s := converse(t, Config{})
	p := speak(t, s)
	if _, err := disconnect(t, s, p.peer.String()); err != nil {
		t.Fatal(err)
	}
	if bye := p.hearBye(); bye.Code != messages.ByeUser {
		t.Errorf("got %+v, want code %d", bye, messages.ByeUser)
	}
}

func TestDisconnectNames(t *testing.T) {
	s := start(t, Config{})
	far := []*Servent{start(t, Config{Connect: []string{addr(s)}}), start(t, Config{Connect: []string{addr(s)}})}
	linked(t, s, 2)
	code := func(named string) api.Code {
		_, err := disconnect(t, s, named)
		var told *api.Error
		if !errors.As(err, &told) {
			t.Fatalf("%s: got %v, want an *api.Error", named, err)
		}
		return told.Code
	}
	id := far[0].host.ID().String()
	for named, want := range map[string]api.Code{
		"12D3KooW":  api.CodeUsage,    // so begins every peer ID
		"127.0.0.1": api.CodeUsage,    // both
		id[:5]:      api.CodeNotFound, // too short
		"12D3KooX1": api.CodeNotFound,
		"":          api.CodeNotFound,
		"lab":       api.CodeNotFound,
	} {
		if got := code(named); got != want {
			t.Errorf("%q: got %s, want %s", named, got, want)
		}
	}
	// Their dials come from ports that the connection names.
	links, err := s.Peers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := disconnect(t, s, links[0].Addr); err != nil {
		t.Errorf("by the address of its connection: %v", err)
	}
	linked(t, s, 1)
}

// An address that nobody answers at is given up.
func TestDisconnectTyped(t *testing.T) {
	s := start(t, Config{})
	s.call(t.Context(), func() { s.typed.add(target{typed: "192.0.2.1", host: "192.0.2.1"}).notTill = time.Now().Add(time.Hour) })
	link, err := disconnect(t, s, "192.0.2.1")
	if err != nil || link.Addr != "192.0.2.1" || link.Age != 0 {
		t.Errorf("got %+v, %v, want the address alone", link, err)
	}
	s.call(t.Context(), func() {
		if len(s.typed) != 0 {
			t.Error("the address is still tried")
		}
	})
}

func TestShunnedForgetsTheOldest(t *testing.T) {
	var s shunned
	begin := time.Now()
	id := func(n int) peer.ID { return peer.ID(fmt.Sprint(n)) }
	for n := range maxShunned + 1 {
		s.add(begin.Add(time.Duration(n)*time.Second), id(n))
	}
	if len(s) != maxShunned || s.has(id(0)) || !s.has(id(1)) || !s.has(id(maxShunned)) {
		t.Errorf("got %d, the oldest among them: %v", len(s), s.has(id(0)))
	}
}
