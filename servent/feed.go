package servent

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"servent/servent/api"
)

const (
	// maxListeners is how many may listen to a feed at once. A browser has six
	// connections to a server, whatever it shows.
	maxListeners = 32
	// maxWaiting bounds what waits for one listener: an event counts as one,
	// and each source of a hit, of at most 8 addresses, as one more.
	maxWaiting = 1024
)

// feed tells those who listen what happens in the servent. Whoever tells never
// waits: a listener that is too slow loses the oldest events, and is told how
// many. Any goroutine may call its methods.
type feed struct {
	listening atomic.Int32 // telling costs no more than this while nobody does
	searches  atomic.Int64 // numbers of searches given

	mu        sync.Mutex
	listeners []*listener
}

// A listener is one of those who listen to a feed.
type listener struct {
	types []string      // none: all but toBeNamed
	wake  chan struct{} // holds a token when something is new

	mu      sync.Mutex // guards what follows; whoever holds it calls nobody
	waiting []api.Event
	weight  int // of waiting
	lost    uint64
}

// listen returns a listener to events of the types, or nil where there are too
// many. It must be left.
func (f *feed) listen(types []string) *listener {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.listeners) >= maxListeners {
		return nil
	}
	l := &listener{types: types, wake: make(chan struct{}, 1)}
	f.listeners = append(f.listeners, l)
	f.listening.Store(int32(len(f.listeners)))
	return l
}

// wanted reports whether anybody listens for events of the type.
func (f *feed) wanted(kind string) bool {
	if f.listening.Load() == 0 {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.listeners, func(l *listener) bool { return l.wants(kind) })
}

// leave ends what listen began.
func (f *feed) leave(l *listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners = slices.DeleteFunc(f.listeners, func(other *listener) bool { return other == l })
	f.listening.Store(int32(len(f.listeners)))
}

// tell tells all who want events of the type what happened; make is called
// only if somebody listens.
func (f *feed) tell(kind string, make func(now time.Time) api.Event) {
	if f.listening.Load() == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var event api.Event
	for _, l := range f.listeners {
		if !l.wants(kind) {
			continue
		}
		if event == nil {
			event = make(time.Now())
		}
		l.put(event)
	}
}

// toBeNamed are the types of events that only those hear who name them.
var toBeNamed = []string{api.EventStatus, api.EventDownloads, api.EventOverlay, api.EventTrace}

func (l *listener) wants(kind string) bool {
	if len(l.types) == 0 {
		return !slices.Contains(toBeNamed, kind)
	}
	return slices.Contains(l.types, kind)
}

// isWhole reports whether an event says all that earlier ones of its type did.
func isWhole(event api.Event) bool {
	kind := event.EventType()
	return kind == api.EventStatus || kind == api.EventDownloads || kind == api.EventOverlay
}

// put has event wait for the listener, in the place of the oldest where there
// is no room, or of the one that it makes stale.
func (l *listener) put(event api.Event) {
	l.mu.Lock()
	if isWhole(event) {
		l.waiting = slices.DeleteFunc(l.waiting, func(one api.Event) bool {
			stale := one.EventType() == event.EventType()
			if stale {
				l.weight -= weight(one)
			}
			return stale
		})
	}
	l.waiting = append(l.waiting, event)
	l.weight += weight(event)
	drop := 0
	for ; l.weight > maxWaiting; drop++ {
		l.weight -= weight(l.waiting[drop])
	}
	l.lost += uint64(drop)
	l.waiting = slices.Delete(l.waiting, 0, drop)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take returns what waits, oldest first, and how many events before it were
// lost.
func (l *listener) take() (waiting []api.Event, lost uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting, lost = l.waiting, l.lost
	l.waiting, l.weight, l.lost = nil, 0, 0
	return waiting, lost
}

// weight is how much of the room of a listener an event takes.
func weight(event api.Event) int {
	if e, ok := event.(api.SearchEvent); ok && e.Hit != nil {
		return 1 + len(e.Hit.Sources)
	}
	if e, ok := event.(api.TraceEvent); ok {
		return 1 + len(e.Events)/16
	}
	return 1
}
