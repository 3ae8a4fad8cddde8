package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	labnet "servent/routing/lab"
	"servent/routing/lab/experiment"
	"servent/routing/trace"
)

// stdoutName is the file that is the standard output.
const stdoutName = "-"

// labOutputs are the files that an experiment writes. None is written where it
// is interrupted.
type labOutputs struct {
	csv       string // a path, or stdoutName: in place of the table
	plot      string // a path
	trace     string // a path
	overwrite bool

	traceFile *wholeFile // nil: no trace
	traced    *trace.Writer
	tracer    *experiment.Tracer
}

// read reads the flags, and refuses what cannot be written later.
func (o *labOutputs) read(con *console, c *cli.Context) error {
	o.csv, o.plot, o.trace, o.overwrite = c.String("csv"), c.String("plot"), c.String("trace"), c.Bool("overwrite")
	if o.csv == stdoutName && con.json {
		return usage("--csv - and --json exclude each other: both write the rows here")
	}
	if err := checkPlot(o.plot); err != nil {
		return err
	}
	for _, path := range []string{o.csv, o.plot, o.trace} {
		if path == "" || path == stdoutName {
			continue
		}
		if err := checkTarget(path, o.overwrite); err != nil {
			return err
		}
	}
	return nil
}

// begin opens what is written while the experiment runs.
func (o *labOutputs) begin(order *labOrder) error {
	if o.trace == "" {
		return nil
	}
	var err error
	if o.traceFile, err = createWhole(o.trace, o.overwrite); err != nil {
		return err
	}
	o.traced = trace.NewWriter(o.traceFile, order.traceHeader())
	o.tracer = experiment.NewTracer(o.traced, order.network.label)
	return nil
}

// traceHeader says what the trace is of.
func (order *labOrder) traceHeader() trace.Header {
	p := &order.plan
	h := trace.Header{
		Network: order.network.name, Seed: p.Seed, Dedup: p.Rule.String(), Latency: p.Latency.String(),
		Loss: p.Loss, Runs: p.Runs, Synchronous: p.Latency.Equal() && p.Latency.String() != "const:0s",
	}
	if g := order.network.fixed; g != nil {
		h.Servents, h.Links = g.Len(), g.Edges()
	}
	for _, s := range p.Strategies {
		h.Strategies = append(h.Strategies, s.String())
	}
	return h
}

// run runs the plan, and ends where the trace cannot be written.
func (order *labOrder) run(ctx context.Context) ([]experiment.Row, error) {
	o := &order.outputs
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if o.tracer != nil {
		order.plan.Watch = func(asked experiment.Asked, e *labnet.Event) {
			if o.tracer.Watch(asked, e); o.tracer.Err() != nil {
				stop(o.tracer.Err())
			}
		}
	}
	rows, err := order.runEach(ctx)
	switch {
	case o.tracer != nil && o.tracer.Err() != nil:
		return rows, writeError(o.trace, o.tracer.Err())
	case err != nil && ctx.Err() == nil:
		return rows, labError(err)
	}
	return rows, err
}

// drop removes what was begun and not kept.
func (order *labOrder) drop() {
	if f := order.outputs.traceFile; f != nil {
		f.drop()
	}
}

// tell prints the rows.
func (order *labOrder) tell(rows []experiment.Row) error {
	con := order.con
	switch {
	case con.json:
		for i := range rows {
			fmt.Fprintln(con.out, labJSON(order, &rows[i]))
		}
	case order.outputs.csv == stdoutName:
		return writeLabCSV(con.out, order, rows)
	default:
		con.printEach(order, rows)
	}
	return nil
}

// keep writes the files of an experiment that is done.
func (order *labOrder) keep(rows []experiment.Row) error {
	if path := order.outputs.csv; path != "" && path != stdoutName {
		var text bytes.Buffer
		if err := writeLabCSV(&text, order, rows); err != nil {
			return err
		}
		if err := order.write(path, text.Bytes()); err != nil {
			return err
		}
	}
	if path := order.outputs.plot; path != "" {
		if err := order.keepPlot(path, rows); err != nil {
			return err
		}
	}
	o := &order.outputs
	if o.traceFile == nil {
		return nil
	}
	if err := o.traced.Flush(); err != nil {
		return writeError(o.trace, err)
	}
	if err := o.traceFile.keep(); err != nil {
		return err
	}
	order.con.say("%s events in %s; print them with: servent lab replay %s", grouped(int(o.traced.Events())), o.trace, quote(o.trace))
	return nil
}

// write writes a file of an experiment, whole.
func (order *labOrder) write(path string, b []byte) error {
	f, err := createWhole(path, order.outputs.overwrite)
	if err != nil {
		return err
	}
	defer f.drop()
	if _, err := f.Write(b); err != nil {
		return writeError(path, err)
	}
	return f.keep()
}
