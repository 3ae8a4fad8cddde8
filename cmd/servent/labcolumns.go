package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"servent/routing/lab/experiment"
)

// A labColumn is one figure of a row, as --json and --csv name it. Its value is
// a string, an integer, a float64, or nil where there is none.
type labColumn struct {
	name  string
	value func(order *labOrder, r *experiment.Row) any
}

// labColumns are all of them, in order.
var labColumns = func() []labColumn {
	columns := []labColumn{
		{"strategy", func(_ *labOrder, r *experiment.Row) any { return r.Strategy }},
		{"ttl", func(_ *labOrder, r *experiment.Row) any { return int64(r.TTL) }},
		{"sources", func(_ *labOrder, r *experiment.Row) any { return int64(r.Sources) }},
		{"queries", func(_ *labOrder, r *experiment.Row) any { return int64(r.Queries) }},
		{"runs", func(_ *labOrder, r *experiment.Row) any { return int64(r.Runs) }},
	}
	measures := []struct {
		name string
		of   func(*experiment.Row) *experiment.Measure
	}{
		{"reached", func(r *experiment.Row) *experiment.Measure { return &r.Reached }},
		{"messages", func(r *experiment.Row) *experiment.Measure { return &r.Messages }},
		{"duplicates", func(r *experiment.Row) *experiment.Measure { return &r.Duplicates }},
		{"others", func(r *experiment.Row) *experiment.Measure { return &r.Others }},
		{"improved", func(r *experiment.Row) *experiment.Measure { return &r.Improved }},
		{"lost", func(r *experiment.Row) *experiment.Measure { return &r.Lost }},
		{"bytes", func(r *experiment.Row) *experiment.Measure { return &r.Bytes }},
		{"hits", func(r *experiment.Row) *experiment.Measure { return &r.Hits }},
		{"unique_hits", func(r *experiment.Row) *experiment.Measure { return &r.Unique }},
		{"false_positives", func(r *experiment.Row) *experiment.Measure { return &r.FalsePositives }},
	}
	for _, m := range measures {
		columns = append(columns, labColumn{m.name + "_sum", func(_ *labOrder, r *experiment.Row) any { return m.of(r).Sum() }})
	}
	for _, m := range measures {
		columns = append(columns,
			labColumn{m.name + "_mean", func(_ *labOrder, r *experiment.Row) any { return m.of(r).Mean() }},
			labColumn{m.name + "_se", func(_ *labOrder, r *experiment.Row) any { return standardError(m.of(r)) }})
	}
	columns = append(columns, labClosedColumns...)
	columns = append(columns,
		labColumn{"share", func(_ *labOrder, r *experiment.Row) any { return r.Coverage() }},
		labColumn{"success_rate", whereAsked(func(r *experiment.Row) any { return r.Success.Mean() })},
		labColumn{"success_rate_se", whereAsked(func(r *experiment.Row) any { return standardError(&r.Success) })})
	columns = append(columns, summaryColumns("hops", 1, func(r *experiment.Row) *experiment.Summary { return &r.Hops })...)
	columns = append(columns, summaryColumns("time_ms", 1e6, func(r *experiment.Row) *experiment.Summary { return &r.Time })...)
	return append(columns, labLoadColumns...)
}()

// labClosedColumns are what mathematics says of one query, where it does.
var labClosedColumns = []labColumn{
	{"reached_closed", func(_ *labOrder, r *experiment.Row) any {
		return orNil(r.Closed.HasReached, r.Closed.Reached.Mean())
	}},
	{"messages_closed", func(_ *labOrder, r *experiment.Row) any {
		return orNil(r.Closed.HasMessages, r.Closed.Messages.Mean())
	}},
	{"success_rate_closed", func(_ *labOrder, r *experiment.Row) any { return orNil(r.Closed.HasSuccess, r.Closed.Success) }},
}

