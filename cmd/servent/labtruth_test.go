package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
	"servent/servent"
	"servent/servent/api"
)

// truthServents are linked by truthLinks: three hubs linked with each other, and
// others with one to three of the hubs each. However the copies of a query race,
// no way that visits nobody twice is longer than 6 links, for at least every
// second servent on it is a hub. So TTL 7 never runs out, and the flood is the
// same in any order.
const (
	truthServents = 30
	truthHubs     = 3
)

func truthLinks(seed uint64) [][2]graph.Node {
	chance := rand.New(rand.NewPCG(seed, seed))
	links := [][2]graph.Node{{0, 1}, {1, 2}, {0, 2}}
	for v := graph.Node(truthHubs); v < truthServents; v++ {
		for _, hub := range chance.Perm(truthHubs)[:1+chance.IntN(truthHubs)] {
			links = append(links, [2]graph.Node{graph.Node(hub), v})
		}
	}
	return links
}

// TestLabIsTheNetwork floods one graph in the lab and with 30 real servents over
// libp2p: 2E - N + 1 messages and N - 1 servents reached in both, whatever the
// order.
func TestLabIsTheNetwork(t *testing.T) {
	t.Parallel()
	links := truthLinks(1)
	g, err := graph.New(truthServents, links)
	if err != nil {
		t.Fatal(err)
	}
	const origin = truthHubs // one of the others
	want := flooded{reached: truthServents - 1, messages: 2*len(links) - truthServents + 1}
	for _, latency := range []string{"equal", "uniform:1ms..1s", "lognormal:50ms,500ms"} {
		if got := floodedInLab(t, g, origin, latency); got != want {
			t.Errorf("in the lab, latency %s: got %+v, want %+v", latency, got, want)
		}
	}
	got := floodedForReal(t, g, origin)
	if got != want {
		t.Errorf("over libp2p: got %+v, want %+v", got, want)
	}
	t.Logf("%d servents, %d links, in the lab and over libp2p: %d reached by %d messages", truthServents, len(links), got.reached, got.messages)
}

// flooded is what came of a query.
type flooded struct{ reached, messages int }

func floodedInLab(t *testing.T, g *graph.Graph, origin graph.Node, latency string) flooded {
	t.Helper()
	l, err := experiment.ParseLatency(latency)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := experiment.Plan{
		Graph: func(int) (*graph.Graph, error) { return g, nil }, Strategies: []experiment.Strategy{experiment.Flood},
		First: servent.MaxTTL, Latency: l, Sources: experiment.Sources{Nodes: []graph.Node{origin}},
	}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return flooded{int(rows[0].Reached.Sum()), int(rows[0].Messages.Sum())}
}

func floodedForReal(t *testing.T, g *graph.Graph, origin graph.Node) flooded {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	class := &classroom{dir: t.TempDir(), stopRun: stop, ended: make(chan error, g.Len())}
	defer func() {
		if err := class.stop(); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	addrs := make([]string, g.Len())
	for v := range graph.Node(g.Len()) {
		config := servent.Config{
			Network: "truth", Home: filepath.Join(class.dir, strconv.Itoa(int(v))),
			Listen: []string{loopback}, NoDiscovery: true, Rate: -1, Web: servent.WebOff,
		}
		for _, w := range g.Neighbours(v) {
			if w < v {
				config.Connect = append(config.Connect, addrs[w])
			}
		}
		status, err := class.start(ctx, ctx, config)
		if err != nil {
			t.Fatalf("servent %d: %v", v, err)
		}
		addrs[v] = status.Addrs[0]
	}
	for v, s := range class.servents {
		if err := linked(ctx, s, g.Degree(graph.Node(v))); err != nil {
			t.Fatalf("servent %d: %v", v, err)
		}
	}
	if _, err := class.servents[origin].Search(ctx, api.SearchRequest{Words: "seblinux", TTL: servent.MaxTTL, Timeout: time.Second}, func(api.Hit) {}); err != nil {
		t.Fatal(err)
	}
	for last := uint64(0); ; {
		sent, received, fresh := queries(ctx, t, class.servents)
		if sent == received && sent == last {
			return flooded{int(fresh), int(sent)}
		}
		last = sent
	}
}

// linked waits until s has so many links.
func linked(ctx context.Context, s *servent.Servent, want int) error {
	for _, err := range s.Events(ctx, api.EventLink) {
		if err != nil {
			return err
		}
		status, err := s.Status(ctx)
		if err != nil || status.Links == want {
			return err
		}
	}
	return errors.New("no more events")
}

// queries sums up the Queries of all servents.
func queries(ctx context.Context, t *testing.T, servents []*servent.Servent) (sent, received, fresh uint64) {
	t.Helper()
	for _, s := range servents {
		status, err := s.Status(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, traffic := range status.Messages {
			if traffic.Type == "Query" {
				sent += traffic.Sent
				received += traffic.Received
				fresh += traffic.Fresh
			}
		}
	}
	return sent, received, fresh
}
