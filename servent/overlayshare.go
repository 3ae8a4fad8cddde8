package servent

import (
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// overlayShares says how many authors of the overlay each neighbour passes on:
// identities cost nothing, so that one neighbour could fill the table with some of
// its own making. Once the table is full, who passes on more than others makes room
// for what these pass on. Those who are no neighbours share the place of "".
//
// Each servent on the way does the same, so that what a servent makes up takes only
// its own share of what its neighbours pass on.
type overlayShares map[peer.ID]int

func (s overlayShares) enter(a *overlayAuthor, via peer.ID) {
	a.via = via
	s[via]++
}

func (s overlayShares) leave(a *overlayAuthor) {
	if s[a.via]--; s[a.via] == 0 {
		delete(s, a.via)
	}
}

// even moves a, of which via passes something on too, to the share of via if that
// is the smaller one: who is first with what others tell does not own them.
func (s overlayShares) even(a *overlayAuthor, via peer.ID) {
	if s[via]+1 < s[a.via] {
		s.leave(a)
		s.enter(a, via)
	}
}

// makeRoom forgets an author for another that via passes on: the one that is silent
// for longest, if it is silent, else of the largest share the one that came last,
// unless that of via is as large. It reports whether there was one.
func (o *overlay) makeRoom(via peer.ID, now time.Time) bool {
	if silent := o.worst(func(a, b *overlayAuthor) bool { return a.heard.Before(b.heard) }); now.Sub(o.authors[silent].heard) >= overlaySilence {
		o.forget(silent)
		return true
	}
	most := 0
	for _, count := range o.shares {
		most = max(most, count)
	}
	if o.shares[via]+1 >= most {
		return false
	}
	o.forget(o.worst(func(a, b *overlayAuthor) bool {
		if sa, sb := o.shares[a.via], o.shares[b.via]; sa != sb {
			return sa > sb
		}
		return a.since.After(b.since)
	}))
	return true
}

// worst returns the author other than this servent that is worse than all others.
// There is one.
func (o *overlay) worst(worse func(a, b *overlayAuthor) bool) (worst string) {
	for id, a := range o.authors {
		if id != o.self && (worst == "" || worse(a, o.authors[worst])) {
			worst = id
		}
	}
	return worst
}

// relink puts the authors that were passed on by one who is no neighbour any more
// into the share of all such.
func (o *overlay) relink(linked []peer.ID) {
	still := map[peer.ID]bool{"": true}
	for _, id := range linked {
		still[id] = true
	}
	for id, a := range o.authors {
		if id != o.self && !still[a.via] {
			o.shares.leave(a)
			o.shares.enter(a, "")
		}
	}
}
