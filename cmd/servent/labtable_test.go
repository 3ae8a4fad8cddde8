package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
)

// tried runs an order whose flags are args.
func tried(t *testing.T, change func(*labOrder), text string) (*labOrder, []experiment.Row) {
	t.Helper()
	topology, err := graph.ParseTopology(text)
	if err != nil {
		t.Fatal(err)
	}
	order := &labOrder{
		con:     newConsole(io.Discard, io.Discard),
		network: &labNetwork{name: text, topology: topology},
		plan:    experiment.Plan{Strategies: []experiment.Strategy{experiment.Flood}, First: 1, Last: 3, Seed: 1, Runs: 1, Queries: 1},
	}
	change(order)
	if err := order.network.open(); err != nil {
		t.Fatal(err)
	}
	order.plan.Graph = order.network.graphs(1)
	rows, err := order.plan.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return order, rows
}

// TestLabTable: the whole of it.
func TestLabTable(t *testing.T) {
	order, rows := tried(t, func(order *labOrder) {
		order.plan.Sources = experiment.Sources{Nodes: []graph.Node{0}}
	}, "grid:4,6")
	var out bytes.Buffer
	newConsole(&out, io.Discard).printLab(order, rows)
	const want = `grid:4,6: 24 servents, 38 links; 1 query of servent 0, flood; seed 1

STRATEGY  TTL  REACHED  CLOSED FORM     SHARE  MESSAGES  CLOSED FORM  DUPLICATES
flood       1        2  2               8.7 %         2            2           0
flood       2        5  2 + 3 = 5      21.7 %         6            6           1
flood       3        9  2 + 3 + 4 = 9  39.1 %        13           13           4

Messages that came to each servent in a run, at the last TTL

STRATEGY  TTL  MEAN  MEDIAN  P90  MAX  GINI  NO WORK
flood       3   0.5     0.0  2.0    2  0.69   62.5 %
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

// TestLabTableFits: columns give way on a narrow terminal, those that say least
// first, and what was reached and sent stays.
func TestLabTableFits(t *testing.T) {
	order, rows := tried(t, func(order *labOrder) {
		order.plan.Runs, order.plan.Sources.Number, order.plan.Loss = 3, 5, 0.2
		order.plan.Objects.Replicas.Number = 4
		flood, _ := experiment.ParseStrategies("flood,flood:ttl")
		order.plan.Strategies = flood
	}, "gnm:200,700")
	for name, table := range map[string][]tableColumn{"reach": reachColumns(order, rows), "find": findColumns(order, rows), "load": loadColumns(rows)} {
		whole := len(table)
		for width := 200; width >= 60; width-- {
			fit := fitted(table, width)
			total := -columnGap
			for _, c := range fit {
				total += columnGap + c.width()
			}
			if len(fit) < whole {
				whole = len(fit)
			}
			if total > width && len(fit) == len(table) {
				continue // the column of words is cut
			}
			var heads []string
			for _, c := range fit {
				heads = append(heads, c.head)
			}
			if text := strings.Join(heads, " "); name == "reach" && (!strings.Contains(text, "TTL REACHED") || !strings.Contains(text, "MESSAGES") || !strings.Contains(text, "DUPLICATES")) {
				t.Fatalf("%d columns: %s", width, text)
			}
		}
		if name == "reach" && whole == len(table) {
			t.Error("at 60 columns nothing gives way")
		}
	}
}

// TestLabShoutsOfDifferences between what was measured and mathematics.
func TestLabShoutsOfDifferences(t *testing.T) {
	order, rows := tried(t, func(order *labOrder) {
		order.plan.Sources = experiment.Sources{Nodes: []graph.Node{0}}
	}, "ring:12")
	if err := labFaults(rows); err != nil {
		t.Errorf("of a ring: %v", err)
	}
	_, others := tried(t, func(order *labOrder) {
		order.plan.Sources = experiment.Sources{Nodes: []graph.Node{0}}
	}, "ring:5")
	rows[2].Reached = others[2].Reached
	var out bytes.Buffer
	newConsole(&out, io.Discard).printLab(order, rows)
	if !strings.Contains(out.String(), "DIFFERS: 2 + 2 + 2 = 6") {
		t.Errorf("got\n%s", &out)
	}
	err := labFaults(rows)
	if err == nil || !strings.Contains(err.Error(), "flood with TTL 3 reached 4, and by the closed form 6") {
		t.Errorf("got error %v", err)
	}
}

// TestLabJSONAndCSV have the same columns and figures.
func TestLabJSONAndCSV(t *testing.T) {
	order, rows := tried(t, func(order *labOrder) {
		order.plan.Runs, order.plan.Objects.Replicas.Number = 2, 3
		order.plan.Strategies, _ = experiment.ParseStrategies("flood,walk:2")
	}, "gnm:100,300")
	var text bytes.Buffer
	if err := writeLabCSV(&text, order, rows); err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(table) != len(rows)+1 || len(table) != 5 {
		t.Fatalf("%d lines of %d rows", len(table), len(rows))
	}
	for i := range rows {
		decoder := json.NewDecoder(strings.NewReader(labJSON(order, &rows[i])))
		decoder.UseNumber()
		var got map[string]any
		if err := decoder.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(labColumns)+1 { // and the type
			t.Errorf("%d fields, want %d: a name comes twice", len(got), len(labColumns)+1)
		}
		for at, name := range table[0] {
			value := fmt.Sprint(got[name])
			if got[name] == nil {
				value = ""
			}
			if value != table[i+1][at] {
				t.Errorf("row %d, %s: %s in JSON, %s in CSV", i, name, value, table[i+1][at])
			}
		}
	}
}

func TestLabLineText(t *testing.T) {
	for _, c := range []struct {
		limit int
		want  string
	}{
		{80, "25 %  1,000 of 4,000 queries  30 s left"},
		{30, "25 %  1,000 of 4,000 queries"},
		{10, "25 %"},
	} {
		if got := labLineText(1000, 4000, 10*time.Second, c.limit); got != c.want {
			t.Errorf("in %d columns: got %q, want %q", c.limit, got, c.want)
		}
	}
	if got := labLineText(0, 0, 0, 80); !strings.HasPrefix(got, "0 %") {
		t.Errorf("of nothing: got %q", got)
	}
}

// TestLabTableDecimals: the means of a column have as many decimals, one where
// any of them is not whole.
func TestLabTableDecimals(t *testing.T) {
	order, rows := tried(t, func(order *labOrder) {
		order.plan.Sources.Number, order.plan.Last = 2, 7
	}, "gnm:200,700")
	mixed := 0
	for _, column := range reachColumns(order, rows) {
		if column.head != "REACHED" && column.head != "MESSAGES" && column.head != "DUPLICATES" && column.head != "CLOSED FORM" {
			continue
		}
		broken, whole := 0, 0
		for _, cell := range column.cells {
			if strings.Contains(cell, ".") {
				broken++
			}
			if strings.HasSuffix(cell, ".0") {
				whole++
			}
		}
		if broken != 0 && broken != len(rows) {
			t.Errorf("%s: %q", column.head, column.cells)
		}
		if whole > 0 && whole < len(rows) {
			mixed++
		}
	}
	if mixed == 0 {
		t.Error("no column has a mean that is whole beside one that is not: draw others")
	}
	for _, c := range []struct {
		x      float64
		digits int
		want   string
	}{{1234.56, 1, "1,234.6"}, {1234, 0, "1,234"}, {1234, 1, "1,234.0"}, {0, 0, "0"}} {
		if got := decimals(c.x, c.digits); got != c.want {
			t.Errorf("%v with %d decimals: got %s, want %s", c.x, c.digits, got, c.want)
		}
	}
}
