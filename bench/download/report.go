package main

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
)

// What is to be reached. Speeds are compared in memory; the resident set is
// bounded everywhere.
const (
	targetRaw       = 0.75
	targetAnacrolix = 1.5
	targetCPU       = 2.6  // processor seconds a GiB, both ends together
	targetCPURatio  = 0.51 // the same to anacrolix's, which took 5.1 on the computer that was set for
	targetThree     = 1.0  // of the speed from one seeder
	targetWaste     = 0.2  // per cent of the file
	targetNginx     = 0.85
	targetAria2     = 1.5
	targetPeak      = 64 * mib
)

// print prints the rows and, below, what was to be reached.
func (t table) print(results map[string][]result) {
	t.printHead()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "row\tMiB/s (least to greatest)\tto %s\tto %s\tCPU s/GiB seeder\tleecher\tpeak RSS MiB seeder\tleecher\n", t.against[0], t.against[1])
	for _, row := range t.rows {
		all := results[row]
		speed := spreadOf(all, result.speed)
		fmt.Fprintf(w, "%s\t%.0f (%.0f to %.0f)\t%s\t%s\t%.2f\t%.2f\t%s\t%s\n", titles[row],
			speed.median, speed.least, speed.greatest, ratio(all, results[t.against[0]]), ratio(all, results[t.against[1]]),
			spreadOf(all, func(r result) float64 { return r.seeder.perGiB() }).median,
			spreadOf(all, func(r result) float64 { return r.leecher.perGiB() }).median,
			peakText(row, all, seederOf), peakText(row, all, leecherOf))
	}
	w.Flush()
	t.printTargets(results)
	fmt.Println()
}

func (t table) printHead() {
	content := "random bytes"
	if t.sparse {
		content = "zeros (the source is a hole)"
	}
	fmt.Printf("%v of %s between two processes over %s; files on %v (%s);\n", &size, content, t.over, t.on, t.folder)
	fmt.Printf("medians of the rounds (%d), in turns, ratios within a round; from dialling, or from the start of a program, until the file\nhas its name; peaks are the greatest of all rounds, of whole processes\n", *rounds)
	if slices.Contains(t.rows, rowAnacrolix) {
		fmt.Printf("anacrolix: %v\n", bestSettings())
	}
	fmt.Println()
}

// A verdict is one line of what was to be reached.
type verdict struct {
	name, target, measured string
	met                    bool
}

func (t table) printTargets(results map[string][]result) {
	all := t.verdicts(results)
	if len(all) == 0 {
		return
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\nours\tto be reached\tmeasured\n")
	for _, v := range all {
		word := "missed"
		if v.met {
			word = "met"
		}
		fmt.Fprintf(w, "%s\t%s\t%s, %s\n", v.name, v.target, v.measured, word)
	}
	w.Flush()
}

func (t table) verdicts(results map[string][]result) (all []verdict) {
	atLeast := func(name, row, than string, target float64) {
		if r := ratios(results[row], results[than]); len(r) > 0 {
			m := median(r)
			all = append(all, verdict{name, fmt.Sprintf("at least %.2f", target), fmt.Sprintf("%.2f", m), m >= target})
		}
	}
	atMost := func(name, format string, target, measured float64) {
		all = append(all, verdict{name, fmt.Sprintf("at most "+format, target), fmt.Sprintf(format, measured), measured <= target})
	}
	if t.on.isTmpfs && !t.sparse {
		atLeast("to the raw stream", rowOurs, rowRaw, targetRaw)
		atLeast("to anacrolix", rowOurs, rowAnacrolix, targetAnacrolix)
		atLeast("three seeders to one", rowThree, rowOurs, targetThree)
		atLeast("TCP, to nginx and curl", rowTCP, rowNginx, targetNginx)
		atLeast("TCP, to aria2", rowTCP, rowAria2, targetAria2)
		if ours := results[rowOurs]; len(ours) > 0 {
			atMost("CPU s/GiB, both ends", "%.2f", targetCPU, spreadOf(ours, result.perGiB).median)
		}
		if share := cpuRatios(results[rowOurs], results[rowAnacrolix]); len(share) > 0 {
			atMost("CPU, to anacrolix", "%.2f", targetCPURatio, median(share))
		}
	}
	for _, row := range t.rows {
		ours := results[row]
		if !countsItself(row) {
			continue
		}
		atMost(row+": blocks sent for nothing, %", "%.2f", targetWaste, spreadOf(ours, result.waste).greatest)
		atMost(row+": peak RSS MiB, seeder", "%.0f", targetPeak/mib, peak(ours, seederOf)/mib)
		atMost(row+": peak RSS MiB, leecher", "%.0f", targetPeak/mib, peak(ours, leecherOf)/mib)
	}
	return all
}

// countsItself reports whether a row is our transfer.
func countsItself(row string) bool { return row == rowOurs || row == rowThree || row == rowTCP }

// isProgram reports whether a row is other programs: their peaks are not known.
func isProgram(row string) bool { return row == rowNginx || row == rowAria2 || row == rowLibtorrent }

func seederOf(r result) report  { return r.seeder }
func leecherOf(r result) report { return r.leecher }

// speed returns MiB a second.
func (r result) speed() float64 { return float64(size) / mib / r.leecher.Took.Seconds() }

// perGiB returns processor seconds for each GiB of the file.
func (r report) perGiB() float64 { return r.CPU.Seconds() * gib / float64(size) }

// perGiB returns those of both ends together.
func (r result) perGiB() float64 { return r.seeder.perGiB() + r.leecher.perGiB() }

// waste returns what was sent beyond the file, in per cent of it.
func (r result) waste() float64 { return 100 * float64(r.seeder.Sent-int64(size)) / float64(size) }

// peakText is what the table has of an end.
func peakText(row string, all []result, of func(result) report) string {
	if isProgram(row) {
		return "-"
	}
	return fmt.Sprintf("%.0f", peak(all, of)/mib)
}

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

// cpuRatios returns what the rounds of a row took of the processors beside those of
// another.
func cpuRatios(all, to []result) []float64 {
	var out []float64
	for i := range min(len(all), len(to)) {
		out = append(out, all[i].perGiB()/to[i].perGiB())
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
