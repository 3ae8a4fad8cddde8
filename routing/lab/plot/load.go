package plot

import (
	"fmt"

	"gonum.org/v1/plot"

	"servent/routing/lab/experiment"
)

// loadChart shows how the work of each strategy, at its greatest TTL, is shared:
// what the servents did, the least busy first.
func loadChart(rows []experiment.Row, names []string) *plot.Plot {
	p := newChart("Load"+atTTL(rows), "servents, least busy first (%)", "messages received in a run")
	var lines []line
	for i, name := range names {
		l := line{style: styleOf(i)}
		r := widest(rows, name)
		for d, load := range r.Load.Deciles {
			l.add(100*float64(d)/float64(len(r.Load.Deciles)-1), value{mean: float64(load)})
		}
		lines = append(lines, l)
	}
	addLines(p, lines, scaleOf(heights(lines)), 0, 100, 0)
	p.X.Min, p.X.Max = -3, 103
	var ticks plot.ConstantTicks
	for percent := 0; percent <= 100; percent += 20 {
		ticks = append(ticks, plot.Tick{Value: float64(percent), Label: fmt.Sprint(percent)})
	}
	p.X.Tick.Marker = ticks
	return p
}

// widest returns the row of a strategy with its greatest TTL, nil where it has
// no row.
func widest(rows []experiment.Row, strategy string) *experiment.Row {
	var found *experiment.Row
	for _, r := range rowsOf(rows, strategy) {
		if found == nil || r.TTL > found.TTL {
			found = r
		}
	}
	return found
}
