package peerwire

import (
	"testing"
	"time"
)

// A way carries messages one after the other at a rate, each after a delay.
type way struct {
	delay time.Duration
	rate  int // bytes a second
	free  time.Time
}

// arrival returns when what is sent at now arrives.
func (w *way) arrival(now time.Time, bytes int) time.Time {
	if now.After(w.free) {
		w.free = now
	}
	w.free = w.free.Add(time.Duration(float64(bytes) / float64(w.rate) * float64(time.Second)))
	return w.free.Add(w.delay)
}

// fetchOver fetches for some time over a way with that round trip and rate, and
// returns how many bytes came in its second half and the last window.
func fetchOver(t *testing.T, roundTrip time.Duration, rate int, length time.Duration) (bytes, window int) {
	t.Helper()
	c := NewConn(ConnConfig{Size: 1 << 42, PieceLength: 16 << 20})
	if err := c.ReceiveHandshake(NewHandshake([20]byte{}, [20]byte{})); err != nil {
		t.Fatal(err)
	}
	receive := func(now time.Time, m Message) {
		if _, _, err := c.Receive(now, m, nil); err != nil {
			t.Fatal(err)
		}
	}
	receive(start, ExtendedHandshake{RequestQueue: defaultRequestQueue}.Message())
	receive(start, Message{Kind: HaveAll})
	receive(start, Message{Kind: Unchoke})

	type piece struct {
		at    time.Time
		block Block
	}
	back := way{delay: roundTrip / 2, rate: rate}
	var coming []piece
	data := make([]byte, BlockSize)
	next := 0
	for now := start; now.Before(start.Add(length)); {
		for room := c.Room(); room > 0; room-- { // so the window is never exceeded, but by shrinking
			b := Block{uint32(next >> 10), uint32(next & 1023 * BlockSize), BlockSize}
			if _, ok := c.Request(now, b, nil); !ok {
				t.Fatalf("there is room for %d requests, and %v cannot be asked for", room, b)
			}
			coming = append(coming, piece{back.arrival(now.Add(roundTrip/2), BlockSize+13), b})
			next++
		}
		now = coming[0].at
		receive(now, Message{Kind: Piece, Index: coming[0].block.Piece, Begin: coming[0].block.Begin, Data: data})
		coming = coming[1:]
		if now.After(start.Add(length / 2)) {
			bytes += BlockSize
		}
	}
	return bytes, c.Window() * BlockSize
}

// TestWindow: the window follows the way. A long fast one is filled; a slow one
// is asked for no more than what comes in two seconds.
func TestWindow(t *testing.T) {
	const gigabit = 125_000_000
	for _, c := range []struct {
		name      string
		roundTrip time.Duration
		rate      int
		share     float64 // of the rate, that must be reached
		window    int     // at most
	}{
		{"gigabit, 100 ms", 100 * time.Millisecond, gigabit, 0.95, MaxWindow},
		{"gigabit, 1 ms", time.Millisecond, gigabit, 0.95, maxQueue},
		{"100 Mbit/s, 200 ms", 200 * time.Millisecond, gigabit / 10, 0.95, 6 << 20},
		{"1 Mbit/s, 30 ms", 30 * time.Millisecond, gigabit / 1000, 0.95, 2 * gigabit / 1000},
		{"10 kB/s, 1 s", time.Second, 10_000, 0.90, 4 * BlockSize},
		{"10 gigabit, 1 ms", time.Millisecond, 10 * gigabit, 0.95, 3 << 20}, // two round trips: more than the queue
	} {
		length := max(4*time.Second, time.Duration(4*startWindow/c.rate)*time.Second)
		bytes, window := fetchOver(t, c.roundTrip, c.rate, length)
		if got := float64(bytes) / (length / 2).Seconds() / float64(c.rate); got < c.share {
			t.Errorf("%s: %.2f of the rate, want %.2f", c.name, got, c.share)
		}
		if window > c.window {
			t.Errorf("%s: %d bytes are asked for ahead, want at most %d", c.name, window, c.window)
		}
	}
}
