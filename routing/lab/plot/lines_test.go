package plot

import (
	"testing"

	"servent/routing/lab/experiment"
)

// TestLinesStayInside: whatever the means and errors, points and error bars lie
// between the axes, and each bar around its point.
func TestLinesStayInside(t *testing.T) {
	for _, c := range []struct {
		name   string
		scale  func([]float64) scale
		points []point
	}{
		{"shares near 100 %", percent, []point{{0, 99, 5}, {0.5, 100, 0}, {1, 1, 3}}},
		{"a bar down to a lower decade", scaleOf, []point{{0, 12.3, 3.7}, {1, 20000, 100}}},
		{"a bar below 0", scaleOf, []point{{0, 2, 3}, {1, 20000, 100}}},
		{"zeros", scaleOf, []point{{0, 0, 0}, {0.5, 0, 0}, {1, 5000, 4999}}},
		{"one point", scaleOf, []point{{0.5, 39, 0}}},
		{"nothing", scaleOf, nil},
	} {
		l := line{points: c.points}
		k := l.mark(c.scale(heights([]line{l})), 0)
		for i, p := range k.points {
			if !(p.Y >= 0 && p.Y <= 1) {
				t.Errorf("%s: point %d stands at %g", c.name, i, p.Y)
			}
		}
		bars := 0
		for i, q := range c.points {
			if q.err == 0 {
				continue
			}
			low, high := k.bars[bars][0].Y, k.bars[bars][1].Y
			if bars++; !(0 <= low && low <= k.points[i].Y && k.points[i].Y <= high && high <= 1) {
				t.Errorf("%s: the bar of point %d at %g goes from %g to %g", c.name, i, k.points[i].Y, low, high)
			}
		}
		if bars != len(k.bars) {
			t.Errorf("%s: %d error bars, want %d", c.name, len(k.bars), bars)
		}
	}
}

// TestFlatLines: strategies without a TTL have their marks in different places.
func TestFlatLines(t *testing.T) {
	rows := []experiment.Row{{Strategy: "a"}, {Strategy: "b", TTL: 1}, {Strategy: "c"}}
	places := flatPlaces(rows, []string{"a", "b", "c"})
	if a, c := places[0], places[2]; a == c || a <= 0 || c >= 1 {
		t.Errorf("the marks stand at %g and %g", a, c)
	}
}
