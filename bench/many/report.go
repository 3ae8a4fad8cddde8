package main

import (
	"fmt"
	"slices"
	"time"
)

// print writes the table, of medians.
func (b *bench) print() {
	fmt.Printf("%d files of %d bytes, %d a folder; %d rounds, medians (lowest to highest)\n\n", *files, *size, *folder, *rounds)
	fmt.Println("| files | files/s | MiB/s |")
	fmt.Println("|---|---|---|")
	for i := range *files / step {
		rates := rates(b.memory.took, i)
		middle := median(rates)
		fmt.Printf("| %d to %d | %.0f (%.0f to %.0f) | %.1f |\n", i*step+1, (i+1)*step, middle, rates[0], rates[len(rates)-1], middle*float64(*size)/(1<<20))
	}
	fmt.Println("\n| to | files/s of the whole command, start and list of the folder included | last thousand to the first | peak RSS of get, MiB |")
	fmt.Println("|---|---|---|---|")
	for _, s := range []series{b.memory, b.disk} {
		if s.folder == "" {
			continue
		}
		var whole []float64
		for _, took := range s.whole {
			whole = append(whole, float64(*files)/took.Seconds())
		}
		slices.Sort(whole)
		decay := median(rates(s.took, *files/step-1)) / median(rates(s.took, 0))
		fmt.Printf("| %s | %.0f (%.0f to %.0f) | %.2f | %.0f |\n", s.name, median(whole), whole[0], whole[len(whole)-1], decay, mib(s.peak))
	}
	fmt.Printf("\npeak RSS of the source: %.0f MiB\n", mib(b.sourcePeak))
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// rates returns the files a second of step i in each round, sorted.
func rates(took [][]time.Duration, i int) []float64 {
	var rates []float64
	for _, steps := range took {
		rates = append(rates, step/steps[i].Seconds())
	}
	slices.Sort(rates)
	return rates
}

// median returns the middle of sorted figures.
func median(sorted []float64) float64 { return sorted[len(sorted)/2] }
