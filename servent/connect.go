package servent

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/core/sec"
	mss "github.com/multiformats/go-multistream"

	"servent/servent/api"
)

// Connect links to the servent that an address names, in any form that a user
// may type: an invitation, a multiaddr with or without /p2p/PEER, a peer ID
// that was heard of, an IP address or a host name, either with or without a
// port. It returns when there is a link, or an error that says why not. Either
// way the address is tried again, whenever there is no link, until
// [Servent.Disconnect] takes it away.
func (s *Servent) Connect(ctx context.Context, req api.ConnectRequest) (api.Link, error) {
	wanted, err := parseTarget(req.Addr)
	if err == nil {
		err = wanted.checkNetwork(s.cfg.Network)
	}
	if err == nil && wanted.id == s.host.ID() {
		err = fmt.Errorf("servent: connect to %s: %w", wanted.typed, errSelf)
	}
	if err != nil {
		return api.Link{}, api.FailAs(api.CodeUsage, Because(err))
	}
	type end struct {
		id  peer.ID
		err error
	}
	done := make(chan end, 1)
	ok := s.call(ctx, func() {
		if a := s.typed.add(wanted); a != nil {
			s.tryTyped(a, func(id peer.ID, err error) { done <- end{id, err} })
			return
		}
		done <- end{err: errTooManyTyped}
	})
	if !ok {
		return api.Link{}, ended(ctx)
	}
	select {
	case e := <-done:
		if errors.Is(e.err, errSelf) && wanted.port != 0 {
			return api.Link{}, api.FailAs(api.CodeUsage, Because(fmt.Errorf("servent: connect to %s: %w", wanted.typed, e.err)))
		}
		if e.err != nil {
			return api.Link{}, notLinked(fmt.Errorf("servent: connect to %s: %w", wanted.typed, s.explain(e.err)))
		}
		return s.linkTo(ctx, e.id)
	case <-ctx.Done():
		return api.Link{}, ctx.Err()
	case <-s.loopEnded:
		return api.Link{}, ErrClosed
	}
}

// notLinked has err, which says why there is no link, tell the callers of the API that
// nobody is there to link to, or that there is no room now; what the servent itself
// failed at stays so.
func notLinked(err error) error {
	var refused *refusal
	var known *explained
	var nobody *unansweredError
	switch {
	case errors.As(err, &refused) && refused.code == statusBusy.code:
		return &explained{Because(err), err, api.CodeBusy}
	case errors.As(err, &known), errors.As(err, &nobody):
		return &explained{Because(err), err, api.CodeUnreachable}
	}
	return err
}

// linkTo returns the link to a peer that there was a moment ago.
func (s *Servent) linkTo(ctx context.Context, id peer.ID) (api.Link, error) {
	links, err := s.Peers(ctx)
	if err != nil {
		return api.Link{}, err
	}
	for _, l := range links {
		if l.Peer == id.String() {
			return l, nil
		}
	}
	return api.Link{}, fmt.Errorf("servent: connect to %s: the link ended at once; servent peers shows whether it comes back", id)
}

// checkNetwork refuses an invitation to another network than ours.
func (t target) checkNetwork(ours string) error {
	if t.network == "" || t.network == ours {
		return nil
	}
	return api.Say("connect.network", "servent: the invitation is to the network {theirs}, and this servent is in {ours}; stop it and start it with: servent up --network {network} --connect {address}",
		strconv.Quote(t.network), strconv.Quote(ours), t.network, t.typed)
}

// An explained error is one that says what the user can do about it.
type explained struct {
	said  api.Said
	cause error
	code  api.Code // to the callers of the API; empty: that of cause
}

func (e *explained) Error() string   { return e.said.Text }
func (e *explained) Unwrap() []error { return []error{e.said, e.cause} }

// As lets errors.As take e for an [*api.Error].
func (e *explained) As(target any) bool {
	told, ok := target.(**api.Error)
	if ok = ok && e.code != ""; ok {
		*told = api.FailAs(e.code, e.said)
	}
	return ok
}

// explain says of a link that failed what the user can do about it, where that
// is known.
func (s *Servent) explain(err error) error {
	if said := s.remedy(err); said.Text != "" {
		return &explained{said: said, cause: err}
	}
	return err
}

func (s *Servent) remedy(err error) api.Said {
	var refused *refusal
	var other sec.ErrPeerIDMismatch
	var dial *dialError
	var foreign mss.ErrNotSupported[protocol.ID]
	switch {
	case errors.As(err, &refused) && refused.code == statusNetwork.code:
		return api.Say("connect.other-network", "it is in another network than {network}; ask there for an invitation (servent invite), which names it", strconv.Quote(s.cfg.Network))
	case errors.As(err, &refused) && refused.code == statusBusy.code:
		return api.Say("connect.no-room", "it has no room for a link now, or its user has ended ours; it is asked again from time to time")
	case errors.As(err, &other):
		return api.Say("connect.other-servent", "another servent answers there, {peer}; if it has a new identity, type its address without /p2p", other.Actual)
	case errors.As(err, &foreign):
		return api.Say("connect.no-servent", "it is no servent: it speaks libp2p, but not {protocol}", linkProtocol)
	case errors.As(err, &dial):
		var where []string
		for _, one := range dial.each {
			where = append(where, plainLocal(one.Address).String())
		}
		return unreached(strings.Join(where, " and "), dial.Unwrap())
	}
	return api.Said{}
}
