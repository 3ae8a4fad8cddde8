package servent

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"golang.org/x/time/rate"

	"servent/routing/trace"
	"servent/servent/api"
)

const (
	// maxOverlayNodes and maxOverlayLinks bound the overlay that is kept and told.
	maxOverlayNodes = 1000
	maxOverlayLinks = 10_000
	// overlaySilence is the silence after which a servent is gone: more than two of
	// its messages did not come.
	overlaySilence = 8 * time.Second
	// overlayForget is the silence after which nothing is known of a servent any
	// more. Until then its neighbours, who may not have missed it yet, cannot bring
	// it back.
	overlayForget = time.Minute
	// overlayCut is how long a servent has to say that a link ended once the other
	// end has: its own word of that leaves within publishEvery.
	overlayCut = 500 * time.Millisecond
	// traceRate is how many messages a second one servent may publish, traceBurst
	// how many at once. It publishes five.
	traceRate  = 8
	traceBurst = 40
	// clockWindow is how long the least delay of a servent's messages counts, or
	// twice as long: clocks do not run alike for ever.
	clockWindow = 30 * time.Second
)

// An overlay is the network as its servents tell of it. It does not know the time,
// and belongs to who holds its mutex.
type overlay struct {
	begin   time.Time
	self    string                    // peer ID
	authors map[string]*overlayAuthor // by peer ID
	shares  overlayShares
	changed bool // since it was told
	missed  uint64
}

// An overlayAuthor is a servent that tells of itself.
type overlayAuthor struct {
	rate  *rate.Limiter
	run   int64
	first uint64 // the number of the message that came first, of run
	last  uint64 // the greatest that came
	count uint64 // how many came
	came  uint64 // a bit for each number up to last: the lowest for last itself
	heard time.Time
	alive bool
	name  string
	links map[string]bool
	ended map[string]bool // of links, those that the other end has told the end of since this one was heard
	cut   time.Time       // when the last of these was told of
	lost  uint64
	clock authorClock
	via   peer.ID   // the neighbour whose share it is in
	since time.Time // when it came first
}

// An authorClock maps the times of an author to ours. Each message says when it
// was published: the least delay that was seen is that of the way, and all beyond
// it is waiting.
type authorClock struct {
	since         time.Time // when now began
	now, previous float64   // the least difference of each window, in milliseconds
}

func newOverlay(self string, begin time.Time) overlay {
	return overlay{begin: begin, self: self, authors: map[string]*overlayAuthor{}, shares: overlayShares{}}
}

// admit reports whether m, which is well formed and was passed on by via, may be
// believed: it is new, and there are not too many. It is noted as heard of then.
// via is a neighbour, this servent itself, or empty for all others.
func (o *overlay) admit(m *traceMessage, via peer.ID) error {
	id := m.author.String()
	a := o.authors[id]
	if a == nil {
		if len(o.authors) >= maxOverlayNodes && id != o.self && !o.makeRoom(via, m.received) {
			return errTraceFull
		}
		a = &overlayAuthor{rate: rate.NewLimiter(traceRate, traceBurst), since: m.received}
		o.authors[id] = a
		o.shares.enter(a, via)
	}
	o.shares.even(a, via)
	if !a.rate.AllowN(m.received, 1) {
		return errTraceRate
	}
	return o.count(a, m)
}

// count takes the number of m, and refuses what is old or came before.
func (o *overlay) count(a *overlayAuthor, m *traceMessage) error {
	const window = 64 // bits of came
	switch {
	case m.Run < a.run:
		return errTraceStale
	case m.Run > a.run:
		o.missed += a.missed()
		*a = overlayAuthor{rate: a.rate, via: a.via, since: a.since, run: m.Run, first: m.N, last: m.N, count: 1, came: 1, heard: m.received}
		return nil
	case m.N > a.last:
		a.came = a.came<<min(m.N-a.last, window) | 1
		a.last = m.N
		a.count++
		return nil
	case a.last-m.N >= window || a.came>>(a.last-m.N)&1 == 1:
		return errTraceStale
	}
	a.came |= 1 << (a.last - m.N)
	a.first = min(a.first, m.N)
	a.count++
	return nil
}

// take believes m, which was admitted, and appends its events to out.
func (o *overlay) take(m *traceMessage, out []api.TracedEvent) []api.TracedEvent {
	id := m.author.String()
	a := o.authors[id]
	if a == nil || m.Run != a.run {
		return out // forgotten, or begun again, since it was admitted
	}
	received := milliseconds(m.received.Sub(o.begin))
	a.clock.see(m.received, received-m.At)
	if m.N == a.last { // an older one says nothing of how things are
		o.update(a, m)
	}
	if m.received.After(a.heard) {
		a.heard = m.received
	}
	ours, offset := milliseconds(time.Duration(o.begin.UnixNano())), a.clock.offset()
	for i := range m.Events {
		e := &m.Events[i]
		told := api.TracedEvent{
			TimeMS: ours + min(e.At+offset, received), By: id, From: m.neighbour(e), To: id, Kind: e.Type,
			GUID: e.GUID, TTL: e.TTL, Hops: e.Hops, Verdict: string(e.Verdict), Words: e.Words,
		}
		if e.Verdict == trace.Sent {
			told.From, told.To = told.To, told.From
		}
		out = append(out, told)
	}
	return out
}

