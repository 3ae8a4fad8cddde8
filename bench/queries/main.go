// Command queries measures how many queries a second one servent answers over
// one link, to the last result parsed and checked by who asked. The servent, the
// answerer, has a process of its own and shares small files with generated
// names; the asker is a light peer in this one.
//
//	go run ./queries
//
// All traffic stays on loopback: TCP, TLS, yamux, as between real servents.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"servent/bench/child"
	"servent/bench/peer"
)

var (
	files    = flag.Int("files", 10_000, "files that the answerer shares, 64 or more")
	queries  = flag.Int("queries", 100_032, "queries a round; of misses, 64 times as many as are answered")
	window   = flag.Int("window", 512, "queries on their way; over 1,024, the answerer may drop some")
	rounds   = flag.Int("rounds", 5, "rounds of every row, after one that warms up")
	seed     = flag.Uint64("seed", 1, "seed of the names")
	only     = flag.String("only", "", "run the rows whose name begins so")
	profile  = flag.String("profile", "", "write a CPU profile of the answerer to this file; of the last row, so use -only")
	patience = flag.Duration("patience", time.Minute, "wait for the answers of a round")
)

const (
	listen = "/ip4/127.0.0.1/tcp/0"
	// bucketsOff is a rate, as the servent's Config has it: the asker floods.
	bucketsOff = -1
	// gtkGnutella is what gtk-gnutella 1.2.3 answered in a burst, in queries a
	// second; it is not run here.
	gtkGnutella = 2300
)

// A row is one kind of queries.
type row struct {
	name      string
	questions func([]name, *matcher, *rand.Rand) ([]question, error)
}

var rows = []row{
	{"hits, whole name", wholeNames},
	{"hits, one word", oneWord},
	{"misses, two words", misses},
}

func main() {
	child.Main()
	flag.Parse()
	log.SetFlags(0)
	dir, err := os.MkdirTemp("", "servent-queries-")
	if err != nil {
		log.Fatal(err)
	}
	err = measure(dir)
	os.RemoveAll(dir)
	if err != nil {
		log.Fatalf("queries: %v", err)
	}
}

// measure runs the rows over a library in dir.
func measure(dir string) error {
	names := newNames(*files, *seed)
	if err := writeFiles(dir, names); err != nil {
		return err
	}
	fmt.Printf("One servent in a process of its own that shares %d files answers distinct queries of one link: TCP on loopback, TLS, yamux;\n"+
		"token buckets off, %d queries on their way; every result parsed and checked; median (least to greatest) of %d rounds of %d queries,\n"+
		"after one to warm up\n\n", *files, *window, *rounds, *queries)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "row\tqueries/s\tto gtk-gnutella's 2,300\tresults a query\tbytes a hit\tanswerer CPU µs a query\tasker CPU µs a query\tdropped")
	m := newMatcher(names)
	for _, r := range rows {
		if !strings.HasPrefix(r.name, *only) {
			continue
		}
		questions, err := r.questions(names, m, rand.New(rand.NewPCG(*seed, 1)))
		if err != nil {
			return err
		}
		all, err := measureRow(dir, questions)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		report(w, r.name, all)
	}
	return w.Flush()
}

// measureRow starts an answerer, links an asker to it and measures the rounds.
func measureRow(dir string, questions []question) ([]figures, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	answerer, err := child.Start(ctx, child.Options{Listen: []string{listen}, Rate: bucketsOff, Shares: []string{dir}, Profile: *profile})
	if err != nil {
		return nil, err
	}
	if err := answerer.AwaitFiles(ctx, *files, *patience); err != nil {
		return nil, err
	}
	a, err := newAsker(ctx, answerer.Addr())
	if err != nil {
		return nil, err
	}
	defer a.close()
	if err := answerer.AwaitLinks(ctx, 1, peer.HandshakeTimeout); err != nil {
		return nil, err
	}
	var all []figures
	for i := range *rounds + 1 {
		f, err := measureRound(ctx, answerer, a, questions)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", i, err)
		}
		if i > 0 {
			all = append(all, f)
		}
	}
	return all, answerer.Stop()
}
