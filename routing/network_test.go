package routing_test

import (
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
)

// exactFloods is the configuration in which a flood equals the closed form: the
// soft limit above every TTL tried, no buckets. The tables are small, since one
// message floods at a time.
var exactFloods = routing.Config{SoftLimit: 20, HardLimit: 40, TableSize: 4}

// A floodCount counts what comes of floods.
type floodCount struct {
	net     *lab.Network
	reached int // servents that the query was delivered to
	sent    int
	dropped map[routing.Reason]int
	twice   int // deliveries of one query to one servent, after the first
	echoes  int // messages sent back to who they came from
	last    []int
	floods  int
}

func newFloodCount(net *lab.Network) *floodCount {
	c := &floodCount{net: net, last: make([]int, net.Len())}
	net.Watch = c.watch
	return c
}

// flood sends m from source, and counts until nothing is under way.
func (c *floodCount) flood(source lab.Node, m messages.Message) {
	c.reached, c.sent, c.dropped = 0, 0, make(map[routing.Reason]int)
	c.floods++
	c.net.Advance(time.Second) // floods are not at the same time
	c.net.Send(source, m)
	c.net.Run()
}

func (c *floodCount) watch(e *lab.Event) {
	switch e.Effect.Kind {
	case routing.Send:
		c.sent++
		if e.To == e.From {
			c.echoes++
		}
	case routing.Deliver:
		if c.last[e.Node] == c.floods {
			c.twice++
			return
		}
		c.last[e.Node] = c.floods
		c.reached++
	case routing.Drop:
		c.dropped[e.Effect.Reason]++
	}
}
