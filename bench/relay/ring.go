package main

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"servent/bench/peer"
	"servent/messages"
)

// A ring is the peers around the hub. Peers below senders send queries; the
// next echoes of them send back each query that they get, as a second link
// that the query came by.
type ring struct {
	peers   []*peer.Peer
	senders []*sender
	echoes  int
	payload []byte
	tallies []*tally
	readers sync.WaitGroup
	failed  chan error // holds the first fault that a peer finds
}

// A sender numbers its queries from 0 on, over all rounds.
type sender struct {
	index int
	next  uint64        // number of the next query
	wake  chan struct{} // holds a token when queries have come through
}

// A tally is what one peer has got. Its reader owns it, but for the atomics.
type tally struct {
	awaited []uint64 // by sender: the least number that may come next
	touched []bool   // by sender: whether the chunk at hand had queries of it
	echo    []byte   // what goes back to the hub after the chunk
	passed  []atomic.Uint64
	count   atomic.Uint64 // queries
}

// newRing links count peers to the hub.
func newRing(ctx context.Context, hub string, count, senders, echoes int) (*ring, error) {
	payload, err := newPayload()
	if err != nil {
		return nil, err
	}
	r := &ring{echoes: echoes, payload: payload, failed: make(chan error, 1)}
	for i := range senders {
		r.senders = append(r.senders, &sender{index: i, wake: make(chan struct{}, 1)})
	}
	for range count {
		p, err := peer.Dial(ctx, hub)
		if err != nil {
			r.close()
			return nil, fmt.Errorf("link %d: %w", len(r.peers), err)
		}
		r.peers = append(r.peers, p)
		r.tallies = append(r.tallies, &tally{
			awaited: make([]uint64, senders), touched: make([]bool, senders), passed: make([]atomic.Uint64, senders),
		})
	}
	for i := range r.peers {
		r.readers.Go(func() { r.read(i) })
	}
	return r, nil
}

func (r *ring) close() {
	for _, p := range r.peers {
		p.Close()
	}
	r.readers.Wait()
}

// read has a peer take what the hub relays until the link ends.
func (r *ring) read(i int) {
	t := r.tallies[i]
	echoes := i >= len(r.senders) && i < len(r.senders)+r.echoes
	err := r.peers[i].Receive(func(h messages.Header, m []byte) error {
		if h.Type != messages.TypeQuery {
			return nil // the hub's keep-alive Pings; rounds end before it insists
		}
		if echoes {
			t.echo = append(t.echo, m...)
		}
		return r.take(i, h, m)
	}, func() error { return r.publish(i) })
	if err != nil {
		select {
		case r.failed <- fmt.Errorf("link %d: %w", i, err):
		default: // the first one is told
		}
	}
}

// take checks one query: that it is whole, and neither a peer's own, nor a
// second copy, nor out of order.
func (r *ring) take(i int, h messages.Header, m []byte) error {
	from, number, ok := peer.ReadGUID(h.GUID)
	if !ok || from >= len(r.senders) || from == i {
		return fmt.Errorf("a query came with GUID %v, which it should not have", h.GUID)
	}
	t := r.tallies[i]
	if number < t.awaited[from] {
		return fmt.Errorf("query %d of link %d came twice or late, after %d", number, from, t.awaited[from]-1)
	}
	t.awaited[from] = number + 1
	t.touched[from] = true
	t.count.Add(1)
	return check(h, m, r.payload)
}

// publish tells the senders what a chunk brought, and sends the echoes.
func (r *ring) publish(i int) error {
	t := r.tallies[i]
	for from, touched := range t.touched {
		if !touched {
			continue
		}
		t.touched[from] = false
		t.passed[from].Store(t.awaited[from])
		select {
		case r.senders[from].wake <- struct{}{}:
		default:
		}
	}
	if len(t.echo) == 0 {
		return nil
	}
	_, err := r.peers[i].Write(t.echo)
	t.echo = t.echo[:0]
	return err
}

// through returns how many of a sender's queries every other peer has got.
func (r *ring) through(s *sender) uint64 {
	least := uint64(math.MaxUint64)
	for i, t := range r.tallies {
		if i != s.index {
			least = min(least, t.passed[s.index].Load())
		}
	}
	return least
}

// received returns how many queries all peers have got.
func (r *ring) received() uint64 {
	var n uint64
	for _, t := range r.tallies {
		n += t.count.Load()
	}
	return n
}

// sendAll has every sender send queries queries and returns when all of them
// came through. Of each sender no more than window are on their way.
func (r *ring) sendAll(ctx context.Context, queries, window uint64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, len(r.senders))
	for _, s := range r.senders {
		go func() { ended <- r.send(ctx, s, queries, window) }()
	}
	var failed error
	for range r.senders {
		var err error
		select {
		case err = <-ended:
		case failed = <-r.failed:
			cancel()
			err = <-ended
		}
		if err != nil && failed == nil {
			failed = err
			cancel()
		}
	}
	return failed
}

// send sends a sender's queries, half a window at once, and waits until all
// came through.
func (r *ring) send(ctx context.Context, s *sender, queries, window uint64) error {
	out := messages.NewWriter(r.peers[s.index])
	for end := s.next + queries; ; {
		through := r.through(s)
		if through == end {
			return nil
		}
		room := min(window-(s.next-through), end-s.next)
		if s.next == end || room < window/2 && s.next+room < end {
			select {
			case <-s.wake:
				continue
			case <-ctx.Done():
				return fmt.Errorf("link %d: query %d of %d is not through: %w", s.index, through, end, ctx.Err())
			}
		}
		if err := r.write(out, s, room); err != nil {
			return err
		}
	}
}

// write sends a sender's next n queries.
func (r *ring) write(out *messages.Writer, s *sender, n uint64) error {
	for range n {
		h := messages.Header{GUID: peer.GUIDOf(s.index, s.next), Type: messages.TypeQuery, TTL: queryTTL}
		if err := out.Write(messages.Message{Header: h, Payload: r.payload}); err != nil {
			return err
		}
		s.next++
	}
	return out.Flush()
}

// offer has the first sender send rate queries a second for a while, whether
// they come through or not, and returns how many it sent.
func (r *ring) offer(ctx context.Context, rate int, while time.Duration) (uint64, error) {
	const every = 10 * time.Millisecond
	s := r.senders[0]
	out := messages.NewWriter(r.peers[s.index])
	tick := time.NewTicker(every)
	defer tick.Stop()
	var sent uint64
	for begin := time.Now(); ; {
		passed := min(time.Since(begin), while)
		due := uint64(float64(rate) * passed.Seconds())
		if err := r.write(out, s, due-sent); err != nil {
			return sent, err
		}
		sent = due
		if passed == while {
			return sent, nil
		}
		select {
		case <-tick.C:
		case err := <-r.failed:
			return sent, err
		case <-ctx.Done():
			return sent, ctx.Err()
		}
	}
}
