// Command firstbyte measures how long it takes from the wish for a file, whose
// root and source are known, until its first verified bytes are written. It builds
// the command and runs two servents in processes of their own on loopback, one
// with a file and one that fetches it, which is started anew for each time. The
// wish is a call of the local API, or the start of "servent get"; the write is told
// by inotify, of the partial file.
//
//	go run ./firstbyte
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"servent/bench/program"
)

var (
	rounds = flag.Int("rounds", 20, "how often each way is measured, after once that does not count")
	dir    = flag.String("dir", os.TempDir(), "folder for the homes, the file and the binary, which are removed at the end")
	source = flag.String("source", "..", "checkout of the servent to build; .. is this one")
	size   = flag.Int64("size", 1<<30, "length of the file, in bytes")
)

// fileName is what the file is called at both ends.
const fileName = "payload.bin"

func main() { program.Main("firstbyte", run) }

func run(ctx context.Context) (err error) {
	if flag.NArg() > 0 || *rounds < 1 || *size < 1 {
		return fmt.Errorf("-rounds %d -size %d: at least 1 of each, and nothing else; see go run ./firstbyte -h", *rounds, *size)
	}
	work, binary, err := program.Workspace(ctx, "firstbyte", *dir, *source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := writeFile(filepath.Join(work, "shared")); err != nil {
		return err
	}
	rows, err := measure(ctx, binary, work)
	if err != nil {
		return err
	}
	printTable(rows)
	return nil
}

// writeFile makes the file, random, in a folder of its own.
func writeFile(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(folder, fileName))
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, rand.Reader, *size)
	return errors.Join(err, f.Close())
}
