package web

import (
	"sync"
	"time"
)

// tries counts the wrong secrets of one kind in a while. A secret of 128 bits or
// more is not guessed; but whoever tries shall be seen, and not often answered.
type tries struct {
	what string // for the log

	mu    sync.Mutex
	count int
	since time.Time
}

const (
	// MaxTries is how many wrong tokens, links or sessions may come within a minute.
	MaxTries  = 10
	tryWindow = time.Minute
)

// add counts one more. It reports whether they are too many by now, and
// whether this one is the first of those.
func (t *tries) add(now time.Time) (first, many bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.since) > tryWindow {
		t.count, t.since = 0, now
	}
	t.count++
	return t.count == MaxTries+1, t.count > MaxTries
}
