package lab

import (
	"math/bits"
	"time"

	"servent/routing"
)

// An arrival is something under way, in 24 bytes without a pointer.
type arrival struct {
	due time.Duration
	visit
}

// A visit is what arrives.
type visit struct {
	node Node         // where; nobody: planned
	from Node         // who sent it
	link routing.Link // by which of node's links it comes, with carried for what Carry took
	what uint32       // the number of a letter, or of what is planned; a tag
}

// nobody is where what is planned arrives: before all servents.
const nobody Node = -1

// carried marks the link of an arrival that goes past the Routers.
const carried routing.Link = 1 << 31

// A queue holds what is under way. It is a radix heap: time never goes back, so
// an arrival waits by the highest digit in which its time differs from the time
// of the last wave. When that digit comes, its arrivals move on to finer digits,
// or are the next wave. Arrivals that are due at one time are always at one
// place, in the order of coming in; nothing is compared with its neighbours.
// Source: Ahuja, Mehlhorn, Orlin and Tarjan, JACM 37, 1990.
type queue struct {
	// soon, where set, is told of arrivals that are due next, when they are few.
	soon func([]arrival)

	last    time.Duration // no arrival is due before
	now     bucket        // what is due at last
	buckets [digits][1 << digitBits]bucket
	filled  [digits]uint64 // bit d: buckets[i][d] is not empty
	count   int
	spare   *chunk
	most    Node    // the greatest that anything was for
	wave    []visit // what was due at last, in order
	other   []visit // room to sort it
}

const (
	digitBits = 6
	digits    = (63 + digitBits - 1) / digitBits
)

// A bucket is a list of chunks: only the first and the last are not full.
type bucket struct{ first, last *chunk }

// A chunk holds some arrivals. All of a queue's buckets take theirs from one
// store and give them back to it, so that what a flood used serves the next.
type chunk struct {
	next  *chunk
	used  int
	items [chunkSize]arrival
}

const chunkSize = 127 // arrivals: 3 KiB

// push adds v, which is due then, not before the last wave was.
func (q *queue) push(due time.Duration, v visit) {
	q.count++
	q.most = max(q.most, v.node)
	q.append(q.place(due), &arrival{due, v})
}

// reserve takes the room that so many arrivals need, so that who waits for the
// first flood does not wait for memory too.
func (q *queue) reserve(arrivals int) {
	q.wave, q.other = room(nil, arrivals), room(nil, arrivals)
	clear(q.wave) // the system gives memory when it is written to
	clear(q.other)
	for range arrivals/chunkSize + 1 {
		c := &chunk{next: q.spare}
		clear(c.items[:])
		q.spare = c
	}
}

// place returns where what is due then waits.
func (q *queue) place(due time.Duration) *bucket {
	differs := uint64(due ^ q.last)
	if differs == 0 {
		return &q.now
	}
	digit := (bits.Len64(differs) - 1) / digitBits
	value := uint64(due) >> (digit * digitBits) % (1 << digitBits)
	q.filled[digit] |= 1 << value
	return &q.buckets[digit][value]
}

func (q *queue) append(b *bucket, a *arrival) {
	if b.last == nil || b.last.used == chunkSize {
		c := q.spare
		if c == nil {
			c = new(chunk)
		} else {
			q.spare = c.next
			c.next, c.used = nil, 0
		}
		if b.last == nil {
			b.first = c
		} else {
			b.last.next = c
		}
		b.last = c
	}
	b.last.items[b.last.used] = *a
	b.last.used++
}

// give returns the chunks of b to the store.
func (q *queue) give(b *bucket) {
	if b.last != nil {
		b.last.next = q.spare
		q.spare = b.first
	}
	*b = bucket{}
}

// next makes what is due next the wave, unless that is after until.
func (q *queue) next(until time.Duration) bool {
	if q.count == 0 || q.last > until {
		return false
	}
	if q.now.first != nil {
		return true
	}
	for {
		digit := 0
		for q.filled[digit] == 0 {
			digit++
		}
		value := bits.TrailingZeros64(q.filled[digit])
		b := &q.buckets[digit][value]
		first, last := b.span()
		if first > until {
			return false
		}
		q.last = first
		q.filled[digit] &^= 1 << value
		moved := *b
		*b = bucket{}
		if first == last { // as all that the last digit tells apart
			q.now = moved
			return true
		}
		q.refine(moved)
		if q.now.first != nil {
			return true
		}
	}
}

// refine moves what was in b to finer digits, or to now.
func (q *queue) refine(b bucket) {
	few := b.first.next == nil || b.first.next == b.last
	for c := b.first; c != nil; {
		if few && q.soon != nil {
			q.soon(c.items[:c.used])
		}
		for i := range c.items[:c.used] {
			a := &c.items[i]
			q.append(q.place(a.due), a)
		}
		next := c.next
		q.give(&bucket{c, c})
		c = next
	}
}

// span returns when the first and the last of b are due.
func (b *bucket) span() (first, last time.Duration) {
	first, last = b.first.items[0].due, b.first.items[0].due
	for c := b.first; c != nil; c = c.next {
		for i := range c.items[:c.used] {
			first, last = min(first, c.items[i].due), max(last, c.items[i].due)
		}
	}
	return first, last
}

// retain leaves out all arrivals but those that keep returns true for.
func (q *queue) retain(keep func(*arrival) bool) {
	var kept []arrival
	gather := func(b *bucket) {
		for c := b.first; c != nil; c = c.next {
			for i := range c.items[:c.used] {
				if keep(&c.items[i]) {
					kept = append(kept, c.items[i])
				}
			}
		}
		q.give(b)
	}
	if q.count == 0 {
		return
	}
	gather(&q.now)
	for digit := range digits {
		for q.filled[digit] != 0 {
			value := bits.TrailingZeros64(q.filled[digit])
			q.filled[digit] &^= 1 << value
			gather(&q.buckets[digit][value])
		}
	}
	q.count = 0
	for _, a := range kept {
		q.push(a.due, a.visit)
	}
}
