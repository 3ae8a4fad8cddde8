package experiment

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseReplication(t *testing.T) {
	for _, text := range []string{"uniform", "proportional", "sqrt", "zipf:1.2", "zipf:0"} {
		r, err := ParseReplication(text)
		if err != nil || r.String() != text {
			t.Errorf("%q: got %v (%v)", text, r, err)
		}
	}
	for _, text := range []string{"", "square", "zipf", "zipf:", "zipf:-1", "zipf:11", "zipf:NaN", "uniform:1", "Sqrt"} {
		if _, err := ParseReplication(text); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: got error %v, want one that says what was typed", text, err)
		}
	}
}

func TestParsePopularity(t *testing.T) {
	if got, err := ParsePopularity("1.2"); err != nil || got != DefaultPopularity {
		t.Errorf("1.2: got %v (%v)", got, err)
	}
	for _, text := range []string{"", "-1", "10.1", "Inf", "NaN", "zipf:1"} {
		if _, err := ParsePopularity(text); err == nil {
			t.Errorf("%q: got no error", text)
		}
	}
}

func TestApportion(t *testing.T) {
	for name, c := range map[string]struct {
		copies, most int
		weights      []float64
		want         []int32
	}{
		"as the weights":            {10, 9, []float64{5, 3, 2}, []int32{5, 3, 2}},
		"largest remainder":         {10, 9, []float64{3.4, 3.3, 3.3}, []int32{4, 3, 3}},
		"of the same loss, popular": {8, 9, []float64{1, 1, 1}, []int32{3, 3, 2}},
		"at least one":              {10, 9, []float64{1000, 1000, 1}, []int32{5, 4, 1}},
		"at most so many":           {10, 6, []float64{1000, 2, 2}, []int32{6, 2, 2}},
		"most, then least":          {12, 6, []float64{1000, 90, 10, 1e-9}, []int32{6, 4, 1, 1}},
		"all have one":              {3, 9, []float64{100, 10, 1}, []int32{1, 1, 1}},
		"all have most":             {27, 9, []float64{100, 10, 1}, []int32{9, 9, 9}},
	} {
		if got := apportion(c.copies, c.most, c.weights); !slices.Equal(got, c.want) {
			t.Errorf("%s: %d copies, at most %d, by %v: got %v, want %v", name, c.copies, c.most, c.weights, got, c.want)
		}
	}
}

// TestApportionProperties: no copy too many or too few, bounds kept, no object
// has fewer than a less popular one, and objects between the bounds have copies
// in proportion, but for one copy.
func TestApportionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(1, 200).Draw(t, "objects")
		most := rapid.IntRange(1, 500).Draw(t, "most")
		copies := number * rapid.IntRange(1, most).Draw(t, "mean")
		weights := zipf(number, rapid.Float64Range(0, MaxExponent).Draw(t, "exponent"))
		got := apportion(copies, most, weights)
		sum, scale := 0, 0.0
		for i, n := range got {
			sum += int(n)
			if n < 1 || int(n) > most {
				t.Fatalf("object %d: %d copies, want 1 to %d", i+1, n, most)
			}
			if i > 0 && n > got[i-1] {
				t.Fatalf("object %d has %d copies, the one before %d", i+1, n, got[i-1])
			}
			if n > 1 && int(n) < most {
				scale = max(scale, float64(n-1)/weights[i])
			}
		}
		if sum != copies {
			t.Fatalf("%d copies in all, want %d", sum, copies)
		}
		for i, n := range got {
			if n > 1 && int(n) < most && weights[i]*scale > float64(n+1)+1e-6 {
				t.Fatalf("object %d has %d copies, less than its proportion of %.2f: %v", i+1, n, weights[i]*scale, got)
			}
		}
	})
}

// TestReplicationWeights: proportional copies follow the queries, those of sqrt
// their square roots, whatever the popularity.
func TestReplicationWeights(t *testing.T) {
	popularity := []float64{16, 4, 1}
	for text, want := range map[string][]float64{
		"uniform": {1, 1, 1}, "proportional": {16, 4, 1}, "sqrt": {4, 2, 1}, "zipf:1": {1, 0.5, 1.0 / 3},
	} {
		r, err := ParseReplication(text)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range r.weights(popularity) {
			if math.Abs(got-want[i]) > 1e-15 {
				t.Errorf("%s: weight %d is %v, want %v", text, i+1, got, want[i])
			}
		}
	}
}
