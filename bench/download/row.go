package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
)

// An engine is one way to bring a file from one host to another.
type engine interface {
	// serve prepares to give the file of w away and answers on h from then on,
	// until the process ends.
	serve(h host.Host, w work) error
	// prepare gets everything ready but the connection. The function that it
	// returns is what the clock runs for: it returns when the whole file has
	// come and, where the engine keeps files, lies in w.Target.
	prepare(h host.Host, w work) (func(context.Context, peer.AddrInfo) error, error)
}

// Names of the rows, as -rows and the children take them.
const (
	rowRaw       = "raw"
	rowFiles     = "files"
	rowSynced    = "synced"
	rowOurs      = "ours"
	rowAnacrolix = "anacrolix"
)

var engines = map[string]engine{
	rowRaw:       raw{},
	rowFiles:     raw{files: true},
	rowSynced:    raw{files: true, sync: true},
	rowOurs:      ours{},
	rowAnacrolix: anacrolix{},
}

var titles = map[string]string{
	rowRaw:       "raw stream, memory to memory",
	rowFiles:     "raw stream, file to file",
	rowSynced:    "raw stream, file to file, fsync at the end",
	rowOurs:      "ours",
	rowAnacrolix: "anacrolix/torrent v1.59.1",
}

// keepsFile reports whether a row leaves the file behind.
func keepsFile(row string) bool { return row != rowRaw }

// The rows of each table. The first one is what the others are compared to.
var (
	memoryRows = []string{rowRaw, rowFiles, rowOurs, rowAnacrolix}
	diskRows   = []string{rowSynced, rowOurs, rowAnacrolix}
	sparseRows = []string{rowOurs}
)

// chosen returns the rows of a table that -rows asks for.
func chosen(rows []string) ([]string, error) {
	if *only == "" {
		return rows, nil
	}
	var out []string
	wanted := strings.Split(*only, ",")
	for _, name := range wanted {
		if engines[name] == nil {
			return nil, fmt.Errorf("-rows %s: there is no row %q", *only, name)
		}
	}
	for _, name := range rows {
		for _, w := range wanted {
			if w == name {
				out = append(out, name)
			}
		}
	}
	return out, nil
}
