package routing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab"
	"servent/routing/lab/graph"
)

// twinLinks is the greatest link that a twin is tried with.
const twinLinks = 5

// bannedServent is one that gtk-gnutella bans.
var bannedServent = messages.GUID{
	0x20, 0xd2, 0x62, 0xff, 0x0e, 0x6f, 0xd6, 0x11, 0x97, 0x34, 0x00, 0x40, 0x05, 0xa2, 0x07, 0xb1,
}

// TestRouterAgainstTwin gives the same calls to a Router and to its twin, and
// wants the same effects.
func TestRouterAgainstTwin(t *testing.T) { rapid.Check(t, routerEqualsTwin) }

// FuzzRouter is TestRouterAgainstTwin with calls that a fuzzer chooses.
func FuzzRouter(f *testing.F) {
	f.Add([]byte("any bytes"))
	f.Fuzz(rapid.MakeFuzz(routerEqualsTwin))
}

func routerEqualsTwin(t *rapid.T) {
	cfg := anyConfig(t)
	r := routing.New(cfg)
	attached := routing.Link(1) // the first of those to attach
	if rapid.Bool().Draw(t, "made together") {
		r = &routing.NewAll(cfg, []int{1, twinLinks - 1, 2})[1]
		attached = twinLinks
	}
	w := &twin{cfg: cfg, links: make(map[routing.Link]*twinBucket), replies: make(map[routing.Link]*twinBucket), now: start}
	now := start
	r.Step(now, routing.Self, messages.Message{}, nil) // both clocks begin
	for l := routing.Link(1); l < twinLinks; l++ {
		if l >= attached {
			r.Attach(l)
		}
		w.attach(l)
	}
	pass := func(t *rapid.T) {
		now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 3, 40}).Draw(t, "seconds")) * time.Second)
	}
	links := rapid.Map(rapid.IntRange(0, twinLinks), func(n int) routing.Link { return routing.Link(n) })
	step := func(t *rapid.T, from routing.Link, m messages.Message) {
		pass(t)
		got := r.Step(now, from, m, nil)
		if diff := cmp.Diff(w.step(now, from, m), got); diff != "" {
			t.Fatalf("step %v by link %d: the effects differ (-want +got)\n%s", m.Header, from, diff)
		}
		checkEffects(t, from, m, got)
	}
	fresh := 1000
	t.Repeat(map[string]func(*rapid.T){
		"step": func(t *rapid.T) { step(t, links.Draw(t, "from"), anyMessage(t)) },
		"conversation": func(t *rapid.T) { // a query, a hit, two Pushes for where it came from
			servent := anyServent(t)
			fresh++
			query, hit := queryOf(fresh), hitOf(fresh, servent)
			query.Hops = 0
			step(t, links.Draw(t, "asks"), query)
			step(t, links.Draw(t, "answers"), hit)
			for range 2 {
				fresh++
				step(t, links.Draw(t, "pushes"), pushOf(fresh, servent))
			}
		},
		"sendTo": func(t *rapid.T) {
			pass(t)
			to, m := links.Filter(func(l routing.Link) bool { return l != routing.Self }).Draw(t, "to"), anyMessage(t)
			if diff := cmp.Diff(w.sendTo(now, to, m), r.SendTo(now, to, m, nil)); diff != "" {
				t.Fatalf("send %v to link %d: the effects differ (-want +got)\n%s", m.Header, to, diff)
			}
		},
		"relink": func(t *rapid.T) {
			l := rapid.SampledFrom([]routing.Link{1, 2, 3, 4, 5}).Draw(t, "link")
			if rapid.Bool().Draw(t, "attach") {
				r.Step(now, routing.Self, messages.Message{}, nil) // a bucket begins at the latest time
				w.now = now
				r.Attach(l)
				w.attach(l)
				return
			}
			r.Detach(l)
			delete(w.links, l)
		},
		"": func(*rapid.T) {},
	})
}

