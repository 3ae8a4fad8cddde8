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

// gnm is a random graph of the size of the largest that was measured in 2002:
// 62,586 servents, 147,892 links.
var gnm = sync.OnceValue(func() *graph.Graph {
	const nodes, links = 62_586, 147_892
	s := chance.New(1, chance.Topology)
	edges := make(map[[2]lab.Node]bool, links)
	list := make([][2]lab.Node, 0, links)
	for len(list) < links {
		a, b := lab.Node(s.IntN(nodes)), lab.Node(s.IntN(nodes))
		if e := [2]lab.Node{min(a, b), max(a, b)}; a != b && !edges[e] {
			edges[e] = true
			list = append(list, e)
		}
	}
	g, err := graph.New(nodes, list)
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
