// Command flood measures what it costs to bring one small message to every
// host of a network: servent's flooding beside FloodSub and GossipSub, over
// the same kind of hosts, graph and security, one message at a time.
//
//	go run ./flood
//
// All traffic stays on loopback. Each round builds the network anew, so that
// no variant pays for the heartbeats of another.
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"text/tabwriter"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"

	"servent/routing"
)

// payloadSize is the length of a message's payload, in bytes.
const payloadSize = 60

var (
	hosts    = flag.Int("hosts", 100, "hosts in the process")
	degree   = flag.Int("degree", 6, "neighbours of each host")
	count    = flag.Int("messages", 200, "messages a round")
	rounds   = flag.Int("rounds", 5, "rounds of every variant")
	seed     = flag.Uint64("seed", 1, "of the graph and the origins")
	only     = flag.String("only", "", "run the variants whose name begins so; the ratios are to FloodSub, or else to the first")
	profile  = flag.String("profile", "", "write a CPU profile to this file")
	patience = flag.Duration("patience", 10*time.Second, "wait for a message to reach the last host")
)

// An overlay is a network of hosts that floods.
type overlay interface {
	// publish sends a message of payloadSize bytes that begins with id.
	publish(from int, id uint64) error
	close()
}

// A variant builds one kind of overlay; deliveries are told to the board.
type variant struct {
	name  string
	build func(ctx context.Context, g graph, b *board) (overlay, error)
}

// A sample is what one message took.
type sample struct{ toLast, cpu time.Duration }

func main() {
	flag.Parse()
	variants := []variant{
		{"servent, plain rule", serventOverlay(routing.PlainRule)},
		{"servent, TTL-aware rule", serventOverlay(routing.TTLAwareRule)},
		{"FloodSub, StrictNoSign", pubsubOverlay(pubsub.NewFloodSub)},
		{"GossipSub, StrictNoSign", pubsubOverlay(pubsub.NewGossipSub)},
	}
	variants = slices.DeleteFunc(variants, func(v variant) bool { return !strings.HasPrefix(v.name, *only) })
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			log.Fatal(err)
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			log.Fatal(err)
		}
		defer pprof.StopCPUProfile()
	}
	samples := make([][]sample, len(variants))
	for round := range *rounds {
		for i, v := range variants {
			g := regular(*hosts, *degree, *seed+uint64(round))
			got, err := run(v, g, *seed+uint64(round))
			if err != nil {
				log.Fatalf("round %d of %s: %v", round, v.name, err)
			}
			samples[i] = append(samples[i], got...)
		}
	}
	report(variants, samples)
}

// run builds the overlay, warms it up and floods one message after the other.
func run(v variant, g graph, seed uint64) ([]sample, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b := newBoard(len(g))
	o, err := v.build(ctx, g, b)
	if err != nil {
		return nil, err
	}
	defer o.close()
	rng := rand.New(rand.NewPCG(seed, 0))
	const warmUp = 20
	var out []sample
	runtime.GC()
	for i := range *count + warmUp {
		from := rng.IntN(len(g))
		done := b.expect(uint64(i), from)
		begin, before := time.Now(), cpu()
		if err := o.publish(from, uint64(i)); err != nil {
			return nil, err
		}
		select {
		case <-done:
		case <-time.After(*patience):
			return nil, fmt.Errorf("message %d reached %d of %d hosts", i, b.reached.Load(), len(g)-1)
		}
		last := time.Since(begin)
		b.settle() // the late duplicates belong to this message
		if i >= warmUp {
			out = append(out, sample{last, cpu() - before})
		}
		if b.twice.Load() > 0 {
			return nil, fmt.Errorf("message %d was delivered twice to a host", i)
		}
	}
	return out, nil
}

// A board checks that each message is delivered once to every host but its
// origin. One message is out at a time.
type board struct {
	seen    []atomic.Uint64 // by host: 1 + id of the last message
	current atomic.Uint64
	reached atomic.Int64
	twice   atomic.Int64
	done    chan struct{}
}

func newBoard(n int) *board { return &board{seen: make([]atomic.Uint64, n)} }

// expect begins message id of the host from and returns what is closed when
// all others have it.
func (b *board) expect(id uint64, from int) <-chan struct{} {
	b.seen[from].Store(id + 1)
	b.reached.Store(0)
	b.done = make(chan struct{})
	b.current.Store(id)
	return b.done
}

// deliver notes that a host got the message whose payload is given.
func (b *board) deliver(host int, payload []byte) {
	id := binary.BigEndian.Uint64(payload)
	if id != b.current.Load() {
		b.twice.Add(1)
		return
	}
	if b.seen[host].Swap(id+1) == id+1 {
		b.twice.Add(1)
		return
	}
	if b.reached.Add(1) == int64(len(b.seen)-1) {
		close(b.done)
	}
}

// settle lets copies on their way be read.
func (b *board) settle() {
	const quiet = 3 * time.Millisecond
	time.Sleep(quiet)
}

// cpu returns the processor time of the process until now.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func report(variants []variant, samples [][]sample) {
	copies := float64(*hosts*(*degree-1) + 1)
	fmt.Printf("%d hosts in one process, random %d-regular graph, TCP on loopback, TLS, %d-byte payload,\none message at a time, %d rounds of %d messages, every delivery checked; %.0f copies a message\n\n",
		*hosts, *degree, payloadSize, *rounds, *count, copies)
	isFloodSub := func(v variant) bool { return strings.HasPrefix(v.name, "FloodSub") }
	base := stats(samples[max(0, slices.IndexFunc(variants, isFloodSub))])
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "variant\tp50 ms\tp99 ms\tp99 to FloodSub\tCPU ms/message\tCPU µs/copy\tCPU to FloodSub")
	for i, v := range variants {
		s := stats(samples[i])
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.2f\t%.2f\t%.1f\t%.2f\n", v.name, ms(s.p50), ms(s.p99), ms(s.p99)/ms(base.p99),
			ms(s.cpu), 1000*ms(s.cpu)/copies, ms(s.cpu)/ms(base.cpu))
	}
	w.Flush()
}

type summary struct{ p50, p99, cpu time.Duration }

func stats(all []sample) summary {
	last := make([]time.Duration, len(all))
	var sum time.Duration
	for i, s := range all {
		last[i] = s.toLast
		sum += s.cpu
	}
	slices.Sort(last)
	return summary{last[len(last)/2], last[len(last)*99/100], sum / time.Duration(len(all))}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
