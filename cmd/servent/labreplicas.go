package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"servent/routing/lab/experiment"
	"servent/servent/api"
)

// maxReplications is how many numbers of replicas one command tries.
const maxReplications = 32

// takeReplicas reads one number of replicas, or several: 1,10,5%. All is tried
// with each of them.
func (order *labOrder) takeReplicas(text string) error {
	if text == "" || text == "0" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		r, err := experiment.ParseReplicas(strings.TrimSpace(part))
		switch {
		case err != nil:
			return err
		case slices.Contains(order.replications, r):
			return api.Say("lab.twice", "{text} comes twice", r)
		case len(order.replications) == maxReplications:
			return api.Say("lab.replications", "more than {most} numbers of replicas", maxReplications)
		}
		order.replications = append(order.replications, r)
	}
	order.plan.Objects.Replicas = order.replications[0]
	return nil
}

// asks reports whether anybody holds what is asked for.
func (order *labOrder) asks() bool { return len(order.replications) > 0 }

// replicasText says how many servents hold an object.
func (order *labOrder) replicasText() string {
	var texts []string
	for _, r := range order.replications {
		texts = append(texts, r.String())
	}
	return strings.Join(texts, ",")
}

// runEach runs the plan with each number of replicas.
func (order *labOrder) runEach(ctx context.Context) (rows []experiment.Row, err error) {
	show := order.plan.Progress
	for i, one := range order.each() {
		plan := one.plan
		plan.Progress = func(asked, all int) { show(i*all+asked, max(1, len(order.replications))*all) }
		done, err := plan.Run(ctx)
		rows = append(rows, done...)
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// each returns an order for each number of replicas; the one itself where there
// is none.
func (order *labOrder) each() []*labOrder {
	if len(order.replications) == 0 {
		return []*labOrder{order}
	}
	var all []*labOrder
	for _, r := range order.replications {
		one := *order
		one.replications, one.plan.Objects.Replicas = []experiment.Replicas{r}, r
		all = append(all, &one)
	}
	return all
}

// printEach prints the tables of each number of replicas.
func (con *console) printEach(order *labOrder, rows []experiment.Row) {
	for i, one := range order.each() {
		var own []experiment.Row
		for _, row := range rows {
			if row.Replicas == one.plan.Objects.Replicas {
				own = append(own, row)
			}
		}
		if i > 0 && len(own) > 0 {
			fmt.Fprintln(con.out)
		}
		con.printLab(one, own)
	}
	if order.drawn && len(rows) > 0 {
		con.say("one servent asks, drawn; --sources 100 gives the mean of so many")
	}
}
