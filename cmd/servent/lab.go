package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/experiment"
	"servent/servent/api"
)

const labHelp = `Example:
  servent lab --topology tree:3,5 --ttl 3
  servent lab --strategy flood,ring,walk:16 --replicas 1% --runs 10

How far queries reach, at what cost, and what they find: the routing code of a
real servent, in memory. One seed gives one result. Who asks is servent 0 (root,
hub, end, corner), or drawn where the graph is. What mathematics says stands
beside; --json and --csv give all figures, null for none; --web is a page of it.

Usage: servent lab [graph|replay|lesson] [FLAGS]`

// The defaults of lab.
const (
	defaultTopology = "regular:200,6" // a school: 200 servents with 6 links each
	defaultTTLs     = "1..7"
	defaultSeed     = 1
)

func labVerb(con *console) *cli.Command {
	return &cli.Command{
		Name:        "lab",
		Usage:       "experiments with thousands of virtual servents",
		Description: labHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "topology", Usage: "`T` = ring:12, tree:3,5, … (regular:200,6; see: lab graph)", DefaultText: defaultTopology},
			&cli.StringFlag{Name: "graph", Usage: "a graph from `FILE` or FILE.gz, in place of --topology"},
			&cli.IntFlag{Name: "seed", Usage: "all chance comes from `S` (1)", Value: defaultSeed},
			&cli.StringFlag{Name: "ttl", Usage: "each TTL of `A..B`, or one, up to 15 (1..7)", Value: defaultTTLs},
			&cli.StringFlag{Name: "strategy", Usage: "`LIST` of flood, flood:ttl, ring, walk:K, … (flood)", Value: "flood"},
			&cli.StringFlag{Name: "dedup", Usage: "later copies: `RULE` = plain (drop) or ttl (pass better)", Value: "plain"},
			&cli.StringFlag{Name: "latency", Usage: "`L` = equal, const:20ms, uniform:A..B, exp:M, … (equal)", Value: "equal"},
			&cli.StringFlag{Name: "loss", Usage: "`P%` of the messages get lost (0%)", Value: "0%"},
			&cli.StringFlag{Name: "sources", Usage: "who asks: `WHO` = all, 100 drawn ones, or a file of ids (one)"},
			&cli.IntFlag{Name: "queries", Usage: "`Q` queries of each source (1)", Value: 1},
			&cli.StringFlag{Name: "replicas", Usage: "`R` servents, or P%, or R,R,… hold what is asked for (0)"},
			&cli.IntFlag{Name: "objects", Usage: "`N` objects, each query for one of them (0: its own)"},
			&cli.StringFlag{Name: "replication", Usage: "`R` = uniform, proportional, sqrt or zipf:A (uniform)", Value: "uniform"},
			&cli.StringFlag{Name: "popularity", Usage: "queries for objects follow Zipf's law with `A` (1.2)", Value: strconv.FormatFloat(experiment.DefaultPopularity, 'g', -1, 64)},
			&cli.StringFlag{Name: "free-riders", Usage: "`P%` of all hold nothing; measured: 66%, 25% (0%)", Value: "0%"},
			&cli.StringFlag{Name: "names", Usage: "names of objects from `FILE`, or generated: asked by words"},
			&cli.IntFlag{Name: "runs", Usage: "all of it `R` times with other chance, for the mean (1)", Value: 1},
			&cli.StringFlag{Name: "churn", Usage: "sessions of `C` = MEDIAN,MEAN[,ABRUPT%], as 60m,2h,50% (no)"},
			&cli.IntFlag{Name: "workers", Usage: "`N` queries at once (0: one for each processor)"},
			&cli.StringFlag{Name: "csv", Usage: "write the rows to `FILE` too, or with - here, alone"},
			&cli.StringFlag{Name: "plot", Usage: "draw the rows in `FILE`.svg or FILE.png"},
			&cli.StringFlag{Name: "trace", Usage: "write every event to `FILE`, or with - here; see: lab replay"},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace files that are there"},
			&cli.StringFlag{Name: "web", Usage: "the lab in a browser, on `HOST:PORT` (" + defaultWeb + ")"},
		},
		Action: func(c *cli.Context) error {
			if c.String("web") != "" {
				return openLab(c.Context, con, c)
			}
			return runLab(c.Context, con, c)
		},
		Subcommands: []*cli.Command{labGraphVerb(con), labReplayVerb(con), labLessonVerb(con)},
	}
}

// runLab runs an experiment and tells what came of it.
func runLab(ctx context.Context, con *console, c *cli.Context) error {
	order, err := labOrderOf(con, c)
	if err != nil {
		return err
	}
	defer order.drop()
	line := newLabLine(con)
	order.plan.Progress = line.show
	rows, err := order.run(ctx)
	line.clear()
	if err != nil && !interrupted(ctx, err) {
		return err
	}
	stopped := err != nil
	// The files first: who reads the rows may go away, and end the process.
	if !stopped {
		err = order.keep(rows)
	}
	if told := order.tell(rows); told != nil || err != nil && !stopped {
		return cmp.Or(told, err)
	}
	if stopped {
		return api.NewError(api.CodeInterrupt, labInterrupted(order.plan, rows))
	}
	order.sayTraced()
	return labFaults(rows)
}

// labInterrupted says what of a plan was done before Ctrl-C.
func labInterrupted(plan experiment.Plan, rows []experiment.Row) string {
	runs := 0
	for _, row := range rows {
		runs += row.Runs
	}
	text := "lab: interrupted, nothing was done"
	if runs > 0 {
		text = fmt.Sprintf("lab: interrupted; these rows are done, of %s", countGrouped(plan.Runs, "run", "runs"))
		if first, last := rows[0].Runs, rows[len(rows)-1].Runs; first != last {
			text += fmt.Sprintf(" the first %d, the last rows only %d", first, last)
		} else {
			text += fmt.Sprintf(" %d", first)
		}
	}
	return text + "; no file was written"
}
