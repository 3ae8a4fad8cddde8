package routing

import (
	"iter"

	"servent/messages"
)

// Counters is what a [Router] has counted since it was made: a value, which
// does not change when the Router goes on.
type Counters struct {
	types     [countedTypes]TypeCounters
	dropped   [reasonCount]uint64
	contested uint64
}

// TypeCounters is what was counted of one type of message.
type TypeCounters struct {
	Received  uint64 // by links, whatever became of them
	Sent      uint64 // Send effects, our own messages included
	Fresh     uint64 // Ping, Query, Push by links: first copies that were passed on or delivered
	Improved  uint64 // Ping, Query: later copies with more TTL, forwarded again (TTLAwareRule)
	Duplicate uint64 // Ping, Query, Push: all other copies, those back at their origin included
}

// Places in Counters.types.
const (
	countPing = iota
	countQuery
	countPush
	countPong
	countQueryHit
	countBye
	countQRP
	countVendor
	countStandardVendor
	countUnknown
	countedTypes
)

var countNames = [countedTypes]string{
	countPing:           messages.TypePing.String(),
	countQuery:          messages.TypeQuery.String(),
	countPush:           messages.TypePush.String(),
	countPong:           messages.TypePong.String(),
	countQueryHit:       messages.TypeQueryHit.String(),
	countBye:            messages.TypeBye.String(),
	countQRP:            messages.TypeQRP.String(),
	countVendor:         messages.TypeVendor.String(),
	countStandardVendor: messages.TypeStandardVendor.String(),
	countUnknown:        "unknown",
}

// countOf returns the place of t in Counters.types.
func countOf(t messages.Type) int {
	switch t {
	case messages.TypePing:
		return countPing
	case messages.TypeQuery:
		return countQuery
	case messages.TypePush:
		return countPush
	case messages.TypePong:
		return countPong
	case messages.TypeQueryHit:
		return countQueryHit
	case messages.TypeBye:
		return countBye
	case messages.TypeQRP:
		return countQRP
	case messages.TypeVendor:
		return countVendor
	case messages.TypeStandardVendor:
		return countStandardVendor
	}
	return countUnknown
}

// Of returns what was counted of messages of type t. All types without a
// meaning are counted together.
func (c Counters) Of(t messages.Type) TypeCounters { return c.types[countOf(t)] }

// Types yields the name of each type of message ("Ping", …, "unknown" for all
// types without a meaning) and what was counted of it, always in the same order.
func (c Counters) Types() iter.Seq2[string, TypeCounters] {
	return func(yield func(string, TypeCounters) bool) {
		for i, name := range countNames {
			if !yield(name, c.types[i]) {
				return
			}
		}
	}
}

// Dropped returns how many messages were dropped for reason.
func (c Counters) Dropped(reason Reason) uint64 {
	if int(reason) < len(c.dropped) {
		return c.dropped[reason]
	}
	return 0
}

// Reasons yields each reason to drop a message and how many were dropped for
// it, zeros included, always in the same order.
func (c Counters) Reasons() iter.Seq2[Reason, uint64] {
	return func(yield func(Reason, uint64) bool) {
		for r := Reason(1); r < reasonCount; r++ {
			if !yield(r, c.dropped[r]) {
				return
			}
		}
	}
}

// Contested returns how many hits named a servent GUID that another link holds,
// as happens where a servent can be reached by two ways, or where one claims
// the GUID of another. Such hits are passed on; the first claim stands.
func (c Counters) Contested() uint64 { return c.contested }

// A tally is where a Router counts. What every servent that a flood reaches
// counts lies in it, in 64 bytes; the rest is made when it is first needed, since
// most of a simulator's million Routers never do.
type tally struct {
	rest    *Counters
	query   TypeCounters
	refused [hotReasons]uint64 // dropped for Duplicate and the reasons after it
}

const hotReasons = 3

func (t *tally) others() *Counters {
	if t.rest == nil {
		t.rest = new(Counters)
	}
	return t.rest
}

// of returns what is counted of messages of type typ.
func (t *tally) of(typ messages.Type) *TypeCounters {
	if typ == messages.TypeQuery {
		return &t.query
	}
	return &t.others().types[countOf(typ)]
}

// drop counts a message that is dropped.
func (t *tally) drop(reason Reason) {
	if i := reason - Duplicate; int(i) < len(t.refused) {
		t.refused[i]++
		return
	}
	t.others().dropped[reason]++
}

// total returns all that was counted.
func (t *tally) total() Counters {
	var c Counters
	if t.rest != nil {
		c = *t.rest
	}
	c.types[countQuery] = t.query
	copy(c.dropped[Duplicate:], t.refused[:])
	return c
}
