package routing

import (
	"slices"

	"servent/messages"
)

// ownTTL is the TTL that our own message is remembered with: no copy of it can
// come by a better path.
const ownTTL = 255

// flood routes a Ping or Query.
func (r *Router) flood(from Link, m *messages.Message, out []Effect) []Effect {
	hash := r.seen.hash(&m.GUID)
	pos := r.seen.live(&m.GUID, hash, r.cut())
	if pos != 0 {
		return r.again(from, pos, m, out)
	}
	// Not remembered without a token: a copy by another link can still pass, and
	// who floods cannot push the GUIDs of others out of the table.
	if !r.charge(from) {
		return r.drop(RateLimited, m, out)
	}
	r.remember(from, m, hash)
	if from != Self {
		r.fresh(from, m.Type)
		out = append(out, Effect{Kind: Deliver, Message: *m})
	}
	return r.spread(from, m, out)
}

// again routes a copy of a Ping or Query that is in the table of those seen.
// RFC 0.6 draft §2.2.7.1 has it discarded; TTLAwareRule departs from that for a
// copy that came by a better path.
func (r *Router) again(from Link, pos uint32, m *messages.Message, out []Effect) []Effect {
	e := r.seen.at(pos)
	switch {
	case e.link == Self && from != Self:
		return r.refuse(Returned, m, out)
	case r.shared.Rule != TTLAwareRule || from == Self || m.TTL <= e.ttl || m.Type != e.kind:
		return r.refuse(Duplicate, m, out)
	case !r.charge(from):
		return r.drop(RateLimited, m, out)
	}
	e.ttl, e.link = m.TTL, from
	r.counters.of(m.Type).Improved++
	return r.spread(from, m, out)
}

// spread sends m to every link but from, while its TTL lasts.
func (r *Router) spread(from Link, m *messages.Message, out []Effect) []Effect {
	if from != Self {
		m.TTL--
		m.Hops++
	}
	if m.TTL == 0 {
		return out
	}
	at := len(out)
	before := at
	out = slices.Grow(out, len(r.links.list))
	for i := range r.links.list {
		if to := r.links.list[i].number; to != from {
			out = out[:at+1]
			e := &out[at]
			e.Kind, e.Reason, e.To, e.Message = Send, 0, to, *m
			at++
		}
	}
	r.counters.of(m.Type).Sent += uint64(at - before)
	return out
}

// remember enters m, which is not in the table of those seen.
func (r *Router) remember(from Link, m *messages.Message, hash uint64) {
	e := r.seen.insert(&m.GUID, hash, r.shared.TableSize)
	e.at, e.link, e.ttl, e.kind = r.clock, from, m.TTL, m.Type
	if from == Self {
		e.ttl = ownTTL
	}
}

// fresh counts a first copy that came by from.
func (r *Router) fresh(from Link, t messages.Type) {
	r.counters.of(t).Fresh++
	r.credit(from)
}
