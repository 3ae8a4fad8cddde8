package main

import (
	"bytes"
	"fmt"

	"github.com/urfave/cli/v2"

	"servent/routing/lab/experiment"
)

// stdoutName is the file that is the standard output.
const stdoutName = "-"

// labOutputs are the files that an experiment writes. None is written where it
// is interrupted.
type labOutputs struct {
	csv       string // a path, or stdoutName: in place of the table
	overwrite bool
}

// read reads the flags, and refuses what cannot be written later.
func (o *labOutputs) read(con *console, c *cli.Context) error {
	o.csv, o.overwrite = c.String("csv"), c.Bool("overwrite")
	if o.csv == stdoutName && con.json {
		return usage("--csv - and --json exclude each other: both write the rows here")
	}
	for _, path := range []string{o.csv} {
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
func (o *labOutputs) begin(order *labOrder) error { return nil }

// drop removes what was begun and not kept.
func (order *labOrder) drop() {}

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
		con.printLab(order, rows)
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
