package plot

import "servent/routing/lab/experiment"

// A measure is what a chart shows of rows.
type measure struct {
	title, axis string
	of          func(*experiment.Row) value
	scale       func([]float64) scale
	charts      charts
	asked       bool // is of queries that ask for something
}

// charts are the kinds that a measure is shown in.
type charts uint8

const (
	withTTL charts = 1 << iota
	withReplication
	beside            // strategies side by side
	besideUnlessAsked // the same, where nothing is asked for
)

// A value is a mean of a row and its standard error, 0 where that is not known.
type value struct {
	mean, err float64
	none      bool // nothing that the mean could be of
}

// measures are all that is drawn, in the order of the charts.
var measures = []measure{
	{title: "Coverage", axis: "servents reached (%)", of: coverage, scale: percent, charts: withTTL | besideUnlessAsked},
	{title: "Messages", axis: "messages per query, without hits", of: messages, scale: scaleOf, charts: withTTL | beside},
	{title: "Duplicates", axis: "duplicates per query", of: duplicates, scale: scaleOf, charts: withTTL},
	{title: "Success", axis: "queries that found something (%)", of: success, scale: percent, charts: withTTL | withReplication | beside, asked: true},
	{title: "Hops", axis: "hops to the first hit, mean", of: hops, scale: scaleOf, charts: withReplication | beside, asked: true},
	{title: "Messages", axis: "messages per query, without hits", of: messages, scale: scaleOf, charts: withReplication},
}

// measuresOf returns those of a kind of chart that mean something for rows.
func measuresOf(rows []experiment.Row, kind charts) []measure {
	asked := rows[0].Replicas != experiment.Replicas{}
	if kind == beside && !asked {
		kind |= besideUnlessAsked
	}
	var own []measure
	for _, m := range measures {
		if m.charts&kind != 0 && (asked || !m.asked) {
			own = append(own, m)
		}
	}
	return own
}

func coverage(r *experiment.Row) value {
	if r.Servents < 2 {
		return value{none: true}
	}
	v := of(&r.Reached)
	return value{mean: 100 * r.Coverage(), err: 100 * v.err / float64(r.Servents-1)}
}

func messages(r *experiment.Row) value { return of(&r.Messages) }

func duplicates(r *experiment.Row) value { return of(&r.Duplicates) }

func success(r *experiment.Row) value {
	v := of(&r.Success)
	return value{mean: 100 * v.mean, err: 100 * v.err}
}

func hops(r *experiment.Row) value { return value{mean: r.Hops.Mean, none: r.Hops.Count == 0} }

func of(m *experiment.Measure) value {
	e, _ := m.StandardError()
	return value{mean: m.Mean(), err: e}
}
