package servent

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

// A choice is which network interfaces the user wants: names, or shell
// patterns such as docker*.
type choice struct{ only, skip []string }

// check says which pattern cannot be read.
func (c choice) check() error {
	for _, pattern := range slices.Concat(c.only, c.skip) {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			return configError("", "network interface %q: give a name as eth0, or a pattern as docker*", pattern)
		}
	}
	return nil
}

// matching returns the first of patterns that fits name.
func matching(patterns []string, name string) (string, bool) {
	for _, pattern := range patterns {
		if ok, err := path.Match(pattern, name); ok && err == nil || pattern == name {
			return pattern, true
		}
	}
	return "", false
}

// A survey is the network interfaces of this computer at one time.
type survey []surveyed

// A surveyed is one network interface.
type surveyed struct {
	net.Interface
	prefixes  []netip.Prefix // its addresses, with the bits of its network; no zones
	used      bool           // others are looked for on it
	reason    api.Said       // why it is used or skipped, in words
	unwanted  bool           // the user does not want it
	broadcast bool           // used, but for want of multicast by broadcast
}

// look surveys the network interfaces.
func look(c choice) (survey, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("servent: list the network interfaces: %w", err)
	}
	out := make(survey, 0, len(all))
	for _, i := range all {
		s := surveyed{Interface: i, prefixes: prefixesOf(i)}
		s.judge(c, isBridgePort(i.Name))
		out = append(out, s)
	}
	return out, nil
}

// prefixesOf returns the addresses of an interface. One that vanishes
// meanwhile has none.
func prefixesOf(i net.Interface) []netip.Prefix {
	addrs, err := i.Addrs()
	if err != nil {
		return nil
	}
	var out []netip.Prefix
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		bits, _ := n.Mask.Size()
		if ok {
			out = append(out, netip.PrefixFrom(ip.Unmap(), bits))
		}
	}
	return out
}

// isBridgePort reports whether an interface hands all it hears to a bridge,
// which has the addresses. Only Linux tells.
func isBridgePort(name string) bool {
	if runtime.GOOS != "linux" || strings.ContainsRune(name, '/') {
		return false
	}
	_, err := os.Stat("/sys/class/net/" + name + "/brport")
	return err == nil
}

// judge decides whether others are looked for on an interface. Every suitable
// one is used: a computer with a tunnel or a bridge for containers besides its
// LAN must not speak on these alone, and which is the LAN cannot be told.
func (s *surveyed) judge(c choice, port bool) {
	skip := func(reason api.Said) { s.used, s.reason = false, reason }
	has := func(flag net.Flags) bool { return s.Flags&flag != 0 }
	if pattern, ok := matching(c.skip, s.Name); ok {
		s.unwanted = true
		skip(api.Say("interface.skipped", "skipped as --skip-interface {pattern} says", pattern))
		return
	}
	if _, ok := matching(c.only, s.Name); !ok && len(c.only) > 0 {
		s.unwanted = true
		skip(api.Say("interface.not-chosen", "not chosen: --interface {patterns}", strings.Join(c.only, ", ")))
		return
	}
	switch v4 := slices.ContainsFunc(s.prefixes, func(p netip.Prefix) bool { return p.Addr().Is4() }); {
	case has(net.FlagLoopback):
		skip(api.Say("interface.loopback", "loopback: servents on this computer meet without it"))
	case !has(net.FlagUp):
		skip(api.Say("interface.down", "down"))
	case !has(net.FlagRunning):
		skip(api.Say("interface.no-carrier", "up, but no cable or radio link"))
	case port:
		skip(api.Say("interface.bridge-port", "a port of a bridge, which is looked at itself"))
	case len(s.prefixes) == 0:
		skip(api.Say("interface.no-address", "no address yet"))
	case !has(net.FlagMulticast) && has(net.FlagPointToPoint):
		skip(api.Say("interface.tunnel", "a tunnel without multicast: name a servent behind it with --connect"))
	case !has(net.FlagMulticast) && (!has(net.FlagBroadcast) || !v4):
		skip(api.Say("interface.silent", "multicast is off here, and there is no broadcast instead: turn multicast on, or use --connect"))
	case !has(net.FlagMulticast):
		s.used, s.broadcast = true, true
		s.reason = api.Say("interface.broadcast", "multicast is off here, so servents are asked for by broadcast; those they reach dial back")
	case has(net.FlagPointToPoint):
		s.used, s.reason = true, api.Say("interface.multicast-tunnel", "a tunnel with multicast")
	default:
		s.used, s.reason = true, api.Say("interface.up", "up, with an address and multicast")
	}
}

