// Command command measures what a user waits for who types servent: the time
// from the start of "servent search" to its first hit, through the servent that
// runs on the home and as a short-lived one, and of "servent up" to its ready
// line on an empty home. It builds the command and runs it in processes of its
// own, on loopback, without multicast.
//
//	go run ./command
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"servent/bench/program"
)

var (
	servents = flag.Int("servents", 12, "servents of the network that is searched")
	rounds   = flag.Int("rounds", 20, "how often each command is run, after one run that does not count")
	dir      = flag.String("dir", os.TempDir(), "folder for the homes and the binary, which are removed at the end")
	source   = flag.String("source", "..", "checkout of the servent to build; .. is this one")
)

func main() { program.Main("command", run) }

func run(ctx context.Context) (err error) {
	if flag.NArg() > 0 || *servents < minServents || *rounds < 1 {
		return fmt.Errorf("-servents %d -rounds %d: at least %d and 1, and nothing else; see go run ./command -h", *servents, *rounds, minServents)
	}
	work, err := os.MkdirTemp(*dir, "servent-command-")
	if err != nil {
		return fmt.Errorf("%w; choose another folder with -dir", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	binary := filepath.Join(work, "servent")
	if err := program.Build(ctx, *source, binary); err != nil {
		return err
	}
	// Servents of one computer meet in the runtime folder: these only each other.
	runtime := filepath.Join(work, "run")
	if err := errors.Join(os.Mkdir(runtime, 0o700), os.Setenv("XDG_RUNTIME_DIR", runtime)); err != nil {
		return err
	}
	rows, err := measure(ctx, binary, work)
	if err != nil {
		return err
	}
	printTable(rows)
	return nil
}
