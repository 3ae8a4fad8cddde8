package plot

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"

	"servent/routing/lab/experiment"
)

// A line is the points of a strategy, in the order of x.
type line struct {
	style  style
	points []point
	flat   bool // the same for every x: drawn from side to side
}

// A point is a mean and its standard error, 0 where there is none. Its x is a
// place on the axis.
type point struct{ x, y, err float64 }

// add puts the value of a row at x; a value that there is not leaves a gap.
func (l *line) add(x float64, v value) {
	if !v.none {
		l.points = append(l.points, point{x, v.mean, v.err})
	}
}

// heights returns all that the vertical axis has to hold. An error bar that goes
// below 0 is cut there.
func heights(lines []line) []float64 {
	var all []float64
	for _, l := range lines {
		for _, p := range l.points {
			all = append(all, p.y, p.y+p.err)
			if p.err < p.y {
				all = append(all, p.y-p.err)
			}
		}
	}
	return all
}

// lineChart returns a chart of lines above the axis x, with y as the scale of
// the other. Points of a later line stand shift to the right of those of the
// line before, so that lines which agree are all seen.
func lineChart(m measure, by string, x axis, lines []line, shift float64) *chart {
	y := m.scale(heights(lines))
	c := &chart{title: m.title + by, x: x, y: axis{title: m.axis, ticks: y.ticks(), rules: true}}
	for i, l := range lines {
		c.marks = append(c.marks, l.mark(y, (float64(i)-float64(len(lines)-1)/2)*shift))
	}
	return c
}

// mark places l on the scale y.
func (l line) mark(y scale, shift float64) mark {
	k := mark{style: l.style}
	for _, q := range l.points {
		x, at := q.x+shift, y.at(q.y)
		k.points = append(k.points, place(x, at))
		if q.err > 0 {
			low, high := y.around(q.y, q.err)
			k.bars = append(k.bars, [2]vg.Point{place(x, low), place(x, high)})
		}
	}
	k.way = k.points
	if l.flat && len(k.points) > 0 {
		k.way = []vg.Point{place(0, float64(k.points[0].Y)), place(1, float64(k.points[0].Y))}
	}
	return k
}

// place returns a place in a chart.
func place(x, y float64) vg.Point { return vg.Point{X: vg.Length(x), Y: vg.Length(y)} }

// byTTL returns the charts whose horizontal axis is the TTL, none where no
// strategy has one.
func byTTL(all []experiment.Row, names []string) []*chart {
	first, last := ttls(all)
	if last == 0 {
		return nil
	}
	x := scale{least: float64(first) - 0.5, most: float64(last) + 0.5}
	a := axis{title: "TTL (hops)"}
	for ttl := first; ttl <= last; ttl++ {
		a.ticks = append(a.ticks, tick{x.at(float64(ttl)), fmt.Sprint(ttl)})
	}
	var charts []*chart
	flats := flatPlaces(all, names)
	for _, m := range measuresOf(all, withTTL) {
		var lines []line
		for i, name := range names {
			lines = append(lines, lineByTTL(m, rowsOf(all, name), styleOf(i), x, flats[i]))
		}
		// All lines together take less than a third of the room of a TTL.
		shift := min(0.05, 0.3/float64(len(lines))) / (x.most - x.least)
		charts = append(charts, lineChart(m, " by TTL", a, lines, shift))
	}
	return charts
}

// flatPlaces returns where the line of each strategy without a TTL has its mark:
// apart from each other, for such lines may lie on one another.
func flatPlaces(rows []experiment.Row, names []string) []float64 {
	var flat []int
	for i, name := range names {
		if widest(rows, name).TTL == 0 {
			flat = append(flat, i)
		}
	}
	places := make([]float64, len(names))
	for n, i := range flat {
		places[i] = (float64(n) + 0.5) / float64(len(flat))
	}
	return places
}

// lineByTTL returns the line of a strategy; of one without TTL it is flat, with
// its mark at the place flat.
func lineByTTL(m measure, rows []*experiment.Row, s style, x scale, flat float64) line {
	l := line{style: s}
	for _, r := range rows {
		if r.TTL == 0 {
			l.flat = true
			l.add(flat, m.of(r))
		} else {
			l.add(x.at(float64(r.TTL)), m.of(r))
		}
	}
	slices.SortStableFunc(l.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
	return l
}

// ttls returns the least and the greatest TTL of rows, 0 where they have none.
func ttls(rows []experiment.Row) (first, last int) {
	for i := range rows {
		ttl := int(rows[i].TTL)
		if ttl == 0 {
			continue
		}
		if first == 0 {
			first = ttl
		}
		first, last = min(first, ttl), max(last, ttl)
	}
	return first, last
}
