// Command hostile measures what one hostile process does to a servent and to
// those that search through it, for each attack in turn.
//
//	go run ./hostile
//
// The victim has a process of its own, and so has whoever attacks it, as fast as
// it can; the honest servents, one that searches and four that share, are in this
// one and linked to the victim alone. All traffic stays on loopback, and every
// attack is bounded in time and in what it sends.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"time"
)

var (
	length = flag.Duration("for", 5*time.Second, "how long each attack takes")
	only   = flag.String("only", "", "the one attack to measure; empty: all")
)

// variable holds the [order] in the environment of the attacker.
const variable = "SERVENT_BENCH_HOSTILE"

// An order tells the attacker what to do.
type order struct {
	Attack string
	Victim string // multiaddr, /p2p/PEER included
	For    time.Duration
}

func main() {
	if text, isAttacker := os.LookupEnv(variable); isAttacker {
		if err := obey(text); err != nil {
			log.Fatalf("hostile: %v", err)
		}
		return
	}
	childMain()
	flag.Parse()
	var rows []row
	for _, a := range attacks {
		if *only != "" && a.name != *only && a.run != nil {
			continue
		}
		r, err := measure(a, *length)
		if err != nil {
			log.Fatalf("%s: %v", a.name, err)
		}
		rows = append(rows, r)
		log.Printf("%s: %d of %d hits", a.name, r.found, r.expected)
	}
	print(rows, *length)
}

// obey attacks as an order says.
func obey(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.For)
	defer cancel()
	for _, a := range attacks {
		if a.name == o.Attack {
			e := &enemy{victim: o.Victim}
			err := a.run(ctx, e)
			fmt.Println(e.sent.Load())
			if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
				return nil
			}
			return err
		}
	}
	return fmt.Errorf("no attack %q", o.Attack)
}

// attackFrom starts the attacker; wait returns how often it struck.
func attackFrom(ctx context.Context, a attack, victim string, length time.Duration) (wait func() (uint64, error), err error) {
	if a.run == nil {
		return func() (uint64, error) { return 0, nil }, nil
	}
	text, err := json.Marshal(order{a.name, victim, length})
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), variable+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() (n uint64, err error) {
		_, scanned := fmt.Fscan(out, &n)
		return n, errors.Join(scanned, cmd.Wait())
	}, nil
}
