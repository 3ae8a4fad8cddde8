package main

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

const (
	// targetReady is how soon the servent is to be ready.
	targetReady = 2 * time.Second
	// mostRead is how much a start may read that hashes nothing, as a part of
	// all content, beside the catalogue: what the system is asked.
	mostRead = 0.05
	mib      = 1 << 20
)

// printTable prints a row for each shape.
func printTable(rows []row) {
	all := int64(*files) * *fileSize
	fmt.Printf("%d files of %d bytes, %d MiB in all, shared by \"servent up\" (--no-discovery), started %d times after all was hashed;\n"+
		"ready: from process start until the ready line is printed and the local API counts every file; the kernel has the files'\n"+
		"names in memory. Read: bytes by read(2), after a whole rescan too, beside the catalogue. A neighbour found a file by name in every start.\n\n",
		*files, *fileSize, all/mib, *starts)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "files\tfirst start, hashing s\tready line ms median (max)\tready ms median (max)\tpeak RSS MiB\tread MiB first\tread MiB again\thashed again")
	for _, r := range rows {
		line := spreadOf(r.again, func(b begin) time.Duration { return b.line })
		ready := spreadOf(r.again, func(b begin) time.Duration { return b.ready })
		rehashed := "nothing"
		if float64(r.mostRead()) > mostRead*float64(all) {
			rehashed = "something: too much was read"
		}
		fmt.Fprintf(w, "%s\t%.1f\t%d (%d)\t%d (%d)\t%d\t%.1f\t%.1f\t%s\n", r.shape.title, r.first.ready.Seconds(),
			line.median.Milliseconds(), line.most.Milliseconds(), ready.median.Milliseconds(), ready.most.Milliseconds(),
			r.mostPeak()/mib, float64(r.first.read)/mib, float64(r.mostRead())/mib, rehashed)
	}
	w.Flush()
	fmt.Println()
	for _, r := range rows {
		verdict := "met"
		if spreadOf(r.again, func(b begin) time.Duration { return b.ready }).most > targetReady || float64(r.mostRead()) > mostRead*float64(all) {
			verdict = "missed"
		}
		fmt.Printf("ready in at most %v at every start, nothing hashed again, %s: %s\n", targetReady, r.shape.title, verdict)
	}
}

func (r row) mostRead() (most int64) {
	for _, b := range r.again {
		most = max(most, b.read)
	}
	return most
}

func (r row) mostPeak() (most int64) {
	for _, b := range r.again {
		most = max(most, b.peak)
	}
	return most
}

// A spread is the middle and the end of what the starts gave.
type spread struct{ median, most time.Duration }

func spreadOf(all []begin, of func(begin) time.Duration) spread {
	var values []time.Duration
	for _, b := range all {
		values = append(values, of(b))
	}
	slices.Sort(values)
	return spread{values[len(values)/2], values[len(values)-1]}
}
