package routing

import (
	"slices"
	"time"

	"servent/messages"
)

// A Router decides where each message goes next. It holds the attached links,
// the GUIDs it has seen with the way back for each, the servent GUIDs that hits
// have named, and the counters. Make one with [New]. It is owned by one
// goroutine at a time.
type Router struct {
	// A flood in a simulator goes through a million Routers, so these are three
	// cache lines: what every Step reads first, what it counts, whom it knows.
	shared   *shared
	clock    time.Duration // the latest time given
	links    links
	servents *table // servent GUID → the link that its hits come by; nil: none
	counters tally
	seen     table // message GUID → the way back
}

// shared is what Routers that were made together have in common.
type shared struct {
	Config
	epoch  time.Time // the first time given to any of them: their clocks start there
	ticked bool
	now    time.Time     // the latest time given to any of them
	clock  time.Duration // the same, since epoch
}

// New returns a Router without links. It takes under 1 KiB with six links,
// and 48 bytes for each GUID that it comes to remember.
func New(cfg Config) *Router { return &NewAll(cfg, []int{0})[0] }

// NewAll returns a Router for each of degrees, with the links 1 to its degree and
// room for one GUID, in far less time and room than [New] and [Router.Attach]: the
// network of a simulator. They must all belong to one goroutine.
func NewAll(cfg Config, degrees []int) []Router {
	group := &shared{Config: cfg.withDefaults()}
	sum := 0
	for _, degree := range degrees {
		sum += degree
	}
	neighbours := make([]neighbour, sum)
	entries := make([]entry, len(degrees)) // for the first message of each
	clear(entries)                         // the system gives memory when it is written to
	routers := make([]Router, len(degrees))
	for i, degree := range degrees {
		r := &routers[i]
		r.shared = group
		r.seen.entries = entries[i : i : i+1]
		if group.Rate > 0 {
			for l := range degree {
				r.Attach(Link(l + 1))
			}
			continue
		}
		r.links.list, neighbours = neighbours[:degree:degree], neighbours[degree:]
		for l := range r.links.list {
			r.links.list[l].number = Link(l + 1)
		}
	}
	return routers
}

// Reset makes r as [New] returned it: without links, GUIDs and counts; its clock
// goes on.
func (r *Router) Reset() { *r = Router{shared: r.shared} }

// Attach adds l to the neighbours. Attaching [Self], or l twice, does nothing.
// A link that was detached does not come back: its successor has a new number.
func (r *Router) Attach(l Link) {
	if r.shared.Rate <= 0 {
		r.links.attach(l, nil)
		return
	}
	r.links.attach(l, &limit{bucket: bucket{tokens: r.shared.Burst, at: r.clock}})
}

// Detach removes l from the neighbours. Replies and Pushes that had to go by l
// are dropped from now on, as [RouteLost].
func (r *Router) Detach(l Link) { r.links.detach(l) }

// Counters returns what r has counted so far.
func (r *Router) Counters() Counters { return r.counters.total() }

// Fresh returns how many messages of use came in by l since it was attached:
// fresh Queries, Pings and Pushes, and replies that were passed on or delivered.
// The least useful neighbour has the fewest for its time.
func (r *Router) Fresh(l Link) uint64 {
	if i, found := r.links.find(l); found {
		return r.links.list[i].fresh
	}
	return 0
}

// Step routes m, which came in by from at now, and appends to out what the
// caller must do. Our own messages, requests and replies alike, come by [Self]
// with Hops 0: they leave as they are, while those of others leave with one TTL
// less and one hop more. A time before the latest one given counts as that one.
//
//	Ping, Query     fresh: Deliver, and Send to every link but from while TTL lasts
//	Pong, QueryHit  by GUID to the link that the Ping or Query came in by, or Deliver
//	Push            by servent GUID to the link that its hit came in by, or Deliver
//	Bye             Deliver
//	others          Drop
//
// A message that goes nowhere gives one Drop. Effects share m's payload.
func (r *Router) Step(now time.Time, from Link, m messages.Message, out []Effect) []Effect {
	r.tick(now)
	if from != Self {
		r.counters.of(m.Type).Received++
		if _, found := r.links.find(from); !found {
			return r.drop(LinkGone, &m, out)
		}
	}
	if reason := r.shared.admit(&m.Header); reason != 0 {
		return r.drop(reason, &m, out)
	}
	switch m.Type {
	case messages.TypePing, messages.TypeQuery:
		return r.flood(from, &m, out)
	case messages.TypePong, messages.TypeQueryHit:
		return r.retrace(from, &m, out)
	case messages.TypePush:
		return r.push(from, &m, out)
	}
	return r.local(from, &m, out)
}

