package lab

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestQueueAgainstSort: whatever comes in leaves by time, then in the order of
// coming in, and nothing leaves before it is due.
func TestQueueAgainstSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			q    queue
			want []arrival // in the queue, sorted
			next Node
			now  time.Duration
		)
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				for range rapid.IntRange(1, 50).Draw(t, "arrivals") {
					a := arrival{due: now + time.Duration(rapid.IntRange(0, 5).Draw(t, "latency")), node: next}
					next++
					q.push(a)
					want = append(want, a)
				}
				slices.SortStableFunc(want, func(a, b arrival) int { return cmp.Compare(a.due, b.due) })
			},
			"pop": func(t *rapid.T) {
				until := now + time.Duration(rapid.IntRange(0, 3).Draw(t, "until"))
				for len(want) > 0 && want[0].due <= until {
					a, ok := q.pop(until)
					if !ok || a.node != want[0].node || a.due != want[0].due {
						t.Fatalf("pop: got %d due %v (%v), want %d due %v", a.node, a.due, ok, want[0].node, want[0].due)
					}
					want = want[1:]
				}
				if a, ok := q.pop(until); ok {
					t.Fatalf("pop until %v: got %d due %v, want nothing", until, a.node, a.due)
				}
				now = until
			},
		})
	})
}

// TestQueueGivesUpRoom: a queue that never runs empty does not grow for ever.
func TestQueueGivesUpRoom(t *testing.T) {
	var q queue
	for i := range 100 * smallestCompaction {
		q.push(arrival{due: time.Duration(i)})
		q.push(arrival{due: time.Duration(i)})
		q.pop(never)
		if i > smallestCompaction {
			q.pop(never)
		}
	}
	if most := 8 * smallestCompaction; cap(q.line) > most {
		t.Errorf("a queue of about %d messages takes room for %d, want at most %d", smallestCompaction, cap(q.line), most)
	}
}
