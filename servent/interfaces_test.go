package servent

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	ma "github.com/multiformats/go-multiaddr"
)

const lanFlags = net.FlagUp | net.FlagRunning | net.FlagBroadcast | net.FlagMulticast

// networkInterface makes an interface as the system tells of one.
func networkInterface(name string, flags net.Flags, addrs ...string) surveyed {
	s := surveyed{Interface: net.Interface{Name: name, Index: len(name), Flags: flags}}
	for _, a := range addrs {
		s.prefixes = append(s.prefixes, netip.MustParsePrefix(a))
	}
	return s
}

func TestWhichInterfacesAreUsed(t *testing.T) {
	const v4, v6 = "192.168.1.2/24", "fe80::1/64"
	for _, c := range []struct {
		why    string
		s      surveyed
		choice choice
		port   bool
		used   bool
		reason string
	}{
		{why: "a LAN", s: networkInterface("eth0", lanFlags, v4), used: true, reason: "up, with an address and multicast"},
		{why: "IPv6 alone", s: networkInterface("eth0", lanFlags, v6), used: true, reason: "up"},
		{why: "loopback", s: networkInterface("lo", net.FlagUp|net.FlagRunning|net.FlagLoopback|net.FlagMulticast, "127.0.0.1/8"), reason: "loopback"},
		{why: "down", s: networkInterface("eth0", lanFlags&^net.FlagUp, v4), reason: "down"},
		{why: "no cable", s: networkInterface("eth0", lanFlags&^net.FlagRunning, v4), reason: "no cable"},
		{why: "no address", s: networkInterface("eth0", lanFlags), reason: "no address"},
		{why: "a bridge", s: networkInterface("docker0", lanFlags, "172.17.0.1/16"), used: true},
		{why: "a port of a bridge", s: networkInterface("veth12ab", lanFlags, v6), port: true, reason: "port of a bridge"},
		{why: "a tunnel", s: networkInterface("tun0", net.FlagUp|net.FlagRunning|net.FlagPointToPoint, "10.8.0.2/32"), reason: "tunnel without multicast"},
		{why: "a tunnel with multicast", s: networkInterface("tun0", net.FlagUp|net.FlagRunning|net.FlagPointToPoint|net.FlagMulticast, "10.8.0.2/24"), used: true, reason: "tunnel"},
		{why: "multicast off", s: networkInterface("eth0", lanFlags&^net.FlagMulticast, v4), used: true, reason: "broadcast"},
		{why: "multicast off, IPv6 alone", s: networkInterface("eth0", lanFlags&^net.FlagMulticast, v6), reason: "multicast is off"},
		{why: "skipped", s: networkInterface("docker0", lanFlags, v4), choice: choice{skip: []string{"docker*"}}, reason: "--skip-interface docker*"},
		{why: "not chosen", s: networkInterface("eth1", lanFlags, v4), choice: choice{only: []string{"eth0"}}, reason: "--interface eth0"},
		{why: "chosen", s: networkInterface("eth0", lanFlags, v4), choice: choice{only: []string{"eth?"}}, used: true},
		{why: "chosen and skipped", s: networkInterface("eth0", lanFlags, v4), choice: choice{only: []string{"eth0"}, skip: []string{"eth0"}}, reason: "--skip-interface"},
		{why: "chosen, but down", s: networkInterface("eth0", 0, v4), choice: choice{only: []string{"eth0"}}, reason: "down"},
	} {
		c.s.judge(c.choice, c.port)
		if c.s.used != c.used || !strings.Contains(c.s.reason.Text, c.reason) || c.s.reason.Sentence == nil {
			t.Errorf("%s: got %v, %q, want %v, %q", c.why, c.s.used, c.s.reason.Text, c.used, c.reason)
		}
	}
}

