package servent

import (
	"context"
	"net/netip"
	"slices"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

// Doctor tells of this servent's state what matters for being found. It tries
// nothing: see [Examine].
func (s *Servent) Doctor(ctx context.Context) (api.Doctor, error) {
	discovery, err := s.Discovery(ctx)
	if err != nil {
		return api.Doctor{}, err
	}
	out := api.Doctor{
		Type: api.TypeDoctor, Running: true, Home: s.home.dir, Network: s.cfg.Network, Peer: s.host.ID().String(),
		Interfaces: discovery.Interfaces, Multicast: []api.Multicast{}, Ways: discovery.Ways,
		Listening: s.listenAddrs(), Ports: portsOf(s.host.Addrs()),
		Firewalls: []api.Firewall{}, Next: []api.Advice{},
	}
	if !s.call(ctx, func() {
		out.Links, out.FromOutside = len(s.links.byID), s.fromOutside
		out.Reach = s.tellReach()
	}) {
		return api.Doctor{}, ended(ctx)
	}
	out.Checks = append(checkHome(s.home.dir), s.checkCatalogue())
	settle(&out)
	return out, nil
}

// Examine looks for what keeps others from finding this servent, as the function
// does: with a question by multicast on each used interface, unless discovery by
// it is off, and with the firewalls. One examination runs at a time.
func (s *Servent) Examine(ctx context.Context, req api.DoctorRequest) (api.Doctor, error) {
	if !s.examining.TryLock() {
		return api.Doctor{}, api.Fail(api.CodeBusy, "doctor.busy", "doctor: another examination is under way; wait two seconds")
	}
	defer s.examining.Unlock()
	state, err := s.Doctor(ctx)
	if err != nil {
		return api.Doctor{}, err
	}
	return Examine(ctx, Examination{
		Told: &state, Interfaces: s.cfg.Interfaces, SkipInterfaces: s.cfg.SkipInterfaces, Quiet: req.Quiet,
	})
}

// portsOf returns the ports of addresses, each once. Those of loopback count
// only where there are no others.
func portsOf(addrs []ma.Multiaddr) []api.Port {
	beyond := slices.DeleteFunc(slices.Clone(addrs), manet.IsIPLoopback)
	if len(beyond) == 0 {
		beyond = addrs
	}
	out := []api.Port{}
	for _, a := range beyond {
		one, ok := invited(withoutZone(a))
		if !ok {
			continue
		}
		p := api.Port{Protocol: "tcp", Number: int(one.at.Port())}
		if one.quic {
			p.Protocol = "udp"
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// withoutZone takes the zone off a link-local address.
func withoutZone(a ma.Multiaddr) ma.Multiaddr {
	if head, rest := ma.SplitFirst(a); head != nil && head.Protocol().Code == ma.P_IP6ZONE {
		return rest
	}
	return a
}

// defaultPorts are those that a servent takes where it can.
var defaultPorts = []api.Port{{Protocol: "tcp", Number: defaultPort}, {Protocol: "udp", Number: defaultPort}}

// isFromOutside reports whether the far end of a connection is another
// computer, as far as our own addresses tell.
func (s *Servent) isFromOutside(addr string) bool {
	m, err := ma.NewMultiaddr(addr)
	if err != nil {
		return false
	}
	ip, err := manet.ToIP(withoutZone(m))
	if err != nil {
		return false
	}
	from, ok := netip.AddrFromSlice(ip)
	return ok && !s.interfaces().has(from.Unmap())
}

// An Examination says what [Examine] has to go by.
type Examination struct {
	// Told is what the servent that runs on the home says; nil: none runs.
	Told *api.Doctor

	// Home and Network are what a servent would be started with, where none
	// runs; Interfaces and SkipInterfaces too, as in [Config].
	Home, Network              string
	Interfaces, SkipInterfaces []string

	// Quiet sends nothing: multicast is not tried.
	Quiet bool
}

// Examine looks for what keeps others from finding a servent on this computer,
// with or without one that runs. It asks once by multicast DNS on each used
// interface, unless told not to, reads what this user may of the firewalls, and
// takes some two seconds.
func Examine(ctx context.Context, x Examination) (api.Doctor, error) {
	c := choice{only: x.Interfaces, skip: x.SkipInterfaces}
	if err := c.check(); err != nil {
		return api.Doctor{}, err
	}
	all, err := look(c)
	if err != nil {
		return api.Doctor{}, err
	}
	var d api.Doctor
	if x.Told != nil {
		d = *x.Told
		// The choice of interfaces is the running servent's.
		for i := range all {
			all[i].used = slices.ContainsFunc(d.Interfaces, func(told api.Interface) bool { return told.Used && told.Name == all[i].Name })
		}
	} else {
		d = api.Doctor{
			Type: api.TypeDoctor, Home: x.Home, Network: x.Network, Interfaces: all.tell(c),
			Reach: api.Reach{Pushed: []api.Drop{}, Relays: []api.Relay{}},
			Ways:  []api.Way{}, Listening: []string{}, Ports: defaultPorts, Checks: checkHome(x.Home),
		}
		setDefault(&d.Network, defaultNetwork)
	}
	d.Multicast = []api.Multicast{}
	if multicastWanted(x, d) {
		if d.Multicast, err = tryMulticast(ctx, all, mdnsName(d.Network)); err != nil {
			return api.Doctor{}, err
		}
	}
	d.Firewalls = firewalls(ctx, d.Ports)
	settle(&d)
	return d, ctx.Err()
}

// multicastWanted reports whether the user lets multicast be used.
func multicastWanted(x Examination, d api.Doctor) bool {
	off := slices.ContainsFunc(d.Ways, func(w api.Way) bool { return w.Name == api.WayMulticast && !w.On })
	return !x.Quiet && !off
}

// settle draws the conclusions of what was seen.
func settle(d *api.Doctor) {
	if d.FromOutside > 0 {
		// Others have come in: whatever the rules say, the port is open.
		for i := range d.Firewalls {
			if f := &d.Firewalls[i]; f.State == api.StateUnknown {
				f.State, f.Commands = api.StateOK, []string{}
				why := api.Said{Text: f.Reason, Sentence: f.Sentence}
				f.Reason, f.Sentence = api.Say("firewall.proven", "{cause}, but other computers have linked to this servent", why).Parts()
			}
		}
	}
	d.Next = advise(*d)
	d.OK = len(problems(*d)) == 0
}
