// Command relay measures how fast one servent relays distinct queries among
// its neighbours. The servent, the hub, has a process of its own; its
// neighbours are light peers in this one, which check every query that they
// get: whole, once, in order.
//
//	go run ./relay
//
// All traffic stays on loopback: TCP, TLS, yamux, as between real servents.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"servent/bench/child"
	"servent/bench/peer"
)

var (
	links    = flag.Int("links", 30, "links of the hub")
	queries  = flag.Int("queries", 150_000, "queries a round, of all senders")
	rounds   = flag.Int("rounds", 5, "rounds of every row, after one that warms up")
	offered  = flag.Int("offer", 20_000, "queries a second in the row with token buckets")
	duration = flag.Duration("duration", 5*time.Second, "of a round with token buckets")
	only     = flag.String("only", "", "run the rows whose name begins so")
	profile  = flag.String("profile", "", "write a CPU profile of the hub to this file; of the last row, so use -only")
	patience = flag.Duration("patience", time.Minute, "wait for the queries of a round")
)

const (
	listen = "/ip4/127.0.0.1/tcp/0"
	// maxOutbox is how many messages wait for a slow neighbour of the hub: no
	// more may be on their way.
	maxOutbox = 1024
	// bucketsOff and bucketsOn are rates, as the servent's Config has them.
	bucketsOff = -1
	bucketsOn  = 0
)

// A row is one way to use the hub.
type row struct {
	name    string
	senders int
	echoes  int // links that send back every query they get
	window  int // queries on their way, of all senders; 0: as offered
	rate    int
}

func main() {
	child.Main()
	flag.Parse()
	rows := []row{
		{"1 sender, window 64", 1, 0, 64, bucketsOff},
		{"1 sender, window 512", 1, 0, 512, bucketsOff},
		{"all send, window 960", *links, 0, 960, bucketsOff},
		{"every query twice, window 512", 1, 1, 512, bucketsOff},
		{"token buckets on", 1, 0, 0, bucketsOn},
	}
	fmt.Printf("One servent in a process of its own with %d links, TCP on loopback, TLS; distinct queries of %d bytes of payload;\nevery delivery checked; median (least to greatest) of %d rounds of %d queries, after one to warm up\n\n",
		*links, payloadSize, *rounds, *queries)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "row\tsends/s\tqueries in/s\thub cores\thub CPU s/M sends\tpeers CPU s/M sends\tduplicates\tout of tokens\toutbox full\tnot looked up")
	for _, r := range rows {
		if !strings.HasPrefix(r.name, *only) {
			continue
		}
		all, err := r.run()
		if err != nil {
			log.Fatalf("%s: %v", r.name, err)
		}
		report(w, r, all)
	}
	w.Flush()
}

// run starts a hub, links the peers to it and measures the rounds.
func (r row) run() ([]figures, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	hub, err := child.Start(ctx, child.Options{Listen: []string{listen}, Rate: r.rate, Profile: *profile})
	if err != nil {
		return nil, err
	}
	peers, err := newRing(ctx, hub.Addr(), *links, r.senders, r.echoes)
	if err != nil {
		return nil, err
	}
	defer peers.close()
	if err := hub.AwaitLinks(ctx, *links, peer.HandshakeTimeout); err != nil {
		return nil, err
	}
	var all []figures
	for i := range *rounds + 1 {
		f, err := r.round(ctx, hub, peers)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", i, err)
		}
		if i > 0 {
			all = append(all, f)
		}
	}
	return all, hub.Stop()
}
