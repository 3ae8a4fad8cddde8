package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns a context that the first Ctrl-C, SIGTERM or SIGHUP
// ends; the second ends the process at once. A terminal that is closed under
// nohup ends nothing.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	stopping := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		stopping = append(stopping, syscall.SIGHUP)
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, stopping...)
	go func() {
		<-signals
		cancel()
		<-signals
		dropUnkept()
		os.Exit(exitInterrupted)
	}()
	return ctx, cancel
}

// outliveReader makes a verb go on when nobody reads what it writes any more, as
// after "servent up | head -1": it has more to do than to write. Every other one
// ends then, without a word.
func outliveReader() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