// An interface that the user names and that is not there is told.
func TestInterfacesTellsWhatIsMissing(t *testing.T) {
	got, err := Interfaces([]string{"no-such-interface"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	last := got[len(got)-1]
	if last.Name != "no-such-interface" || last.Used || !strings.Contains(last.Reason, "once it comes") {
		t.Errorf("got %+v, want the missing one, with the reason", last)
	}
	for _, i := range got {
		if i.Used || i.Reason == "" || i.Addrs == nil {
			t.Errorf("got %+v, want none used, each with a reason and a list", i)
		}
	}
	var config *ConfigError
	if _, err := Interfaces(nil, []string{"[a"}); !errors.As(err, &config) {
		t.Errorf("a pattern that cannot be read: got %v, want a ConfigError", err)
	}
}

// A container that starts or stops is no other network; a cable, or an address
// of whatever interface, is.
func TestWhichChangesMatter(t *testing.T) {
	judged := func(all ...surveyed) survey {
		for i := range all {
			all[i].judge(choice{}, all[i].Name == "veth1")
		}
		return all
	}
	lan := networkInterface("eth0", lanFlags, "192.168.1.2/24")
	before := judged(lan)
	for why, c := range map[string]struct {
		after   survey
		matters bool
	}{
		"nothing":           {judged(lan), false},
		"a container":       {judged(lan, networkInterface("veth1", lanFlags, "fe80::9/64")), false},
		"another interface": {judged(lan, networkInterface("eth1", lanFlags, "fe80::9/64")), true},
		"a tunnel":          {judged(lan, networkInterface("tun0", net.FlagUp|net.FlagRunning|net.FlagPointToPoint, "10.8.0.2/32")), true},
		"another address":   {judged(networkInterface("eth0", lanFlags, "192.168.1.3/24")), true},
		"one more address":  {judged(networkInterface("eth0", lanFlags, "192.168.1.2/24", "fe80::2/64")), true},
		"the cable":         {judged(networkInterface("eth0", lanFlags&^net.FlagRunning, "192.168.1.2/24")), true},
		"no interface left": {judged(), true},
	} {
		if got := !c.after.relevant().equal(before.relevant()); got != c.matters {
			t.Errorf("%s: got %v, want %v", why, got, c.matters)
		}
	}
}

// What a servent says of where it listens follows from the interfaces.
func TestInterfacePlaces(t *testing.T) {
	lo := networkInterface("lo", net.FlagUp|net.FlagLoopback, "127.0.0.1/8", "::1/128")
	lan := networkInterface("eth0", lanFlags, "192.168.1.2/24", "fe80::2/64")
	cable := networkInterface("eth1", lanFlags, "fe80::3/64")
	docker := networkInterface("docker0", lanFlags, "172.17.0.1/16")
	docker.unwanted = true
	every := []string{"/ip4/0.0.0.0/tcp/6346", "/ip6/::/tcp/6346"}
	for name, c := range map[string]struct {
		v       survey
		listens []string
		told    []string
	}{
		"a LAN":               {survey{lo, lan}, every, []string{"/ip4/192.168.1.2/tcp/6346"}},
		"an unwanted bridge":  {survey{lo, docker, lan}, every, []string{"/ip4/192.168.1.2/tcp/6346"}},
		"link-local alone":    {survey{lo, cable}, every, []string{"/ip6/fe80::3/tcp/6346"}},
		"no network":          {survey{lo}, every, []string{"/ip4/127.0.0.1/tcp/6346", "/ip6/::1/tcp/6346"}},
		"listens on loopback": {survey{lo, lan}, []string{"/ip4/127.0.0.1/tcp/1"}, []string{"/ip4/127.0.0.1/tcp/1"}},
		"listens on one":      {survey{lo, lan, docker}, []string{"/ip4/192.168.1.2/tcp/1"}, []string{"/ip4/192.168.1.2/tcp/1"}},
	} {
		s := &Servent{}
		for _, l := range c.listens {
			s.listens = append(s.listens, ma.StringCast(l))
		}
		s.survey.Store(&c.v)
		var got []string
		for _, a := range s.ownAddrs() {
			got = append(got, a.String())
		}
		if !slices.Equal(got, c.told) {
			t.Errorf("%s: got %v, want %v", name, got, c.told)
		}
	}
}

func BenchmarkLookAtInterfaces(b *testing.B) {
	for b.Loop() {
		if _, err := look(choice{}); err != nil {
			b.Fatal(err)
		}
	}
}
