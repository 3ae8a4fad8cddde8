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
	var first, last float64
	for i := range *files / step {
		rates := rates(b.took, i)
		middle := median(rates)
		if i == 0 {
			first = middle
		}
		last = middle
		fmt.Printf("| %d to %d | %.0f (%.0f to %.0f) | %.1f |\n", i*step+1, (i+1)*step, middle, rates[0], rates[len(rates)-1], middle*float64(*size)/(1<<20))
	}
	var whole []float64
	for _, took := range b.whole {
		whole = append(whole, float64(*files)/took.Seconds())
	}
	slices.Sort(whole)
	fmt.Printf("\nlast thousand to the first: %.2f; the whole command, start and list of the folder included: %.0f files/s (%.0f to %.0f)\n",
		last/first, median(whole), whole[0], whole[len(whole)-1])
}

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
