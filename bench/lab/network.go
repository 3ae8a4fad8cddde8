package main

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"runtime/metrics"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

// tableSize is how many GUIDs a Router remembers, as in an experiment.
const tableSize = 16

// A network is ours: what floods in it is counted as it happens.
type network struct {
	net    *lab.Network
	floods uint64
	counts counts

	took span   // to make it
	heap uint64 // bytes that it takes before its first message
}

// A round is what the floods of a round took.
type round struct {
	messages int
	span
}

// build makes the network of s, with the Routers of an experiment.
func build(s *setting) (n *network, err error) {
	runtime.GC()
	before := heap()
	n = &network{}
	n.took, err = measure(func() error {
		n.net = lab.Of(s.graph, lab.Config{
			Router: routing.Config{SoftLimit: maxTTL, HardLimit: 2 * maxTTL, TableSize: tableSize},
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	runtime.GC()
	n.heap = heap() - before
	n.net.Watch = n.watch
	if n.net.Len() != s.graph.Len() {
		return nil, fmt.Errorf("a network of %d servents, of a graph of %d", n.net.Len(), s.graph.Len())
	}
	return n, nil
}

// heap returns how many bytes of objects there are.
func heap() uint64 {
	live := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}

// watch counts an effect of a Router.
func (n *network) watch(e *lab.Event) {
	switch e.Effect.Kind {
	case routing.Send:
		n.counts.messages++
	case routing.Deliver:
		n.counts.reached++
	case routing.Drop:
		n.counts.duplicates++
	}
}

// round floods from every source, one after the other, and checks the counts.
func (n *network) round(s *setting) (r round, err error) {
	n.counts = counts{}
	r.span, err = measure(func() error {
		for _, v := range s.sources {
			n.flood(v)
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	r.messages = n.counts.messages
	if n.counts != s.want {
		return r, fmt.Errorf("counted %+v, the closed form says %+v", n.counts, s.want)
	}
	return r, nil
}

// flood sends one query and waits for the end of its flood.
func (n *network) flood(source graph.Node) {
	n.floods++
	var guid messages.GUID
	binary.BigEndian.PutUint64(guid[:], chance.Hash(*seed, chance.GUIDs, n.floods))
	binary.BigEndian.PutUint64(guid[8:], n.floods)
	n.net.Begin(n.floods)
	n.net.Send(source, messages.Message{Header: messages.Header{GUID: guid.Mark(), Type: messages.TypeQuery, TTL: uint8(*ttl)}})
	n.net.Run()
}
