package servent

import (
	"cmp"
	"context"
	"fmt"
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

		UploadRate:   s.cfg.UploadRate,
		DownloadRate: s.cfg.DownloadRate,
	}
	if !s.call(ctx, func() { s.countInto(&out) }) {
		return api.Status{}, ended(ctx)
	}
	return out, nil
}

// listenAddrs returns every address the servent listens on, in full.
func (s *Servent) listenAddrs() []string {
	out := []string{}
	for _, a := range s.host.Addrs() {
		out = append(out, fullAddr(a, s.host.ID()))
	}
	return out
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

// Connect links to the servent at a multiaddr that ends in /p2p/PEER, and
// keeps dialling it should the link end.
func (s *Servent) Connect(ctx context.Context, req api.ConnectRequest) (api.Link, error) {
	info, err := parseServent(req.Addr)
	if err != nil {
		return api.Link{}, api.NewError(api.CodeUsage, err.Error())
	}
	if info.ID == s.host.ID() {
		return api.Link{}, api.NewError(api.CodeUsage, "connect: that is this servent itself")
	}
	done := make(chan error, 1)
	ok := s.call(ctx, func() {
		s.hosts.add(time.Now(), info, true)
		if s.links.byPeer[info.ID] != nil {
			done <- nil
			return
		}
		s.startOffer(info, func(err error) { done <- err })
	})
	if !ok {
		return api.Link{}, ended(ctx)
	}
	select {
	case err = <-done:
	case <-ctx.Done():
		return api.Link{}, ctx.Err()
	case <-s.loopEnded:
		return api.Link{}, ErrClosed
	}
	return s.linkTo(ctx, info.ID.String(), err)
}

// linkTo returns the link to a peer, or err where there is none.
func (s *Servent) linkTo(ctx context.Context, id string, err error) (api.Link, error) {
	links, failed := s.Peers(ctx)
	if failed != nil {
		return api.Link{}, failed
	}
	for _, l := range links {
		if l.Peer == id {
			return l, nil
		}
	}
	return api.Link{}, fmt.Errorf("connect to %s: %w", id, err)
}
