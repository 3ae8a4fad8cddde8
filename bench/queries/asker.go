package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"servent/bench/peer"
	"servent/messages"
)

// queryTTL is what the queries of a servent's user leave with.
const queryTTL = 7

// An asker sends the queries of one link and reads and checks every hit. It
// numbers its queries from 0 on, over all rounds, so that no two are the same.
type asker struct {
	peer    *peer.Peer
	out     *messages.Writer
	next    uint64
	round   atomic.Pointer[round] // what the receiver counts into
	wake    chan struct{}         // holds a token when queries were answered
	failed  chan error            // holds the first fault that the receiver finds
	ended   chan struct{}
	touched bool // the receiver's: this chunk answered something
}

// A round is a number of queries, which the questions are asked by in turn.
type round struct {
	questions []question
	first     uint64
	got       []int         // results, by query; the receiver's
	done      atomic.Uint64 // queries answered in full, with those that none was expected of before them
	answered  atomic.Uint64 // queries answered in full
	results   uint64        // the receiver's; read after the last answer
	hits      uint64
	bytes     uint64 // of all hits, headers included
}

func newAsker(ctx context.Context, servent string) (*asker, error) {
	p, err := peer.Dial(ctx, servent)
	if err != nil {
		return nil, err
	}
	a := &asker{peer: p, out: messages.NewWriter(p), wake: make(chan struct{}, 1), failed: make(chan error, 1), ended: make(chan struct{})}
	go func() {
		defer close(a.ended)
		if err := p.Receive(a.take, a.chunk); err != nil {
			a.failed <- err
		}
	}()
	return a, nil
}

func (a *asker) close() {
	a.peer.Close()
	<-a.ended
}

// ask sends count queries, at most window of them without their answer, and
// returns once all answers are there.
func (a *asker) ask(ctx context.Context, questions []question, count, window int) (*round, error) {
	r := &round{questions: questions, first: a.next, got: make([]int, count)}
	a.round.Store(r)
	sent := uint64(0)
	for r.done.Load() < uint64(count) {
		room := min(uint64(window)-(sent-r.done.Load()), uint64(count)-sent)
		for range room {
			h := messages.Header{GUID: peer.GUIDOf(0, a.next), Type: messages.TypeQuery, TTL: queryTTL}
			if err := a.out.Write(messages.Message{Header: h, Payload: r.of(sent).payload}); err != nil {
				return nil, err
			}
			sent++
			a.next++
		}
		if err := a.out.Flush(); err != nil {
			return nil, err
		}
		select {
		case <-a.wake:
		case err := <-a.failed:
			return nil, err
		case <-ctx.Done():
			return nil, fmt.Errorf("of %d queries sent, %d were answered: %w", sent, r.done.Load(), ctx.Err())
		}
	}
	return r, nil
}

func (r *round) of(n uint64) *question { return &r.questions[n%uint64(len(r.questions))] }

// take reads one message and checks it if it is a hit.
func (a *asker) take(h messages.Header, m []byte) error {
	if h.Type != messages.TypeQueryHit {
		return nil // the servent's keep-alive Pings
	}
	r := a.round.Load()
	_, number, ours := peer.ReadGUID(h.GUID)
	if n := number - r.first; ours && n < uint64(len(r.got)) {
		return a.count(r, n, messages.Message{Header: h, Payload: m[messages.HeaderSize:]})
	}
	return fmt.Errorf("a hit came with GUID %v, which no query of this round has", h.GUID)
}

// count takes a hit for query n: all of it must be parsed and right.
func (a *asker) count(r *round, n uint64, m messages.Message) error {
	p, err := messages.Parse(m)
	if err != nil {
		return err
	}
	hit := p.(messages.QueryHit)
	if info, ok := hit.Trailer.Extensions().PeerInfo(); !ok || len(info.Addrs) == 0 {
		return fmt.Errorf("a hit does not say who answers: %+v", hit.Trailer)
	}
	q := r.of(n)
	for _, result := range hit.Results {
		f := result.FileInfo()
		if f.Root == [messages.RootSize]byte{} || f.SHA1 == [messages.SHA1Size]byte{} || f.Size == 0 || !hasAll(f.Name, q.words) {
			return fmt.Errorf("%+v answers %q", f, q.words)
		}
	}
	r.hits++
	r.bytes += uint64(m.Size())
	r.results += uint64(len(hit.Results))
	if r.got[n] += len(hit.Results); r.got[n] > q.results {
		return fmt.Errorf("%q: %d results, want %d", q.words, r.got[n], q.results)
	}
	if r.got[n] < q.results {
		return nil // the next hit has more
	}
	a.touched = true
	r.answered.Add(1)
	r.done.Add(r.covered(n))
	return nil
}

// covered returns how many queries the answer to query n stands for: itself,
// and those before it that nothing is found by.
func (r *round) covered(n uint64) uint64 {
	covered := uint64(1)
	for ; covered <= n && r.of(n-covered).results == 0; covered++ {
	}
	return covered
}

func hasAll(name string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(name, word) {
			return false
		}
	}
	return true
}

// chunk wakes the sender once for all that came together.
func (a *asker) chunk() error {
	if a.touched {
		a.touched = false
		select {
		case a.wake <- struct{}{}:
		default:
		}
	}
	return nil
}
