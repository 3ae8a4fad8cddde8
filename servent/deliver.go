package servent

import (
	"errors"
	"log/slog"
	"math"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/routing"
)

// deliver acts on a message that is for this servent, or for this one too.
func (s *Servent) deliver(now time.Time, from routing.Link, m messages.Message) {
	switch m.Type {
	case messages.TypePing:
		s.answerPing(now, m)
	case messages.TypePong:
		s.learn(now, from, m)
	case messages.TypeQuery:
		s.queueQuery(from, m)
	case messages.TypeQueryHit:
		s.takeHit(now, from, m)
	case messages.TypeBye:
		s.takeBye(now, from, m)
	case messages.TypePush:
		s.takePush(now, from, m)
	}
}

// parse reads m, or counts it, also against the link that brought it if it is
// the neighbour's own. Relays do not read what they pass on: if they were blamed
// for it, one hostile servent could have all links around it closed.
func (s *Servent) parse(now time.Time, from routing.Link, m messages.Message) (messages.Payload, bool) {
	p, err := messages.Parse(m)
	if err == nil {
		return p, true
	}
	s.malformed++
	var bad *messages.SyntaxError
	if l := s.links.byID[from]; l != nil && m.Hops == 0 && errors.As(err, &bad) {
		s.misbehaved(now, l, bad)
	}
	return nil, false
}

// answerPing answers a Ping with a Pong about this servent.
// Source: gnutella.md §3.3; the TTL is the hops of the Ping, as received, and
// one more.
func (s *Servent) answerPing(now time.Time, ping messages.Message) {
	me := s.self.Load()
	area, err := me.info.Extensions()
	if err != nil {
		s.log.Error("own addresses do not fit a Pong", "err", err)
		return
	}
	library := s.collection.Library()
	pong, err := messages.New(ping.GUID, ping.Hops+1, messages.Pong{
		IP: me.ip, Port: me.port,
		Files:      uint32(min(library.Len(), math.MaxUint32)),
		KBytes:     uint32(min(library.Bytes()>>10, math.MaxUint32)),
		Extensions: area,
	})
	if err != nil {
		s.log.Error("make a Pong", "err", err)
		return
	}
	s.step(now, routing.Self, pong)
}

// learn puts the servent that a Pong tells of into the horizon and into the host
// cache.
func (s *Servent) learn(now time.Time, from routing.Link, m messages.Message) {
	p, ok := s.parse(now, from, m)
	if !ok {
		return
	}
	told, ok := p.(messages.Pong).Extensions.PeerInfo()
	if !ok {
		return
	}
	l := s.links.byID[from]
	info, ok := addrInfo(told)
	if !ok || l == nil {
		s.unwanted++
		return
	}
	seen := s.hearOf(now, l, info, m, p.(messages.Pong))
	if !s.believes(now, l, info.ID, m.Hops) {
		if !seen {
			s.unwanted++
		}
		return
	}
	info.Addrs, _ = apartOf(meantHere(info.Addrs, s.isFromOutside(l.addr))) // no link goes through a relay
	if h := s.hosts.add(now, info, wayTold); h != nil && h.told == "" {
		h.told = l.peer
	}
}

const (
	// maxPongs is how many servents a neighbour may tell of within pongsWindow:
	// enough for who looks for 8. Source: gnutella.md §13 row 1.
	maxPongs    = 10
	pongsWindow = time.Minute
	// maxToldByOne is how much of the host cache may come from one neighbour: it
	// must not fill it alone. Source: gnutella.md §13 row 16.
	maxToldByOne = maxHosts / 4
)

// believes reports whether a Pong about a servent, which came by l after so many
// hops, may enter the host cache. One with Hops 0 is the neighbour's own, and
// tells of nobody else.
func (s *Servent) believes(now time.Time, l *link, about peer.ID, hops uint8) bool {
	if about == l.peer {
		return true
	}
	if hops == 0 {
		return false
	}
	if now.Sub(l.pongs.since) >= pongsWindow {
		l.pongs = window{since: now}
	}
	if l.pongs.count++; l.pongs.count > maxPongs {
		return false
	}
	if s.hosts.known[about] != nil {
		return true
	}
	told := 0
	for _, h := range s.hosts.known {
		if h.told == l.peer {
			told++
		}
	}
	return told < maxToldByOne
}

// takeBye ends the link of a neighbour that said Bye. No Bye goes back.
// Source: RFC 0.6 draft §2.2.9.
func (s *Servent) takeBye(now time.Time, from routing.Link, m messages.Message) {
	l := s.links.byID[from]
	if l == nil {
		return
	}
	shutdown := false
	if p, ok := s.parse(now, from, m); ok {
		bye := p.(messages.Bye)
		shutdown = bye.Code == messages.ByeShutdown
		s.learnTry(now, splitTry(bye.Header(headerTry)), s.isFromOutside(l.addr))
		s.log.Info("bye", slog.Any("peer", l.peer), slog.Int("code", int(bye.Code)), slog.String("text", bye.Text))
	}
	s.detach(l, endBye)
	if shutdown {
		s.hosts.left(now, l.peer)
	}
}
