package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"servent/routing"
	"servent/routing/lab/experiment"
)

// A tableColumn is one of a table for people.
type tableColumn struct {
	head  string
	cells []string
	left  bool // words, not numbers
	// spare says that a narrow terminal leaves the column out, the greatest
	// first; 0: never.
	spare int
}

// printLab prints rows as tables: what was reached for how many messages, what
// was found, and how the work was shared.
func (con *console) printLab(order *labOrder, rows []experiment.Row) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(con.out, "%s\n\n", escape(labTitle(order, &rows[0])))
	con.printColumns(reachColumns(order, rows))
	if order.asks() {
		fmt.Fprint(con.out, "\nWhat the queries found; hops and time are those of the first hit\n\n")
		con.printColumns(findColumns(order, rows))
	}
	fmt.Fprint(con.out, "\nMessages that came to each servent in a run, at the last TTL\n\n")
	con.printColumns(loadColumns(lastTTLs(rows)))
}

// labTitle says what the rows are of.
func labTitle(order *labOrder, r *experiment.Row) string {
	p := &order.plan
	text := fmt.Sprintf("%s: %s, %s; %s of %s", order.network.name,
		countGrouped(r.Servents, "servent", "servents"), countGrouped(r.Links, "link", "links"),
		countGrouped(r.Queries, "query", "queries"), sourcesText(order, r))
	if p.Runs > 1 {
		text += fmt.Sprintf(", %s runs", grouped(p.Runs))
	}
	if len(p.Strategies) == 1 {
		text += ", " + p.Strategies[0].String()
	}
	if p.Rule != routing.PlainRule {
		text += ", dedup " + p.Rule.String()
	}
	if order.timed() {
		text += ", latency " + p.Latency.String()
	}
	if p.Loss > 0 {
		text += fmt.Sprintf(", loss %g%%", 100*p.Loss)
	}
	if p.Churn != nil {
		text += fmt.Sprintf(", sessions of %v (median) and %v (mean), %g%% abrupt", p.Churn.Median, p.Churn.Mean, 100*p.Churn.Abrupt)
	}
	return text + order.objectsText() + fmt.Sprintf("; seed %d", p.Seed)
}

// timed reports whether messages take a time that was asked for.
func (order *labOrder) timed() bool { return order.plan.Latency.String() != "equal" }

func sourcesText(order *labOrder, r *experiment.Row) string {
	if nodes := order.plan.Sources.Nodes; len(nodes) == 1 {
		return "servent " + order.network.label(nodes[0])
	}
	if order.drawn {
		return "1 servent, drawn"
	}
	return countGrouped(r.Sources, "servent", "servents")
}

func reachedOf(r *experiment.Row) *experiment.Measure  { return &r.Reached }
func messagesOf(r *experiment.Row) *experiment.Measure { return &r.Messages }

// reachColumns are those of the first table.
func reachColumns(order *labOrder, rows []experiment.Row) []tableColumn {
	columns := nameColumns(rows)
	if slices.ContainsFunc(rows, func(r experiment.Row) bool { return r.Runs != order.plan.Runs }) {
		columns = append(columns, columnOf("RUNS", rows, func(r *experiment.Row) string { return grouped(r.Runs) }))
	}
	columns = append(columns, meanColumn("REACHED", rows, reachedOf))
	digits := max(digitsOf(rows, reachedOf), digitsOf(rows, func(r *experiment.Row) *experiment.Measure { return &r.Closed.Reached }))
	closed := columnOf("CLOSED FORM", rows, func(r *experiment.Row) string { return closedReached(r, digits) })
	if closed.left = true; closed.says() {
		columns = append(columns, closed)
	}
	columns = append(columns, spare(2, columnOf("SHARE", rows, func(r *experiment.Row) string { return percentText(r.Coverage()) })))
	columns = append(columns, meanColumn("MESSAGES", rows, messagesOf))
	digits = max(digitsOf(rows, messagesOf), digitsOf(rows, func(r *experiment.Row) *experiment.Measure { return &r.Closed.Messages }))
	closed = columnOf("CLOSED FORM", rows, func(r *experiment.Row) string { return closedMessages(r, digits) })
	if closed.says() {
		columns = append(columns, spare(3, closed))
	}
	columns = append(columns, meanColumn("DUPLICATES", rows, func(r *experiment.Row) *experiment.Measure { return &r.Duplicates }))
	for _, more := range []struct {
		head string
		of   func(*experiment.Row) *experiment.Measure
	}{
		{"IMPROVED", func(r *experiment.Row) *experiment.Measure { return &r.Improved }},
		{"LOST", func(r *experiment.Row) *experiment.Measure { return &r.Lost }},
	} {
		if slices.ContainsFunc(rows, func(r experiment.Row) bool { return more.of(&r).Mean() > 0 }) {
			columns = append(columns, spare(1, meanColumn(more.head, rows, more.of)))
		}
	}
	return columns
}