// anyConfig draws a configuration in which every limit is soon met.
func anyConfig(t *rapid.T) routing.Config {
	return routing.Config{
		Servent:    numbered(100),
		Rule:       rapid.SampledFrom([]routing.Rule{routing.PlainRule, routing.TTLAwareRule}).Draw(t, "rule"),
		SoftLimit:  uint8(rapid.IntRange(1, 9).Draw(t, "soft")),
		HardLimit:  uint8(rapid.SampledFrom([]int{9, 15, 255}).Draw(t, "hard")),
		Rate:       float64(rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "rate")),
		Burst:      float64(rapid.IntRange(1, 4).Draw(t, "burst")),
		TableSize:  rapid.IntRange(1, 12).Draw(t, "size"),
		Lifetime:   time.Duration(rapid.IntRange(5, 100).Draw(t, "lifetime")) * time.Second,
		ReplyLimit: rapid.IntRange(1, 4).Draw(t, "replies"),
	}
}

// anyMessage draws a message from few GUIDs, so that many meet.
func anyMessage(t *rapid.T) messages.Message {
	guids := []messages.GUID{numbered(1), numbered(2), numbered(3), numbered(4), numbered(5), {}}
	types := []messages.Type{
		messages.TypeQuery, messages.TypeQueryHit, messages.TypePush, messages.TypePing, messages.TypePong,
		messages.TypeQueryHit, messages.TypePush, messages.TypeBye, messages.TypeQRP, messages.TypeVendor, 0x44,
	}
	m := message(
		rapid.SampledFrom(types).Draw(t, "type"),
		rapid.SampledFrom(guids).Draw(t, "guid"),
		uint8(rapid.SampledFrom([]int{1, 2, 3, 4, 5, 6, 7, 0, 9, 16, 127, 255}).Draw(t, "ttl")),
		uint8(rapid.SampledFrom([]int{0, 1, 2, 3, 6, 7, 8, 254, 255}).Draw(t, "hops")),
	)
	servent := anyServent(t)
	switch m.Type {
	case messages.TypeQueryHit:
		m.Payload = hitOf(0, servent).Payload
	case messages.TypePush:
		m.Payload = pushOf(0, servent).Payload
	}
	if rapid.IntRange(0, 9).Draw(t, "short") == 0 {
		m.Payload = m.Payload[:min(len(m.Payload), 12)]
	}
	return m
}

// anyServent draws one of few servent GUIDs: ours, those of others, and two that
// are nobody's.
func anyServent(t *rapid.T) messages.GUID {
	return rapid.SampledFrom([]messages.GUID{
		numbered(100), numbered(101), numbered(102), numbered(103), bannedServent, {},
	}).Draw(t, "servent")
}

// checkEffects says what holds for the effects of any message.
func checkEffects(t *rapid.T, from routing.Link, m messages.Message, out []routing.Effect) {
	for _, e := range out {
		if e.Kind == routing.Send && e.To == from {
			t.Fatalf("%v went back by link %d, which it came in by", m.Header, from)
		}
		if e.Kind == routing.Send && from != routing.Self && (e.Message.Hops != m.Hops+1 || e.Message.TTL >= m.TTL || e.Message.TTL == 0) {
			t.Fatalf("%v went on as %v, want one hop more and less TTL", m.Header, e.Message.Header)
		}
		if e.Kind == routing.Drop && (len(out) != 1 || e.Reason == 0) {
			t.Fatalf("%v: %d effects, one a drop for %v", m.Header, len(out), e.Reason)
		}
	}
}

