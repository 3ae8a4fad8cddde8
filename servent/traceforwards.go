package servent

import (
	"errors"
	"maps"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
	"golang.org/x/time/rate"
)

const (
	// traceForwardRate is how many messages a second one peer may pass on,
	// traceForwardBurst how many at once: more than a thousand servents say that they
	// are there.
	traceForwardRate  = 1000
	traceForwardBurst = 4000
	// maxTraceForwarders is how many peers are kept account of: those that are
	// connected, and as many that were.
	maxTraceForwarders = 2 * maxConns
)

// traceForwards bounds what each peer passes on to us.
type traceForwards struct {
	refused *tally

	mu   sync.Mutex
	each map[peer.ID]*rate.Limiter
}

func newTraceForwards(refused *tally) *traceForwards {
	return &traceForwards{refused: refused, each: map[peer.ID]*rate.Limiter{}}
}

var errTraceForwards = errors.New("too many passed on by one neighbour")

// inspect is what GossipSub asks of each unit that comes.
func (f *traceForwards) inspect(from peer.ID, rpc *pubsub.RPC) error {
	return f.pass(time.Now(), from, len(rpc.GetPublish()))
}

// pass refuses messages of which from passes on too many.
func (f *traceForwards) pass(now time.Time, from peer.ID, messages int) error {
	if messages == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if l := f.of(now, from); l != nil && l.AllowN(now, messages) {
		return nil
	}
	f.refused.add(errTraceForwards.Error())
	return errTraceForwards
}

// of returns the account of a peer, nil where there is no room for a new one. Only
// an account that is as good as new makes room: who connects again and again, or
// has others do so, does not get a new one for an old.
func (f *traceForwards) of(now time.Time, from peer.ID) *rate.Limiter {
	l := f.each[from]
	if l != nil {
		return l
	}
	if len(f.each) >= maxTraceForwarders {
		maps.DeleteFunc(f.each, func(_ peer.ID, old *rate.Limiter) bool { return old.TokensAt(now) >= traceForwardBurst })
	}
	if len(f.each) >= maxTraceForwarders {
		return nil
	}
	l = rate.NewLimiter(traceForwardRate, traceForwardBurst)
	f.each[from] = l
	return l
}
