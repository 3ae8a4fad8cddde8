package routing_test

import (
	"slices"
	"time"

	"servent/messages"
	"servent/routing"
)

// A twin is a slow Router, written from the documentation with slices and maps
// alone, to compare the real one with.
type twin struct {
	cfg      routing.Config // without zeros that mean a default
	links    map[routing.Link]*twinBucket
	replies  map[routing.Link]*twinBucket
	seen     []twinEntry // oldest first
	servents []twinEntry // oldest first
	now      time.Time
}

type twinBucket struct {
	tokens float64
	at     time.Time
}

type twinEntry struct {
	guid    messages.GUID
	kind    messages.Type
	link    routing.Link
	ttl     int
	replies int
	at      time.Time
}

// find returns the place of g in entries, after those too old have left.
func (w *twin) find(entries *[]twinEntry, g messages.GUID) int {
	*entries = slices.DeleteFunc(*entries, func(e twinEntry) bool { return w.now.Sub(e.at) >= w.cfg.Lifetime })
	return slices.IndexFunc(*entries, func(e twinEntry) bool { return e.guid == g })
}

func (w *twin) add(entries *[]twinEntry, e twinEntry) {
	if len(*entries) == w.cfg.TableSize {
		*entries = (*entries)[1:]
	}
	*entries = append(*entries, e)
}

func (w *twin) attach(l routing.Link) {
	if _, found := w.links[l]; !found {
		w.links[l] = &twinBucket{tokens: w.cfg.Burst, at: w.now}
		w.replies[l] = &twinBucket{tokens: w.replyPart(), at: w.now}
	}
}

