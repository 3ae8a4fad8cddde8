package servent

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/servent/api"
)

// A contact is a way to a source of a download. It never changes.
type contact interface {
	// name tells it from all others: a peer ID, or HOST:PORT.
	name() string
	// reach opens a stream of the peer wire to the source.
	reach(ctx context.Context, s *Servent) (io.ReadWriteCloser, error)
	// tell returns what is told of it.
	tell() api.Source
	// and returns the contact with the places of one of the same name that is not
	// as fresh, and reports whether it has any that the older has not.
	and(older contact) (both contact, news bool)
}

// maxContactAddrs bounds the places that are kept of one source.
const maxContactAddrs = 16

// A serventContact is a servent, by what hits say of it: untrusted.
type serventContact struct {
	info    peer.AddrInfo
	hops    int  // links to it; 0: not known
	hearsay bool // no hit and no user named it, but peers of the swarm alone
	partial bool // as a hit said: it fetches the file itself
}

func (c serventContact) name() string { return c.info.ID.String() }

func (c serventContact) tell() api.Source {
	out := api.Source{Peer: c.name(), Addrs: []string{}, Hops: c.hops, Partial: c.partial}
	for _, addr := range c.info.Addrs {
		out.Addrs = append(out.Addrs, addr.String())
	}
	return out
}

func (c serventContact) and(older contact) (contact, bool) {
	o, ok := older.(serventContact)
	if !ok {
		return c, true
	}
	news := slices.ContainsFunc(c.info.Addrs, func(a ma.Multiaddr) bool { return !ma.Contains(o.info.Addrs, a) })
	addrs := slices.Clone(c.info.Addrs)
	for _, a := range o.info.Addrs {
		if len(addrs) < maxContactAddrs && !ma.Contains(addrs, a) {
			addrs = append(addrs, a)
		}
	}
	both := serventContact{peer.AddrInfo{ID: c.info.ID, Addrs: addrs}, c.hops, c.hearsay && o.hearsay, c.partial || c.hearsay && o.partial}
	setDefault(&both.hops, o.hops)
	return both, news
}

// errTriedTooOften says that an address that we were only told of gets no more
// dials for now.
var errTriedTooOften error = api.Say("source.tried", "all its addresses were tried too often lately")

// reach counts the dial: who names an address of somebody else has us dial there
// no more often than those who look for neighbours. The other ways need none.
func (c serventContact) reach(ctx context.Context, s *Servent) (io.ReadWriteCloser, error) {
	to, tooOften := c.info, false
	if len(to.Addrs) > 0 && s.host.Network().Connectedness(to.ID) != network.Connected {
		if !s.call(ctx, func() { to.Addrs = s.tries.allow(time.Now(), to.Addrs) }) {
			return nil, ended(ctx)
		}
		tooOften = len(to.Addrs) == 0
	}
	stream, err := s.reach(ctx, to)
	if err != nil && tooOften {
		return nil, fmt.Errorf("%w; %w", errTriedTooOften, err)
	}
	if err != nil {
		return nil, err
	}
	s.call(ctx, func() { s.tries.succeeded(s.reachedAt(to.ID)) })
	return stream, nil
}

// contactsOf reads what hits, or a user, say of sources.
func contactsOf(sources []api.Source) ([]contact, error) {
	var out []contact
	for _, source := range sources {
		id, err := peer.Decode(source.Peer)
		if err != nil {
			return nil, api.NewError(api.CodeUsage, fmt.Sprintf("get: source %q: %v", source.Peer, err))
		}
		c := serventContact{info: peer.AddrInfo{ID: id}, hops: source.Hops, partial: source.Partial}
		for _, text := range source.Addrs {
			if a, err := ma.NewMultiaddr(text); err == nil && len(c.info.Addrs) < maxContactAddrs {
				c.info.Addrs = append(c.info.Addrs, a)
			}
		}
		out = append(out, c)
	}
	return out, nil
}
