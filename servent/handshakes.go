package servent

import (
	"slices"
	"sync"

	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// maxAccepting is how many offered links may shake hands at once, and
	// maxAcceptingOne how many of one peer; its others are reset.
	// Source: gnutella.md §13 row 14, which has 32: with 128, half-open ones by the
	// hundred leave an honest one the time that it takes.
	maxAccepting    = 128
	maxAcceptingOne = 2
)

// A handshake is one that another servent began.
type handshake struct {
	peer  peer.ID
	ip    string
	evict func() // has it end; it must not wait
}

// handshakes are those under way, oldest first. When there are too many, the
// oldest of the address that has most must go: whoever leaves theirs half open
// pushes out their own, and where all have one address, as on loopback, an honest
// one is done long before it is the oldest. Any goroutine may call its methods.
type handshakes struct {
	mu   sync.Mutex
	open []*handshake
}

// begin enters h and reports whether its peer may have it.
func (hs *handshakes) begin(h *handshake) bool {
	hs.mu.Lock()
	ofPeer := 0
	for _, o := range hs.open {
		if o.peer == h.peer {
			ofPeer++
		}
	}
	if ofPeer >= maxAcceptingOne {
		hs.mu.Unlock()
		return false
	}
	var out *handshake
	if len(hs.open) >= maxAccepting {
		out = hs.oldestOfMost()
		hs.remove(out)
	}
	hs.open = append(hs.open, h)
	hs.mu.Unlock()
	if out != nil {
		out.evict()
	}
	return true
}

// oldestOfMost returns the oldest handshake of the address that has most.
func (hs *handshakes) oldestOfMost() *handshake {
	count := map[string]int{}
	for _, h := range hs.open {
		count[h.ip]++
	}
	most := hs.open[0]
	for _, h := range hs.open {
		if count[h.ip] > count[most.ip] {
			most = h
		}
	}
	return most
}

// end takes h out.
func (hs *handshakes) end(h *handshake) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	hs.remove(h)
}

func (hs *handshakes) remove(h *handshake) {
	hs.open = slices.DeleteFunc(hs.open, func(o *handshake) bool { return o == h })
}

// count returns how many are under way.
func (hs *handshakes) count() int {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	return len(hs.open)
}
