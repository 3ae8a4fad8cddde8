package servent

import (
	"cmp"
	"context"
	"slices"
	"time"

	"servent/routing"
	"servent/servent/api"
)

// Reasons to drop a message that the node has and the router does not know.
const (
	reasonUnanswered = "not answered: too many queries at once"
	reasonUnread     = "not read: too many hits at once"
	reasonOutbox     = "outbox full"
)

// Status tells of the servent at a glance.
func (s *Servent) Status(ctx context.Context) (api.Status, error) {
	out := api.Status{
		Peer:      s.host.ID().String(),
		Version:   Version,
		Network:   s.cfg.Network,
		Addrs:     s.listenAddrs(),
		Web:       s.web,
		Uptime:    time.Since(s.begin).Seconds(),
		Library:   s.tellLibrary(),
		Answers:   s.answers.tell(),
		Transfers: s.transfers.all(),
	}
	if !s.call(ctx, func() { s.countInto(&out) }) {
		return api.Status{}, ended(ctx)
	}
	return out, nil
}

// countInto fills in what the loop counts.
func (s *Servent) countInto(out *api.Status) {
	out.Links = len(s.links.byID)
	counters := s.router.Counters()
	out.Messages, out.Dropped = []api.Traffic{}, []api.Drop{}
	for name, c := range counters.Types() {
		if c.Received+c.Sent > 0 {
			out.Messages = append(out.Messages, api.Traffic{
				Type: name, Received: c.Received, Sent: c.Sent,
				Fresh: c.Fresh, Improved: c.Improved, Duplicate: c.Duplicate,
			})
		}
	}
	drop := func(reason string, n uint64) {
		if n > 0 {
			out.Dropped = append(out.Dropped, api.Drop{Reason: reason, Count: n})
		}
	}
	for reason, n := range counters.Reasons() {
		if reason == routing.Malformed {
			n += s.malformed
		}
		drop(reason.String(), n)
	}
	drop(reasonUnanswered, s.questions.unanswered())
	drop(reasonUnread, s.unread)
	drop(reasonOutbox, s.outboxDrops())
	slices.SortStableFunc(out.Dropped, func(a, b api.Drop) int { return cmp.Compare(b.Count, a.Count) })
}

// outboxDrops counts the messages that no outbox had room for, of links that
// have ended too.
func (s *Servent) outboxDrops() uint64 {
	n := s.lost
	for _, l := range s.links.byID {
		n += l.out.lost()
	}
	return n
}

// Peers lists the links, oldest first.
func (s *Servent) Peers(ctx context.Context) ([]api.Link, error) {
	out := []api.Link{}
	ok := s.call(ctx, func() {
		now := time.Now()
		for _, l := range s.links.byID {
			out = append(out, s.tellLink(now, l))
		}
	})
	if !ok {
		return nil, ended(ctx)
	}
	slices.SortFunc(out, func(a, b api.Link) int { return cmp.Compare(b.Age, a.Age) })
	return out, nil
}

func (s *Servent) tellLink(now time.Time, l *link) api.Link {
	return api.Link{
		Peer:     l.peer.String(),
		Addr:     l.addr,
		Agent:    l.agent,
		Outbound: l.outbound,
		Age:      now.Sub(l.since).Seconds(),
		Received: l.received,
		Sent:     l.sent,
		Fresh:    s.router.Fresh(l.id),
		Dropped:  l.out.lost(),
	}
}
