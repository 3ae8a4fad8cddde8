package servent

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/routing"
	"servent/servent/api"
)

const (
	// maxHorizon bounds the servents that are remembered as heard of by Pong; the
	// one heard of longest ago goes first.
	maxHorizon = 1024
	// maxHorizonByOne is how many of them one neighbour may tell of: it must not
	// fill the horizon alone. maxHorizonPongs is how many Pongs about others it may
	// bring within pongsWindow, each a line of what the user is shown.
	maxHorizonByOne = maxHorizon / 4
	maxHorizonPongs = 128
	// horizonLasts is how long a servent is remembered that no Pong tells of again.
	horizonLasts = 10 * time.Minute
)

// A farServent is what Pongs say of a servent: all of it hearsay.
type farServent struct {
	addrs  []ma.Multiaddr
	hops   int // links to it: a neighbour is 1
	files  uint32
	kbytes uint32
	heard  time.Time
	via    peer.ID // the neighbour that brought the Pong
}

// A horizon is who was heard of by Pong, and how far away. Unlike the host cache
// it is for the user to look at: nobody is dialled for standing in it. The loop
// owns it. The zero value is empty.
type horizon struct {
	far map[peer.ID]farServent
}

// hear keeps what a Pong says of a servent, unless the nearer word of another
// neighbour is fresh. It reports whether it was kept.
func (h *horizon) hear(now time.Time, id peer.ID, told farServent) bool {
	told.heard = now
	old, known := h.far[id]
	switch {
	case known && old.via != told.via && old.hops < told.hops && now.Sub(old.heard) < pongsWindow:
		return true
	case told.via != id && !(known && old.via == told.via) && !h.room(now, told.via, known):
		return false
	}
	if h.far == nil {
		h.far = map[peer.ID]farServent{}
	}
	h.far[id] = told
	return true
}

// room makes room for one more servent that via tells of, if it may: for one that
// is known there is.
func (h *horizon) room(now time.Time, via peer.ID, known bool) bool {
	h.expire(now)
	told, oldest := 0, peer.ID("")
	for id, f := range h.far {
		if f.via == via {
			told++
		}
		if oldest == "" || f.heard.Before(h.far[oldest].heard) {
			oldest = id
		}
	}
	if told >= maxHorizonByOne {
		return false
	}
	if !known && len(h.far) >= maxHorizon {
		delete(h.far, oldest)
	}
	return true
}

// expire forgets whom nobody told of for long.
func (h *horizon) expire(now time.Time) {
	for id, f := range h.far {
		if now.Sub(f.heard) >= horizonLasts {
			delete(h.far, id)
		}
	}
}

// forget takes out what a neighbour said whose link has ended: the way that it
// tells of is gone.
func (h *horizon) forget(via peer.ID) {
	for id, f := range h.far {
		if f.via == via {
			delete(h.far, id)
		}
	}
}

// hearOf puts the servent that a Pong tells of into the horizon. One with Hops 0
// is the neighbour's own, and tells of nobody else.
func (s *Servent) hearOf(now time.Time, l *link, info peer.AddrInfo, m messages.Message, pong messages.Pong) bool {
	if info.ID == s.host.ID() || info.ID != l.peer && m.Hops == 0 {
		return false
	}
	if info.ID != l.peer {
		if now.Sub(l.far.since) >= pongsWindow {
			l.far = window{since: now}
		}
		if l.far.count++; l.far.count > maxHorizonPongs {
			return false
		}
	}
	return s.horizon.hear(now, info.ID, farServent{
		addrs: info.Addrs[:min(maxHostAddrs, len(info.Addrs))], hops: int(m.Hops) + 1,
		files: pong.Files, kbytes: pong.KBytes, via: l.peer,
	})
}

// Horizon lists the servents that this one knows the distance of: its links, and
// those that Pongs told of, nearest first. Who asks has a Ping flooded, once a
// minute at most, so that the list is not old while somebody looks at it.
func (s *Servent) Horizon(ctx context.Context) (api.Horizon, error) {
	out := api.Horizon{Type: api.TypeHorizon, Peers: []api.HorizonPeer{}, Within: make([]int, MaxTTL)}
	if !s.call(ctx, func() {
		now := time.Now()
		s.horizon.expire(now)
		out.Peers = append(out.Peers, s.tellHorizon(now)...) // which stays a list where there is none
		if len(s.links.byID) > 0 && now.Sub(s.asked) >= pingEvery {
			s.asked = now
			s.step(now, routing.Self, s.newPing(uint8(s.cfg.TTL)))
		}
	}) {
		return api.Horizon{}, ended(ctx)
	}
	slices.SortFunc(out.Peers, func(a, b api.HorizonPeer) int {
		return cmp.Or(cmp.Compare(a.Hops, b.Hops), cmp.Compare(a.Peer, b.Peer))
	})
	for _, p := range out.Peers {
		for ttl := max(1, p.Hops); ttl <= MaxTTL; ttl++ {
			out.Within[ttl-1]++
		}
	}
	return out, nil
}

// tellHorizon returns the links and whom Pongs told of, each servent once.
func (s *Servent) tellHorizon(now time.Time) (out []api.HorizonPeer) {
	for id, l := range s.links.byPeer {
		p := api.HorizonPeer{Peer: id.String(), Addrs: []string{l.addr}, Hops: 1, Linked: true, Via: id.String()}
		if own, ok := s.horizon.far[id]; ok && own.hops == 1 {
			p.Files, p.KiB, p.Ago = uint64(own.files), uint64(own.kbytes), now.Sub(own.heard).Seconds()
		}
		out = append(out, p)
	}
	for id, f := range s.horizon.far {
		if s.links.byPeer[id] != nil {
			continue
		}
		p := api.HorizonPeer{
			Peer: id.String(), Addrs: []string{}, Hops: f.hops, Files: uint64(f.files), KiB: uint64(f.kbytes),
			Ago: now.Sub(f.heard).Seconds(), Via: f.via.String(),
		}
		for _, a := range f.addrs {
			p.Addrs = append(p.Addrs, a.String())
		}
		out = append(out, p)
	}
	return out
}
