package routing_test

import (
	"fmt"
	"time"

	"servent/messages"
	"servent/routing"
)

// A query comes in by one of three links: it is ours to answer, and goes on to
// the other two. The answer takes the way back.
func Example() {
	now := time.Unix(0, 0) // or time.Now(), or a simulator's clock
	r := routing.New(routing.Config{})
	for l := routing.Link(1); l <= 3; l++ {
		r.Attach(l)
	}
	query := messages.Message{Header: messages.Header{
		GUID: messages.GUID{1, 2, 3}, Type: messages.TypeQuery, TTL: 4, Hops: 1,
	}}
	for _, e := range r.Step(now, 2, query, nil) {
		fmt.Printf("%v to=%d ttl=%d hops=%d\n", e.Kind, e.To, e.Message.TTL, e.Message.Hops)
	}

	hit := messages.Message{Header: messages.Header{GUID: query.GUID, Type: messages.TypeQueryHit, TTL: 4}}
	hit.Payload = make([]byte, 11+messages.GUIDSize) // no results; its end is our servent GUID
	for _, e := range r.Step(now, routing.Self, hit, nil) {
		fmt.Printf("%v to=%d ttl=%d hops=%d\n", e.Kind, e.To, e.Message.TTL, e.Message.Hops)
	}

	// The query once more: its GUID is known.
	for _, e := range r.Step(now, 3, query, nil) {
		fmt.Printf("%v: %v\n", e.Kind, e.Reason)
	}
	// Output:
	// deliver to=0 ttl=4 hops=1
	// send to=1 ttl=3 hops=2
	// send to=3 ttl=3 hops=2
	// send to=2 ttl=4 hops=0
	// drop: duplicate
}

func ExampleRouter_Counters() {
	now := time.Unix(0, 0)
	r := routing.New(routing.Config{})
	r.Attach(1)
	r.Attach(2)
	ping := messages.Message{Header: messages.Header{
		GUID: messages.GUID{1, 2, 3}, Type: messages.TypePing, TTL: 2,
	}}
	for range 3 {
		r.Step(now, 1, ping, nil)
	}
	for name, c := range r.Counters().Types() {
		if c.Received > 0 {
			fmt.Println(name, c.Received, c.Sent, c.Fresh, c.Duplicate)
		}
	}
	for reason, n := range r.Counters().Reasons() {
		if n > 0 {
			fmt.Println(reason, n)
		}
	}
	// Output:
	// Ping 3 1 1 2
	// duplicate 2
}
