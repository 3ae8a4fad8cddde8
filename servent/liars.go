package servent

import (
	"sync"
	"time"
)

const (
	// liarTime is how long a source that sent what is not the file's is not fetched
	// from, whatever the file.
	liarTime = time.Hour
	// maxLiars bounds the list; the one whose time ends first makes room.
	maxLiars = 1024
)

// liars are sources that sent wrong bytes, by name, and until when they are
// banned. It is a ban as a source alone: a disk that went bad does not make a bad
// neighbour. Any goroutine may use them.
type liars struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (l *liars) add(now time.Time, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[string]time.Time{}
	}
	if _, known := l.until[name]; !known && len(l.until) >= maxLiars {
		first := ""
		for one, until := range l.until {
			if first == "" || until.Before(l.until[first]) {
				first = one
			}
		}
		delete(l.until, first)
	}
	l.until[name] = now.Add(liarTime)
}

func (l *liars) has(now time.Time, name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	until, known := l.until[name]
	if known && !now.Before(until) {
		delete(l.until, name)
	}
	return known && now.Before(until)
}

// lift ends a ban: somebody asked for the servent by name.
func (l *liars) lift(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.until, name)
}
