package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// targetRSS is what an idle servent may have resident, in bytes.
const targetRSS = 36 << 20

// printTable prints a row for each command.
func printTable(rows []row) {
	fmt.Printf("%d servents in processes of their own, a ring with chords; each command %d times.\n\n", *servents, *rounds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "command\tms to the first, median\tp90\tmax\tms to the end, median\tRSS MiB, median\tmax")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.title,
			milliseconds(r.first, 0.5), milliseconds(r.first, 0.9), milliseconds(r.first, 1), milliseconds(r.whole, 0.5),
			mebibytes(r.rss, 0.5), mebibytes(r.rss, 1))
	}
	w.Flush()
	fmt.Println()
	for _, r := range rows {
		if median := quantile(r.first, 0.5); r.target > 0 {
			fmt.Printf("%s, median at most %v: %s\n", r.title, r.target, verdict(median <= r.target))
		}
		if len(r.rss) > 0 {
			fmt.Printf("%v after it, resident at most %d MiB: %s\n", idle, targetRSS>>20, verdict(quantile(r.rss, 1) <= targetRSS))
		}
	}
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}

// quantile returns the value that a share q of all are not above.
func quantile[T cmp.Ordered](all []T, q float64) (value T) {
	if len(all) == 0 {
		return value
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func milliseconds(all []time.Duration, q float64) string {
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprint(quantile(all, q).Milliseconds())
}

func mebibytes(all []int64, q float64) string {
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(quantile(all, q))/(1<<20))
}
