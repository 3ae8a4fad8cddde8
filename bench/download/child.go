package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime/pprof"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"

	"servent/bench/child"
)

// variable holds the [task] in the environment of a child.
const variable = "SERVENT_BENCH_DOWNLOAD"

// A task is one end of a transfer, which has a process of its own. The child
// first says where it listens. It gets a line when the transfer begins, which
// for the leecher is the seeder's address. The leecher reports when it has the
// file, the seeder when it gets a second line.
type task struct {
	Row     string
	Seeds   bool
	Work    work
	Profile string // write a processor profile to this file; empty: none
}

// A report is what a child says of itself.
type report struct {
	Addr string        // in the first report alone
	Took time.Duration // from the line until the file was there; of the leecher
	CPU  time.Duration // processor time since the line
	Peak uint64        // the greatest resident set of the process, in bytes
}

// runAsChild does a child's task and ends its process. In the parent it does
// nothing.
func runAsChild() {
	text, isChild := os.LookupEnv(variable)
	if !isChild {
		return
	}
	var t task
	err := json.Unmarshal([]byte(text), &t)
	if err == nil {
		err = t.run()
	}
	if err != nil {
		log.Fatalf("%s, %s: %v", t.Row, t.end(), err)
	}
	os.Exit(0)
}

func (t task) end() string {
	if t.Seeds {
		return "seeder"
	}
	return "leecher"
}

func (t task) run() error {
	h, err := newHost()
	if err != nil {
		return err
	}
	begin, err := t.ready(h)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	addr, err := addrOf(h)
	if err != nil {
		return err
	}
	if err := out.Encode(report{Addr: addr}); err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	if !lines.Scan() {
		return lines.Err() // the parent has ended
	}
	end, err := t.profile()
	if err != nil {
		return err
	}
	r, err := measure(func() error { return begin(lines) })
	end()
	if err != nil {
		return err
	}
	return out.Encode(r)
}

// ready gets the end ready for the transfer and returns what it does from
// then on.
func (t task) ready(h host.Host) (func(*bufio.Scanner) error, error) {
	if t.Seeds {
		err := engines[t.Row].serve(h, t.Work)
		return func(lines *bufio.Scanner) error { lines.Scan(); return lines.Err() }, err
	}
	fetch, err := engines[t.Row].prepare(h, t.Work)
	return func(lines *bufio.Scanner) error {
		from, err := peer.AddrInfoFromString(lines.Text())
		if err != nil {
			return err
		}
		return fetch(context.Background(), *from)
	}, err
}

// measure runs f and says what it took.
func measure(f func() error) (r report, err error) {
	cpu, err := child.CPU()
	if err != nil {
		return r, err
	}
	begin := time.Now()
	if err := f(); err != nil {
		return r, err
	}
	r.Took = time.Since(begin)
	after, err := child.CPU()
	if err != nil {
		return r, err
	}
	r.CPU = after - cpu
	r.Peak, err = child.Peak()
	return r, err
}

// profile begins a profile and returns what ends it.
func (t task) profile() (end func(), err error) {
	if t.Profile == "" {
		return func() {}, nil
	}
	f, err := os.Create(t.Profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return func() { pprof.StopCPUProfile(); f.Close() }, nil
}
