package servent

import (
	"sync"

	"github.com/libp2p/go-libp2p/core/peer"
)

// slots bound how much is done for others at once, so that no peer can have
// all of it. Any goroutine may call their methods.
type slots struct {
	mu     sync.Mutex
	free   int
	one    int // for one peer
	byPeer map[peer.ID]int
}

func newSlots(all, one int) *slots {
	return &slots{free: all, one: min(all, one), byPeer: map[peer.ID]int{}}
}

// take reports whether there is a slot for p, which then has it.
func (s *slots) take(p peer.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == 0 || s.byPeer[p] == s.one {
		return false
	}
	s.free--
	s.byPeer[p]++
	return true
}

// give returns a slot that p has.
func (s *slots) give(p peer.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
	if s.byPeer[p]--; s.byPeer[p] == 0 {
		delete(s.byPeer, p)
	}
}
