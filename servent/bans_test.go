package servent

import (
	"fmt"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

func TestBansEnd(t *testing.T) {
	b, now := bans{}, time.Now()
	b.add(now, "a")
	if !b.has(now.Add(banTime-1), "a") || b.has(now, "b") {
		t.Error("the banned one is not banned, or another is")
	}
	if b.has(now.Add(banTime), "a") || len(b) != 0 {
		t.Errorf("after %v: still banned, or %d kept", banTime, len(b))
	}
	b.add(now, "a")
	b.lift("a")
	if b.has(now, "a") {
		t.Error("a ban that was lifted holds")
	}
}

// However many are banned, the list keeps its size, and the newest.
func TestBansAreBounded(t *testing.T) {
	b, now := bans{}, time.Now()
	id := func(n int) peer.ID { return peer.ID(fmt.Sprint(n)) }
	for n := range 2 * maxBans {
		b.add(now.Add(time.Duration(n)), id(n))
	}
	if len(b) != maxBans {
		t.Errorf("got %d bans, want %d", len(b), maxBans)
	}
	if b.has(now, id(0)) || !b.has(now, id(2*maxBans-1)) {
		t.Error("the oldest ban is kept, or the newest is not")
	}
	b.add(now.Add(2*banTime), "late")
	if len(b) != 1 {
		t.Errorf("got %d bans once all others are over, want 1", len(b))
	}
}
