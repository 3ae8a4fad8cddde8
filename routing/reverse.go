package routing

import "servent/messages"

// requestOf returns the type of message that replies of type t answer.
func requestOf(t messages.Type) messages.Type {
	if t == messages.TypePong {
		return messages.TypePing
	}
	return messages.TypeQuery
}

// retrace routes a Pong or QueryHit by the way that the Ping or Query of the
// same GUID came. Source: RFC 0.6 draft §2.2.7.1.
func (r *Router) retrace(from Link, m *messages.Message, out []Effect) []Effect {
	var servent messages.GUID
	if m.Type == messages.TypeQueryHit {
		var ok bool
		if servent, ok = messages.HitServent(m.Payload); !ok {
			return r.drop(Malformed, m, out)
		}
		if from != Self && servent == r.shared.Servent && !servent.IsConstant() {
			return r.drop(Returned, m, out)
		}
	}
	pos := r.seen.live(&m.GUID, r.seen.hash(&m.GUID), r.cut())
	if reason := r.refuseReply(from, pos, m.Header); reason != 0 {
		return r.drop(reason, m, out)
	}
	// A hit of our own may name a servent GUID that the Config does not: Routers that
	// were made together have one Config.
	if m.Type == messages.TypeQueryHit && (from != Self || servent != r.shared.Servent) {
		r.learn(servent, from)
	}
	r.credit(from)
	e := r.seen.at(pos)
	if e.link == Self {
		return append(out, Effect{Kind: Deliver, Message: *m})
	}
	if from != Self {
		e.replies++
		r.chargeReply(from)
	}
	return r.relay(from, e.link, m, out)
}

// refuseReply returns why a reply that came in by from cannot take the way at
// pos, or 0.
func (r *Router) refuseReply(from Link, pos uint32, h messages.Header) Reason {
	if pos == 0 {
		return Forged
	}
	e := r.seen.at(pos)
	switch {
	case e.kind != requestOf(h.Type):
		return Forged
	case e.link == from:
		return Echo
	case from != Self && e.ttl <= 1:
		return Forged // the request ended here: no neighbour was asked
	case e.link == Self:
		return 0
	}
	if _, found := r.links.find(e.link); !found {
		return RouteLost
	}
	switch {
	case from != Self && h.TTL == 1:
		return Exhausted
	case from != Self && !r.allowsReply(from, int(e.replies)):
		return ReplyLimited
	}
	return 0
}

// replyRecovery is in how long, in seconds, a link that brought its part of the
// replies to a message may bring as many again.
const replyRecovery = 5

// allowsReply reports whether from may bring another reply to a message that has
// so many. The second half is for links that brought few lately, so that no
// neighbour can use up with forgeries what the hits of others need.
func (r *Router) allowsReply(from Link, replies int) bool {
	if replies >= r.shared.ReplyLimit {
		return false
	}
	if r.shared.Rate <= 0 || replies < r.shared.ReplyLimit/2 {
		return true
	}
	i, _ := r.links.find(from)
	b := r.links.limit(i).replies
	if b == nil {
		return true
	}
	b.fill(r.clock, r.replyPart()/replyRecovery, r.replyPart())
	return b.tokens >= 1
}

// chargeReply takes a reply off the part of from.
func (r *Router) chargeReply(from Link) {
	if r.shared.Rate <= 0 {
		return
	}
	i, _ := r.links.find(from)
	most := r.links.limit(i)
	if most.replies == nil { // most links bring no reply to a message of others
		most.replies = &bucket{tokens: r.replyPart(), at: r.clock}
	}
	most.replies.fill(r.clock, r.replyPart()/replyRecovery, r.replyPart())
	most.replies.tokens = max(0, most.replies.tokens-1)
}

// replyPart is how many replies a link may bring at once without giving up its
// claim on the second half, in messages.
func (r *Router) replyPart() float64 { return max(1, float64(r.shared.ReplyLimit/2)) }

