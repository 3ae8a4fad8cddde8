package main

import (
	"context"
	"encoding/json"
	"time"

	"servent/servent/api"
)

// labProgressEvery is how often a caller hears how far an experiment is.
const labProgressEvery = 200 * time.Millisecond

// Rows runs an experiment.
func (l labWeb) Rows(ctx context.Context, request api.LabRequest, progress func(api.LabProgress)) (api.LabRows, error) {
	order, err := l.order(&request)
	if err == nil {
		err = checkLabRows(order, &request)
	}
	if err != nil {
		return api.LabRows{}, err
	}
	ctx, cancel := labPatience(ctx, labRowPatience)
	defer cancel()
	var told time.Time
	order.plan.Progress = func(asked, all int) {
		if now := time.Now(); asked == all || now.Sub(told) >= labProgressEvery {
			told = now
			progress(api.LabProgress{Type: api.TypeLabProgress, Asked: asked, All: all})
		}
	}
	done, err := order.runEach(ctx)
	if err != nil {
		return api.LabRows{}, labWebError(err)
	}
	rows := api.LabRows{Type: api.TypeLabRows, Rows: []json.RawMessage{}}
	for i := range done {
		rows.Rows = append(rows.Rows, json.RawMessage(labJSON(order, &done[i])))
	}
	return rows, nil
}

// checkLabRows says whether an experiment is too large for the page, and refuses
// actions.
func checkLabRows(order *labOrder, request *api.LabRequest) error {
	p := &order.plan
	if len(request.Actions) > 0 {
		return api.Fail(api.CodeUsage, "lab.rows-actions", "actions are of one search: leave them out of an experiment")
	}
	servents := 1
	switch {
	case p.Sources.All && order.network.fixed != nil:
		servents = order.network.fixed.Len()
	case p.Sources.All:
		servents, _ = order.network.topology.Size()
	case p.Sources.Number > 0:
		servents = p.Sources.Number
	}
	if most := maxLabQueries / servents; servents > maxLabQueries || p.Queries > most || p.Runs > most/p.Queries {
		return api.Fail(api.CodeUsage, "lab.rows-queries", "{sources} sources × {queries} queries × {runs} runs: the page asks {most} in all, the command servent lab more", servents, p.Queries, p.Runs, maxLabQueries)
	}
	ttls := int(p.Last-p.First) + 1
	if rows := ttls * len(p.Strategies) * max(1, len(order.replications)); rows > maxLabRows {
		return api.Fail(api.CodeUsage, "lab.rows-most", "{rows} TTLs × strategies × replicas: the page tries {most} in all, the command servent lab more", rows, maxLabRows)
	}
	return nil
}
