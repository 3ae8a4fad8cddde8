package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"servent/bench/child"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// reportMemory prints a row for each number of links, with the price of each
// link that it has more than the row above. The first links also pay for what
// is there once, such as the pages of the program that links make it read.
func reportMemory(links []int, all [][]child.Report) {
	fmt.Printf("An idle servent in a process of its own, with a home and a page, on TCP and QUIC of loopback, nothing shared;\nlinks by TCP, TLS and yamux from real servents; at rest and after a garbage collection; medians of %d processes\n\n", len(all[0]))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "links\tRSS MiB (least to greatest)\tnot of files MiB\theap MiB\tstacks MiB\tgoroutines\tRSS KiB/more link\theap+stacks KiB/more link\tgoroutines/more link")
	var above summary
	for i, n := range links {
		s := summarise(all[i])
		fmt.Fprintf(w, "%d\t%.1f (%.1f to %.1f)\t%.1f\t%.1f\t%.1f\t%.0f", n,
			s.rss/mib, s.least/mib, s.greatest/mib, s.anonymous/mib, s.heap/mib, s.stacks/mib, s.goroutines)
		if i > 0 {
			more := float64(n - links[i-1])
			fmt.Fprintf(w, "\t%.0f\t%.0f\t%.1f\n", (s.rss-above.rss)/more/kib,
				(s.heap+s.stacks-above.heap-above.stacks)/more/kib, (s.goroutines-above.goroutines)/more)
		} else {
			fmt.Fprint(w, "\t\t\t\n")
		}
		above = s
	}
	w.Flush()
}

// A summary is the medians of some processes, in bytes, and the ends of their
// resident sets.
type summary struct {
	rss, least, greatest    float64
	anonymous, heap, stacks float64
	goroutines              float64
}

func summarise(reports []child.Report) summary {
	sorted := func(of func(child.Report) uint64) []uint64 {
		var values []uint64
		for _, r := range reports {
			values = append(values, of(r))
		}
		slices.Sort(values)
		return values
	}
	median := func(of func(child.Report) uint64) float64 { return float64(sorted(of)[len(reports)/2]) }
	rss := sorted(func(r child.Report) uint64 { return r.RSS })
	return summary{
		rss: float64(rss[len(rss)/2]), least: float64(rss[0]), greatest: float64(rss[len(rss)-1]),
		anonymous:  median(func(r child.Report) uint64 { return r.Anonymous }),
		heap:       median(func(r child.Report) uint64 { return r.Heap }),
		stacks:     median(func(r child.Report) uint64 { return r.Stacks }),
		goroutines: median(func(r child.Report) uint64 { return uint64(r.Goroutines) }),
	}
}

// reportTraffic prints what an idle servent with n links sends and gets, and
// what time it takes, over a while.
func reportTraffic(n int, while time.Duration) error {
	var before, after child.Report
	err := withLinks(n, func(ctx context.Context, p *child.Process) (err error) {
		if before, err = p.Settle(); err != nil {
			return err
		}
		select {
		case <-time.After(while):
		case <-ctx.Done():
			return ctx.Err()
		}
		after, err = p.Report()
		return err
	})
	if err != nil {
		return err
	}
	if after.Status.Links != n {
		return fmt.Errorf("%d links of %d are left", after.Status.Links, n)
	}
	sent, received := float64(after.Sent-before.Sent), float64(after.Received-before.Received)
	fmt.Printf("\nKeep-alive with %d links over %v, Gnutella headers and payloads: %.0f B/s sent, %.0f B/s received; %d Pings and %d Pongs sent;\nprocessor time %.1f ms/s\n",
		n, while, sent/while.Seconds(), received/while.Seconds(),
		after.Traffic("Ping").Sent-before.Traffic("Ping").Sent, after.Traffic("Pong").Sent-before.Traffic("Pong").Sent,
		1000*(after.CPU-before.CPU).Seconds()/while.Seconds())
	return nil
}
