package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"servent/bench/child"
)

// reportSize prints what the network took and the first round in it.
func reportSize(s *setting, n *network, first round) error {
	peak, err := child.Peak()
	if err != nil {
		return err
	}
	fmt.Printf("set-up %v (graph %v, network %v), first round %v: %v in all; peak RSS %.0f MiB; a servent at rest, with its links: %d bytes of heap\n",
		s.took.plus(n.took), s.took, n.took, first.span, s.took.plus(n.took).plus(first.span), float64(peak)/(1<<20), n.heap/uint64(s.graph.Len()))
	return nil
}

// reportSpeed prints a row for each side, and how many times faster we are.
func reportSpeed(ours, theirs []round) {
	if len(ours) == 0 {
		return
	}
	fmt.Printf("\none core; median (least to greatest) of %d rounds, after one to warm up\n\n", len(ours))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tmessages/s\tns/message\tCPU ns/message\tms/round")
	report(w, "servent", ours)
	if len(theirs) > 0 {
		report(w, "peer", theirs)
	}
	w.Flush()
	if len(theirs) == 0 {
		return
	}
	wall := func(r round) time.Duration { return r.wall }
	cpu := func(r round) time.Duration { return r.cpu }
	fmt.Printf("\ntimes faster: %.1f", spreadOf(theirs, wall).median/spreadOf(ours, wall).median)
	if theirs[0].cpu > 0 {
		fmt.Printf("; by processor time %.1f", spreadOf(theirs, cpu).median/spreadOf(ours, cpu).median)
	}
	fmt.Println()
}

func report(w io.Writer, name string, all []round) {
	wall := spreadOf(all, func(r round) time.Duration { return r.wall })
	cpu := spreadOf(all, func(r round) time.Duration { return r.cpu })
	messages := float64(all[0].messages) // equal in all rounds
	fmt.Fprintf(w, "%s\t%.0f\t%.1f (%.1f to %.1f)\t%.1f\t%.1f\n", name, messages/wall.median,
		1e9*wall.median/messages, 1e9*wall.least/messages, 1e9*wall.greatest/messages, 1e9*cpu.median/messages, 1e3*wall.median)
}

// A spread is the middle and the ends of what the rounds took, in seconds.
type spread struct{ least, median, greatest float64 }

func spreadOf(all []round, of func(round) time.Duration) spread {
	values := make([]float64, len(all))
	for i, r := range all {
		values[i] = of(r).Seconds()
	}
	slices.Sort(values)
	return spread{values[0], values[len(values)/2], values[len(values)-1]}
}
