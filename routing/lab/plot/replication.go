package plot

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot"
)

// byReplication returns the charts whose horizontal axis is how many servents
// hold an object, each strategy at its greatest TTL.
func byReplication(groups []Group, names []string) []*plot.Plot {
	place, title := replicas(groups)
	var places []float64
	for _, g := range groups {
		places = append(places, place(g))
	}
	x := scaleOf(places)
	var charts []*plot.Plot
	for _, m := range measures {
		if m.charts&withReplication == 0 {
			continue
		}
		var lines []line
		for i, name := range names {
			l := line{style: styleOf(i)}
			for _, g := range groups {
				if r := widest(g.Rows, name); r != nil {
					l.add(x.at(place(g)), m.of(r))
				}
			}
			slices.SortStableFunc(l.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
			lines = append(lines, l)
		}
		p := newChart(m.title+" by replication"+atTTL(groups[0].Rows), title, m.axis)
		addLines(p, lines, m.scale(heights(lines)), 0, 1, min(0.008, 0.05/float64(len(lines))))
		x.set(&p.X)
		p.X.Min, p.X.Max = -0.04, 1.04
		charts = append(charts, p)
	}
	return charts
}

// replicas returns where a group stands on the horizontal axis, and its title:
// numbers of servents, or else shares of them.
func replicas(groups []Group) (place func(Group) float64, title string) {
	shares := slices.ContainsFunc(groups, func(g Group) bool { return g.Replicas.Share > 0 })
	if !shares {
		return func(g Group) float64 { return float64(g.Replicas.Number) }, "servents that hold the object"
	}
	return func(g Group) float64 {
		if g.Replicas.Share > 0 || len(g.Rows) == 0 {
			return 100 * g.Replicas.Share
		}
		return 100 * float64(g.Replicas.Number) / float64(max(1, g.Rows[0].Servents))
	}, "servents that hold the object (%)"
}
