package servent

import (
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/servent/api"
)

// Without discovery each way but the typed one is off, and says why. What a
// neighbour tells of itself is heard all the same.
func TestDiscoveryOff(t *testing.T) {
	t.Parallel()
	far := start(t, Config{})
	near := start(t, Config{Connect: []string{addr(far)}})
	told, err := near.Discovery(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range told.Ways {
		if typed := w.Name == api.WayTyped; w.On != typed || typed != (len(w.Heard) == 1) && w.Name != api.WayTold || typed == strings.Contains(w.Reason, "--no-discovery") && w.Reason != "" {
			t.Errorf("got %+v", w)
		}
	}
}

// A neighbour that is heard of at quite another address is asked for a word;
// one that is heard of once more is not.
func TestHearOfANeighbourThatMoved(t *testing.T) {
	at := func(addr string) []ma.Multiaddr { return []ma.Multiaddr{ma.StringCast(addr)} }
	s := converse(t, Config{})
	p := speak(t, s)
	p.hear(messages.TypePing)
	for addr, asked := range map[string]bool{"/ip4/192.0.2.1/tcp/1": false, "/ip4/192.0.2.9/tcp/1": true} {
		s.call(t.Context(), func() {
			s.hosts.known = map[peer.ID]*knownHost{}
			s.hosts.add(time.Now(), peer.AddrInfo{ID: p.peer, Addrs: at("/ip4/192.0.2.1/tcp/1")}, wayMulticast)
			s.links.byPeer[p.peer].probe = probe{}
		})
		s.hear(peer.AddrInfo{ID: p.peer, Addrs: at(addr)}, wayMulticast)
		s.call(t.Context(), func() {
			if got := !s.links.byPeer[p.peer].probe.since.IsZero(); got != asked {
				t.Errorf("heard of at %s: asked for a word is %v, want %v", addr, got, asked)
			}
		})
	}
}
