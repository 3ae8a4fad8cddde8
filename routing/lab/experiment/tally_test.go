package experiment

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestTally: all figures are those of the numbers one by one.
func TestTally(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 30), 1, 60).Draw(t, "values")
		counted := tally{}
		total, differences := int64(0), int64(0)
		for _, v := range values {
			counted.add(v)
			total += v
			for _, w := range values {
				differences += max(v-w, w-v)
			}
		}
		slices.Sort(values)
		last := len(values) - 1
		s, l := counted.summary(), counted.load()
		if got, want := [3]float64{s.Mean, s.Max, float64(s.Count)}, [3]float64{float64(total) / float64(len(values)), float64(values[last]), float64(len(values))}; got != want {
			t.Fatalf("mean, greatest, count: got %v, want %v", got, want)
		}
		if want := (float64(values[last/2]) + float64(values[(last+1)/2])) / 2; s.Median != want || l.Median != want {
			t.Fatalf("median: got %v and %v, want %v", s.Median, l.Median, want)
		}
		if l.Deciles[0] != uint64(values[0]) || l.Deciles[5] != uint64(values[last/2]) || l.Deciles[10] != l.Max {
			t.Fatalf("deciles: got %v of %v", l.Deciles, values)
		}
		if total == 0 {
			return
		}
		// Half the mean difference of two, by the mean.
		gini := float64(differences) / (2 * float64(len(values)) * float64(total))
		if math.Abs(l.Gini-gini) > 1e-12 {
			t.Fatalf("Gini: got %v, want %v", l.Gini, gini)
		}
	})
}