// update takes what m says of its author.
func (o *overlay) update(a *overlayAuthor, m *traceMessage) {
	links := make(map[string]bool, len(m.Links))
	same := len(m.Links) == len(a.links)
	for _, to := range m.Links {
		links[to] = true
		same = same && a.links[to]
	}
	if !same || a.name != m.Name || a.alive == m.End {
		o.changed = true
	}
	before := a.links
	a.links, a.name, a.alive, a.lost = links, m.Name, !m.End, m.Lost
	a.ended, a.cut = nil, time.Time{}
	for to := range before {
		if b := o.authors[to]; b != nil && b.links[m.author.String()] && !links[to] {
			b.end(m.author.String(), m.received)
		}
	}
}

// end notes that the servent at the other end of a link has told that it ended.
func (a *overlayAuthor) end(link string, now time.Time) {
	if a.ended == nil {
		a.ended = map[string]bool{}
	}
	a.ended[link], a.cut = true, now
}

// isMute reports whether a link of a ended, as the other end says, and a, which
// would have told of it, has not.
func (a *overlayAuthor) isMute(now time.Time) bool {
	return !a.cut.IsZero() && now.Sub(a.cut) >= overlayCut
}

// isLeft reports whether a is mute, and nobody is left whom it could be heard by:
// it was killed, or cut off.
func (o *overlay) isLeft(a *overlayAuthor, now time.Time) bool {
	if !a.isMute(now) {
		return false
	}
	for to := range a.links {
		b := o.authors[to]
		if !a.ended[to] && (b == nil || b.alive && !b.isMute(now)) {
			return false
		}
	}
	return true
}

// see notes how much ours the difference of the clocks is with a message's delay.
func (c *authorClock) see(now time.Time, difference float64) {
	switch {
	case c.since.IsZero():
		c.since, c.now, c.previous = now, difference, difference
	case now.Sub(c.since) >= clockWindow:
		c.since, c.previous, c.now = now, c.now, difference
	default:
		c.now = min(c.now, difference)
	}
}

// offset is what to add to a time of the author to have ours, in milliseconds.
func (c *authorClock) offset() float64 { return min(c.now, c.previous) }

// expire notes who has fallen silent, or was left by all whom it was linked with,
// and forgets who was silent for long.
func (o *overlay) expire(now time.Time) {
	for id, a := range o.authors {
		silent := now.Sub(a.heard)
		if a.alive && id != o.self && (silent >= overlaySilence || o.isLeft(a, now)) {
			a.alive, o.changed = false, true
		}
		if silent >= overlayForget {
			o.forget(id)
		}
	}
}

// forget forgets all that is known of a servent.
func (o *overlay) forget(id string) {
	a := o.authors[id]
	o.missed += a.missed()
	o.changed = o.changed || a.alive
	o.shares.leave(a)
	delete(o.authors, id)
}

// missed returns how many messages of the run did not come, but for those before
// the first that did.
func (a *overlayAuthor) missed() uint64 {
	if a.count == 0 {
		return 0
	}
	return a.last - a.first + 1 - a.count
}

// allMissed returns how many messages of all servents did not come.
func (o *overlay) allMissed() uint64 {
	sum := o.missed
	for _, a := range o.authors {
		sum += a.missed()
	}
	return sum
}

// tell returns the overlay as it is: a link is there if no end denies it, and a
// servent that does not tell of itself if one that does is linked with it.
func (o *overlay) tell(now time.Time) (nodes []api.OverlayNode, links [][]string) {
	nodes, links = []api.OverlayNode{}, [][]string{}
	place := map[string]int{}
	add := func(id string) bool {
		if _, ok := place[id]; !ok && len(nodes) < maxOverlayNodes {
			place[id] = len(nodes)
			nodes = append(nodes, api.OverlayNode{Peer: id, Self: id == o.self})
		}
		_, ok := place[id]
		return ok
	}
	var alive []string
	for id, a := range o.authors {
		if a.alive {
			alive = append(alive, id)
		}
	}
	slices.SortFunc(alive, func(a, b string) int {
		if (a == o.self) != (b == o.self) {
			return map[bool]int{true: -1, false: 1}[a == o.self]
		}
		return strings.Compare(a, b)
	})
	for _, id := range alive {
		if a := o.authors[id]; add(id) {
			n := &nodes[place[id]]
			n.Name, n.Tracing, n.Lost, n.SilentMS = a.name, true, a.lost, now.Sub(a.heard).Milliseconds()
		}
	}
	rows, longest := make([][]string, len(alive)), 0
	for i, id := range alive {
		rows[i] = o.linksOf(id)
		longest = max(longest, len(rows[i]))
	}
	for round := range longest { // a link of each at a time: who tells of many does not crowd out the others
		for i, id := range alive {
			if round >= len(rows[i]) || len(links) == maxOverlayLinks || !add(rows[i][round]) {
				continue
			}
			to := rows[i][round]
			links = append(links, []string{min(id, to), max(id, to)})
			nodes[place[id]].Links++
			nodes[place[to]].Links++
		}
	}
	return nodes, links
}

// linksOf returns the far ends of the links that id tells of, in order, without
// those that are denied and those that their lesser end tells of.
func (o *overlay) linksOf(id string) []string {
	var list []string
	for _, to := range slices.Sorted(maps.Keys(o.authors[id].links)) {
		if b := o.authors[to]; b == nil || b.alive && b.links[id] && id < to {
			list = append(list, to)
		}
	}
	return list
}
