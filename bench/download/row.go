package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// An engine is one way to bring a file from one process to another.
type engine interface {
	// serve gives the file of w away from then on.
	serve(w work) (seeding, error)
	// prepare gets everything ready but the connection. The function that it
	// returns is what the clock runs for: it is told the addresses of the seeders,
	// and returns when the whole file has come and, where the engine keeps files,
	// lies in w.Target.
	prepare(w work) (func(ctx context.Context, from []string) error, error)
}

// A seeding is a file that is being given away.
type seeding struct {
	addr string       // what the other end's fetch is told
	sent func() int64 // bytes of the file that were sent; nil: nobody counts
	end  func() error // ends a program; nil: it ends with this process
}

// Names of the rows, as -rows and the children take them.
const (
	rowRaw        = "raw"
	rowFiles      = "files"
	rowSynced     = "synced"
	rowOurs       = "ours"
	rowThree      = "three"
	rowAnacrolix  = "anacrolix"
	rowNginx      = "nginx"
	rowTCP        = "tcp"
	rowAria2      = "aria2"
	rowLibtorrent = "libtorrent"
)

var engines = map[string]engine{
	rowRaw:        raw{},
	rowFiles:      raw{files: true},
	rowSynced:     raw{files: true, sync: true},
	rowOurs:       ours{},
	rowThree:      ours{},
	rowAnacrolix:  anacrolix{},
	rowNginx:      nginx{},
	rowTCP:        plain{},
	rowAria2:      aria2{},
	rowLibtorrent: libtorrent{},
}

var titles = map[string]string{
	rowRaw:        "raw stream, memory to memory",
	rowFiles:      "raw stream, file to file",
	rowSynced:     "raw stream, file to file, fsync at the end",
	rowOurs:       "ours",
	rowThree:      "ours, three seeders",
	rowAnacrolix:  "anacrolix/torrent v1.59.1",
	rowNginx:      "nginx to curl",
	rowTCP:        "ours",
	rowAria2:      "aria2 to aria2",
	rowLibtorrent: "libtorrent to libtorrent",
}

// seeders returns how many processes of a row give the file away.
func seeders(row string) int {
	if row == rowThree {
		return 3
	}
	return 1
}

// keepsFile reports whether a row leaves the file behind.
func keepsFile(row string) bool { return row != rowRaw }

// The rows of each table.
var (
	memoryRows = []string{rowRaw, rowFiles, rowOurs, rowThree, rowAnacrolix}
	plainRows  = []string{rowNginx, rowTCP, rowAria2, rowLibtorrent}
	diskRows   = []string{rowSynced, rowOurs, rowAnacrolix}
	sparseRows = []string{rowOurs}
)

// chosen returns the rows of a table that -rows asks for.
func chosen(rows []string) ([]string, error) {
	if *only == "" {
		return rows, nil
	}
	wanted := strings.Split(*only, ",")
	for _, name := range wanted {
		if engines[name] == nil {
			return nil, fmt.Errorf("-rows %s: there is no row %q", *only, name)
		}
	}
	var out []string
	for _, name := range rows {
		if slices.Contains(wanted, name) {
			out = append(out, name)
		}
	}
	return out, nil
}
