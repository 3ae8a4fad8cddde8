package routing

import (
	"slices"
	"time"
)

// links are the attached links, in the order of their numbers. The numbers lie
// beside each other, since every flood goes through them.
type links struct {
	numbers    []Link
	neighbours []neighbour // neighbours[i] is the state of numbers[i]
}

// A neighbour is what a Router keeps of one link, in 32 bytes.
type neighbour struct {
	bucket  bucket
	replies *bucket // what is left of its part of the replies to others; nil: all
	fresh   uint64  // messages of use
}

// find returns where l is, or where it would be inserted.
func (ls *links) find(l Link) (int, bool) { return slices.BinarySearch(ls.numbers, l) }

func (ls *links) attach(l Link, n neighbour) {
	i, found := ls.find(l)
	if found || l == Self {
		return
	}
	ls.numbers = slices.Insert(ls.numbers, i, l)
	ls.neighbours = slices.Insert(ls.neighbours, i, n)
}

func (ls *links) detach(l Link) {
	if i, found := ls.find(l); found {
		ls.numbers = slices.Delete(ls.numbers, i, i+1)
		ls.neighbours = slices.Delete(ls.neighbours, i, i+1)
	}
}

// A bucket holds the tokens of one link, as of the last time one was taken.
type bucket struct {
	tokens float64
	at     time.Duration // on the router's clock
}

// fill adds the tokens that were gained until now.
func (b *bucket) fill(now time.Duration, rate, burst float64) {
	b.tokens = min(burst, b.tokens+rate*(now-b.at).Seconds())
	b.at = now
}

// take takes a token at time now and reports whether there was one.
func (b *bucket) take(now time.Duration, rate, burst float64) bool {
	b.fill(now, rate, burst)
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