// findColumns are those of the table of what was found.
func findColumns(order *labOrder, rows []experiment.Row) []tableColumn {
	none := func(r *experiment.Row, text string) string {
		if r.Hops.Count == 0 {
			return "-"
		}
		return text
	}
	columns := append(nameColumns(rows),
		columnOf("SUCCESS", rows, func(r *experiment.Row) string { return percentText(r.Success.Mean()) }))
	if slices.ContainsFunc(rows, func(r experiment.Row) bool { return r.Closed.HasSuccess }) {
		columns = append(columns, spare(3, columnOf("CLOSED FORM", rows, closedSuccess)))
	}
	columns = append(columns,
		meanColumn("HITS", rows, func(r *experiment.Row) *experiment.Measure { return &r.Hits }),
		columnOf("HOPS", rows, func(r *experiment.Row) string { return none(r, decimals(r.Hops.Mean, 2)) }),
		spare(2, columnOf("P90", rows, func(r *experiment.Row) string { return none(r, decimals(r.Hops.P90, 1)) })))
	if slices.ContainsFunc(rows, func(r experiment.Row) bool { return r.FalsePositives.Mean() > 0 }) {
		columns = append(columns, spare(1, meanColumn("FALSE", rows, func(r *experiment.Row) *experiment.Measure { return &r.FalsePositives })))
	}
	if order.timed() {
		columns = append(columns, columnOf("TIME", rows, func(r *experiment.Row) string {
			return none(r, time.Duration(r.Time.Mean).Round(100*time.Microsecond).String())
		}))
	}
	return append(columns,
		columnOf("MESSAGES/HIT", rows, func(r *experiment.Row) string { return none(r, decimals(r.MessagesPerHit(), 1)) }),
		spare(1, columnOf("BYTES", rows, func(r *experiment.Row) string { return formatSize(int64(math.Round(r.Bytes.Mean()))) })))
}

// loadColumns are those of the table of the work of servents.
func loadColumns(rows []experiment.Row) []tableColumn {
	return append(nameColumns(rows),
		columnOf("MEAN", rows, func(r *experiment.Row) string { return decimals(r.Load.Mean, 1) }),
		columnOf("MEDIAN", rows, func(r *experiment.Row) string { return decimals(r.Load.Median, 1) }),
		columnOf("P90", rows, func(r *experiment.Row) string { return decimals(r.Load.P90, 1) }),
		columnOf("MAX", rows, func(r *experiment.Row) string { return grouped(int(r.Load.Max)) }),
		columnOf("GINI", rows, func(r *experiment.Row) string { return decimals(r.Load.Gini, 2) }),
		columnOf("NO WORK", rows, func(r *experiment.Row) string { return percentText(r.Load.Zero) }))
}

// nameColumns say which strategy and TTL a row is of.
func nameColumns(rows []experiment.Row) []tableColumn {
	strategy := columnOf("STRATEGY", rows, func(r *experiment.Row) string { return escape(r.Strategy) })
	strategy.left = true
	if !slices.ContainsFunc(rows, func(r experiment.Row) bool { return r.Strategy != rows[0].Strategy }) {
		strategy.spare = 4 // the title has it
	}
	return []tableColumn{strategy, columnOf("TTL", rows, func(r *experiment.Row) string {
		if r.TTL == 0 {
			return "-"
		}
		return fmt.Sprint(r.TTL)
	})}
}

