package servent

import (
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// banTime is how long a servent whose link was closed for what it sent is
	// neither accepted nor dialled.
	banTime = 5 * time.Minute
	// maxBans bounds the list; the ban that ends first makes room.
	maxBans = 1024
)

// bans are the peers that are left alone for a while. A peer ID is easily
// changed: a ban spares us one that is only broken, and costs a hostile one a new
// identity and its place. The loop owns it.
type bans map[peer.ID]time.Time

// add bans id from now on.
func (b bans) add(now time.Time, id peer.ID) {
	if _, known := b[id]; !known && len(b) >= maxBans {
		b.makeRoom(now)
	}
	b[id] = now.Add(banTime)
}

// makeRoom forgets what is over, else the ban that ends first.
func (b bans) makeRoom(now time.Time) {
	var first peer.ID
	for id, until := range b {
		if !now.Before(until) {
			delete(b, id)
		} else if first == "" || until.Before(b[first]) {
			first = id
		}
	}
	if len(b) >= maxBans {
		delete(b, first)
	}
}

// has reports whether id is banned now.
func (b bans) has(now time.Time, id peer.ID) bool {
	until, ok := b[id]
	if ok && !now.Before(until) {
		delete(b, id)
		return false
	}
	return ok
}

// lift ends a ban: somebody asked for the peer by name.
func (b bans) lift(id peer.ID) { delete(b, id) }
