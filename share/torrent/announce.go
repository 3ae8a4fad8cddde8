package torrent

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"
)

const (
	minInterval     = 30 * time.Second // between announces, whatever a tracker says
	maxInterval     = time.Hour
	retryFirst      = 30 * time.Second // after a failure; doubled with each, to maxInterval
	announceTimeout = 45 * time.Second // of one: BEP 15 sends again after 15 and 30 more seconds
	farewellTimeout = 3 * time.Second  // for telling the trackers that we leave
	maxPeers        = 200              // of one answer
)

// An Event is what a tracker is told beside the figures. Source: BEP 3.
type Event int32

// The numbers are those of BEP 15.
const (
	None Event = iota
	Completed
	Started
	Stopped
)

func (e Event) String() string { return [...]string{"", "completed", "started", "stopped"}[e] }

// Figures are what a tracker is told of a download, in bytes.
type Figures struct {
	Uploaded, Downloaded int64 // since it began
	Left                 int64 // to be fetched; 0: a seeder
}

// An AnnounceConfig says what [Announce] tells the trackers.
type AnnounceConfig struct {
	Trackers   [][]string // in tiers: see [Metainfo]
	InfoHashes [][20]byte // each is announced: two of a hybrid
	PeerID     [20]byte
	Port       uint16 // on which peers reach us; 0: on none, we only ask for peers

	// Figures is asked before each announce. When nothing is left any more, the next
	// announce says so.
	Figures func() Figures

	// Completed ends the wait for the next announce, to say that nothing is left. It
	// may be nil.
	Completed <-chan struct{}

	// Found is told of the addresses that a tracker knows, maybe none, never ours
	// alone. Failed is told of each announce that failed, and may be nil. Both are
	// called by goroutines of Announce, one at a time.
	Found  func([]netip.AddrPort)
	Failed func(tracker string, err error)

	Client string // told to HTTP trackers: name and version
}

// Announce tells trackers of us and asks them for peers until ctx ends, then
// takes leave of those that answered, for at most 3 seconds. Of each tier one
// tracker is used, the first that answers; every tier is, so that peers of
// trackers that do not know each other meet. The trackers' intervals are kept
// within 30 seconds and an hour; after failures it waits longer and longer.
//
// Addresses of other schemes than http, https and udp are told to Failed and
// passed over. It returns when all trackers have been left.
//
// Source: BEP 3, 7, 12, 15, 23.
func Announce(ctx context.Context, cfg AnnounceConfig) {
	var told sync.Mutex
	found, failed := cfg.Found, cfg.Failed
	cfg.Found = func(peers []netip.AddrPort) {
		told.Lock()
		defer told.Unlock()
		if found != nil && ctx.Err() == nil {
			found(peers)
		}
	}
	cfg.Failed = func(tracker string, err error) {
		told.Lock()
		defer told.Unlock()
		if failed != nil {
			failed(tracker, err)
		}
	}
	var group sync.WaitGroup
	completed := broadcast(ctx, cfg.Completed)
	for _, tier := range boundTiers(cfg.Trackers) {
		for _, hash := range cfg.InfoHashes {
			t := tierLoop{cfg: &cfg, completed: completed, hash: hash, trackers: shuffled(tier), key: rand.Int32()}
			group.Go(func() { t.run(ctx) })
		}
	}
	group.Wait()
}

// broadcast returns a channel that is closed once something comes from one, or it
// is closed.
func broadcast(ctx context.Context, one <-chan struct{}) <-chan struct{} {
	all := make(chan struct{})
	if one == nil {
		return all
	}
	go func() {
		select {
		case <-one:
			close(all)
		case <-ctx.Done():
		}
	}()
	return all
}

// shuffled returns the trackers of a tier in an order of chance. Source: BEP 12.
func shuffled(tier []string) []string {
	tier = slices.Clone(tier)
	rand.Shuffle(len(tier), func(i, j int) { tier[i], tier[j] = tier[j], tier[i] })
	return tier
}

