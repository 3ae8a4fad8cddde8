package share

import (
	"math"
	"sync"
	"time"
)

const (
	// chokeInterval is how often it is looked anew who is served, where not all can
	// be, and turnLength how long one who is served by turn keeps its slot. Source:
	// BEP 3, "choking" and "optimistic unchoke".
	chokeInterval = 10 * time.Second
	turnLength    = 30 * time.Second

	// creditSpan is over how long it is averaged what a peer gives us. Source: BEP 3.
	creditSpan = 20 * time.Second
	// maxCredits bounds for how many peers that is known.
	maxCredits = 1024

	// slotRate is what a slot is to be worth at least where uploads are limited, in
	// bytes a second, as long as there are leastSlots: few who get much come to
	// their end and give on sooner than many who get little.
	slotRate   = 64 << 10
	leastSlots = 4
)

// A Choker decides whom all uploads that share it serve. As long as there are
// slots for all who are interested, all are served. Where there are not, one slot
// goes by turn, and the others to those peers first who give us most; where
// nobody gives us anything, by turn as well. Whoever has fewer slots comes before
// whoever has more, so that nobody gains by opening many streams. One who is
// served and asks for nothing gives its slot up to others.
//
// Any goroutine may use it. A nil Choker serves everybody. Source: BEP 3.
type Choker struct {
	slots int
	limit *Limiter

	mu      sync.Mutex
	seats   []*seat // in the order they were taken
	credits map[string]*credit
	again   *time.Timer // when to look anew; nil: nobody waits
}

// A seat is an upload's place at a Choker. Its fields are guarded by the mutex of
// that.
type seat struct {
	choker     *Choker
	peer       string
	wake       func() // tells the upload to look; must not wait
	interested bool
	served     bool
	since      time.Time     // when it was served or not any more, or began to want it
	had        time.Duration // how long it was served in all, up to since
	asked      time.Time     // when it last asked for something or took it
}

// A credit is the bytes that a peer gave us, each counting less the older it is.
type credit struct {
	bytes float64
	at    time.Time
}

// NewChoker returns a Choker with so many slots, at least one; fewer where limit,
// which may be nil, makes little of each.
func NewChoker(slots int, limit *Limiter) *Choker {
	return &Choker{slots: max(slots, 1), limit: limit, credits: map[string]*credit{}}
}

