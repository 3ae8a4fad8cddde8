package plot

import (
	"math"
	"testing"
)

// labels returns the places and numbers of the ticks that have one.
func labels(s scale) (places []float64, numbers []string) {
	for _, tick := range s.ticks() {
		if tick.text != "" {
			places, numbers = append(places, tick.at), append(numbers, tick.text)
		}
	}
	return places, numbers
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		name    string
		values  []float64
		log     bool
		numbers []string
	}{
		{"nothing", nil, false, []string{"0", "0.2", "0.4", "0.6", "0.8", "1"}},
		{"only 0", []float64{0, 0}, false, []string{"0", "0.2", "0.4", "0.6", "0.8", "1"}},
		{"one value", []float64{39}, false, []string{"0", "10", "20", "30", "40"}},
		{"alike", []float64{10, 999}, false, []string{"0", "200", "400", "600", "800", "1000"}},
		{"far apart", []float64{10, 1000}, true, []string{"10", "100", "1000"}},
		{"far apart, and 0", []float64{0, 3, 5000}, true, []string{"0", "1", "10", "100", "1000"}},
		{"very far apart", []float64{0.02, 5e6}, true, []string{"0.01", "1", "100", "10k", "1M"}},
	} {
		s := scaleOf(c.values)
		places, numbers := labels(s)
		if s.log != c.log || len(numbers) != len(c.numbers) {
			t.Errorf("%s: logarithmic %v, numbers %q; want %v, %q", c.name, s.log, numbers, c.log, c.numbers)
			continue
		}
		for i := range numbers {
			if numbers[i] != c.numbers[i] {
				t.Errorf("%s: number %d is %q, want %q", c.name, i, numbers[i], c.numbers[i])
			}
			if i > 0 && places[i] <= places[i-1] {
				t.Errorf("%s: %s does not stand above %s", c.name, numbers[i], numbers[i-1])
			}
		}
		for _, v := range c.values {
			if at := s.at(v); !(at >= 0 && at <= 1) {
				t.Errorf("%s: %g stands at %g, outside the axis", c.name, v, at)
			}
		}
	}
}

// TestZeroApart: on a logarithmic axis 0 stands apart from the least value.
func TestZeroApart(t *testing.T) {
	s := scaleOf([]float64{0, 1, 1000})
	if zero, one := s.at(0), s.at(1); zero != 0 || one-zero < 0.1 {
		t.Errorf("0 stands at %g, 1 at %g", zero, one)
	}
}

func TestDecade(t *testing.T) {
	for _, d := range []float64{1e-6, 0.001, 1, 10, 1000, 1e15} {
		for v, want := range map[float64]float64{d: d, math.Nextafter(d, 0): d / 10, 9.99 * d: d} {
			if got := decade(v); math.Abs(got/want-1) > 1e-9 {
				t.Errorf("the decade of %g is %g, want %g", v, got, want)
			}
		}
	}
}
