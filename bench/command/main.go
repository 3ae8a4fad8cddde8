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
	work, binary, err := program.Workspace(ctx, "command", *dir, *source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	rows, err := measure(ctx, binary, work)
	if err != nil {
		return err
	}
	printTable(rows)
	return nil
}
