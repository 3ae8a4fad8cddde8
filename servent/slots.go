package servent

import "sync"

// slots bound how much is done for others at once, so that no peer, which a P
// names, can have all of it. Any goroutine may call their methods.
type slots[P comparable] struct {
	mu     sync.Mutex
	free   int
	one    int // for one peer
	byPeer map[P]int
}

func newSlots[P comparable](all, one int) *slots[P] {
	return &slots[P]{free: all, one: min(all, one), byPeer: map[P]int{}}
}

// take reports whether there is a slot for p, which then has it.
func (s *slots[P]) take(p P) bool {
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
func (s *slots[P]) give(p P) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
	if s.byPeer[p]--; s.byPeer[p] == 0 {
		delete(s.byPeer, p)
	}
}
