// Package routing decides where a Gnutella message goes next.
//
// A [Router] is pure: it does no I/O and has no clock, goroutine or chance of
// its own. [Router.Step] takes a message, the [Link] that it came in by and the
// time, and returns a list of [Effect] values: what to send to whom, what to
// deliver, what was dropped and why. So a servent, its tests and a simulator run
// the same code. All that a simulator needs is a Router for each servent, a
// number for each end of each link, and a queue:
//
//	a := routing.New(routing.Config{})
//	a.Attach(1) // a's first neighbour; Self is 0
//
//	for _, e := range a.Step(now, routing.Self, query, nil) {
//		switch e.Kind {
//		case routing.Send: // e.Message is on its way to neighbour e.To
//		case routing.Deliver: // e.Message is for us; answer with Step(now, routing.Self, hit, nil)
//		case routing.Drop: // counted, see e.Reason and Router.Counters
//		}
//	}
//
// What is routed how:
//
//	Ping, Query     flooded: to every neighbour but the one it came from, while TTL
//	                lasts; a second copy is dropped, or improves the first ([Rule])
//	Pong, QueryHit  back along the reverse path of the Ping or Query, by GUID
//	Push            along the path of the hits of its servent GUID, backwards
//	Bye             delivered
//	QRP, vendor     dropped for now: [Unsupported]
//
// No message goes back by the link it came in by; with [TTLAwareRule], this is
// said of each copy.
//
// Every byte of a message may be hostile. A Step takes bounded time and memory
// whatever comes; the GUIDs of others can push ours out of the tables, oldest
// first, as fast as the token buckets let them ([Config.Rate]).
//
// Source: RFC 0.6 draft §2.2; where it is silent, what gtk-gnutella and LimeWire
// do.
package routing
