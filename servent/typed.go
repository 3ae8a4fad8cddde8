package servent

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/servent/api"
)

const (
	// maxTyped is how many typed addresses are kept trying.
	maxTyped = 64
	// maxTypedRetry is the longest wait between two tries of a typed address:
	// somebody asked for it by name.
	maxTypedRetry = time.Minute
)

var errTooManyTyped error = api.Say("connect.too-many", "{n} addresses are being tried already; take one away with: servent disconnect ADDR", maxTyped)

var errLeftAlone error = api.Say("connect.left-alone", "it is left alone for a while for what it sent")

var errTakenAway = errors.New("the address was taken away meanwhile")

// A typedAddr is an address that the user named. It is tried until there is a
// link, and again when that ends, until the user takes it away.
type typedAddr struct {
	target
	peer    peer.ID // who answered there last; empty: nobody yet
	trying  bool
	failed  int       // tries in a row
	notTill time.Time // no try before
	waiting []func(peer.ID, error)
}

// typed lists the addresses that the user named. The loop owns it.
type typed []*typedAddr

// find returns the entry of an address as it was typed.
func (t typed) find(text string) *typedAddr {
	if i := slices.IndexFunc(t, func(a *typedAddr) bool { return a.typed == text }); i >= 0 {
		return t[i]
	}
	return nil
}

// add keeps an address and returns its entry, or nil where there are too many.
func (t *typed) add(wanted target) *typedAddr {
	a := t.find(wanted.typed)
	if a == nil && len(*t) < maxTyped {
		a = &typedAddr{target: wanted, peer: wanted.id}
		*t = append(*t, a)
	}
	return a
}

// leadsTo reports whether the user named id, or a place where it answered.
func (t typed) leadsTo(id peer.ID) bool {
	return slices.ContainsFunc(t, func(a *typedAddr) bool { return a.peer == id })
}

// remove takes away what was typed as text, and whatever leads to the peer.
func (t *typed) remove(text string, id peer.ID) (removed bool) {
	before := len(*t)
	*t = slices.DeleteFunc(*t, func(a *typedAddr) bool { return a.typed == text || id != "" && a.peer == id })
	return len(*t) < before
}

// forgive ends all waits, when the network is another one.
func (t typed) forgive() {
	for _, a := range t {
		a.failed, a.notTill = 0, time.Time{}
	}
}

// keepTyped tries the typed addresses that are due.
func (s *Servent) keepTyped(now time.Time) {
	for _, a := range s.typed {
		switch {
		case a.trying || now.Before(a.notTill):
		case a.peer != "" && s.links.byPeer[a.peer] != nil:
			a.failed = 0
		default:
			s.tryTyped(a)
		}
	}
}

// tryTyped links to the servent at a typed address. Each of then is told by the
// loop how it went.
func (s *Servent) tryTyped(a *typedAddr, then ...func(peer.ID, error)) {
	a.waiting = append(a.waiting, then...)
	if a.trying {
		return
	}
	a.trying = true
	if a.id != "" {
		s.linkTyped(a, peer.AddrInfo{ID: a.id, Addrs: a.addrs})
		return
	}
	s.workers.Go(func() {
		info, err := s.whoIsAt(s.running, a.target)
		s.call(context.Background(), func() {
			switch {
			case errors.Is(err, errSelf) && a.port != 0:
				s.triedTyped(a, err)
				s.typed.remove(a.typed, "")
			case err != nil:
				s.triedTyped(a, err)
			case s.typed.find(a.typed) != a:
				s.triedTyped(a, errTakenAway)
			default:
				s.linkTyped(a, info)
			}
		})
	})
}

// whoIsAt learns which servent answers at the host of a target.
func (s *Servent) whoIsAt(ctx context.Context, t target) (peer.AddrInfo, error) {
	places, err := t.places(ctx)
	if err != nil {
		return peer.AddrInfo{}, err
	}
	return whoAnswers(ctx, places, s.host.ID())
}

// linkTyped links to the servent that a typed address leads to. It may be
// another one than the last time.
func (s *Servent) linkTyped(a *typedAddr, info peer.AddrInfo) {
	if a.peer != info.ID {
		s.hosts.unpin(a.peer)
	}
	a.peer = info.ID
	s.shunned.forgive(info.ID)
	if len(a.waiting) > 0 { // the user asks for it now
		s.bans.lift(info.ID)
		s.liars.lift(info.ID.String())
	}
	s.hosts.add(time.Now(), info, wayTyped)
	known := s.hosts.known[info.ID]
	switch {
	case s.links.byPeer[info.ID] != nil:
		s.triedTyped(a, nil)
	case s.bans.has(time.Now(), info.ID):
		s.triedTyped(a, errLeftAlone)
	case known == nil:
		s.triedTyped(a, api.Say("connect.unknown-peer", "it is not known where that servent is; type its address"))
	default:
		s.startOffer(peer.AddrInfo{ID: known.id, Addrs: known.addrs()}, func(err error) { s.triedTyped(a, err) })
	}
}

// triedTyped notes how a try went, and tells those who wait for it.
func (s *Servent) triedTyped(a *typedAddr, err error) {
	if a.peer != "" && s.links.byPeer[a.peer] != nil {
		err = nil // by another way, meanwhile
	}
	a.trying = false
	if err == nil {
		a.failed, a.notTill = 0, time.Time{}
	} else {
		a.notTill = time.Now().Add(min(retryAfter<<min(a.failed, 10), maxTypedRetry))
		a.failed++
		s.log.Debug("no link yet", "addr", a.typed, "err", err)
	}
	for _, tell := range a.waiting {
		tell(a.peer, err)
	}
	a.waiting = nil
}
