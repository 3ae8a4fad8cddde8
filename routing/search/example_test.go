package search_test

import (
	"fmt"
	"time"

	"servent/routing/search"
)

// A file lies at distance 4. A simulator knows when each flood has ended.
func ExampleRing() {
	ring := search.Ring{Last: 7}
	sum := 0
	var p search.Progress
	for m := ring.Next(p); m.Do == search.Ask; m = ring.Next(p) {
		p = search.Progress{TTL: m.TTL, Ended: true}
		if m.TTL >= 4 {
			p.Hits = 1
		}
		sum += int(m.TTL)
		fmt.Printf("TTL %d: %d hits\n", m.TTL, p.Hits)
	}
	fmt.Println("sum of TTLs:", sum)
	// Output:
	// TTL 1: 0 hits
	// TTL 3: 0 hits
	// TTL 5: 1 hits
	// sum of TTLs: 9
}

// A servent waits, since it cannot know whether a hit is still on its way.
func ExampleRing_wait() {
	ring := search.Ring{Wait: 100 * time.Millisecond}
	for _, p := range []search.Progress{
		{},
		{TTL: 3, Since: 0},
		{TTL: 3, Since: 250 * time.Millisecond},
		{TTL: 3, Since: 300 * time.Millisecond},
		{TTL: 3, Since: 300 * time.Millisecond, Hits: 1},
	} {
		m := ring.Next(p)
		fmt.Println(m.Do, m.TTL, m.For)
	}
	// Output:
	// ask 1 0s
	// wait 0 300ms
	// wait 0 50ms
	// ask 5 0s
	// end 0 0s
}
