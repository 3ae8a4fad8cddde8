package lab

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestQueueAgainstSort: what comes in leaves by time, in waves that are sorted by
// servent and else in the order of coming in, and nothing leaves before it is due.
func TestQueueAgainstSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			q      queue
			want   []arrival // in the queue, in the order of coming in
			number uint32
			now    time.Duration
		)
		scale := rapid.SampledFrom([]time.Duration{1, 1, 1000, 1 << 40}).Draw(t, "scale")
		nodes := rapid.SampledFrom([]int{1, 4, 5000, 1 << 30}).Draw(t, "nodes")
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				for range rapid.IntRange(1, 300).Draw(t, "arrivals") {
					a := arrival{
						due:   now + scale*time.Duration(rapid.IntRange(0, 5).Draw(t, "latency")),
						visit: visit{node: Node(rapid.IntRange(-1, nodes).Draw(t, "node")), what: number},
					}
					number++
					q.push(a.due, a.visit)
					want = append(want, a)
				}
			},
			"next": func(t *rapid.T) {
				until := now + scale*time.Duration(rapid.IntRange(0, 3).Draw(t, "until"))
				for {
					due := never
					for _, a := range want {
						due = min(due, a.due)
					}
					if got := q.next(until); got != (due <= until) {
						t.Fatalf("a wave until %v: got %v, where the next is due %v", until, got, due)
					}
					if due > until {
						break
					}
					var wave []visit
					wave, want = split(want, due)
					if got := q.take(); !slices.Equal(got, wave) {
						t.Fatalf("the wave of %v: got %v, want %v", due, got, wave)
					}
					now = due
				}
				now = until
			},
			"retain": func(t *rapid.T) {
				keep := func(a *arrival) bool { return a.node == nobody }
				q.retain(keep)
				want = slices.DeleteFunc(want, func(a arrival) bool { return !keep(&a) })
			},
			"": func(t *rapid.T) {
				if q.count != len(want) {
					t.Fatalf("the queue says it holds %d, want %d", q.count, len(want))
				}
			},
		})
	})
}

// split returns what of all is due then, sorted by servent, and the others.
func split(all []arrival, due time.Duration) (wave []visit, rest []arrival) {
	for _, a := range all {
		if a.due == due {
			wave = append(wave, a.visit)
		} else {
			rest = append(rest, a)
		}
	}
	slices.SortStableFunc(wave, func(a, b visit) int { return cmp.Compare(a.node, b.node) })
	return wave, rest
}

// TestQueueReusesRoom: a queue that never runs empty takes no more chunks than
// what it holds needs.
func TestQueueReusesRoom(t *testing.T) {
	const held = 10 * chunkSize
	var q queue
	for i := range held {
		q.push(time.Duration(i), visit{})
	}
	allocs := testing.AllocsPerRun(10*held, func() {
		if !q.next(never) {
			t.Fatal("the queue is empty")
		}
		for range q.take() {
			q.push(q.last+held, visit{})
		}
	})
	if allocs != 0 || q.count != held {
		t.Errorf("%v allocations a wave with %d held, want 0 with %d", allocs, q.count, held)
	}
}
