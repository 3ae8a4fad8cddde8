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
	reasonSpam       = "not read: too many hits by one link"
	reasonUnwanted   = "not learned: too many Pongs, or about others"
	reasonOutbox     = "outbox full"
)

// Status tells of the servent at a glance.
func (s *Servent) Status(ctx context.Context) (api.Status, error) {
	out := api.Status{
		Peer:       s.host.ID().String(),
		Version:    Version,
		Network:    s.cfg.Network,
		Addrs:      s.listenAddrs(),
		Web:        s.web,
		BitTorrent: s.wire.address(),
		Uptime:     time.Since(s.begin).Seconds(),
		Library:    s.tellLibrary(),
		Answers:    s.answers.tell(),
		Transfers:  s.transfers.all(),
		Uploaded:   s.transfers.allUploaded(),
		Ended:      s.endings.tell(),
		Refused:    s.refusals.tell(),

		UploadRate:   s.up.Rate(),
		DownloadRate: s.down.Rate(),
	}
	if !s.call(ctx, func() { s.countInto(&out) }) {
		return api.Status{}, ended(ctx)
	}
	return out, nil
}

// countInto fills in what the loop counts.
func (s *Servent) countInto(out *api.Status) {
	out.Links = len(s.links.byID)
	for _, l := range s.links.byID {
		if !l.conduct.limited.IsZero() {
			out.Limited++
		}
	}
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
	drop(reasonSpam, s.spam)
	drop(reasonUnwanted, s.unwanted)
	drop(reasonOutbox, s.outboxDrops())
	sortDrops(out.Dropped)
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
	out := api.Link{
		Peer:     l.peer.String(),
		Addr:     l.addr,
		Agent:    l.agent,
		Outbound: l.outbound,
		Age:      now.Sub(l.since).Seconds(),
		Received: l.received,
		Sent:     l.sent,
		Fresh:    s.router.Fresh(l.id),
		Dropped:  l.out.lost(),
		Useless:  l.useless,
	}
	if c := &l.conduct; !c.limited.IsZero() {
		out.Limited = &api.Limited{Since: now.Sub(c.limited).Seconds(), Reason: c.reason().String()}
	}
	return out
}