func (w *twin) take(l routing.Link) bool {
	if l == routing.Self || w.cfg.Rate == 0 {
		return true
	}
	b := w.links[l]
	b.tokens = min(w.cfg.Burst, b.tokens+w.cfg.Rate*w.now.Sub(b.at).Seconds())
	b.at = w.now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

func (w *twin) replyPart() float64 { return max(1, float64(w.cfg.ReplyLimit/2)) }

// reply takes a reply off the part of l, and reports whether it may be the next
// after so many.
func (w *twin) reply(l routing.Link, replies int) bool {
	if replies == w.cfg.ReplyLimit {
		return false
	}
	if w.cfg.Rate == 0 {
		return true
	}
	b := w.replies[l]
	b.tokens = min(w.replyPart(), b.tokens+w.replyPart()/5*w.now.Sub(b.at).Seconds())
	b.at = w.now
	if replies >= w.cfg.ReplyLimit/2 && b.tokens < 1 {
		return false
	}
	b.tokens = max(0, b.tokens-1)
	return true
}

func drops(reason routing.Reason, m messages.Message) []routing.Effect {
	return []routing.Effect{{Kind: routing.Drop, Reason: reason, Message: m}}
}

// admit trims m, and returns why it must be dropped.
func (w *twin) admit(m *messages.Message) routing.Reason {
	ttl, hops := int(m.TTL), int(m.Hops)
	soft, hard := int(w.cfg.SoftLimit), int(w.cfg.HardLimit)
	switch m.Type {
	case messages.TypeBye, messages.TypeQRP, messages.TypeVendor, messages.TypeStandardVendor:
		if hops != 0 || ttl > 1 {
			return routing.Travelled
		}
		return 0
	case messages.TypePing, messages.TypeQuery, messages.TypePong, messages.TypeQueryHit, messages.TypePush:
	default:
		return routing.UnknownType
	}
	if hops == 255 {
		return routing.HopOverflow
	}
	if ttl == 0 {
		if m.Type == messages.TypePing && hops == 0 {
			return routing.KeepAliveAck
		}
		return routing.TTLZero
	}
	if m.GUID.IsConstant() {
		return routing.BannedGUID
	}
	if m.Type != messages.TypePing && m.Type != messages.TypeQuery {
		m.TTL = uint8(min(ttl, hard+1))
		return 0
	}
	if ttl+hops > hard {
		return routing.TTLTooLarge
	}
	if hops >= soft {
		return routing.TooManyHops
	}
	m.TTL = uint8(min(ttl, soft-hops))
	return 0
}

func (w *twin) step(now time.Time, from routing.Link, m messages.Message) []routing.Effect {
	w.now = now
	if _, found := w.links[from]; !found && from != routing.Self {
		return drops(routing.LinkGone, m)
	}
	if reason := w.admit(&m); reason != 0 {
		return drops(reason, m)
	}
	switch m.Type {
	case messages.TypePing, messages.TypeQuery:
		return w.flood(from, m)
	case messages.TypePong, messages.TypeQueryHit:
		return w.retrace(from, m)
	case messages.TypePush:
		return w.push(from, m)
	}
	switch {
	case from == routing.Self:
		return drops(routing.Travelled, m)
	case m.Type == messages.TypeBye:
		return []routing.Effect{{Kind: routing.Deliver, Message: m}}
	}
	return drops(routing.Unsupported, m)
}

func (w *twin) sendTo(now time.Time, to routing.Link, m messages.Message) []routing.Effect {
	w.now = now
	if _, found := w.links[to]; !found {
		return drops(routing.LinkGone, m)
	}
	if reason := w.admit(&m); reason != 0 {
		return drops(reason, m)
	}
	switch m.Type {
	case messages.TypePing, messages.TypeQuery, messages.TypePush:
		if i := w.find(&w.seen, m.GUID); i < 0 {
			w.add(&w.seen, twinEntry{guid: m.GUID, kind: m.Type, ttl: 255, at: now})
		} else if w.seen[i].link != routing.Self {
			return drops(routing.Duplicate, m)
		}
	}
	return []routing.Effect{{Kind: routing.Send, To: to, Message: m}}
}

func (w *twin) flood(from routing.Link, m messages.Message) []routing.Effect {
	var out []routing.Effect
	if i := w.find(&w.seen, m.GUID); i >= 0 {
		e := &w.seen[i]
		if e.link == routing.Self && from != routing.Self {
			return drops(routing.Returned, m)
		}
		better := w.cfg.Rule == routing.TTLAwareRule && from != routing.Self && int(m.TTL) > e.ttl && m.Type == e.kind
		if !better {
			return drops(routing.Duplicate, m)
		}
		if !w.take(from) {
			return drops(routing.RateLimited, m)
		}
		e.ttl, e.link = int(m.TTL), from
	} else {
		if !w.take(from) {
			return drops(routing.RateLimited, m)
		}
		e := twinEntry{guid: m.GUID, kind: m.Type, link: from, ttl: int(m.TTL), at: w.now}
		if from == routing.Self {
			e.ttl = 255
		} else {
			out = append(out, routing.Effect{Kind: routing.Deliver, Message: m})
		}
		w.add(&w.seen, e)
	}
	if from != routing.Self {
		m.TTL--
		m.Hops++
	}
	if m.TTL == 0 {
		return out
	}
	for l := routing.Link(0); l <= twinLinks; l++ {
		if _, found := w.links[l]; found && l != from {
			out = append(out, routing.Effect{Kind: routing.Send, To: l, Message: m})
		}
	}
	return out
}

func (w *twin) retrace(from routing.Link, m messages.Message) []routing.Effect {
	servent := messages.GUID{}
	request := messages.TypePing
	if m.Type == messages.TypeQueryHit {
		request = messages.TypeQuery
		var ok bool
		if servent, ok = messages.HitServent(m.Payload); !ok {
			return drops(routing.Malformed, m)
		}
		if servent == w.cfg.Servent && from != routing.Self {
			return drops(routing.Returned, m)
		}
	}
	i := w.find(&w.seen, m.GUID)
	if i < 0 || w.seen[i].kind != request {
		return drops(routing.Forged, m)
	}
	e := &w.seen[i]
	if e.link == from {
		return drops(routing.Echo, m)
	}
	if e.ttl == 1 && from != routing.Self {
		return drops(routing.Forged, m)
	}
	out := []routing.Effect{{Kind: routing.Deliver, Message: m}}
	if e.link != routing.Self {
		if _, found := w.links[e.link]; !found {
			return drops(routing.RouteLost, m)
		}
		out[0] = routing.Effect{Kind: routing.Send, To: e.link, Message: m}
		if from != routing.Self {
			if m.TTL == 1 {
				return drops(routing.Exhausted, m)
			}
			if !w.reply(from, e.replies) {
				return drops(routing.ReplyLimited, m)
			}
			e.replies++
			out[0].Message.TTL--
			out[0].Message.Hops++
		}
	}
	if m.Type == messages.TypeQueryHit && (from != routing.Self || servent != w.cfg.Servent) {
		w.learn(servent, from)
	}
	return out
}

func (w *twin) learn(servent messages.GUID, from routing.Link) {
	if servent.IsConstant() || servent == bannedServent {
		return
	}
	if i := w.find(&w.servents, servent); i >= 0 {
		holder := w.servents[i].link
		_, found := w.links[holder]
		if from != routing.Self && holder != from && (found || holder == routing.Self) {
			return
		}
		w.servents = slices.Delete(w.servents, i, i+1)
	}
	w.add(&w.servents, twinEntry{guid: servent, link: from, at: w.now})
}

func (w *twin) push(from routing.Link, m messages.Message) []routing.Effect {
	servent, ok := messages.PushServent(m.Payload)
	if !ok {
		return drops(routing.Malformed, m)
	}
	if i := w.find(&w.seen, m.GUID); i >= 0 {
		if w.seen[i].link == routing.Self && from != routing.Self {
			return drops(routing.Returned, m)
		}
		return drops(routing.Duplicate, m)
	}
	if servent.IsConstant() || servent == bannedServent {
		return drops(routing.BannedGUID, m)
	}
	to := routing.Self
	if servent != w.cfg.Servent {
		i := w.find(&w.servents, servent)
		if i < 0 {
			return drops(routing.NoRoute, m)
		}
		to = w.servents[i].link
	}
	_, found := w.links[to]
	switch {
	case to == from:
		return drops(routing.Echo, m)
	case to != routing.Self && !found:
		return drops(routing.RouteLost, m)
	case to != routing.Self && from != routing.Self && m.TTL == 1:
		return drops(routing.Exhausted, m)
	case !w.take(from):
		return drops(routing.RateLimited, m)
	}
	e := twinEntry{guid: m.GUID, kind: m.Type, link: from, ttl: int(m.TTL), at: w.now}
	if from == routing.Self {
		e.ttl = 255
	}
	w.add(&w.seen, e)
	if to == routing.Self {
		return []routing.Effect{{Kind: routing.Deliver, Message: m}}
	}
	if from != routing.Self {
		m.TTL--
		m.Hops++
	}
	return []routing.Effect{{Kind: routing.Send, To: to, Message: m}}
}
