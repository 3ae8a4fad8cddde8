package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"sync"
	"time"
)

const (
	// linkTime is how long a link to the page waits to be followed.
	linkTime = time.Hour
	// maxLinks is how many links can wait at once; the oldest goes.
	maxLinks = 16
)

// links are those that wait to be followed, each by one visit. Their secrets are
// not kept, only the sums of these.
type links struct {
	mu      sync.Mutex
	waiting []link // oldest first
}

type link struct {
	sum [sha256.Size]byte
	end time.Time
}

// add returns the secret of a new link: 128 bits.
func (l *links) add(now time.Time) string {
	secret := rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == maxLinks {
		l.waiting = slices.Delete(l.waiting, 0, 1)
	}
	l.waiting = append(l.waiting, link{sha256.Sum256([]byte(secret)), now.Add(linkTime)})
	return secret
}

// follow reports whether a link of that secret waits, and ends it.
func (l *links) follow(secret string, now time.Time) bool {
	sum := sha256.Sum256([]byte(secret))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = slices.DeleteFunc(l.waiting, func(k link) bool { return !now.Before(k.end) })
	i := slices.IndexFunc(l.waiting, func(k link) bool { return subtle.ConstantTimeCompare(sum[:], k.sum[:]) == 1 })
	if i < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	return true
}
