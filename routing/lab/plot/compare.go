package plot

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

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
func sideBySide(g Group, names []string) []*plot.Plot {
	if _, last := ttls(g.Rows); last > 0 && len(names) < 2 {
		return nil
	}
	var charts []*plot.Plot
	for _, m := range measuresOf(g, beside) {
		charts = append(charts, dots(m, g.Rows, names))
	}
	return charts
}

// dots draws the strategies one below the other, each with a dot at its mean and
// the number beside it.
func dots(m measure, rows []experiment.Row, names []string) *plot.Plot {
	p := newChart(m.title+" side by side"+atTTL(rows), m.axis, "")
	var all []float64
	for _, name := range names {
		v := m.of(widest(rows, name))
		all = append(all, v.mean, v.mean+v.err)
	}
	x := m.scale(all)
	grid := rules()
	grid.Vertical, grid.Horizontal = grid.Horizontal, grid.Vertical
	p.Add(grid)
	var ticks plot.ConstantTicks
	for i, name := range names {
		y := float64(-i)
		ticks = append(ticks, plot.Tick{Value: y, Label: clean(name, maxName)})
		p.Add(dot(x, y, m.of(widest(rows, name)), styleOf(i))...)
	}
	x.set(&p.X)
	p.Y.Min, p.Y.Max = 0.5-float64(len(names)), 0.5
	p.Y.Tick.Marker = ticks
	p.Y.Tick.LineStyle.Width = 0
	// Names stay apart where they are many.
	p.Y.Tick.Label.Font.Size = points(min(tickSize, 0.6*chartHeight/float64(len(names))))
	return p
}

// dot draws a mean at the height y, and its number.
func dot(x scale, y float64, v value, s style) []plot.Plotter {
	at := plotter.XYs{{X: x.at(v.mean), Y: y}}
	words := &plotter.Labels{XYs: at, Labels: []string{short(v.mean)}}
	letters := textStyle(tickSize)
	letters.YAlign = draw.YCenter
	words.TextStyle = append(words.TextStyle, letters)
	words.Offset.X, words.Offset.Y = points(12), points(3)
	if v.none {
		words.Labels[0] = "no hit"
		return []plot.Plotter{words}
	}
	all := []plot.Plotter{&plotter.Line{XYs: plotter.XYs{{X: 0, Y: y}, at[0]}, LineStyle: ruleStyle}}
	if v.err > 0 {
		low, high := at[0].X-x.at(max(0, v.mean-v.err)), x.at(v.mean+v.err)-at[0].X
		all = append(all, &plotter.XErrorBars{
			XYs: at, XErrors: plotter.XErrors{{Low: low, High: high}}, LineStyle: s.bar(), CapWidth: points(10),
		})
		words.Offset.X += points(high * chartWidth * 0.7)
	}
	return append(all, &plotter.Scatter{XYs: at, GlyphStyle: s.glyph()}, words)
}
