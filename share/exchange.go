package share

import (
	"slices"
	"time"

	"servent/share/peerwire"
)

const (
	// exchangeLook is how often an upload looks whether there are other peers to
	// tell of; it tells once in [peerwire.PeersInterval] at most.
	exchangeLook = time.Second
	// exchangeBytes bounds the peers of one message, so that it is no longer than
	// messages may be.
	exchangeBytes = 12 << 10
	// maxExchanged bounds the peers that one peer is told of at a time.
	maxExchanged = 256
)

// An exchange tells one peer of others that have something of the same content.
// The upload's goroutine owns it.
type exchange struct {
	told map[string]bool // by ID
	next time.Time       // when the peer may be told again
	look time.Time       // when to look
}

// news returns what has changed since the last time, as much as one message holds;
// false: nothing has, or it is too early.
func (e *exchange) news(now time.Time, peers func() []peerwire.Peer) (m peerwire.PeersMessage, ok bool) {
	if now.Before(e.next) || now.Before(e.look) {
		return m, false
	}
	e.look = now.Add(exchangeLook)
	there, room := map[string]bool{}, exchangeBytes
	for _, p := range peers() {
		there[p.ID] = true
		size := len(p.ID)
		for _, a := range p.Addrs {
			size += len(a)
		}
		if e.told[p.ID] || len(m.Added) == peerwire.MaxPeers || size > room || len(e.told)+len(m.Added) >= maxExchanged {
			continue
		}
		m.Added, room = append(m.Added, p), room-size
	}
	for id := range e.told {
		if !there[id] && len(m.Dropped) < peerwire.MaxPeers && len(id) <= room {
			m.Dropped, room = append(m.Dropped, id), room-len(id)
		}
	}
	if len(m.Added) == 0 && len(m.Dropped) == 0 {
		return m, false
	}
	slices.Sort(m.Dropped)
	if e.told == nil {
		e.told = map[string]bool{}
	}
	for _, p := range m.Added {
		e.told[p.ID] = true
	}
	for _, id := range m.Dropped {
		delete(e.told, id)
	}
	e.next = now.Add(peerwire.PeersInterval)
	return m, true
}

// tellPeers tells the peer of others, if it takes that and there is news.
func (u *upload) tellPeers() error {
	if u.cfg.Peers == nil || !u.conn.TakesPeers() {
		return nil
	}
	m, ok := u.exchange.news(time.Now(), u.cfg.Peers)
	if !ok {
		return nil
	}
	return u.say(u.conn.SayPeers(m, u.out[:0]))
}