// labLoadColumns are how the work is shared, on which network, and under which
// conditions; the rule is that of floods which do not say their own.
var labLoadColumns = []labColumn{
	{"messages_per_hit", func(_ *labOrder, r *experiment.Row) any { return orNil(r.Hits.Mean() > 0, r.MessagesPerHit()) }},
	{"load_mean", func(_ *labOrder, r *experiment.Row) any { return r.Load.Mean }},
	{"load_median", func(_ *labOrder, r *experiment.Row) any { return r.Load.Median }},
	{"load_p90", func(_ *labOrder, r *experiment.Row) any { return r.Load.P90 }},
	{"load_max", func(_ *labOrder, r *experiment.Row) any { return int64(r.Load.Max) }},
	{"load_gini", func(_ *labOrder, r *experiment.Row) any { return r.Load.Gini }},
	{"zero_work", func(_ *labOrder, r *experiment.Row) any { return r.Load.Zero }},
	{"replicas", whereAsked(func(r *experiment.Row) any { return r.Replicas.String() })},
	{"network", func(order *labOrder, _ *experiment.Row) any { return order.network.name }},
	{"servents", func(_ *labOrder, r *experiment.Row) any { return int64(r.Servents) }},
	{"links", func(_ *labOrder, r *experiment.Row) any { return int64(r.Links) }},
	{"seed", func(order *labOrder, _ *experiment.Row) any { return int64(order.plan.Seed) }},
	{"dedup", func(order *labOrder, _ *experiment.Row) any { return order.plan.Rule.String() }},
	{"latency", func(order *labOrder, _ *experiment.Row) any { return order.plan.Latency.String() }},
	{"loss", func(order *labOrder, _ *experiment.Row) any { return order.plan.Loss }},
	{"churn", func(order *labOrder, _ *experiment.Row) any { return order.churnText() }},
}

// summaryColumns are those of a distribution, in a unit; none of a distribution
// of nothing.
func summaryColumns(name string, unit float64, of func(*experiment.Row) *experiment.Summary) []labColumn {
	column := func(suffix string, value func(*experiment.Summary) float64) labColumn {
		return labColumn{name + suffix, func(_ *labOrder, r *experiment.Row) any {
			s := of(r)
			return orNil(s.Count > 0, value(s)/unit)
		}}
	}
	return []labColumn{
		column("_mean", func(s *experiment.Summary) float64 { return s.Mean }),
		column("_median", func(s *experiment.Summary) float64 { return s.Median }),
		column("_p90", func(s *experiment.Summary) float64 { return s.P90 }),
		column("_sd", func(s *experiment.Summary) float64 { return s.Deviation }),
	}
}

// whereAsked leaves out what means nothing where nobody holds anything.
func whereAsked(value func(*experiment.Row) any) func(*labOrder, *experiment.Row) any {
	return func(order *labOrder, r *experiment.Row) any {
		if !order.asks() {
			return nil
		}
		return value(r)
	}
}

// churnText is the churn as it is typed, or nil where there is none.
func (order *labOrder) churnText() any {
	c := order.plan.Churn
	if c == nil {
		return nil
	}
	return fmt.Sprintf("%v,%v,%g%%", c.Median, c.Mean, 100*c.Abrupt)
}

func orNil(has bool, value float64) any {
	if !has {
		return nil
	}
	return value
}

// standardError returns that of m, or nil of fewer than two runs.
func standardError(m *experiment.Measure) any {
	e, ok := m.StandardError()
	return orNil(ok, e)
}

// labJSON returns a row as one line of JSON, with null for what there is not.
func labJSON(order *labOrder, r *experiment.Row) string {
	var line strings.Builder
	line.WriteString(`{"type":"lab"`)
	for _, column := range labColumns {
		text := "null"
		switch v := column.value(order, r).(type) {
		case nil:
		case string:
			quoted, _ := json.Marshal(v) // a string always encodes
			text = escapeJSON(string(quoted))
		default:
			text = labNumber(v)
		}
		line.WriteString(`,"` + column.name + `":` + text)
	}
	return line.String() + "}"
}

// writeLabCSV writes rows below the names of the columns (RFC 4180, but for the
// end of lines), with nothing for what there is not.
func writeLabCSV(w io.Writer, order *labOrder, rows []experiment.Row) error {
	table := csv.NewWriter(w)
	var names []string
	for _, column := range labColumns {
		names = append(names, column.name)
	}
	table.Write(names)
	for i := range rows {
		var cells []string
		for _, column := range labColumns {
			switch v := column.value(order, &rows[i]).(type) {
			case nil:
				cells = append(cells, "")
			case string:
				cells = append(cells, escape(v))
			default:
				cells = append(cells, labNumber(v))
			}
		}
		table.Write(cells)
	}
	table.Flush()
	return table.Error()
}

// labNumber writes a number with as many digits as it takes to read the same
// again.
func labNumber(v any) string {
	if n, ok := v.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	x := v.(float64)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		panic("a row holds no number") // our own division
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
