package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"servent/bench/child"
)

// variable holds the [task] in the environment of a child.
const variable = "SERVENT_BENCH_DOWNLOAD"

// A task is one end of a transfer, which has a process of its own. The child
// first says where it listens. It gets a line when the transfer begins, which
// for the leecher is the addresses of the seeders. The leecher reports when it has
// the file, a seeder when it gets a second line.
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
	CPU  time.Duration // processor time since the line, that of programs that were run included
	Peak uint64        // the greatest resident set of the process, in bytes; not of those programs
	Sent int64         // bytes of the file; of a seeder that counts them
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
	addr, begin, err := t.ready()
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
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
	r, err := measure(func(r *report) error { return begin(lines, r) })
	end()
	if err != nil {
		return err
	}
	return out.Encode(r)
}

// ready gets the end ready for the transfer and returns its address, if it has
// one, and what it does from then on.
func (t task) ready() (addr string, begin func(*bufio.Scanner, *report) error, err error) {
	if t.Seeds {
		s, err := engines[t.Row].serve(t.Work)
		return s.addr, s.finish, err
	}
	fetch, err := engines[t.Row].prepare(t.Work)
	return "", func(lines *bufio.Scanner, _ *report) error {
		return fetch(context.Background(), strings.Fields(lines.Text()))
	}, err
}

// finish seeds until there is another line.
func (s seeding) finish(lines *bufio.Scanner, r *report) error {
	lines.Scan()
	if s.sent != nil {
		r.Sent = s.sent()
	}
	if s.end == nil {
		return lines.Err()
	}
	return errors.Join(lines.Err(), s.end())
}

// measure runs f and says what it took.
func measure(f func(*report) error) (r report, err error) {
	cpu, err := child.CPUWithChildren()
	if err != nil {
		return r, err
	}
	begin := time.Now()
	if err := f(&r); err != nil {
		return r, err
	}
	r.Took = time.Since(begin)
	after, err := child.CPUWithChildren()
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
