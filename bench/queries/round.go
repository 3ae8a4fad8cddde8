package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"servent/bench/child"
)

// figures are what one round gave.
type figures struct {
	queries         float64
	took            time.Duration
	results, bytes  float64
	hits            float64
	answerer, asker time.Duration // processor time
}

// measureRound asks the queries of one round and checks what the answerer
// counted: it must have dropped nothing.
func measureRound(ctx context.Context, answerer *child.Process, a *asker, questions []question) (f figures, err error) {
	ctx, cancel := context.WithTimeout(ctx, *patience)
	defer cancel()
	before, err := answerer.Report()
	if err != nil {
		return f, err
	}
	cpu, err := child.CPU()
	if err != nil {
		return f, err
	}
	begin := time.Now()
	r, err := a.ask(ctx, questions, *queries, *window)
	if err != nil {
		now, failed := answerer.Report()
		return f, errors.Join(fmt.Errorf("%w; the answerer dropped %v", err, now.Status.Dropped), failed)
	}
	after, err := await(ctx, answerer, before.Status.Answers.Asked+uint64(*queries))
	if err != nil {
		return f, err
	}
	f.took = time.Since(begin)
	cpuAfter, err := child.CPU()
	if err != nil {
		return f, err
	}
	if got := after.Status.Answers.Answered - before.Status.Answers.Answered; got != r.answered.Load() || len(after.Status.Dropped) > 0 {
		return f, fmt.Errorf("the answerer counts %d queries answered, the asker %d; dropped: %v", got, r.answered.Load(), after.Status.Dropped)
	}
	f.queries, f.results, f.hits, f.bytes = float64(*queries), float64(r.results), float64(r.hits), float64(r.bytes)
	f.answerer, f.asker = after.CPU-before.CPU, cpuAfter-cpu
	return f, nil
}

// await waits until the answerer has looked up so many queries since its start:
// of those that nothing is found by, the last few have no answer to wait for.
func await(ctx context.Context, answerer *child.Process, asked uint64) (child.Report, error) {
	for {
		now, err := answerer.Report()
		if err != nil || now.Status.Answers.Asked == asked {
			return now, err
		}
		if ctx.Err() != nil {
			return now, fmt.Errorf("the answerer looked up %d queries of %d and dropped %v", now.Status.Answers.Asked, asked, now.Status.Dropped)
		}
	}
}

// report prints a row of the table.
func report(w io.Writer, name string, all []figures) {
	rate := spreadOf(all, func(f figures) float64 { return f.queries / f.took.Seconds() })
	median := func(of func(figures) float64) float64 { return spreadOf(all, of).median }
	fmt.Fprintf(w, "%s\t%.0f (%.0f to %.0f)\t%.1f\t%.2f\t%.0f\t%.1f\t%.1f\t0\n", name, rate.median, rate.least, rate.greatest, rate.median/gtkGnutella,
		median(func(f figures) float64 { return f.results / f.queries }),
		median(func(f figures) float64 { return f.bytes / f.hits }),
		median(func(f figures) float64 { return 1e6 * f.answerer.Seconds() / f.queries }),
		median(func(f figures) float64 { return 1e6 * f.asker.Seconds() / f.queries }))
}

// A spread is the middle and the ends of what the rounds gave.
type spread struct{ least, median, greatest float64 }

func spreadOf(all []figures, of func(figures) float64) spread {
	values := make([]float64, len(all))
	for i, f := range all {
		values[i] = of(f)
	}
	slices.Sort(values)
	return spread{values[0], values[len(values)/2], values[len(values)-1]}
}
