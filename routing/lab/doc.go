// Package lab joins Routers in memory: virtual servents with the routing code of
// real ones, links with latencies, and a queue of messages under way instead of
// a wire and a clock.
//
//	net := lab.New()
//	a, b := net.Add(routing.Config{}), net.Add(routing.Config{})
//	net.Connect(a, b, lab.Hop)
//	net.Watch = func(e *lab.Event) { fmt.Println(e.Node, e.Effect.Kind) }
//	net.Send(a, query)
//	net.Run()
//
// With one latency for all links a flood is hop-synchronous: all copies of a hop
// arrive before any of the next. What happens depends on the calls alone: messages
// that are due at the same time arrive by the number of the servent that they
// arrive at, and at one servent in the order in which they were sent.
//
// [Of] makes the network of a whole graph, with latencies and losses. There,
// [Network.Begin] begins each query, so that none depends on those before it;
// [Network.Carry] takes what is not routed, such as a random walker, over a link;
// [Network.Leave], [Network.Fail] and [Network.Join] are what servents do, and
// [Network.At] plans when.
package lab
