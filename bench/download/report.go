package main

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
)

// What is to be reached. The transfer is compared to the bound and to the
// other client in memory; the resident set is bounded everywhere.
const (
	targetRaw       = 0.65
	targetAnacrolix = 1.5
	targetPeak      = 64 * mib
)

// print prints the rows and, below, what was to be reached.
func (t table) print(results map[string][]result) {
	t.printHead()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "row\tMiB/s (least to greatest)\tto %s\tto anacrolix\tCPU s/GiB seeder\tleecher\tpeak RSS MiB seeder\tleecher\n", t.rows[0])
	for _, row := range t.rows {
		all := results[row]
		speed := spreadOf(all, result.speed)
		fmt.Fprintf(w, "%s\t%.0f (%.0f to %.0f)\t%s\t%s\t%.2f\t%.2f\t%.0f\t%.0f\n", titles[row],
			speed.median, speed.least, speed.greatest, ratio(all, results[t.rows[0]]), ratio(all, results[rowAnacrolix]),
			spreadOf(all, func(r result) float64 { return r.seeder.perGiB() }).median,
			spreadOf(all, func(r result) float64 { return r.leecher.perGiB() }).median,
			peak(all, seederOf)/mib, peak(all, leecherOf)/mib)
	}
	w.Flush()
	if len(results[rowOurs]) > 0 {
		t.printTargets(results)
	}
	fmt.Println()
}

func (t table) printHead() {
	content := "random bytes"
	if t.sparse {
		content = "zeros (the source is a hole)"
	}
	fmt.Printf("%v of %s between two processes over a libp2p stream: TCP on 127.0.0.1, TLS, yamux; files on %v (%s);\n", &size, content, t.on, t.folder)
	fmt.Printf("medians of the rounds (%d), in turns, ratios within a round; from dialling until the file has its name; peaks are the\ngreatest of all rounds, of whole processes\n", *rounds)
	if slices.Contains(t.rows, rowAnacrolix) {
		fmt.Printf("anacrolix: %v\n", bestSettings())
	}
	fmt.Println()
}

func (t table) printTargets(results map[string][]result) {
	ours := results[rowOurs]
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\nours\tto be reached\tmeasured\n")
	verdict := func(name, target, measured string, met bool) {
		word := "missed"
		if met {
			word = "met"
		}
		fmt.Fprintf(w, "%s\t%s\t%s, %s\n", name, target, measured, word)
	}
	against := func(name, row string, target float64) {
		if r := ratios(ours, results[row]); len(r) > 0 && !t.sparse && t.on.isTmpfs {
			m := median(r)
			verdict(name, fmt.Sprintf("at least %.2f", target), fmt.Sprintf("%.2f", m), m >= target)
		}
	}
	against("to the raw stream", rowRaw, targetRaw)
	against("to anacrolix", rowAnacrolix, targetAnacrolix)
	for _, end := range []struct {
		name string
		of   func(result) report
	}{{"seeder", seederOf}, {"leecher", leecherOf}} {
		most := peak(ours, end.of)
		verdict("peak RSS, "+end.name, fmt.Sprintf("under %d MiB", targetPeak/mib), fmt.Sprintf("%.0f MiB", most/mib), most < targetPeak)
	}
	w.Flush()
}

func seederOf(r result) report  { return r.seeder }
func leecherOf(r result) report { return r.leecher }

// speed returns MiB a second.
func (r result) speed() float64 { return float64(size) / mib / r.leecher.Took.Seconds() }

// perGiB returns processor seconds for each GiB of the file.
func (r report) perGiB() float64 { return r.CPU.Seconds() * gib / float64(size) }

// peak returns the greatest resident set of an end in all rounds, in bytes.
func peak(all []result, of func(result) report) float64 {
	return spreadOf(all, func(r result) float64 { return float64(of(r).Peak) }).greatest
}

// ratio returns how fast the rounds of a row are beside those of another, as
// the table has it.
func ratio(all, to []result) string {
	r := ratios(all, to)
	if len(r) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", median(r))
}

func ratios(all, to []result) []float64 {
	var out []float64
	for i := range min(len(all), len(to)) {
		out = append(out, all[i].speed()/to[i].speed())
	}
	return out
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// A spread is the middle and the ends of what the rounds gave.
type spread struct{ least, median, greatest float64 }

func spreadOf(all []result, of func(result) float64) spread {
	var values []float64
	for _, r := range all {
		values = append(values, of(r))
	}
	return spread{slices.Min(values), median(values), slices.Max(values)}
}
