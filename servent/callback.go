package servent

import (
	"context"
	"net/netip"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/routing"
)

// What a Push may make us do. Source: gnutella.md §6.3 and §13 row 3.
const (
	// maxCallbacksOne is how many Pushes of one peer, and for one IP address, are
	// answered within callbackWindow.
	maxCallbacksOne = 5
	callbackWindow  = 30 * time.Second
	// callbackBan is how long one that could not be called back is left alone.
	callbackBan = 500 * time.Second
	// maxCallbacks is how many are called back at once.
	maxCallbacks = 8
	// maxCallbacksKept bounds what is remembered; the oldest goes first.
	maxCallbacksKept = 1024
)

// Reasons for which a Push for this servent is not answered.
const (
	pushUnrouted  = "no hit of ours went to the neighbour it came from"
	pushNoAddress = "it says nowhere to call"
	pushSelf      = "it has this servent call itself"
	pushBanned    = "of one that is banned"
	pushTooMany   = "too many of one servent, or for one address"
	pushBusy      = "too many at once"
	pushNoAnswer  = "it could not be called back"
	pushAnswered  = "called back"
)

// callbacks bound how often others are called back. The loop owns them.
type callbacks struct {
	underWay int
	peers    map[peer.ID]*callbackWindowed
	ips      map[netip.Addr]*callbackWindowed
}

// A callbackWindowed is how often one peer, or one address, was called lately.
type callbackWindowed struct {
	window
	banned time.Time // until then it is not called at all
}

// allow returns the addresses at which a peer may be called back now, and counts
// the call.
func (c *callbacks) allow(now time.Time, to peer.AddrInfo) []ma.Multiaddr {
	if c.peers == nil {
		c.peers, c.ips = map[peer.ID]*callbackWindowed{}, map[netip.Addr]*callbackWindowed{}
	}
	if !take(now, c.peers, to.ID) {
		return nil
	}
	var out []ma.Multiaddr
	asked := map[netip.Addr]bool{}
	for _, a := range to.Addrs {
		ip, ok := foreign(a)
		if !ok { // loopback is nobody else's
			out = append(out, a)
			continue
		}
		may, known := asked[ip]
		if !known {
			may = take(now, c.ips, ip)
			asked[ip] = may
		}
		if may {
			out = append(out, a)
		}
	}
	return out
}

// take counts a call of who, and reports whether it may be.
func take[K comparable](now time.Time, all map[K]*callbackWindowed, who K) bool {
	w := all[who]
	if w == nil {
		makePlace(now, all)
		w = &callbackWindowed{window: window{since: now}}
		all[who] = w
	}
	if now.Sub(w.since) >= callbackWindow {
		w.since, w.count = now, 0
	}
	if now.Before(w.banned) || w.count >= maxCallbacksOne {
		return false
	}
	w.count++
	return true
}

// makePlace forgets what is over where as many are remembered as may be, else
// the oldest.
func makePlace[K comparable](now time.Time, all map[K]*callbackWindowed) {
	if len(all) < maxCallbacksKept {
		return
	}
	var oldest K
	var since time.Time
	for who, w := range all {
		if now.Sub(w.since) >= callbackWindow && !now.Before(w.banned) {
			delete(all, who)
		} else if since.IsZero() || w.since.Before(since) {
			oldest, since = who, w.since
		}
	}
	if len(all) >= maxCallbacksKept {
		delete(all, oldest)
	}
}

// ban leaves a peer alone that could not be called. Its addresses are not
// banned, for they may be another's.
func (c *callbacks) ban(now time.Time, id peer.ID) {
	if w := c.peers[id]; w != nil {
		w.banned = now.Add(callbackBan)
	}
}

// gaveHit notes that a hit of ours goes by a link: a Push for us may come back.
func (s *Servent) gaveHit(now time.Time, to routing.Link) {
	if l := s.links.byID[to]; l != nil {
		l.gaveHits = now
	}
}

// takePush answers a Push for this servent: it calls back who sent it. It must
// have come by a link that a hit of ours went by, for its sender goes by one.
func (s *Servent) takePush(now time.Time, from routing.Link, m messages.Message) {
	l := s.links.byID[from]
	p, ok := s.parse(now, from, m)
	if l == nil || !ok {
		return
	}
	why := s.answerPush(now, l, p.(messages.Push))
	s.pushed.add(why)
	if why != pushAnswered {
		s.log.Debug("push not answered", "peer", l.peer, "reason", why)
	}
}

// answerPush calls back, or says why not.
func (s *Servent) answerPush(now time.Time, l *link, push messages.Push) string {
	if l.gaveHits.IsZero() || now.Sub(l.gaveHits) > routing.DefaultLifetime {
		return pushUnrouted
	}
	told, _ := push.Extensions.PeerInfo()
	to, ok := addrInfo(told)
	switch {
	case to.ID == s.host.ID():
		return pushSelf
	case !ok:
		return pushNoAddress
	case s.bans.has(now, to.ID):
		return pushBanned
	case s.callbacks.underWay >= maxCallbacks:
		return pushBusy
	}
	to.Addrs = meantHere(to.Addrs, s.isFromOutside(l.addr))
	if len(to.Addrs) == 0 {
		return pushNoAddress
	}
	to.Addrs = s.tries.allow(now, s.callbacks.allow(now, to))
	if len(to.Addrs) == 0 {
		return pushTooMany
	}
	s.callbacks.underWay++
	s.workers.Go(func() { s.callBack(to, push.Index) })
	return pushAnswered
}

// callBack opens a stream to who sent a Push, and serves what is asked for there.
func (s *Servent) callBack(to peer.AddrInfo, index uint32) {
	ctx, cancel := context.WithTimeout(s.running, pushWait)
	defer cancel()
	direct, circuits := apartOf(to.Addrs)
	stream, err := s.openStream(ctx, peer.AddrInfo{ID: to.ID, Addrs: direct}, givProtocol)
	if err != nil && len(circuits) > 0 {
		stream, err = s.throughCircuit(ctx, to.ID, circuits, givProtocol)
	}
	if err == nil {
		line, _ := giv{index, s.guid}.AppendBinary(nil) // never fails
		if err = stream.SetWriteDeadline(time.Now().Add(givTimeout)); err == nil {
			_, err = stream.Write(line)
		}
		if err == nil {
			err = stream.SetWriteDeadline(time.Time{})
		}
		if err != nil {
			stream.Reset()
		}
	}
	s.call(context.Background(), func() {
		s.callbacks.underWay--
		if err != nil {
			s.pushed.add(pushNoAnswer)
			s.callbacks.ban(time.Now(), to.ID)
		} else {
			s.tries.succeeded(s.reachedAt(to.ID))
		}
	})
	if err != nil {
		s.log.Info("not called back, as a push asked", "peer", to.ID, "err", err)
		return
	}
	s.log.Info("called back, as a push asked", "peer", to.ID, "addr", stream.Conn().RemoteMultiaddr())
	s.upload(stream)
}