// lastTTLs returns the last row of each strategy.
func lastTTLs(rows []experiment.Row) []experiment.Row {
	var last []experiment.Row
	for i, row := range rows {
		if i+1 == len(rows) || rows[i+1].Strategy != row.Strategy {
			last = append(last, row)
		}
	}
	return last
}

func columnOf(head string, rows []experiment.Row, text func(*experiment.Row) string) tableColumn {
	c := tableColumn{head: head}
	for i := range rows {
		c.cells = append(c.cells, text(&rows[i]))
	}
	return c
}

// meanColumn has a mean of each row, all with as many decimals.
func meanColumn(head string, rows []experiment.Row, of func(*experiment.Row) *experiment.Measure) tableColumn {
	digits := digitsOf(rows, of)
	return columnOf(head, rows, func(r *experiment.Row) string { return meanText(of(r), digits) })
}

// digitsOf returns how many decimals the means of a column need: none where all
// are whole for certain.
func digitsOf(rows []experiment.Row, of func(*experiment.Row) *experiment.Measure) int {
	for i := range rows {
		m := of(&rows[i])
		if e, _ := m.StandardError(); e > 0 || m.Mean() != math.Trunc(m.Mean()) {
			return 1
		}
	}
	return 0
}

// says reports whether there is anything in c.
func (c *tableColumn) says() bool {
	return slices.ContainsFunc(c.cells, func(cell string) bool { return cell != "" })
}

func spare(order int, c tableColumn) tableColumn {
	c.spare = order
	return c
}

// width returns how wide c is; of one that can be cut, how wide at least.
func (c *tableColumn) width() int {
	widest := columns(c.head)
	for _, cell := range c.cells {
		widest = max(widest, columns(cell))
	}
	return widest
}

// printColumns prints a table. On a terminal too narrow for it columns are left
// out, then the widest one with words is cut.
func (con *console) printColumns(table []tableColumn) {
	if con.outTerminal {
		table = fitted(table, terminalWidth(con.out))
	}
	flexible := 0
	rows := make([][]string, 1+len(table[0].cells))
	for i, c := range table {
		if c.left && c.width() > table[flexible].width() {
			flexible = i
		}
		width := c.width()
		for n, cell := range append([]string{c.head}, c.cells...) {
			if !c.left {
				cell = padLeft(cell, width)
			}
			rows[n] = append(rows[n], cell)
		}
	}
	con.printTable(rows[0], flexible, rows[1:])
}

func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-columns(text))) + text
}

// alignedRight has the cells of each column of rows end at one place.
func alignedRight(rows [][]string) [][]string {
	for i := range rows[0] {
		widest := 0
		for _, row := range rows {
			widest = max(widest, columns(row[i]))
		}
		for _, row := range rows {
			row[i] = padLeft(row[i], widest)
		}
	}
	return rows
}

// fitted leaves out columns of table, so that the others take width columns.
func fitted(table []tableColumn, width int) []tableColumn {
	table = slices.Clone(table)
	for {
		total, widest := -columnGap, 0
		least := -1
		for i, c := range table {
			total += columnGap + c.width()
			if c.left {
				widest = max(widest, c.width())
			}
			if c.spare > 0 && (least < 0 || c.spare > table[least].spare) {
				least = i
			}
		}
		if total-max(0, widest-minShortened) <= width || least < 0 {
			return table
		}
		table = slices.Delete(table, least, least+1)
	}
}

// meanText writes the mean of m, with its standard error where there is one.
func meanText(m *experiment.Measure, digits int) string {
	text := decimals(m.Mean(), digits)
	if e, ok := m.StandardError(); ok {
		text += " ± " + decimals(e, 1)
	}
	return text
}

// roundText writes a number whole if it is, else with one decimal.
func roundText(x float64) string {
	if x == math.Trunc(x) {
		return grouped(int(x))
	}
	return decimals(x, 1)
}

// decimals writes a number of 0 or more with so many decimals: 1,234.5.
func decimals(x float64, digits int) string {
	text := fmt.Sprintf("%.*f", digits, x)
	whole, rest, broken := strings.Cut(text, ".")
	n := 0
	fmt.Sscan(whole, &n)
	if !broken {
		return grouped(n)
	}
	return grouped(n) + "." + rest
}

func percentText(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
