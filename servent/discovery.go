package servent

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

// maxToldHosts is how many hosts of one way Discovery tells of.
const maxToldHosts = 50

// discover begins to look for other servents, in every way that the
// configuration leaves on, and says what of it cannot be.
func (s *Servent) discover(ctx context.Context) {
	if missing := s.interfaces().missing(s.cfg.choice()); len(missing) > 0 {
		s.log.Warn("no such network interface now; it is used once it comes", "interface", strings.Join(missing, ", "))
	}
	if s.cfg.NoDiscovery {
		return
	}
	s.workers.Go(s.keepHosts)
	s.workers.Go(func() { s.meet(ctx) })
	if s.multicastOff().Text == "" {
		s.workers.Go(func() { s.multicastDNS(ctx) })
	}
}

// hear takes what a way brings of a servent, and dials it if links are wanted.
// A neighbour that is somewhere else now is asked whether its link still works.
func (s *Servent) hear(info peer.AddrInfo, by way) {
	s.call(s.running, func() {
		now := time.Now()
		h := s.hosts.known[info.ID]
		moved := h != nil && len(h.heardBy[by].addrs) > 0 && !slices.ContainsFunc(info.Addrs, h.heardBy[by].has)
		s.hosts.add(now, info, by)
		if l := s.links.byPeer[info.ID]; l != nil && moved {
			s.probe(now, l)
		}
		s.keepDegree(now)
	})
}

// multicastOff says why nothing is sent by multicast; nothing: it is.
func (s *Servent) multicastOff() api.Said {
	switch {
	case s.cfg.NoDiscovery:
		return discoveryOff()
	case s.cfg.NoMDNS:
		return api.Say("way.no-mdns", "off: --no-mdns")
	case !slices.ContainsFunc(s.listens, func(a ma.Multiaddr) bool { return !manet.IsIPLoopback(a) }):
		return api.Say("way.loopback", "this servent listens on loopback alone, where no other computer reaches it: see --listen")
	}
	return api.Said{}
}

func discoveryOff() api.Said { return api.Say("way.off", "all discovery is off: --no-discovery") }

// Discovery tells on which network interfaces this servent looks for others,
// by which ways, and whom it has heard of by each, last heard first and at most
// 50 a way. It returns [ErrClosed] once the servent has ended.
func (s *Servent) Discovery(ctx context.Context) (api.Discovery, error) {
	v := s.interfaces()
	out := api.Discovery{Interfaces: v.tell(s.cfg.choice())}
	state := s.discovery.tell()
	for i := range out.Interfaces {
		out.Interfaces[i].Multicast = state.packets[out.Interfaces[i].Name]
	}
	heard := make([][]api.Heard, ways)
	if !s.call(ctx, func() { heard = s.heardBy(time.Now()) }) {
		return api.Discovery{}, ended(ctx)
	}
	for by := range ways {
		w := api.Way{Name: wayNames[by], On: true, Heard: heard[by]}
		var reason api.Said
		switch off := s.multicastOff(); {
		case by == wayMulticast && off.Text != "":
			w.On, reason = false, off
		case by == wayMulticast && len(v.used()) == 0:
			reason = api.Say("way.no-interface", "no network interface that can be used: see the interfaces")
		case by == wayMulticast:
			reason = state.multicast
		case by == wayRendezvous && !s.cfg.NoDiscovery:
			reason = state.rendezvous
		case by != wayTyped && s.cfg.NoDiscovery:
			w.On, reason = false, discoveryOff()
		case by == wayCache && s.home.throwAway:
			w.On, reason = false, api.Say("way.no-home", "this servent has no home to keep hosts in")
		}
		w.Reason, w.Sentence = reason.Parts()
		out.Ways = append(out.Ways, w)
	}
	return out, nil
}

// heardBy lists the known hosts by each way.
func (s *Servent) heardBy(now time.Time) [][]api.Heard {
	out := make([][]api.Heard, ways)
	for by := range ways {
		out[by] = []api.Heard{}
		for id, h := range s.hosts.known {
			if heard := h.heardBy[by]; len(heard.addrs) > 0 {
				out[by] = append(out[by], api.Heard{
					Peer: id.String(), Addr: fullAddr(heard.addrs[0], id),
					Ago: now.Sub(heard.at).Seconds(), Linked: s.links.byPeer[id] != nil,
				})
			}
		}
		slices.SortFunc(out[by], func(a, b api.Heard) int {
			return cmp.Or(cmp.Compare(a.Ago, b.Ago), strings.Compare(a.Peer, b.Peer))
		})
		out[by] = out[by][:min(maxToldHosts, len(out[by]))]
	}
	return out
}

// discoveryState is what the goroutines of discovery tell of themselves.
type discoveryState struct {
	mu   sync.Mutex
	told discoveryTold
}

// discoveryTold is what they tell.
type discoveryTold struct {
	multicast  api.Said          // what keeps multicast from working
	rendezvous api.Said          // what keeps the rendezvous folder from working
	packets    map[string]uint64 // of multicast DNS by other computers, by interface
}

// set notes what keeps one of them from working, or that nothing does.
func (d *discoveryState) set(which func(*discoveryTold) *api.Said, err error) (changed bool) {
	var said api.Said
	if err != nil {
		said = Because(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	field := which(&d.told)
	changed = field.Text != said.Text
	*field = said
	return changed
}

// count notes a packet of another computer.
func (d *discoveryState) count(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told.packets == nil {
		d.told.packets = map[string]uint64{}
	}
	d.told.packets[name]++
}

func (d *discoveryState) tell() discoveryTold {
	d.mu.Lock()
	defer d.mu.Unlock()
	told := d.told
	told.packets = maps.Clone(told.packets)
	return told
}