// SendTo appends to out what the caller must do to send m, our own message, to
// the neighbour to alone: a keep-alive Ping, a Bye, a Query for some neighbours
// only. Replies to it are delivered. The same Ping, Query or Push may be sent to
// several neighbours, one by one.
func (r *Router) SendTo(now time.Time, to Link, m messages.Message, out []Effect) []Effect {
	r.tick(now)
	if _, found := r.links.find(to); !found || to == Self {
		return r.drop(LinkGone, &m, out)
	}
	if reason := r.shared.admit(&m.Header); reason != 0 {
		return r.drop(reason, &m, out)
	}
	if isFlood(m.Type) || m.Type == messages.TypePush {
		hash := r.seen.hash(&m.GUID)
		pos := r.seen.live(&m.GUID, hash, r.cut())
		if pos == 0 {
			r.remember(Self, &m, hash)
		} else if r.seen.at(pos).link != Self {
			return r.refuse(Duplicate, &m, out)
		}
	}
	return r.send(to, &m, out)
}

// Warm reads what [Router.Step] will read first, and returns a number without a
// meaning. Who steps many Routers, each of which is out of the processor's cache,
// warms some before it steps them: their memory is then waited for at the same
// time. It changes nothing.
func (r *Router) Warm() uint64 {
	sum := uint64(r.clock) + r.counters.query.Received + uint64(r.seen.count)
	if len(r.links.list) > 0 {
		sum += r.links.list[0].fresh
	}
	if len(r.seen.entries) > 0 {
		sum += uint64(r.seen.entries[0].at)
	}
	return sum
}

// tick sets the clock to now and forgets a little of what is too old.
func (r *Router) tick(now time.Time) {
	r.clock = max(r.clock, r.shared.since(now))
	cut := r.cut()
	r.seen.expire(cut)
	if r.servents != nil {
		r.servents.expire(cut)
	}
}

// since returns the time on the clocks. Of Routers that were made together, many
// are asked at one time.
func (s *shared) since(now time.Time) time.Duration {
	if now == s.now && s.ticked {
		return s.clock
	}
	if !s.ticked {
		s.epoch, s.ticked = now, true
	}
	s.now, s.clock = now, now.Sub(s.epoch)
	return s.clock
}

// cut returns the time at or before which a GUID must have been remembered to be
// too old now.
func (r *Router) cut() time.Duration { return r.clock - r.shared.Lifetime }

// local takes a message that ends here.
func (r *Router) local(from Link, m *messages.Message, out []Effect) []Effect {
	switch {
	case from == Self:
		return r.drop(Travelled, m, out)
	case m.Type == messages.TypeBye:
		return append(out, Effect{Kind: Deliver, Message: *m})
	}
	return r.drop(Unsupported, m, out)
}

// charge takes a token of from and reports whether it had one.
func (r *Router) charge(from Link) bool {
	if from == Self || r.shared.Rate <= 0 {
		return true
	}
	i, _ := r.links.find(from)
	return r.links.limit(i).bucket.take(r.clock, r.shared.Rate, r.shared.Burst)
}

// credit counts a message of use for from.
func (r *Router) credit(from Link) {
	if from == Self {
		return
	}
	if i, found := r.links.find(from); found {
		r.links.list[i].fresh++
	}
}

func (r *Router) drop(reason Reason, m *messages.Message, out []Effect) []Effect {
	r.counters.drop(reason)
	out = slices.Grow(out, 1)
	out = out[:len(out)+1]
	e := &out[len(out)-1]
	e.Kind, e.Reason, e.To, e.Message = Drop, reason, Self, *m
	return out
}

// refuse drops a copy of a Ping, Query or Push that was seen before.
func (r *Router) refuse(reason Reason, m *messages.Message, out []Effect) []Effect {
	r.counters.of(m.Type).Duplicate++
	return r.drop(reason, m, out)
}

func (r *Router) send(to Link, m *messages.Message, out []Effect) []Effect {
	r.counters.of(m.Type).Sent++
	return append(out, Effect{Kind: Send, To: to, Message: *m})
}

// relay sends m on to one neighbour: as it is when it is our own, else one hop
// further.
func (r *Router) relay(from, to Link, m *messages.Message, out []Effect) []Effect {
	if from != Self {
		m.TTL--
		m.Hops++
	}
	return r.send(to, m, out)
}
