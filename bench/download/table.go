package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A table is some rows on the files of one folder.
type table struct {
	over    string // what the bytes go over
	folder  string
	on      fileSystem
	rows    []string
	against [2]string // the rows that the others are compared to
	sparse  bool
}

// newTables returns the tables that the flags ask for.
func newTables() ([]table, error) {
	const libp2p, tcp = "a libp2p stream: TCP on 127.0.0.1, TLS, yamux", "TCP on 127.0.0.1"
	var tables []table
	add := func(over, folder string, rows []string, against ...string) error {
		rows, err := chosen(rows)
		if err != nil || folder == offFolder || len(rows) == 0 {
			return err
		}
		if folder, err = filepath.Abs(folder); err != nil {
			return err
		}
		t := table{over: over, folder: folder, rows: rows, against: [2]string(against), sparse: *sparse}
		if t.on, err = fileSystemOf(folder); err != nil {
			return err
		}
		tables = append(tables, t)
		return nil
	}
	if *sparse {
		err := add(libp2p, *disk, sparseRows, rowOurs, rowAnacrolix)
		return tables, err
	}
	err := errors.Join(
		add(libp2p, *memory, memoryRows, rowRaw, rowAnacrolix),
		add(tcp, *memory, plainRows, rowNginx, rowAria2),
		add(libp2p, *disk, diskRows, rowSynced, rowAnacrolix))
	return tables, err
}

// run measures the rows, one after the other in each round and beginning with
// another one in the next, and prints the table.
func (t table) run(ctx context.Context) (err error) {
	copies := int64(2)
	if t.sparse {
		copies = 1 // the source is a hole
	}
	if err := t.on.check(copies * int64(size)); err != nil {
		return err
	}
	w, err := newWork(ctx, t.folder, int64(size), t.sparse, t.rows)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.remove()) }()
	results := map[string][]result{}
	for round := range *rounds {
		for i := range t.rows {
			row := t.rows[(i+round)%len(t.rows)]
			r, err := transfer(ctx, row, w, round)
			if err != nil {
				return fmt.Errorf("%s, round %d: %w", row, round+1, err)
			}
			results[row] = append(results[row], r)
		}
	}
	t.print(results)
	return nil
}

// A result is one transfer as both ends saw it. What several seeders saw is added
// up, but for their peak, which is the greatest.
type result struct{ seeder, leecher report }

// transfer brings the file from one process to another, checks it and removes
// it.
func transfer(ctx context.Context, row string, w work, round int) (r result, err error) {
	limit := time.Duration(max(1, w.Size/gib)) * *patience
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no end after %v; see -patience", limit))
	defer cancel()
	defer func() {
		if ctx.Err() != nil { // its children were killed
			err = context.Cause(ctx)
		}
	}()
	if err := os.Mkdir(w.leeching, 0o755); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(w.leeching)) }()
	var sources []*process
	var addrs []string
	for range seeders(row) {
		seeder, err := start(ctx, newTask(row, true, w, round))
		if err != nil {
			return r, err
		}
		sources, addrs = append(sources, seeder), append(addrs, seeder.addr)
	}
	leecher, err := start(ctx, newTask(row, false, w, round))
	if err != nil {
		return r, err
	}
	for _, seeder := range sources {
		if err := seeder.tell("begin"); err != nil {
			return r, err
		}
	}
	if err := leecher.tell(strings.Join(addrs, " ")); err != nil {
		return r, err
	}
	if r.leecher, err = leecher.report(); err != nil {
		return r, err
	}
	for _, seeder := range sources {
		if err := seeder.tell("end"); err != nil {
			return r, err
		}
		one, err := seeder.report()
		if err := errors.Join(err, seeder.stop()); err != nil {
			return r, err
		}
		r.seeder.CPU += one.CPU
		r.seeder.Sent += one.Sent
		r.seeder.Peak = max(r.seeder.Peak, one.Peak)
	}
	if err := leecher.stop(); err != nil {
		return r, err
	}
	if keepsFile(row) {
		err = w.check(ctx)
	}
	return r, err
}

func newTask(row string, seeds bool, w work, round int) task {
	t := task{Row: row, Seeds: seeds, Work: w}
	if *profile != "" {
		t.Profile = filepath.Join(*profile, fmt.Sprintf("%s-%s-%d.pprof", row, t.end(), round+1))
	}
	return t
}
