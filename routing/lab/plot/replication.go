package plot

import (
	"cmp"
	"slices"

	"servent/routing/lab/experiment"
)

// byReplicas returns rows in groups with as many replicas.
func byReplicas(rows []experiment.Row) (groups [][]experiment.Row) {
	for _, r := range rows {
		i := slices.IndexFunc(groups, func(g []experiment.Row) bool { return g[0].Replicas == r.Replicas })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

// byReplication returns the charts whose horizontal axis is how many servents
// hold an object, each strategy at its greatest TTL.
func byReplication(groups [][]experiment.Row, names []string) []*chart {
	of, title := replicas(groups)
	var places []float64
	for _, g := range groups {
		places = append(places, of(g))
	}
	x := scaleOf(places)
	within := scale{least: -0.04, most: 1.04} // no point lies on the edge
	a := axis{title: title}
	for _, t := range x.ticks() {
		a.ticks = append(a.ticks, tick{within.at(t.at), t.text})
	}
	var charts []*chart
	for _, m := range measures {
		if m.charts&withReplication == 0 {
			continue
		}
		var lines []line
		for i, name := range names {
			l := line{style: styleOf(i)}
			for _, g := range groups {
				if r := widest(g, name); r != nil {
					l.add(within.at(x.at(of(g))), m.of(r))
				}
			}
			slices.SortStableFunc(l.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
			lines = append(lines, l)
		}
		shift := min(0.008, 0.05/float64(len(lines)))
		charts = append(charts, lineChart(m, " by replication"+atTTL(groups[0]), a, lines, shift))
	}
	return charts
}

// replicas returns where a group stands on the horizontal axis, and its title:
// numbers of servents, or else shares of them.
func replicas(groups [][]experiment.Row) (of func([]experiment.Row) float64, title string) {
	shares := slices.ContainsFunc(groups, func(g []experiment.Row) bool { return g[0].Replicas.Share > 0 })
	if !shares {
		return func(g []experiment.Row) float64 { return float64(g[0].Replicas.Number) }, "servents that hold the object"
	}
	return func(g []experiment.Row) float64 {
		if g[0].Replicas.Share > 0 {
			return 100 * g[0].Replicas.Share
		}
		return 100 * float64(g[0].Replicas.Number) / float64(max(1, g[0].Servents))
	}, "servents that hold the object (%)"
}
