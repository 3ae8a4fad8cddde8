package lab_test

import (
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// gnm is a random graph of the size of the largest that was measured in 2002.
var gnm = sync.OnceValue(func() *graph.Graph {
	topology, err := graph.ParseTopology("gnm:62586,147892")
	if err != nil {
		panic(err)
	}
	g, err := topology.Build(chance.New(1, chance.Topology))
	if err != nil {
		panic(err)
	}
	return g
})

// unequal are latencies of 10 to 200 ms.
func unequal(a, b lab.Node) time.Duration {
	return 10*time.Millisecond + time.Duration(chance.Hash(1, chance.Latencies, uint64(a), uint64(b))%190e6)
}

// BenchmarkFlood is one flood with TTL 15 of all that it reaches, over and over.
func BenchmarkFlood(b *testing.B) {
	router := routing.Config{SoftLimit: 15}
	better := routing.Config{SoftLimit: 15, Rule: routing.TTLAwareRule}
	for _, c := range []struct {
		name    string
		cfg     lab.Config
		watched bool
	}{
		{name: "Synchronous", cfg: lab.Config{Router: router}},
		{name: "Watched", cfg: lab.Config{Router: router}, watched: true},
		{name: "Lossy", cfg: lab.Config{Router: router, Loss: 0.01}},
		{name: "Latencies", cfg: lab.Config{Router: router, Latency: unequal}},
		{name: "LatenciesTTLAware", cfg: lab.Config{Router: better, Latency: unequal}},
	} {
		b.Run(c.name, func(b *testing.B) {
			net := lab.Of(gnm(), c.cfg)
			events := 0
			if c.watched {
				net.Watch = func(e *lab.Event) {
					if e.Kind == lab.Routed && e.Effect.Kind == routing.Send {
						events++
					}
				}
			}
			floods := uint64(0)
			for b.Loop() {
				floods++
				m := query(15)
				binary.LittleEndian.PutUint64(m.GUID[:], floods)
				net.Begin(floods)
				net.Send(0, m)
				net.Run()
			}
			sent := uint64(0)
			for v := range lab.Node(net.Len()) {
				sent += net.Router(v).Counters().Of(messages.TypeQuery).Sent
			}
			b.ReportMetric(float64(sent)/float64(floods), "messages/op")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(sent), "ns/message")
		})
	}
}

// BenchmarkSetUp makes the network of a graph.
func BenchmarkSetUp(b *testing.B) {
	g := gnm()
	for b.Loop() {
		lab.Of(g, lab.Config{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*g.Len()), "ns/servent")
}

// BenchmarkWalk is 32 walkers that go 1,024 links each, at every servent by a
// link that is drawn.
func BenchmarkWalk(b *testing.B) {
	const walkers, steps = 32, 1024
	net := lab.Of(gnm(), lab.Config{})
	draw := chance.New(1, chance.Walks)
	step := func(v lab.Node, left uint32) {
		if degree := net.Degree(v); left > 0 && degree > 0 {
			net.Carry(v, net.LinkAt(v, draw.IntN(degree)), left-1)
		}
	}
	arrived := 0
	net.Arrived = func(v, from lab.Node, left uint32) {
		arrived++
		step(v, left)
	}
	source := lab.Node(0)
	for net.Degree(source) == 0 {
		source++
	}
	for b.Loop() {
		net.Begin(1)
		for range walkers {
			step(source, steps)
		}
		net.Run()
	}
	if want := walkers * steps * b.N; arrived != want {
		b.Fatalf("%d steps, want %d", arrived, want)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(arrived), "ns/step")
}
