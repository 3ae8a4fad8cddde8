package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"
)

// limit is how many documents a timed search returns at most.
const limit = 64

// flushed is more than the caches of a processor hold, in bytes.
const flushed = 256 << 20

// A timing is what the searches of the engines took.
type timing struct {
	took   [][][]time.Duration // by engine, round and query
	ranOut []int               // by query: rounds in which our work ran out
}

// A bounded engine may end a search before its limit.
type bounded interface {
	// ranOut reports whether the last search did.
	ranOut() bool
}

// measure asks every engine every query once a round, in an order that is new
// each round and the same for all. The engines take turns in going first.
// Before an engine's turn the garbage is collected and the caches are filled
// with something else. Of a first round nothing is kept. Every answer must
// have as many documents as there are, or as the limit allows.
func measure(engines []built, queries []query, matches []int, rounds int, seed uint64) (timing, error) {
	rng := rand.New(rand.NewPCG(seed, 2))
	order := rng.Perm(len(queries))
	memory := make([]byte, flushed)
	t := timing{took: make([][][]time.Duration, len(engines)), ranOut: make([]int, len(queries))}
	for round := -1; round < rounds; round++ {
		progress("round %d of %d; 0 is the warm-up", round+1, rounds)
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for turn := range engines {
			k := (turn + round + 1) % len(engines)
			runtime.GC()
			flush(memory)
			times, err := t.askAll(engines[k], queries, order, matches)
			if err != nil {
				return t, err
			}
			if round >= 0 {
				t.took[k] = append(t.took[k], times)
			}
		}
	}
	return t, nil
}

// askAll returns what the search of each query takes.
func (t *timing) askAll(e built, queries []query, order, matches []int) ([]time.Duration, error) {
	times := make([]time.Duration, len(queries))
	found := make([]uint32, 0, limit)
	b, mayEnd := e.engine.(bounded)
	for _, i := range order {
		var err error
		begin := time.Now()
		found, err = e.search(&queries[i], limit, found[:0])
		times[i] = time.Since(begin)
		if err != nil {
			return nil, err
		}
		if mayEnd && b.ranOut() {
			t.ranOut[i]++
		} else if len(found) != min(matches[i], limit) {
			return nil, fmt.Errorf("%s: %q finds %d documents of %d, at most %d", e.name(), queries[i].criteria, len(found), matches[i], limit)
		}
	}
	return times, nil
}

// flush touches more than the caches hold.
func flush(memory []byte) {
	const line = 64 // bytes
	for i := 0; i < len(memory); i += line {
		memory[i]++
	}
}
