package plot

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"servent/routing/lab/experiment"
)

// A line is the points of a strategy, in the order of x.
type line struct {
	style  style
	points []point
	flat   bool // the same for every x: drawn from side to side
}

// A point is a mean and its standard error, 0 where there is none.
type point struct{ x, y, err float64 }

// add puts the value of a row at x; a value that there is not leaves a gap.
func (l *line) add(x float64, v value) {
	if !v.none {
		l.points = append(l.points, point{x, v.mean, v.err})
	}
}

// heights returns all that the vertical axis has to hold.
func heights(lines []line) []float64 {
	var all []float64
	for _, l := range lines {
		for _, p := range l.points {
			all = append(all, p.y)
			if p.err > 0 {
				all = append(all, p.y+p.err)
			}
		}
	}
	return all
}

// addLines draws lines in p, whose vertical axis is y; those that are flat, from
// low to high. Points of a later line stand shift to the right of those of the
// line before, so that lines which agree are all seen.
func addLines(p *plot.Plot, lines []line, y scale, low, high, shift float64) {
	y.set(&p.Y)
	p.Add(rules())
	for i, l := range lines {
		if len(l.points) > 0 {
			p.Add(l.plotters(y, low, high, (float64(i)-float64(len(lines)-1)/2)*shift)...)
		}
	}
	y.set(&p.Y) // the library widens an axis for what is added
}

// rules are pale lines across a chart, one for each number at its left.
func rules() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Width = 0
	g.Horizontal = ruleStyle
	return g
}

func (l line) plotters(y scale, low, high, shift float64) []plot.Plotter {
	var way, marks plotter.XYs
	var bars plotter.YErrors
	anyBar := false
	for _, q := range l.points {
		at := y.at(q.y)
		way = append(way, plotter.XY{X: q.x + shift, Y: at})
		bars = append(bars, struct{ Low, High float64 }{at - y.at(max(0, q.y-q.err)), y.at(q.y+q.err) - at})
		anyBar = anyBar || q.err > 0
	}
	marks = way
	if l.flat {
		way = plotter.XYs{{X: low, Y: way[0].Y}, {X: high, Y: way[0].Y}}
	}
	all := []plot.Plotter{&plotter.Line{XYs: way, LineStyle: l.style.line()}}
	if anyBar {
		all = append(all, &plotter.YErrorBars{XYs: marks, YErrors: bars, LineStyle: l.style.bar(), CapWidth: points(10)})
	}
	return append(all, &plotter.Scatter{XYs: marks, GlyphStyle: l.style.glyph()})
}

// byTTL returns the charts whose horizontal axis is the TTL, none where no
// strategy has one.
func byTTL(g Group, names []string) []*plot.Plot {
	first, last := ttls(g.Rows)
	if last == 0 {
		return nil
	}
	low, high := float64(first)-0.5, float64(last)+0.5
	var charts []*plot.Plot
	for _, m := range measuresOf(g, withTTL) {
		var lines []line
		for i, name := range names {
			lines = append(lines, lineByTTL(m, rowsOf(g.Rows, name), styleOf(i), float64(first+last)/2))
		}
		p := newChart(m.title+" by TTL", "TTL (hops)", m.axis)
		addLines(p, lines, m.scale(heights(lines)), low, high, min(0.05, 0.3/float64(len(lines))))
		p.X.Min, p.X.Max = low, high
		p.X.Tick.Marker = whole{first, last}
		charts = append(charts, p)
	}
	return charts
}

// lineByTTL returns the line of a strategy; of one without TTL it is flat, with
// its mark at middle.
func lineByTTL(m measure, rows []*experiment.Row, s style, middle float64) line {
	l := line{style: s}
	for _, r := range rows {
		if r.TTL == 0 {
			l.flat = true
			l.add(middle, m.of(r))
		} else {
			l.add(float64(r.TTL), m.of(r))
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

// whole ticks every whole number between two.
type whole struct{ first, last int }

// Ticks implements [plot.Ticker].
func (w whole) Ticks(_, _ float64) []plot.Tick {
	var ticks []plot.Tick
	for n := w.first; n <= w.last; n++ {
		ticks = append(ticks, plot.Tick{Value: float64(n), Label: fmt.Sprint(n)})
	}
	return ticks
}