// Gave tells of bytes that a peer gave us; its name is that of
// [UploadConfig.Peer].
func (c *Choker) Gave(peer string, bytes int) {
	if c == nil || peer == "" {
		return
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	given := c.credits[peer]
	if given == nil {
		if len(c.credits) >= maxCredits {
			c.forget(now)
		}
		given = &credit{at: now}
		c.credits[peer] = given
	}
	given.bytes, given.at = given.left(now)+float64(bytes), now
}

// left returns what a credit is still worth. A nil one is worth nothing.
func (c *credit) left(now time.Time) float64 {
	if c == nil {
		return 0
	}
	return c.bytes * math.Exp(-now.Sub(c.at).Seconds()/creditSpan.Seconds())
}

// forget makes room for a credit: those worth less than a block go, or else the
// least. The caller holds the mutex.
func (c *Choker) forget(now time.Time) {
	least, least1 := "", math.Inf(1)
	for peer, given := range c.credits {
		left := given.left(now)
		if left < blockSize {
			delete(c.credits, peer)
		}
		if left < least1 {
			least, least1 = peer, left
		}
	}
	delete(c.credits, least)
}

// take returns a seat for an upload to peer, which is choked.
func (c *Choker) take(peer string, wake func()) *seat {
	if c == nil {
		return nil
	}
	s := &seat{choker: c, peer: peer, wake: wake}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seats = append(c.seats, s)
	return s
}

// leave gives the seat back.
func (s *seat) leave() {
	if s == nil {
		return
	}
	c := s.choker
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, other := range c.seats {
		if other == s {
			c.seats = append(c.seats[:i], c.seats[i+1:]...)
			break
		}
	}
	c.decide(time.Now(), false)
}

// want says whether the peer is interested.
func (s *seat) want(interested bool) {
	if s == nil {
		return
	}
	c := s.choker
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.interested == interested {
		return
	}
	now := time.Now()
	s.interested = interested
	if interested {
		s.since = now
	} else if s.served {
		s.serve(now, false)
	}
	c.decide(now, false)
}

// beat says that the peer makes use of being served.
func (s *seat) beat() {
	if s == nil {
		return
	}
	s.choker.mu.Lock()
	defer s.choker.mu.Unlock()
	s.asked = time.Now()
}

// isServed reports whether the peer is to be unchoked.
func (s *seat) isServed() bool {
	if s == nil {
		return true
	}
	s.choker.mu.Lock()
	defer s.choker.mu.Unlock()
	return s.served
}

// serve begins or ends to serve the peer.
func (s *seat) serve(now time.Time, served bool) {
	if s.served != served {
		if s.served {
			s.had += now.Sub(s.since)
		}
		s.served, s.since = served, now
		s.wake()
	}
}

// isIdle reports whether the peer is served and does not make use of it.
func (s *seat) isIdle(now time.Time) bool {
	return s.served && now.Sub(s.since) >= chokeInterval && now.Sub(s.asked) >= chokeInterval
}

// room returns how many are served at once.
func (c *Choker) room() int {
	rate := c.limit.Rate()
	if rate == 0 {
		return c.slots
	}
	return int(min(max(rate/slotRate, leastSlots), int64(c.slots)))
}

// decide serves whom it is to be. Unless it is time for that, nobody but the
// idle loses a slot. The caller holds the mutex.
func (c *Choker) decide(now time.Time, isTime bool) {
	room := c.room()
	var waiting []*seat // for one of the slots that are left
	taken := map[string]int{}
	used, busy := 0, 0
	for _, s := range c.seats {
		switch {
		case !s.interested:
		case s.served && !isTime && !s.isIdle(now):
			taken[s.peer]++
			used++
			busy++
		default:
			waiting = append(waiting, s)
		}
	}
	scarce := busy+len(waiting) > room
	for ; len(waiting) > 0 && used < room; used++ {
		best := 0
		for i, s := range waiting {
			if c.isBefore(now, s, waiting[best], taken, used < room-1) {
				best = i
			}
		}
		s := waiting[best]
		taken[s.peer]++
		s.serve(now, true)
		waiting = append(waiting[:best], waiting[best+1:]...)
	}
	for _, s := range waiting {
		s.serve(now, false)
	}
	c.lookAgain(scarce)
}

// isBefore reports whether a gets a slot before b: for what its peer gives, if that
// counts for this slot, and by turn.
func (c *Choker) isBefore(now time.Time, a, b *seat, taken map[string]int, forGiving bool) bool {
	if ta, tb := taken[a.peer], taken[b.peer]; ta != tb {
		return ta < tb
	}
	if forGiving {
		if ga, gb := c.credits[a.peer].left(now), c.credits[b.peer].left(now); max(ga, gb) >= blockSize && ga != gb {
			return ga > gb
		}
	}
	if ka, kb := a.turn(now), b.turn(now); ka != kb {
		return ka < kb
	}
	if la, lb := c.lastTurn(now, a), c.lastTurn(now, b); !la.Equal(lb) {
		return la.Before(lb)
	}
	if !a.since.Equal(b.since) {
		return a.since.Before(b.since)
	}
	return a.had < b.had
}

// lastTurn returns since when a seat has waited, or its peer with another one that
// had a turn later.
func (c *Choker) lastTurn(now time.Time, s *seat) time.Time {
	last := s.since
	for _, other := range c.seats {
		switch {
		case other == s || other.peer != s.peer:
		case other.served:
			return now
		case other.had > 0:
			last = latest(last, other.since)
		}
	}
	return last
}

// turn says when it is a seat's turn, against others: it has the slot for some
// more time, waits for one, had one long enough, makes no use of one.
func (s *seat) turn(now time.Time) int {
	switch {
	case !s.served:
		return 1
	case s.isIdle(now):
		return 3
	case now.Sub(s.since) < turnLength:
		return 0
	}
	return 2
}

// lookAgain has decide be called as long as not all can be served. The caller holds
// the mutex.
func (c *Choker) lookAgain(scarce bool) {
	switch {
	case !scarce && c.again != nil:
		c.again.Stop()
		c.again = nil
	case scarce && c.again == nil:
		c.again = time.AfterFunc(chokeInterval, c.renew)
	}
}

func (c *Choker) renew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.again == nil {
		return
	}
	c.again = nil
	c.decide(time.Now(), true)
}
