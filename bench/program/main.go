package program

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
)

// Main is the main of a benchmark that makes files: it reads the flags and runs
// work, whose context Ctrl-C ends, so that work removes what it has made.
func Main(name string, work func(context.Context) error) {
	log.SetFlags(0)
	log.SetPrefix(name + ": ")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := work(ctx)
	if ctx.Err() != nil {
		err = errors.New("interrupted; its files are removed")
	}
	stop()
	if err != nil {
		log.Fatal(err)
	}
}
