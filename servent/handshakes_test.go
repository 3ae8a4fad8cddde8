package servent

import (
	"fmt"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
)

// handshakeOf makes a handshake that notes its eviction.
func handshakeOf(n int, ip string, evicted *[]string) *handshake {
	id := fmt.Sprintf("%s-%d", ip, n)
	return &handshake{peer: peer.ID(id), ip: ip, evict: func() { *evicted = append(*evicted, id) }}
}

func TestHandshakesOfOnePeer(t *testing.T) {
	hs := &handshakes{}
	var first *handshake
	for n := range maxAcceptingOne + 1 {
		h := &handshake{peer: "p"}
		if got := hs.begin(h); got != (n < maxAcceptingOne) {
			t.Errorf("handshake %d of one peer: got %v", n, got)
		}
		if first == nil {
			first = h
		}
	}
	hs.end(first)
	if !hs.begin(&handshake{peer: "p"}) || hs.count() != maxAcceptingOne {
		t.Errorf("after one has ended: refused, or %d are open", hs.count())
	}
}

// Many half-open handshakes from one address, each with a peer ID of its own,
// push out each other.
func TestHandshakesPushOutTheirOwn(t *testing.T) {
	hs, evicted := &handshakes{}, []string{}
	honest := handshakeOf(0, "honest", &evicted)
	if !hs.begin(honest) {
		t.Fatal("refused")
	}
	for n := range 3 * maxAccepting {
		if !hs.begin(handshakeOf(n, "hostile", &evicted)) {
			t.Fatalf("handshake %d refused", n)
		}
	}
	if hs.count() != maxAccepting {
		t.Errorf("got %d handshakes, want %d", hs.count(), maxAccepting)
	}
	if want := 2*maxAccepting + 1; len(evicted) != want || evicted[0] != "hostile-0" {
		t.Errorf("got %d evicted from %v on, want %d from the oldest hostile one on", len(evicted), evicted[:1], want)
	}
	hs.end(honest)
	if hs.count() != maxAccepting-1 {
		t.Error("the honest one was pushed out")
	}
}
