package servent

import (
	"sync"

	"servent/messages"
)

// maxOutboxBytes bounds what waits for one slow neighbour, payloads included.
const maxOutboxBytes = 1 << 20

// An outbox holds the messages that wait for one neighbour. When it is full
// the oldest is dropped, since a late query is worth less than a new one.
// Source: RFC 0.6 draft §3.1. Any goroutine may call its methods.
type outbox struct {
	mu      sync.Mutex
	ring    []messages.Message // grows up to limit
	first   int                // place of the oldest in ring
	count   int
	bytes   int
	limit   int // messages
	dropped uint64
	closed  bool
	wake    chan struct{} // holds one token while there is something to take
}

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, wake: make(chan struct{}, 1)}
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
		for o.count > 0 && (o.count == o.limit || o.bytes+m.Size() > maxOutboxBytes) {
			o.shift()
			o.dropped++
		}
		if o.count == len(o.ring) {
			o.grow()
		}
		o.ring[(o.first+o.count)%len(o.ring)] = m
		o.count++
		o.bytes += m.Size()
	}
	o.mu.Unlock()
	o.signal()
}

// shift takes the oldest message out of an outbox that holds one.
func (o *outbox) shift() messages.Message {
	m := o.ring[o.first]
	o.ring[o.first] = messages.Message{} // lets go of the payload
	o.first = (o.first + 1) % len(o.ring)
	o.count--
	o.bytes -= m.Size()
	return m
}

func (o *outbox) grow() {
	const smallest = 8
	larger := make([]messages.Message, min(max(smallest, 2*len(o.ring)), o.limit))
	for i := range o.count {
		larger[i] = o.ring[(o.first+i)%len(o.ring)]
	}
	o.ring, o.first = larger, 0
}

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
	defer o.mu.Unlock()
	taken = to[:0]
	for o.count > 0 && len(taken) < cap(to) {
		taken = append(taken, o.shift())
	}
	return taken, !o.closed
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
	o.mu.Unlock()
	o.signal()
}
