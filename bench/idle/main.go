// Command idle measures what a servent costs that does nothing but keep its
// links: memory and goroutines, in all and for each link, and what the
// keep-alive sends. The servent has a process of its own; its neighbours are
// real servents in this one.
//
//	go run ./idle
//
// All traffic stays on loopback. Every figure is of a fresh process, which has
// come to rest, collected its garbage and given back what memory it can.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"strconv"
	"strings"
	"time"

	"servent/bench/child"
)

var (
	counts    = flag.String("links", "0,8,30", "numbers of links to measure, in rising order, at most 32")
	rounds    = flag.Int("rounds", 3, "processes for each number of links")
	trafficOf = flag.Int("traffic-links", 20, "links while the keep-alive is counted; 0: do not count it")
	traffic   = flag.Duration("traffic", time.Minute, "how long the keep-alive is counted")
)

const (
	listenTCP  = "/ip4/127.0.0.1/tcp/0"
	listenQUIC = "/ip4/127.0.0.1/udp/0/quic-v1"
	// page is where up puts its page too; the servent takes the next free port.
	page = "127.0.0.1:6348"
	// patience bounds linking a servent to all its neighbours.
	patience = time.Minute
)

func main() {
	child.Main()
	flag.Parse()
	links, err := parseCounts(*counts)
	if err != nil {
		log.Fatal(err)
	}
	all := make([][]child.Report, len(links))
	for round := range *rounds {
		for i, n := range links {
			r, err := atRest(n)
			if err != nil {
				log.Fatalf("round %d, %d links: %v", round, n, err)
			}
			all[i] = append(all[i], r)
		}
	}
	reportMemory(links, all)
	if *trafficOf == 0 {
		return
	}
	if err := reportTraffic(*trafficOf, *traffic); err != nil {
		log.Fatalf("keep-alive: %v", err)
	}
}

func parseCounts(text string) ([]int, error) {
	var out []int
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 || len(out) > 0 && n <= out[len(out)-1] {
			return nil, fmt.Errorf("-links %s: numbers in rising order, such as 0,8,30", text)
		}
		out = append(out, n)
	}
	return out, nil
}

// atRest returns what a servent with n idle links reports.
func atRest(n int) (r child.Report, err error) {
	err = withLinks(n, func(_ context.Context, p *child.Process) error {
		r, err = p.Settle()
		return err
	})
	return r, err
}