// A tierLoop announces one infohash to one tier. Its goroutine owns it.
type tierLoop struct {
	cfg       *AnnounceConfig
	completed <-chan struct{}
	hash      [20]byte
	trackers  []string // the one that answered last is the first
	key       int32    // by which a tracker knows us again when our address changes

	greeted  string // the tracker that knows that we began
	wasLeft  bool   // there was something left when we announced last
	failures int    // of the whole tier in a row
}

func (t *tierLoop) run(ctx context.Context) {
	completed := t.completed
	for {
		wait := t.round(ctx)
		if ctx.Err() != nil {
			t.leave(ctx)
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-completed:
			completed = nil
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			t.leave(ctx)
			return
		}
	}
}

// round announces to the first tracker of the tier that answers, and returns how
// long to wait until the next.
func (t *tierLoop) round(ctx context.Context) time.Duration {
	for i, tracker := range t.trackers {
		figures := t.cfg.Figures()
		event := None
		switch {
		case t.greeted != tracker:
			event = Started
		case t.wasLeft && figures.Left == 0:
			event = Completed
		}
		answer, err := t.announce(ctx, tracker, event, figures)
		if ctx.Err() != nil {
			return 0
		}
		if err != nil {
			t.cfg.Failed(tracker, err)
			continue
		}
		t.trackers = slices.Insert(slices.Delete(t.trackers, i, i+1), 0, tracker) // BEP 12
		t.greeted, t.wasLeft, t.failures = tracker, figures.Left > 0, 0
		t.cfg.Found(answer.peers)
		return clampInterval(answer.interval)
	}
	wait := min(retryFirst<<min(t.failures, 10), maxInterval)
	t.failures++
	return wait
}

// clampInterval bounds what a tracker asks for, in seconds.
func clampInterval(seconds int64) time.Duration {
	return min(max(time.Duration(min(seconds, int64(maxInterval/time.Second)))*time.Second, minInterval), maxInterval)
}

// leave tells the tracker that knows us that we go, after the context's end.
func (t *tierLoop) leave(ctx context.Context) {
	if t.greeted == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTimeout)
	defer cancel()
	t.announce(ctx, t.greeted, Stopped, t.cfg.Figures()) // nobody is left to be told how that went
}

// An announcement is one request to a tracker.
type announcement struct {
	hash, peerID [20]byte
	key          int32
	port         uint16
	event        Event
	figures      Figures
	client       string
}

// An answer is what a tracker said.
type answer struct {
	interval int64 // seconds
	peers    []netip.AddrPort
}

// announce asks one tracker.
func (t *tierLoop) announce(ctx context.Context, tracker string, event Event, figures Figures) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, announceTimeout)
	defer cancel()
	address, err := url.Parse(tracker)
	if err != nil {
		return answer{}, fmt.Errorf("torrent: announce: %w", err)
	}
	a := announcement{t.hash, t.cfg.PeerID, t.key, t.cfg.Port, event, figures, t.cfg.Client}
	var got answer
	switch address.Scheme {
	case "http", "https":
		got, err = a.overHTTP(ctx, address)
	case "udp":
		got, err = a.overUDP(ctx, address)
	default:
		err = errors.New("only http, https and udp are spoken")
	}
	if err != nil {
		return answer{}, fmt.Errorf("torrent: announce to %s: %w", address.Redacted(), err)
	}
	return got, nil
}

// boundPeers returns the addresses that can be dialled, at most maxPeers, each
// once.
func boundPeers(peers []netip.AddrPort) []netip.AddrPort {
	seen := map[netip.AddrPort]bool{}
	var out []netip.AddrPort
	for _, p := range peers {
		p = netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
		ok := p.IsValid() && p.Port() != 0 && !p.Addr().IsUnspecified() && !p.Addr().IsMulticast() && p.Addr() != netip.AddrFrom4([4]byte{255, 255, 255, 255})
		if ok && !seen[p] && len(out) < maxPeers {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}
