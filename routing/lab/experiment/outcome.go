package experiment

import "time"

// An Outcome is what came of one query.
type Outcome struct {
	Reached    int64 // servents that it came to, the origin left out, each once
	Messages   int64 // Queries sent, or steps of walkers
	Others     int64 // other messages sent: QueryHits, and Pushes
	Duplicates int64 // Queries that arrived, less Reached, under both rules
	Improved   int64 // of the Duplicates: those that were forwarded again
	Lost       int64 // messages that did not arrive
	Bytes      int64 // of all messages sent, headers included

	// Hits is how many results came home, and Unique how many different objects are
	// among them. As in a real servent, each relay passes on no more QueryHits of a
	// query than [routing.DefaultReplyLimit]; those of walkers pass no relay.
	Hits, Unique int64

	// FalsePositives are those of the Hits that have the words of the query and
	// are another object than the one that was meant. Only objects with names have
	// them.
	FalsePositives int64

	// Hops is how many links lay between the origin and the first that answered
	// with the object; of an expanding ring it is the sum of the TTLs tried, of a
	// walk the steps of the walker. 0 where it was not found. Source: Lv et al., ICS
	// 2002.
	Hops int64

	// Time is how long the first hit with the object took to come home, on the
	// network's clock. 0 where it was not found.
	Time time.Duration
}

// Found reports whether the query found what it meant.
func (o *Outcome) Found() bool { return o.Hits > o.FalsePositives }
