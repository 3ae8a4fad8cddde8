package routing_test

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"servent/messages"
	"servent/routing"
)

const benchLinks = 30

// start is when the clocks of tests begin.
var start = time.Unix(1_000_000, 0)

// numbered returns the n-th of a row of GUIDs that differ.
func numbered(n int) (g messages.GUID) {
	binary.LittleEndian.PutUint64(g[:], uint64(n)+1)
	return g.Mark()
}

func message(t messages.Type, g messages.GUID, ttl, hops uint8) messages.Message {
	return messages.Message{Header: messages.Header{GUID: g, Type: t, TTL: ttl, Hops: hops}}
}

func queryOf(n int) messages.Message {
	m := message(messages.TypeQuery, numbered(n), 4, 3)
	m.Payload = benchPayload
	return m
}

var benchPayload = make([]byte, 60)

func hitOf(n int, servent messages.GUID) messages.Message {
	m := message(messages.TypeQueryHit, numbered(n), 5, 1)
	m.Payload = append(make([]byte, 200), servent[:]...)
	return m
}

func pushOf(n int, servent messages.GUID) messages.Message {
	m := message(messages.TypePush, numbered(n), 5, 1)
	m.Payload = append(servent[:], make([]byte, 10)...)
	return m
}

// fullRouter returns a Router with full tables: queries n < DefaultTableSize are
// remembered as from link 1, and servents n < DefaultTableSize at link 2.
func fullRouter(links int, cfg routing.Config) *routing.Router {
	r := routing.New(cfg)
	for l := range links {
		r.Attach(routing.Link(l + 1))
	}
	var out []routing.Effect
	for n := range routing.DefaultTableSize {
		out = r.Step(start, 1, queryOf(n), out[:0])
		out = r.Step(start, 2, hitOf(n, numbered(n)), out[:0])
	}
	return r
}

// steps are the calls whose speed counts, each on full tables.
var steps = []struct {
	name  string
	cfg   routing.Config
	setup func(r *routing.Router)
	step  func(r *routing.Router, i int, out []routing.Effect) []routing.Effect
	kind  routing.Kind // of the last effect
}{
	{name: "Duplicate", kind: routing.Drop,
		step: func(r *routing.Router, i int, out []routing.Effect) []routing.Effect {
			return r.Step(start, 3, queryOf(i%routing.DefaultTableSize), out)
		}},
	{name: "Fresh", kind: routing.Send, step: freshStep},
	{name: "FreshBuckets", kind: routing.Send, cfg: routing.Config{Rate: 1e9}, step: freshStep},
	{name: "FreshTTLAware", kind: routing.Send, cfg: routing.Config{Rule: routing.TTLAwareRule}, step: freshStep},
	{name: "Improved", kind: routing.Send, cfg: routing.Config{Rule: routing.TTLAwareRule}, step: improvedStep},
	{name: "Hit", kind: routing.Send, cfg: routing.Config{ReplyLimit: 65535},
		step: func(r *routing.Router, i int, out []routing.Effect) []routing.Effect {
			m := hits[i%len(hits)]
			m.GUID = numbered(i % routing.DefaultTableSize)
			return r.Step(start, 2, m, out)
		}},
	{name: "Push", kind: routing.Send,
		step: func(r *routing.Router, i int, out []routing.Effect) []routing.Effect {
			m := pushes[i%len(pushes)]
			m.GUID = numbered(routing.DefaultTableSize + i)
			return r.Step(start, 3, m, out)
		}},
}

func freshStep(r *routing.Router, i int, out []routing.Effect) []routing.Effect {
	return r.Step(start, 1, queryOf(routing.DefaultTableSize+i), out)
}

// improvedStep sends each query twice: by link 1 with TTL 2, by link 2 with TTL 3.
func improvedStep(r *routing.Router, i int, out []routing.Effect) []routing.Effect {
	m := queryOf(routing.DefaultTableSize + i/2)
	m.TTL = uint8(2 + i%2)
	return r.Step(start, routing.Link(1+i%2), m, out)
}

// hits and pushes are some messages with payloads made beforehand, of servents
// that lie scattered over the table.
var hits, pushes = func() (hits, pushes []messages.Message) {
	for n := range 1024 {
		servent := numbered(n * 61)
		hits = append(hits, hitOf(0, servent))
		pushes = append(pushes, pushOf(0, servent))
	}
	return hits, pushes
}()

func BenchmarkStep(b *testing.B) {
	for _, s := range steps {
		b.Run(s.name, func(b *testing.B) {
			r := fullRouter(benchLinks, s.cfg)
			out := make([]routing.Effect, 0, benchLinks+1)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				out = s.step(r, i, out[:0])
				i++
			}
			if got := out[len(out)-1]; got.Kind != s.kind {
				b.Fatalf("the last effect is %v (%v), want %v", got.Kind, got.Reason, s.kind)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

// BenchmarkGrow reports the longest Step on the way to full tables, one that
// doubles a table: that of the run in which it was shortest, since other work on
// the machine only adds to it.
func BenchmarkGrow(b *testing.B) {
	least := time.Duration(math.MaxInt64)
	for b.Loop() {
		r := routing.New(routing.Config{})
		r.Attach(1)
		r.Attach(2)
		var worst time.Duration
		var out []routing.Effect
		for n := range routing.DefaultTableSize {
			began := time.Now()
			out = r.Step(start, 1, queryOf(n), out[:0])
			worst = max(worst, time.Since(began))
		}
		least = min(least, worst)
	}
	b.ReportMetric(float64(least.Microseconds()), "worst-µs/step")
}

// TestStepAllocatesNothing holds for each Step on full tables.
func TestStepAllocatesNothing(t *testing.T) {
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			r := fullRouter(benchLinks, s.cfg)
			out := make([]routing.Effect, 0, benchLinks+1)
			i := 0
			allocs := testing.AllocsPerRun(2000, func() {
				out = s.step(r, i, out[:0])
				i++
			})
			if got := out[len(out)-1]; got.Kind != s.kind {
				t.Fatalf("the last effect is %v (%v), want %v", got.Kind, got.Reason, s.kind)
			}
			if allocs != 0 {
				t.Errorf("a step allocates %v times, want 0", allocs)
			}
		})
	}
}
