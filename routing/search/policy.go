package search

import (
	"fmt"
	"time"

	"servent/routing"
)

// A Policy decides about the Queries of one's own searches. Any goroutine may use
// it.
type Policy interface {
	// Next says what to do now. It is asked at the beginning, again after each
	// Query that was sent, after each hit, and when the time that it said to wait
	// has passed. Asked at another time, it says how much longer to wait.
	Next(Progress) Move
}

// Progress is how far a search is. The zero Progress is that of one that begins.
type Progress struct {
	// TTL is that of the latest Query, 0 where none was sent yet.
	TTL uint8
	// Since is how long ago the latest Query was sent.
	Since time.Duration
	// Ended says that nothing of the latest Query is under way any more, so that no
	// hit can come. On a real network nobody knows that.
	Ended bool
	// Hits is how many distinct files all Queries of the search have found,
	// without those that the searcher's filters drop.
	Hits int
}

// A Move is what a search does next.
type Move struct {
	Do  Kind
	TTL uint8         // Ask: of the Query, 1 and more
	For time.Duration // Wait: how long, above 0; a hit ends it earlier
}

// A Kind says what to do in a [Move].
type Kind uint8

const (
	// Ask sends a Query, under a new GUID: servents that have seen one that went
	// less far would drop it as a duplicate. Hits to earlier ones count all the
	// same.
	Ask Kind = iota + 1
	// Wait sends nothing for now.
	Wait
	// End sends no more. Hits to the latest Query may still come.
	End
)

// String returns the kind's name in lower case.
func (k Kind) String() string {
	switch k {
	case Ask:
		return "ask"
	case Wait:
		return "wait"
	case End:
		return "end"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A Flood is the policy of one Query with the full TTL, whatever it finds.
// Source: RFC 0.6 draft §2.2.7.
type Flood struct {
	// TTL is that of the Query. Default DefaultTTL.
	TTL uint8
}

// DefaultTTL is how far a search goes that says nothing else.
// Routers trim what would go further.
const DefaultTTL = routing.DefaultSoftLimit

// Next asks once.
func (f Flood) Next(p Progress) Move {
	if p.TTL > 0 {
		return Move{Do: End}
	}
	if f.TTL == 0 {
		f.TTL = DefaultTTL
	}
	return Move{Do: Ask, TTL: f.TTL}
}
