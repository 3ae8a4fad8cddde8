// Command start measures how soon a servent with a large library is ready: the
// ready line is printed, and every file is counted by the local API. It builds
// the command servent, has it hash the files once, and starts it again and
// again; the same binary, home and flags as a user has, but for discovery,
// which is off.
//
//	go run ./start
//
// That nothing is hashed again is told by the kernel's count of the bytes that
// the process has read (rchar in /proc/PID/io): the first start must have read
// every file, the others hardly anything beside the catalogue, which is read
// once, a whole rescan included. At the end of each start another servent finds
// one of the files by its name.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"servent/bench/program"
)

var (
	files    = flag.Int("files", 100_000, "number of files")
	fileSize = flag.Int64("size", 2048, "length of each, in bytes")
	starts   = flag.Int("starts", 5, "starts that are measured, after the one that hashes")
	dir      = flag.String("dir", os.TempDir(), "folder for the files, the home and the binary, which are removed at the end")
	source   = flag.String("source", "..", "checkout of the servent to build; .. is this one")
	patience = flag.Duration("patience", 10*time.Minute, "give a start up that takes longer")
)

func main() { program.Main("start", run) }

func run(ctx context.Context) (err error) {
	if err := checkFlags(); err != nil {
		return err
	}
	work, binary, err := program.Workspace(ctx, "start", *dir, *source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	var rows []row
	for _, shape := range shapes {
		r, err := measure(ctx, shape, binary, filepath.Join(work, shape.name))
		if err != nil {
			return fmt.Errorf("%s: %w", shape.title, err)
		}
		rows = append(rows, r)
	}
	printTable(rows)
	return nil
}

func checkFlags() error {
	switch {
	case flag.NArg() > 0:
		return fmt.Errorf("%q is no flag; see go run ./start -h", flag.Arg(0))
	case *files < 1 || *files > mostFiles || *starts < 1:
		return fmt.Errorf("-files %d -starts %d: at least 1 of each, and at most %d files", *files, *starts, mostFiles)
	case *fileSize < leastSize:
		return fmt.Errorf("-size %d: at least %d, for the files must differ", *fileSize, leastSize)
	}
	return nil
}
