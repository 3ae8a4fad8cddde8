package servent

import (
	"sync"
	"sync/atomic"

	"servent/messages"
)

// maxOutboxBytes bounds what waits for one slow neighbour, payloads included.
const maxOutboxBytes = 1 << 20

// An outbox is crowded once more than 1/crowdedFrom of its room is taken, until
// no more than 1/crowdedTo is.
const (
	crowdedFrom = 2
	crowdedTo   = 4
)

// An outbox holds the messages that wait for one neighbour. When it is full
// the oldest is dropped, since a late query is worth less than a new one.
// Source: RFC 0.6 draft §3.1. Any goroutine may call its methods.
type outbox struct {
	mu      sync.Mutex
	waiting fifo[messages.Message]
	bytes   int
	dropped uint64
	closed  bool
	wake    chan struct{} // holds one token while there is something to take

	full    atomic.Bool // see crowded; set under mu
	cleared func()      // called, without mu, when it is crowded no more
}

// newOutbox returns an outbox for limit messages.
func newOutbox(limit int, cleared func()) *outbox {
	return &outbox{
		waiting: fifo[messages.Message]{most: limit},
		wake:    make(chan struct{}, 1),
		cleared: cleared,
	}
}

// put adds all of batch, in order, and wakes the writer once. What is put
// into a closed outbox is lost.
func (o *outbox) put(batch ...messages.Message) {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return
	}
	for _, m := range batch {
		for o.waiting.count > 0 && (o.waiting.count == o.waiting.most || o.bytes+m.Size() > maxOutboxBytes) {
			o.shift()
			o.dropped++
		}
		o.waiting.push(m)
		o.bytes += m.Size()
	}
	if o.fuller(crowdedFrom) {
		o.full.Store(true)
	}
	o.mu.Unlock()
	o.signal()
}

// shift takes the oldest message out of an outbox that holds one.
func (o *outbox) shift() messages.Message {
	m := o.waiting.shift()
	o.bytes -= m.Size()
	return m
}

// fuller reports whether more than 1/part of the room is taken.
func (o *outbox) fuller(part int) bool {
	return o.waiting.count > o.waiting.most/part || o.bytes > maxOutboxBytes/part
}

// crowded reports whether the neighbour should get no answers for now: it takes
// them more slowly than they are made, and further ones would push out others.
func (o *outbox) crowded() bool { return o.full.Load() }

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// take moves up to cap(to) messages, oldest first, into to[:0] without
// waiting, and reports whether the outbox is still open.
func (o *outbox) take(to []messages.Message) (taken []messages.Message, open bool) {
	o.mu.Lock()
	taken = to[:0]
	for o.waiting.count > 0 && len(taken) < cap(to) {
		taken = append(taken, o.shift())
	}
	open = !o.closed
	cleared := o.full.Load() && !o.fuller(crowdedTo)
	if cleared {
		o.full.Store(false)
	}
	o.mu.Unlock()
	if cleared {
		o.cleared()
	}
	return taken, open
}

// lost returns how many messages were dropped.
func (o *outbox) lost() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dropped
}

// close lets the writer take what is left and then end.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.full.Store(false) // it may never be emptied
	o.mu.Unlock()
	o.signal()
}
