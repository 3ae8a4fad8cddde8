package routing

import (
	"cmp"
	"slices"
	"time"
)

// links are the attached links, in the order of their numbers.
type links struct {
	list   []neighbour
	limits *[]limit // limits[i] belongs to list[i]; nil without a Rate
}

// A neighbour is what a Router keeps of one link, in 16 bytes: every flood goes
// through all of them.
type neighbour struct {
	fresh  uint64 // messages of use
	number Link
}

// A limit is what a link may bring.
type limit struct {
	bucket  bucket
	replies *bucket // what is left of its part of the replies to others; nil: all
}

// find returns where l is, or where it would be inserted.
func (ls *links) find(l Link) (int, bool) {
	// Where no link was detached, the numbers have no gap.
	if len(ls.list) > 0 {
		if i := int(l) - int(ls.list[0].number); i >= 0 && i < len(ls.list) && ls.list[i].number == l {
			return i, true
		}
	}
	return slices.BinarySearchFunc(ls.list, l, func(n neighbour, l Link) int { return cmp.Compare(n.number, l) })
}

// attach adds l, with a limit where that is not nil.
func (ls *links) attach(l Link, most *limit) {
	i, found := ls.find(l)
	if found || l == Self {
		return
	}
	ls.list = slices.Insert(ls.list, i, neighbour{number: l})
	if most == nil {
		return
	}
	if ls.limits == nil {
		ls.limits = new([]limit)
	}
	*ls.limits = slices.Insert(*ls.limits, i, *most)
}

func (ls *links) detach(l Link) {
	i, found := ls.find(l)
	if !found {
		return
	}
	ls.list = slices.Delete(ls.list, i, i+1)
	if ls.limits != nil {
		*ls.limits = slices.Delete(*ls.limits, i, i+1)
	}
}

// limit returns what the link at i may bring, of a Router with a Rate.
func (ls *links) limit(i int) *limit { return &(*ls.limits)[i] }

// A bucket holds the tokens of one link, as of the last time one was taken.
type bucket struct {
	tokens float64
	at     time.Duration // on the router's clock
}

// fill adds the tokens that were gained until now. The product is rounded by itself,
// so that a simulation gives the same on every machine.
func (b *bucket) fill(now time.Duration, rate, burst float64) {
	b.tokens = min(burst, b.tokens+float64(rate*(now-b.at).Seconds()))
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
