package servent

import (
	"testing"
	"time"
)

// TestTraceForwards: each peer has its own bound, which connecting under other
// names does not renew.
func TestTraceForwards(t *testing.T) {
	f := newTraceForwards(&tally{})
	now := time.Now()
	greedy := newPeer(t)
	if f.pass(now, greedy, traceForwardBurst) != nil || f.pass(now, greedy, 1) == nil {
		t.Fatal("the burst of a peer is not what it should be")
	}
	for n := 1; n < maxTraceForwarders; n++ {
		if err := f.pass(now, newPeer(t), traceForwardRate); err != nil {
			t.Fatalf("peer %d: %v", n, err)
		}
	}
	if f.pass(now, newPeer(t), 1) == nil || f.pass(now, greedy, 1) == nil {
		t.Error("one more peer gets an account while all are in use, or an account new")
	}
	now = now.Add(time.Second) // all but the greedy one's are as new
	if err := f.pass(now, newPeer(t), 1); err != nil {
		t.Errorf("an account that is as new makes no room: %v", err)
	}
	if f.pass(now, greedy, traceForwardRate+1) == nil {
		t.Error("the account of the greedy one was renewed")
	}
	if len(f.each) > maxTraceForwarders {
		t.Errorf("%d accounts are kept", len(f.each))
	}
}