// tell returns the survey as the API has it. A name that the user chose and
// that no interface has is told too: it may come up later.
func (v survey) tell(c choice) []api.Interface {
	out := []api.Interface{}
	for _, s := range v {
		i := api.Interface{Name: s.Name, Addrs: []string{}, Used: s.used}
		i.Reason, i.Sentence = s.reason.Parts()
		for _, p := range s.prefixes {
			i.Addrs = append(i.Addrs, p.String())
		}
		out = append(out, i)
	}
	for _, name := range v.missing(c) {
		i := api.Interface{Name: name, Addrs: []string{}}
		i.Reason, i.Sentence = api.Say("interface.missing", "there is none of that name now; it is used once it comes").Parts()
		out = append(out, i)
	}
	return out
}

// missing returns the patterns of the user's choice that fit no interface.
func (v survey) missing(c choice) []string {
	var out []string
	for _, pattern := range c.only {
		fits := func(s surveyed) bool { _, ok := matching([]string{pattern}, s.Name); return ok }
		if !slices.ContainsFunc(v, fits) {
			out = append(out, pattern)
		}
	}
	return out
}

// relevant returns the interfaces whose change makes another network. The ports
// of a bridge come and go with each container.
func (v survey) relevant() survey {
	return slices.DeleteFunc(slices.Clone(v), func(s surveyed) bool {
		beyond := func(p netip.Prefix) bool { return !p.Addr().IsLinkLocalUnicast() }
		return !s.used && !slices.ContainsFunc(s.prefixes, beyond)
	})
}

// equal reports whether nothing differs between two surveys.
func (v survey) equal(other survey) bool {
	return slices.EqualFunc(v, other, func(a, b surveyed) bool {
		return a.Index == b.Index && a.Name == b.Name && a.used == b.used && a.unwanted == b.unwanted &&
			a.broadcast == b.broadcast && a.reason.Text == b.reason.Text && slices.Equal(a.prefixes, b.prefixes)
	})
}

// used returns the interfaces that others are looked for on.
func (v survey) used() survey {
	return slices.Collect(func(yield func(surveyed) bool) {
		for _, s := range v {
			if s.used && !yield(s) {
				return
			}
		}
	})
}

// has reports whether ip is an address of this computer.
func (v survey) has(ip netip.Addr) bool {
	ip = ip.WithZone("")
	return ip.IsLoopback() || slices.ContainsFunc(v, func(s surveyed) bool { return s.owns(ip) })
}

// hasPublic reports whether an address of this computer is a public one.
func (v survey) hasPublic() bool {
	return slices.ContainsFunc(v, func(s surveyed) bool {
		return slices.ContainsFunc(s.prefixes, func(p netip.Prefix) bool {
			a, err := manet.FromIP(p.Addr().AsSlice())
			return err == nil && manet.IsPublicAddr(a)
		})
	})
}

// unwanted reports whether ip is of an interface that the user does not want.
func (v survey) unwanted(ip netip.Addr) bool {
	return slices.ContainsFunc(v, func(s surveyed) bool { return s.unwanted && s.owns(ip) && !ip.IsLoopback() })
}

// owns reports whether ip is an address of the interface.
func (s surveyed) owns(ip netip.Addr) bool {
	return slices.ContainsFunc(s.prefixes, func(p netip.Prefix) bool { return p.Addr() == ip })
}

// reaches reports whether ip is on the network of the interface, as its
// addresses say.
func (s surveyed) reaches(ip netip.Addr) bool {
	return slices.ContainsFunc(s.prefixes, func(p netip.Prefix) bool { return p.Masked().Contains(ip) })
}

// Interfaces tells which network interfaces of this computer a servent with
// this choice of interfaces looks for others on, and why it skips the rest. It
// needs no running servent. only and skip are as [Config.Interfaces] and
// [Config.SkipInterfaces] are. It returns a [*ConfigError] for a pattern that
// cannot be read.
func Interfaces(only, skip []string) ([]api.Interface, error) {
	c := choice{only, skip}
	if err := c.check(); err != nil {
		return nil, err
	}
	v, err := look(c)
	if err != nil {
		return nil, err
	}
	return v.tell(c), nil
}
