package main

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// printTable prints a row for each way.
func printTable(rows []row) {
	fmt.Printf("%d bytes on loopback, two servents in processes of their own, each way %d times: ms until the first bytes are written.\n\n", *size, *rounds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "from\tmedian\tp90\tmax")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.title, milliseconds(r.took, 0.5), milliseconds(r.took, 0.9), milliseconds(r.took, 1))
	}
	w.Flush()
	fmt.Println()
	for _, r := range rows {
		if r.target == 0 {
			continue
		}
		word := "missed"
		if quantile(r.took, 0.5) <= r.target {
			word = "met"
		}
		fmt.Printf("%s, median at most %v: %s\n", r.title, r.target, word)
	}
}

// quantile returns the value that a share q of all are not above.
func quantile(all []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func milliseconds(all []time.Duration, q float64) string {
	return fmt.Sprintf("%.1f", float64(quantile(all, q))/float64(time.Millisecond))
}
