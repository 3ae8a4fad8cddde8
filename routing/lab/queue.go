package lab

import (
	"container/heap"
	"math"
	"time"

	"servent/messages"
	"servent/routing"
)

// never is later than any message is due.
const never = time.Duration(math.MaxInt64)

// An arrival is a message under way.
type arrival struct {
	due     time.Duration
	order   uint64 // of sending, to break ties
	node    Node
	link    routing.Link
	message messages.Message
}

func (a *arrival) before(b *arrival) bool {
	if a.due != b.due {
		return a.due < b.due
	}
	return a.order < b.order
}

// A queue holds what is under way, the next due first, and of those due at one
// time the first sent. What is due after all that came in sorted waits in a
// plain line, so that a hop-synchronous flood pays for no heap.
type queue struct {
	line  []arrival // sorted; line[:head] has left
	head  int
	rest  arrivals // what came out of order
	order uint64
}

func (q *queue) push(a arrival) {
	q.order++
	a.order = q.order
	if q.head == len(q.line) {
		q.line, q.head = q.line[:0], 0
	}
	if len(q.line) == 0 || q.line[len(q.line)-1].due <= a.due {
		q.line = append(q.line, a)
		return
	}
	heap.Push(&q.rest, a)
}

// pop takes out the next message, unless it is due after until.
func (q *queue) pop(until time.Duration) (a arrival, ok bool) {
	inLine, inRest := q.head < len(q.line), len(q.rest) > 0
	switch {
	case !inLine && !inRest:
		return arrival{}, false
	case inLine && (!inRest || q.line[q.head].before(&q.rest[0])):
		a = q.line[q.head]
		if a.due > until {
			return arrival{}, false
		}
		q.head++
		q.compact()
		return a, true
	case q.rest[0].due > until:
		return arrival{}, false
	}
	return heap.Pop(&q.rest).(arrival), true
}

// compact gives up the room of what has left the line, once that is half of it.
func (q *queue) compact() {
	if q.head >= smallestCompaction && 2*q.head >= len(q.line) {
		q.line = q.line[:copy(q.line, q.line[q.head:])]
		q.head = 0
	}
}

const smallestCompaction = 1024 // arrivals

// arrivals is a heap.
type arrivals []arrival

func (h arrivals) Len() int           { return len(h) }
func (h arrivals) Less(i, j int) bool { return h[i].before(&h[j]) }
func (h arrivals) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *arrivals) Push(a any)        { *h = append(*h, a.(arrival)) }
func (h *arrivals) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	*h = (*h)[:last]
	return a
}