// anyGraph draws up to 40 servents and any edges between them.
func anyGraph(t *rapid.T) *graph.Graph {
	nodes := rapid.IntRange(2, 40).Draw(t, "nodes")
	node := rapid.Map(rapid.IntRange(0, nodes-1), func(n int) lab.Node { return lab.Node(n) })
	edge := rapid.Custom(func(t *rapid.T) [2]lab.Node {
		return [2]lab.Node{node.Draw(t, "a"), node.Draw(t, "b")}
	})
	g, err := graph.New(nodes, rapid.SliceOfN(edge, nodes/2, 3*nodes).Draw(t, "edges"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestEqualLatencies: under equal latencies and the plain rule a flood is the
// closed form, and so it is under the TTL-aware rule, which has nothing to do.
func TestEqualLatencies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		cfg := exactFloods
		cfg.Rule = rapid.SampledFrom([]routing.Rule{routing.PlainRule, routing.TTLAwareRule}).Draw(t, "rule")
		count := newFloodCount(lab.Of(g, lab.Config{Router: cfg}))
		source := lab.Node(rapid.IntRange(0, g.Len()-1).Draw(t, "source"))
		ttl := rapid.IntRange(1, 12).Draw(t, "ttl")
		count.flood(source, message(messages.TypeQuery, numbered(0), uint8(ttl), 0))
		reached, sent := g.Flooded(source, ttl)
		if count.reached != reached || count.sent != sent || count.dropped[routing.Duplicate] != sent-reached {
			t.Fatalf("reached, sent, duplicates: got %d, %d, %d, want %d, %d, %d",
				count.reached, count.sent, count.dropped[routing.Duplicate], reached, sent, sent-reached)
		}
		if len(count.dropped) > 1 || count.echoes > 0 || count.twice > 0 {
			t.Fatalf("dropped %v, %d sent back, %d delivered again, want duplicates only",
				count.dropped, count.echoes, count.twice)
		}
	})
}

// TestUnequalLatencies: under the TTL-aware rule every flood reaches what it
// would reach under equal latencies, every servent answers once, and every hit
// comes home, whether it is sent at once or when the flood has ended.
func TestUnequalLatencies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		cfg := exactFloods
		cfg.Rule = routing.TTLAwareRule
		net := lab.Of(g, lab.Config{Router: cfg, Latency: func(a, b lab.Node) time.Duration {
			return time.Duration(rapid.IntRange(10, 200).Draw(t, "latency")) * time.Millisecond
		}})
		count := newFloodCount(net)
		source := lab.Node(rapid.IntRange(0, g.Len()-1).Draw(t, "source"))
		ttl := rapid.IntRange(1, 12).Draw(t, "ttl")
		late := rapid.Bool().Draw(t, "late")

		query := message(messages.TypeQuery, numbered(0), uint8(ttl), 0)
		var answers []func()
		home := 0
		net.Watch = func(e *lab.Event) {
			if e.Effect.Message.Type != messages.TypeQueryHit {
				count.watch(e)
			}
			switch {
			case e.Effect.Kind == routing.Drop && e.Effect.Message.Type == messages.TypeQueryHit:
				t.Fatalf("node %d dropped a hit: %v", e.Node, e.Effect.Reason)
			case e.Effect.Kind == routing.Deliver && e.Effect.Message.Type == messages.TypeQueryHit:
				home++
			case e.Effect.Kind == routing.Deliver:
				hit := hitOf(0, numbered(1000+int(e.Node)))
				hit.TTL, hit.Hops = e.Effect.Message.Hops+1, 0 // exactly as far as the query came
				node := e.Node                                 // the event is the network's
				answer := func() { net.Send(node, hit) }
				if !late {
					answer()
				}
				answers = append(answers, answer)
			}
		}
		count.flood(source, query)
		if late {
			for _, answer := range answers {
				answer()
			}
			net.Run()
		}
		reached, sent := g.Flooded(source, ttl)
		if count.reached != reached || count.twice != 0 || count.sent < sent {
			t.Fatalf("reached %d, %d twice, by %d messages, want %d, 0 twice, at least %d messages",
				count.reached, count.twice, count.sent, reached, sent)
		}
		if home != reached || count.echoes != 0 {
			t.Fatalf("%d of %d hits came home, %d messages went back", home, reached, count.echoes)
		}
	})
}
