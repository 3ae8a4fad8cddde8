package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	labnet "servent/routing/lab"
	"servent/routing/lab/experiment"
	"servent/routing/trace"
)

// stdoutName is the file that is the standard output.
const stdoutName = "-"

// stdoutText is what people call it.
const stdoutText = "the standard output"

// labOutputs are the files that an experiment writes. None is written where it
// is interrupted.
type labOutputs struct {
	csv       string // a path, or stdoutName: in place of the table
	plot      string // a path
	trace     string // the same
	overwrite bool

	traceFile *wholeFile // nil: no trace, or none in a file
	traced    *trace.Writer
	tracer    *experiment.Tracer
}

// readOutputs reads the flags, and refuses what cannot be written later.
func (order *labOrder) readOutputs(c *cli.Context) error {
	o := &order.outputs
	o.csv, o.plot, o.trace, o.overwrite = c.String("csv"), c.String("plot"), c.String("trace"), c.Bool("overwrite")
	var here []string
	for flag, writes := range map[string]bool{"--json": order.con.json, "--csv -": o.csv == stdoutName, "--trace -": o.trace == stdoutName} {
		if writes {
			here = append(here, flag)
		}
	}
	if slices.Sort(here); len(here) > 1 {
		return usage("%s exclude each other: each writes here", strings.Join(here, " and "))
	}
	if err := checkPlot(o.plot, len(order.plan.Strategies)); err != nil {
		return err
	}
	return order.checkFiles(c)
}

// A labFile is a file that a flag names.
type labFile struct{ flag, path string }

// checkFiles refuses files that cannot be written, or that would replace each
// other or what is read.
func (order *labOrder) checkFiles(c *cli.Context) error {
	var held []labFile
	for _, in := range []labFile{{"graph", order.network.file}, {"sources", sourcesFile(c.String("sources"))}, {"names", order.namesFile()}} {
		if in.path != "" {
			held = append(held, in)
		}
	}
	for _, out := range []labFile{{"csv", order.outputs.csv}, {"plot", order.outputs.plot}, {"trace", order.outputs.trace}} {
		if out.path == "" || out.path == stdoutName {
			continue
		}
		for _, other := range held {
			if oneFile(out.path, other.path) {
				return usage("--%s and --%s name one file, %s: give two", other.flag, out.flag, out.path)
			}
		}
		if err := checkTarget(out.path, order.outputs.overwrite); err != nil {
			return err
		}
		held = append(held, out)
	}
	return nil
}

// begin opens what is written while the experiment runs.
func (o *labOutputs) begin(order *labOrder) error {
	to := order.con.out
	switch o.trace {
	case "":
		return nil
	case stdoutName:
	default:
		f, err := createWhole(o.trace, o.overwrite)
		if err != nil {
			return err
		}
		o.traceFile, to = f, f
	}
	o.traced = trace.NewWriter(to, order.traceHeader())
	o.tracer = experiment.NewTracer(o.traced, order.network.label)
	return nil
}

// traceError is the error of a trace that could not be written.
func (o *labOutputs) traceError(err error) error {
	name := o.trace
	if name == stdoutName {
		name = stdoutText
	}
	return writeError(name, errors.Unwrap(err)) // without the words of package trace
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
		return rows, o.traceError(o.tracer.Err())
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

// tell prints the rows, or the end of the trace in their place.
func (order *labOrder) tell(rows []experiment.Row) error {
	con := order.con
	switch {
	case con.json:
		for i := range rows {
			fmt.Fprintln(con.out, labJSON(order, &rows[i]))
		}
	case order.outputs.csv == stdoutName:
		if err := writeLabCSV(con.out, order, rows); err != nil {
			return writeError(stdoutText, err)
		}
	case order.outputs.trace == stdoutName:
		if err := order.outputs.traced.Flush(); err != nil {
			return order.outputs.traceError(err)
		}
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
		return o.traceError(err)
	}
	return o.traceFile.keep()
}

// sayTraced says what to do with the trace.
func (order *labOrder) sayTraced() {
	o := &order.outputs
	if o.traceFile == nil {
		return
	}
	order.con.say("%s events in %s; print them with: servent lab replay %s", grouped(int(o.traced.Events())), o.trace, quote(o.trace))
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
