package search

import "time"

// Defaults of [Ring].
const (
	// DefaultStart and DefaultStep make the TTLs 1, 3, 5, …
	// Source: Lv et al., ICS 2002.
	DefaultStart = 1
	DefaultStep  = 2
	// DefaultWant is the first hit. Source: Lv et al., ICS 2002.
	DefaultWant = 1
	// DefaultWait is for networks of a room or a house, where a hop there and back
	// takes a few milliseconds, and a tenth of a second where a radio sleeps. It
	// leaves 1.35 s before the last Query of the ring 1, 3, 5, 7. LimeWire waited
	// 2.4 s, for modems.
	DefaultWait = 150 * time.Millisecond
)

// maxWait keeps waits of 255 hops within a Duration.
const maxWait = time.Hour

// A Ring is the policy of the expanding ring: floods that go further and further,
// each under a new GUID, until enough was found. What is near or on many servents
// is found for a few messages; for what is rare, those near are asked once more in
// each round. The zero value works.
//
// Source: Lv, Cao, Cohen, Li and Shenker, "Search and Replication in Unstructured
// Peer-to-Peer Networks", ICS 2002.
type Ring struct {
	// Start is the TTL of the first Query. Default DefaultStart, and at most Last.
	Start uint8
	// Step is how much the TTL grows from one Query to the next. Default
	// DefaultStep.
	Step uint8
	// Last is the greatest TTL: the last Query goes that far, even where the step
	// is shorter for it. Default DefaultTTL.
	Last uint8
	// Want is how many files are enough. Default DefaultWant.
	Want int
	// Wait is how long to wait for hits after a Query, for each hop of its TTL; a
	// Query whose flood is known to have ended is not waited for. Default
	// DefaultWait, at most an hour. Source of the rule: LimeWire.
	Wait time.Duration
}

// withDefaults returns r without a zero that means something else.
func (r Ring) withDefaults() Ring {
	if r.Start == 0 {
		r.Start = DefaultStart
	}
	if r.Step == 0 {
		r.Step = DefaultStep
	}
	if r.Last == 0 {
		r.Last = DefaultTTL
	}
	if r.Want <= 0 {
		r.Want = DefaultWant
	}
	if r.Wait <= 0 {
		r.Wait = DefaultWait
	}
	r.Start = min(r.Start, r.Last)
	r.Wait = min(r.Wait, maxWait)
	return r
}

// Next ends where enough was found or the last Query was sent, and asks further
// when the latest Query has had its time.
func (r Ring) Next(p Progress) Move {
	r = r.withDefaults()
	if p.Hits >= r.Want || p.TTL >= r.Last {
		return Move{Do: End}
	}
	if p.TTL == 0 {
		return Move{Do: Ask, TTL: r.Start}
	}
	if left := time.Duration(p.TTL)*r.Wait - p.Since; left > 0 && !p.Ended {
		return Move{Do: Wait, For: left}
	}
	// In int, since a step may lead over 255.
	return Move{Do: Ask, TTL: uint8(min(int(p.TTL)+int(r.Step), int(r.Last)))}
}