// learn notes that hits of servent come by from. The first claim stands while
// its link is attached and hits keep coming: a neighbour cannot draw the Pushes
// for another servent to itself by naming its GUID, nor ours. The draft is silent about
// this; its §2.2.6 wants each servent GUID to belong to one servent.
func (r *Router) learn(servent messages.GUID, from Link) {
	if isBanned(servent) {
		return
	}
	if r.servents == nil { // most Routers of a simulator hear no hit
		r.servents = new(table)
	}
	hash := r.servents.hash(&servent)
	pos := r.servents.live(&servent, hash, r.cut())
	if pos == 0 {
		e := r.servents.insert(&servent, hash, r.shared.TableSize)
		e.at, e.link = r.clock, from
		return
	}
	e := r.servents.at(pos)
	if e.link != from {
		if _, found := r.links.find(e.link); from != Self && (found || e.link == Self) {
			r.counters.others().contested++
			return
		}
		e.link = from
	}
	e.at = r.clock
	r.servents.touch(pos)
}

// push routes a Push by the servent GUID that it names. Copies are known by the
// GUID in the header, since many Pushes may name one servent.
// Source: RFC 0.6 draft §2.2.8.
func (r *Router) push(from Link, m *messages.Message, out []Effect) []Effect {
	servent, ok := messages.PushServent(m.Payload)
	if !ok {
		return r.drop(Malformed, m, out)
	}
	hash := r.seen.hash(&m.GUID)
	if pos := r.seen.live(&m.GUID, hash, r.cut()); pos != 0 {
		if r.seen.at(pos).link == Self && from != Self {
			return r.refuse(Returned, m, out)
		}
		return r.refuse(Duplicate, m, out)
	}
	to, reason := r.routeOf(servent, from, m.TTL)
	if reason != 0 {
		return r.drop(reason, m, out)
	}
	if !r.charge(from) {
		return r.drop(RateLimited, m, out)
	}
	r.remember(from, m, hash)
	if from != Self {
		r.fresh(from, m.Type)
	}
	if to == Self {
		return append(out, Effect{Kind: Deliver, Message: *m})
	}
	return r.relay(from, to, m, out)
}

// routeOf returns the link that a Push for servent takes which came in by from
// with ttl, or why there is none.
func (r *Router) routeOf(servent messages.GUID, from Link, ttl uint8) (Link, Reason) {
	if isBanned(servent) {
		return 0, BannedGUID
	}
	to := Self
	if servent != r.shared.Servent {
		if r.servents == nil {
			return 0, NoRoute
		}
		pos := r.servents.live(&servent, r.servents.hash(&servent), r.cut())
		if pos == 0 {
			return 0, NoRoute
		}
		to = r.servents.at(pos).link
	}
	switch {
	case to == from:
		return 0, Echo
	case to == Self:
		return Self, 0
	}
	if _, found := r.links.find(to); !found {
		return 0, RouteLost
	}
	if from != Self && ttl == 1 {
		return 0, Exhausted
	}
	return to, 0
}

// bannedServents are GUIDs that many installations share: a Push for one of
// them would reach any of these. Source: gtk-gnutella; the constant GUIDs that it
// bans too are refused by their form.
var bannedServents = [...]messages.GUID{
	{0x20, 0xd2, 0x62, 0xff, 0x0e, 0x6f, 0xd6, 0x11, 0x97, 0x34, 0x00, 0x40, 0x05, 0xa2, 0x07, 0xb1},
	{0x9c, 0x51, 0xe4, 0x21, 0x53, 0xd4, 0xc9, 0x4a, 0x85, 0x8f, 0x8e, 0x8a, 0x83, 0x91, 0x17, 0x3d},
	{0x27, 0x63, 0x0b, 0x63, 0x2f, 0x07, 0x0c, 0xa9, 0xff, 0xc4, 0x8e, 0xb0, 0x6a, 0x72, 0xc7, 0x00},
}

// isBanned reports whether no Push is routed to servent.
func isBanned(servent messages.GUID) bool {
	if servent.IsConstant() {
		return true
	}
	for i := range bannedServents {
		if servent == bannedServents[i] {
			return true
		}
	}
	return false
}
