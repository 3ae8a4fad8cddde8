package plot

import (
	"fmt"

	"servent/routing/lab/experiment"
)

// loadChart shows how the work of each strategy, at its greatest TTL, is shared:
// what the servents did, the least busy first.
func loadChart(rows []experiment.Row, names []string) *chart {
	x := scale{least: -3, most: 103}
	a := axis{title: "servents, least busy first (%)"}
	for percent := 0; percent <= 100; percent += 20 {
		a.ticks = append(a.ticks, tick{x.at(float64(percent)), fmt.Sprint(percent)})
	}
	var lines []line
	for i, name := range names {
		l := line{style: styleOf(i)}
		deciles := widest(rows, name).Load.Deciles
		for d, load := range deciles {
			l.add(x.at(100*float64(d)/float64(len(deciles)-1)), value{mean: float64(load)})
		}
		lines = append(lines, l)
	}
	m := measure{title: "Load", axis: "messages received in a run", scale: scaleOf}
	return lineChart(m, atTTL(rows), a, lines, 0)
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
