package servent

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/messages"
	"servent/servent/api"
)

const (
	// minPeerPrefix is how many letters of a peer ID name a neighbour.
	minPeerPrefix = 6
	// maxShunned bounds the servents that the user has disconnected; the one of
	// longest ago is forgotten first.
	maxShunned = 500
)

// shunned are the servents that the user has disconnected: they are neither
// dialled nor let in while this servent runs, unless the user connects to them.
// The loop owns it.
type shunned map[peer.ID]time.Time

func (s shunned) has(id peer.ID) bool {
	_, ok := s[id]
	return ok
}

// add keeps id, and forgets the oldest where there are too many.
func (s *shunned) add(now time.Time, id peer.ID) {
	if *s == nil {
		*s = shunned{}
	}
	if len(*s) >= maxShunned {
		oldest := id
		for other, at := range *s {
			if before, ok := (*s)[oldest]; !ok || at.Before(before) {
				oldest = other
			}
		}
		delete(*s, oldest)
	}
	(*s)[id] = now
}

func (s shunned) forgive(id peer.ID) { delete(s, id) }

// Disconnect ends the link to a neighbour with a Bye, and keeps it ended: what
// the user typed to reach it is not tried again, and it is neither dialled nor
// let in for as long as this servent runs, unless it is connected to. The
// request names it by its peer ID, by at least 6 letters of the beginning that
// no other neighbour has, or by its address. An address that was typed and has
// no link is no longer tried; the Link that is returned then has no Age.
func (s *Servent) Disconnect(ctx context.Context, req api.DisconnectRequest) (out api.Link, err error) {
	named := strings.TrimSpace(req.Peer)
	ok := s.call(ctx, func() { out, err = s.disconnect(time.Now(), named) })
	if !ok {
		return api.Link{}, ended(ctx)
	}
	return out, err
}

func (s *Servent) disconnect(now time.Time, named string) (api.Link, error) {
	found := s.linksNamed(named)
	if len(found) > 1 {
		return api.Link{}, api.NewError(api.CodeUsage, fmt.Sprintf(
			"servent: disconnect %q: %d neighbours are named so; type more of the peer ID, as servent peers prints it", named, len(found)))
	}
	var out api.Link
	var id peer.ID
	if len(found) == 1 {
		l := found[0]
		out, id = s.tellLink(now, l), l.peer
		s.shunned.add(now, id)
		s.bye(l, messages.ByeUser, "Disconnected By User")
	} else if id = s.typedPeer(named); id != "" {
		s.shunned.add(now, id)
		out.Peer = id.String()
	}
	tried := s.typed.remove(named, id)
	if len(found) == 0 && !tried {
		return api.Link{}, api.NewError(api.CodeNotFound, fmt.Sprintf(
			"servent: disconnect %q: no neighbour and no address that is tried is named so; servent peers lists the neighbours, of whose peer IDs %d letters are enough", named, minPeerPrefix))
	}
	s.hosts.unpin(id)
	if out.Addr == "" {
		out.Addr = named
	}
	return out, nil
}

// typedPeer returns whom an address that is being tried leads to, as far as it
// is known.
func (s *Servent) typedPeer(named string) peer.ID {
	for _, a := range s.typed {
		if a.typed == named || a.peer != "" && a.peer.String() == named {
			return a.peer
		}
	}
	return ""
}

// linksNamed returns the links that a peer ID, its beginning or an address
// names.
func (s *Servent) linksNamed(named string) []*link {
	var out []*link
	t, err := parseTarget(named)
	prefix := len(named) >= minPeerPrefix
	reached := s.typed.find(named)
	for _, l := range s.links.byID {
		switch {
		case prefix && strings.HasPrefix(l.peer.String(), named),
			err == nil && t.id == l.peer,
			err == nil && t.host != "" && t.isAt(l.addr),
			reached != nil && reached.peer == l.peer:
			out = append(out, l)
		}
	}
	return out
}

// isAt reports whether the multiaddr of a connection leads to the host of t,
// and to its port where t has one.
func (t target) isAt(addr string) bool {
	m, err := ma.NewMultiaddr(addr)
	if err != nil {
		return false
	}
	at, err := manet.ToNetAddr(m)
	if err != nil {
		return false
	}
	place, err := netip.ParseAddrPort(at.String())
	return err == nil && place.Addr().Unmap().String() == t.host && (t.port == 0 || t.port == place.Port())
}
