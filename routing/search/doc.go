// Package search holds the policies by which a servent searches: when it sends a
// Query of its own, with which TTL, and when it sends no more.
//
// A [Policy] is pure, as package routing is: it is told how far the search is and
// answers with one [Move]. It keeps nothing between two calls, so that one value
// serves any number of searches at once. A simulator, which knows that a flood
// has ended, uses it so:
//
//	var p search.Progress
//	for m := policy.Next(p); m.Do == search.Ask; m = policy.Next(p) {
//		hits := flood(m.TTL) // under a new GUID, to its end
//		p = search.Progress{TTL: m.TTL, Ended: true, Hits: p.Hits + hits}
//	}
//
// A servent on a real network never knows that. It leaves Ended false, and waits
// as long as a move says before it asks the policy again.
//
// Policies:
//
//	Flood   one Query with the full TTL
//	Ring    an expanding ring: TTL 1, then 3, 5, …, until enough was found
package search
