// Package child runs a servent in a process of its own, so that what it costs
// is not mixed with what measuring it costs. The program starts itself again;
// the two talk over pipes, one line of text one way, one line of JSON the
// other.
package child

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime/pprof"
	"sync/atomic"
	"time"

	"servent/routing"
	"servent/servent"
)

// variable holds the [Options] in the environment of the child.
const variable = "SERVENT_BENCH_CHILD"

// Options say what servent runs in the child. It finds nobody by itself.
type Options struct {
	Listen     []string // as [servent.Config] has it
	Rate       int      // as [servent.Config] has it
	Home, Web  string   // as [servent.Config] has it
	Shares     []string // as [servent.Config] has it
	CountBytes bool     // fill in Report.Sent and Report.Received
	Profile    string   // write a CPU profile to this file; empty: none
}

// A request is a line that the parent sends.
type request string

const (
	report request = "report"
	// settle asks for a report once the process has come to rest and has given
	// back what memory it can.
	settle request = "settle"
)

// Main is to be called first in main. In the parent it returns at once; in a
// child it runs the servent until the parent closes the pipe, and ends the
// process.
func Main() {
	text, isChild := os.LookupEnv(variable)
	if !isChild {
		return
	}
	if err := run(text); err != nil {
		log.Fatalf("child: %v", err)
	}
	os.Exit(0)
}

// run starts the servent and answers requests until there are no more.
func run(text string) error {
	var o Options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return fmt.Errorf("options: %w", err)
	}
	if o.Profile != "" {
		f, err := os.Create(o.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	n := &node{}
	var err error
	if n.servent, err = servent.New(n.config(o)); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.servent.Run(ctx) }()
	select {
	case <-n.servent.Ready():
		err = n.serve(ctx)
	case err = <-ended:
		stop()
		return fmt.Errorf("the servent ended: %w", err)
	}
	stop()
	if failed := <-ended; err == nil {
		err = failed
	}
	return err
}

// A node is the servent of a child and what it counts.
type node struct {
	servent        *servent.Servent
	sent, received atomic.Uint64 // bytes
}

func (n *node) config(o Options) servent.Config {
	cfg := servent.Config{Listen: o.Listen, Rate: o.Rate, Home: o.Home, Web: o.Web, Shares: o.Shares, NoDiscovery: true}
	if o.CountBytes {
		cfg.Trace = n.count
	}
	return cfg
}

// count adds up the bytes of messages. One that came in has one effect that is
// no Send where nothing is forwarded, as with keep-alive Pings and their Pongs.
func (n *node) count(_ time.Time, from routing.Link, e routing.Effect) {
	switch size := uint64(e.Message.Size()); {
	case e.Kind == routing.Send:
		n.sent.Add(size)
	case from != routing.Self:
		n.received.Add(size)
	}
}

// serve sends a first report, and one for each request.
func (n *node) serve(ctx context.Context) error {
	out := json.NewEncoder(os.Stdout)
	requests := bufio.NewScanner(os.Stdin)
	for {
		r, err := n.report(ctx)
		if err != nil {
			return err
		}
		if err := out.Encode(r); err != nil {
			return err
		}
		if !requests.Scan() {
			return requests.Err()
		}
		if request(requests.Text()) == settle {
			rest()
		}
	}
}
