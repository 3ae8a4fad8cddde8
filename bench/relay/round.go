package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"servent/bench/child"
)

// Reasons to drop a message, as the hub's status words them.
const (
	reasonDuplicate = "duplicate"
	reasonTokens    = "out of tokens"
	reasonOutbox    = "outbox full"
	reasonAnswers   = "not answered: too many queries at once"
)

// look is how often the hub is asked whether it is done.
const look = 5 * time.Millisecond

// figures are what one round gave.
type figures struct {
	took       time.Duration
	in, sends  uint64        // messages that the hub got, and sent
	hub, peers time.Duration // processor time
	duplicates uint64
	noTokens   uint64
	overflow   uint64
	unanswered uint64
}

// round measures one round and checks it against what the hub counted.
func (r row) round(ctx context.Context, hub *child.Process, peers *ring) (f figures, err error) {
	ctx, cancel := context.WithTimeout(ctx, *patience)
	defer cancel()
	before, err := hub.Report()
	if err != nil {
		return f, err
	}
	cpu, err := child.CPU()
	if err != nil {
		return f, err
	}
	received, begin := peers.received(), time.Now()
	sent, err := r.send(ctx, peers)
	if err != nil {
		now, _ := hub.Report() // where there is none, it tells nothing
		return f, fmt.Errorf("%w; the hub counts %+v and dropped %v", err, now.Traffic("Query"), now.Status.Dropped)
	}
	f.took = time.Since(begin)
	after, err := await(ctx, hub, peers, before, sent*uint64(1+r.echoes), received)
	if err != nil {
		return f, err
	}
	cpuAfter, err := child.CPU()
	if err != nil {
		return f, err
	}
	f.peers, f.hub = cpuAfter-cpu, after.CPU-before.CPU
	was, is := before.Traffic("Query"), after.Traffic("Query")
	f.in, f.sends = is.Received-was.Received, is.Sent-was.Sent
	dropped := func(reason string) uint64 { return after.Dropped(reason) - before.Dropped(reason) }
	f.duplicates, f.noTokens = dropped(reasonDuplicate), dropped(reasonTokens)
	f.overflow, f.unanswered = dropped(reasonOutbox), dropped(reasonAnswers)
	return f, f.check(r, sent)
}

// send sends the queries of one round and returns how many they were.
func (r row) send(ctx context.Context, peers *ring) (uint64, error) {
	if r.window == 0 {
		return peers.offer(ctx, *offered, *duration)
	}
	if r.window > maxOutbox {
		return 0, fmt.Errorf("a window of %d can fill an outbox of %d", r.window, maxOutbox)
	}
	each := uint64(*queries / r.senders)
	return each * uint64(r.senders), peers.sendAll(ctx, each, uint64(r.window/r.senders))
}

// await waits until the hub has got in queries since before, and the peers
// all that it sent. Received is what they had got before.
func await(ctx context.Context, hub *child.Process, peers *ring, before child.Report, in, received uint64) (child.Report, error) {
	was := before.Traffic("Query")
	for {
		now, err := hub.Report()
		if err != nil {
			return now, err
		}
		is := now.Traffic("Query")
		if is.Received-was.Received == in && is.Sent-was.Sent == peers.received()-received {
			return now, nil
		}
		select {
		case <-time.After(look):
		case err := <-peers.failed:
			return now, err
		case <-ctx.Done():
			return now, fmt.Errorf("the hub got %d queries of %d and sent %d, of which %d arrived; dropped: %v",
				is.Received-was.Received, in, is.Sent-was.Sent, peers.received()-received, now.Status.Dropped)
		}
	}
}

// check compares what the hub counted with what was sent.
func (f figures) check(r row, sent uint64) error {
	others := uint64(*links - 1)
	switch {
	case f.overflow > 0:
		return fmt.Errorf("outboxes overflowed: %d messages lost", f.overflow)
	case f.sends != (sent-f.noTokens)*others:
		return fmt.Errorf("%d queries, %d of them refused, gave %d sends, want %d", sent, f.noTokens, f.sends, (sent-f.noTokens)*others)
	case f.duplicates != sent*uint64(r.echoes):
		return fmt.Errorf("%d queries with %d echoes gave %d duplicates", sent, r.echoes, f.duplicates)
	case r.rate == bucketsOff && f.noTokens > 0:
		return fmt.Errorf("%d queries were refused without token buckets", f.noTokens)
	}
	return nil
}

// report prints a row of the table.
func report(w io.Writer, r row, all []figures) {
	perSecond := func(count func(figures) uint64) spread {
		return spreadOf(all, func(f figures) float64 { return float64(count(f)) / f.took.Seconds() })
	}
	perMillion := func(cpu func(figures) time.Duration) spread {
		return spreadOf(all, func(f figures) float64 { return 1e6 * cpu(f).Seconds() / float64(f.sends) })
	}
	number := func(count func(figures) uint64) float64 {
		return spreadOf(all, func(f figures) float64 { return float64(count(f)) }).median
	}
	sends := perSecond(func(f figures) uint64 { return f.sends })
	fmt.Fprintf(w, "%s\t%.0f (%.0f to %.0f)\t%.0f\t%.2f\t%.2f\t%.2f\t%.0f\t%.0f\t%.0f\t%.0f\n", r.name, sends.median, sends.least, sends.greatest,
		perSecond(func(f figures) uint64 { return f.in }).median,
		spreadOf(all, func(f figures) float64 { return f.hub.Seconds() / f.took.Seconds() }).median,
		perMillion(func(f figures) time.Duration { return f.hub }).median,
		perMillion(func(f figures) time.Duration { return f.peers }).median,
		number(func(f figures) uint64 { return f.duplicates }), number(func(f figures) uint64 { return f.noTokens }),
		number(func(f figures) uint64 { return f.overflow }), number(func(f figures) uint64 { return f.unanswered }))
}

// A spread is the middle and the ends of what the rounds gave.
type spread struct{ least, median, greatest float64 }

func spreadOf(all []figures, of func(figures) float64) spread {
	values := make([]float64, len(all))
	for i, f := range all {
		values[i] = of(f)
	}
	slices.Sort(values)
	return spread{values[0], values[len(values)/2], values[len(values)-1]}
}
