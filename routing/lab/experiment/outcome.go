package experiment

import "time"

// An Outcome is what came of one query.
type Outcome struct {
	Reached    int64 // servents that it came to, the origin left out, each once
	Messages   int64 // Queries sent, or steps of walkers
	Others     int64 // other messages sent: QueryHits
	Duplicates int64 // Queries that arrived, less Reached, under both rules
	Improved   int64 // of the Duplicates: those that were forwarded again
	Lost       int64 // messages that did not arrive
	Bytes      int64 // of all messages sent, headers included
	Hits       int64 // results that came home
	Unique     int64 // different objects, or files, among them

	// Hops is how many links lay between the first hit and the origin; of an
	// expanding ring it is the sum of the TTLs tried, of a walk the steps of the
	// walker. 0 where nothing was found. Source: Lv et al., ICS 2002.
	Hops int64

	// Time is how long the first hit took to come home, on the network's clock.
	Time time.Duration
}

// Found reports whether the query found anything.
func (o *Outcome) Found() bool { return o.Hits > 0 }
