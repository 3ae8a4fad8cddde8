// Command lab measures how fast the lab floods, and what a network takes: one
// worker, on one core, each message a Step of a real Router.
//
//	go run ./lab -graph FILE.gz -ttl 7 -sources 20
//	go run ./lab -topology regular:1000000,6 -ttl 15 -rounds 1
//
// Every flood is checked against the closed form: messages and servents reached.
// With -peer COMMAND another simulator floods the same graph from the same
// servents in turn with us, a process a round. The command gets three further
// arguments: an edge list as SNAP writes it (gzip where its name ends in .gz), a
// file of sources, an id of the edge list a line, and the TTL. It prints a line
//
//	messages=704786 seconds=0.154 cpu=0.151
//
// for one flood of every source together: how many messages were sent, and the
// time of the floods alone, once it has warmed up. What else stands in the line
// is left out; so is cpu, the processor time of the floods, where it is not known.
// Another number of messages than ours is an error.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
)

var (
	graphFile = flag.String("graph", "", "flood the graph of this edge list (gzip where it ends in .gz)")
	topology  = flag.String("topology", "", "flood this topology, such as gnm:62586,147892")
	ttl       = flag.Int("ttl", 7, "of the queries, 1 to 15")
	sources   = flag.Int("sources", 1, "floods a round, each from another servent")
	from      = flag.String("from", "", "take the sources from this file, an id of the graph a line; otherwise they are drawn")
	seed      = flag.Uint64("seed", 1, "of the topology and the sources")
	rounds    = flag.Int("rounds", 5, "rounds after the first one, which warms up")
	peer      = flag.String("peer", "", "run this command in turn with us")
	profile   = flag.String("profile", "", "write a CPU profile of our floods to this file")
)

func main() {
	flag.Parse()
	runtime.GOMAXPROCS(1)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	s, err := newSetting()
	if err != nil {
		return err
	}
	n, err := build(s)
	if err != nil {
		return err
	}
	fmt.Printf("%d servents, %d links; a round is %d floods with TTL %d: %d messages, %d servents reached, as the closed form says\n\n",
		s.graph.Len(), s.graph.Edges(), len(s.sources), *ttl, s.want.messages, s.want.reached)
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	first, err := n.round(s)
	if err != nil {
		return err
	}
	if err := reportSize(s, n, first); err != nil {
		return err
	}
	ours, theirs, err := alternate(s, n)
	if err != nil {
		return err
	}
	reportSpeed(ours, theirs)
	return nil
}

// alternate measures the rounds, ours and the peer's in turn.
func alternate(s *setting, n *network) (ours, theirs []round, err error) {
	var p *rival
	if *peer != "" {
		if p, err = newRival(s, *peer); err != nil {
			return nil, nil, err
		}
		defer p.close()
	}
	for i := range *rounds {
		r, err := n.round(s)
		if err != nil {
			return nil, nil, fmt.Errorf("round %d: %w", i+1, err)
		}
		ours = append(ours, r)
		if p == nil {
			continue
		}
		if r, err = p.round(s); err != nil {
			return nil, nil, fmt.Errorf("round %d of the peer: %w", i+1, err)
		}
		theirs = append(theirs, r)
	}
	return ours, theirs, nil
}
