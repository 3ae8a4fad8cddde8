package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"servent/servent/api"
)

// print writes the table: a row for each attack.
func print(rows []row, length time.Duration) {
	fmt.Printf("\nOne process attacks a servent for %v as fast as it can, while %d searches at a time go through it to %d servents;\nhits in %% of those of the run without attack; RSS is the victim's greatest\n\n", length, askers, sharers)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "attack\tstrikes\thits kept %\tRSS peak MiB\tCPU s\twhat became of it, and the reasons that were counted")
	base := 1.0
	for i, r := range rows {
		share := float64(r.found) / float64(max(1, r.expected))
		if i == 0 {
			base = max(share, 1e-9)
		}
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%s\n", r.attack, r.strikes, 100*share/base, float64(r.peak)/(1<<20), r.cpu.Seconds(), outcome(r))
	}
	w.Flush()
}

// outcome says what the victim's status tells.
func outcome(r row) string {
	var parts []string
	if n := r.report.Status.Limited; n > 0 {
		parts = append(parts, fmt.Sprintf("%d limited", n))
	}
	add := func(what string, drops []api.Drop) {
		for i, d := range drops {
			if i < 2 {
				parts = append(parts, fmt.Sprintf("%s %d: %s", what, d.Count, d.Reason))
			}
		}
	}
	add("ended", r.report.Status.Ended)
	add("refused", r.report.Status.Refused)
	add("dropped", r.report.Status.Dropped)
	return strings.Join(parts, "; ")
}
