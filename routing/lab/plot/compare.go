package plot

import (
	"fmt"

	"gonum.org/v1/plot/vg"

	"servent/routing/lab/experiment"
)

// atTTL says with which TTL strategies are compared: the greatest that was tried.
func atTTL(rows []experiment.Row) string {
	if _, last := ttls(rows); last > 0 {
		return fmt.Sprintf(", TTL %d", last)
	}
	return ""
}

// sideBySide returns a chart of each measure with a line for every strategy, at
// its greatest TTL; none of one strategy that has been shown by TTL.
func sideBySide(rows []experiment.Row, names []string) []*chart {
	if _, last := ttls(rows); last > 0 && len(names) < 2 {
		return nil
	}
	var charts []*chart
	for _, m := range measuresOf(rows, beside) {
		charts = append(charts, dots(m, rows, names))
	}
	return charts
}

// dots draws the strategies one below the other, each with a dot at its mean and
// the number beside it.
func dots(m measure, rows []experiment.Row, names []string) *chart {
	var all []float64
	for _, name := range names {
		v := m.of(widest(rows, name))
		all = append(all, v.mean, v.mean+v.err)
	}
	x := m.scale(all)
	c := &chart{
		title: m.title + " side by side" + atTTL(rows),
		x:     axis{title: m.axis, ticks: x.ticks(), rules: true},
		y:     axis{rules: true, names: true},
	}
	for i, name := range names {
		y := 1 - (float64(i)+0.5)/float64(len(names))
		c.y.ticks = append(c.y.ticks, tick{y, clean(name, maxName)})
		c.marks = append(c.marks, dot(x, y, m.of(widest(rows, name)), styleOf(i)))
	}
	return c
}

// dot marks a mean at the height y, with its number.
func dot(x scale, y float64, v value, s style) mark {
	k := mark{style: s, points: []vg.Point{place(x.at(v.mean), y)}, words: []string{short(v.mean)}}
	switch {
	case v.none:
		k.style.marker.none, k.words[0] = true, "no hit"
	case v.err > 0:
		low, high := x.around(v.mean, v.err)
		k.bars = [][2]vg.Point{{place(low, y), place(high, y)}}
	}
	return k
}
