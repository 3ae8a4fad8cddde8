package servent

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	ma "github.com/multiformats/go-multiaddr"

	"servent/servent/api"
)

func TestDoctorOfARunningServent(t *testing.T) {
	s := start(t, Config{Home: t.TempDir()})
	start(t, Config{Connect: []string{addr(s)}})
	linked(t, s, 1)
	told, err := s.Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, err := Examine(t.Context(), Examination{Told: &told})
	if err != nil {
		t.Fatal(err)
	}
	if !d.Running || d.Peer != s.host.ID().String() || d.Links != 1 || len(d.Listening) != 1 || len(d.Ports) != 1 || d.Ports[0].Protocol != "tcp" {
		t.Errorf("got %+v, want this servent", d)
	}
	if d.FromOutside != 0 {
		t.Errorf("got %d links from outside, want none: it is this computer's own", d.FromOutside)
	}
	if len(d.Multicast) != 0 {
		t.Errorf("got %v: multicast was tried although discovery is off", d.Multicast)
	}
	if len(d.Ways) == 0 || len(d.Interfaces) == 0 {
		t.Errorf("got ways %v and interfaces %v, want some", d.Ways, d.Interfaces)
	}
	for _, name := range []string{"home", "disk", "clock", "catalogue"} {
		i := slices.IndexFunc(d.Checks, func(c api.Check) bool { return c.Name == name })
		if i < 0 || d.Checks[i].State == api.StateProblem {
			t.Errorf("%s: not checked, or wrong: %v", name, d.Checks)
		}
	}
}

func TestIsFromOutside(t *testing.T) {
	s := bare(t, Config{})
	if v, err := look(choice{}); err == nil {
		s.survey.Store(&v)
	}
	for addr, want := range map[string]bool{
		"/ip4/127.0.0.1/tcp/1":                false,
		"/ip6/::1/udp/1/quic-v1":              false,
		"/ip4/203.0.113.77/tcp/1":             true,
		"/ip6zone/eth0/ip6/fe80::77:77/tcp/1": true,
		"/memory/1":                           false,
		"":                                    false,
	} {
		if got := s.isFromOutside(addr); got != want {
			t.Errorf("%s: got %v, want %v", addr, got, want)
		}
	}
}

func TestPortsOf(t *testing.T) {
	var addrs []ma.Multiaddr
	for _, text := range []string{"/ip4/127.0.0.1/tcp/1", "/ip4/192.168.1.2/tcp/6346", "/ip6/fd00::2/tcp/6346", "/ip4/192.168.1.2/udp/6347/quic-v1"} {
		addrs = append(addrs, ma.StringCast(text))
	}
	want := []api.Port{{Protocol: "tcp", Number: 6346}, {Protocol: "udp", Number: 6347}}
	if diff := cmp.Diff(want, portsOf(addrs)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := portsOf(addrs[:1]); len(got) != 1 || got[0].Number != 1 {
		t.Errorf("loopback alone: got %v, want its port", got)
	}
}

// well is a computer on which nothing is wrong.
func well() api.Doctor {
	return api.Doctor{
		Running: true, Network: "lan", Links: 1,
		Interfaces: []api.Interface{{Name: "lo"}, {Name: "eth0", Addrs: []string{"192.168.1.2/24"}, Used: true}},
		Multicast:  []api.Multicast{{Interface: "eth0", Sent: true, Own: true, Computers: 1, Servents: 1}},
		Firewalls:  []api.Firewall{{Name: "ufw", State: api.StateOK, Reason: "installed, and off"}},
		Checks:     []api.Check{{Name: "home", State: api.StateOK, Text: "the home"}},
	}
}

func TestAdvice(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*api.Doctor)
		ok     bool
		want   []string // a part of each advice, in order
	}{
		{"all is well", func(*api.Doctor) {}, true, nil},
		{"no servent runs", func(d *api.Doctor) { *d, d.Running, d.Links = well(), false, 0 }, true, []string{"servent up ~/Public", "servent invite"}},
		{"no network", func(d *api.Doctor) { d.Interfaces[1].Used, d.Multicast, d.Links = false, nil, 0 }, false, []string{"plug a cable in", "servent connect 192.168.1.20"}},
		{"multicast is dropped", func(d *api.Doctor) { d.Multicast[0] = api.Multicast{Interface: "eth0", Sent: true}; d.Links = 0 }, false,
			[]string{"not even this computer heard", "servent connect"}},
		{"multicast is forbidden", func(d *api.Doctor) { d.Multicast[0] = api.Multicast{Interface: "eth0", Problem: "send: not permitted"} }, false,
			[]string{"(send: not permitted)"}},
		{"multicast is off", func(d *api.Doctor) {
			d.Multicast[0] = api.Multicast{Interface: "eth0", Problem: noMulticast}
			d.Links = 0
		}, false,
			[]string{"multicast is off on eth0", "servent connect"}},
		{"broadcast in its stead", func(d *api.Doctor) { d.Multicast[0] = api.Multicast{Interface: "eth0", Problem: noMulticast} }, true, nil},
		{"nobody there", func(d *api.Doctor) { d.Multicast[0].Computers, d.Multicast[0].Servents, d.Links = 0, 0, 0 }, true, []string{"client isolation", "servent connect"}},
		{"no servent there", func(d *api.Doctor) { d.Multicast[0].Servents, d.Links = 0, 0 }, true, []string{"the same --network", "servent connect"}},
		{"a VPN", func(d *api.Doctor) {
			d.Multicast[0].Computers, d.Multicast[0].Servents, d.Links = 0, 0, 0
			d.Interfaces = append(d.Interfaces, api.Interface{Name: "tun0", Addrs: []string{"10.8.0.2/24"}})
		}, true, []string{"client isolation", "VPN seems to be on (tun0)", "servent connect"}},
		{"a VPN without multicast", func(d *api.Doctor) {
			d.Interfaces = append(d.Interfaces, api.Interface{Name: "wg0", Addrs: []string{"10.8.0.2/24"}, Used: true})
			d.Multicast = append(d.Multicast, api.Multicast{Interface: "wg0", Problem: "send: no route"})
		}, true, nil},
		{"a firewall", func(d *api.Doctor) {
			d.Firewalls[0] = api.Firewall{Name: "ufw", State: api.StateProblem, Reason: "on", Commands: []string{"sudo ufw allow 6346"}}
		}, false, []string{"sudo ufw allow 6346"}},
		{"a firewall against multicast", func(d *api.Doctor) {
			d.Firewalls[0] = api.Firewall{Name: "nftables", State: api.StateProblem, Reason: "on", Commands: []string{"sudo nft insert"}}
			d.Multicast[0] = api.Multicast{Interface: "eth0", Sent: true}
			d.Multicast = append(d.Multicast, api.Multicast{Interface: "wlan0", Sent: true})
		}, false, []string{"sudo nft insert", "does not pass on eth0, wlan0: not even"}},
		{"a firewall that does not tell", func(d *api.Doctor) {
			d.Firewalls[0] = api.Firewall{Name: "ufw", State: api.StateUnknown, Reason: "on", Commands: []string{"sudo ufw allow 6346"}}
		}, true, []string{"sudo ufw allow 6346"}},
		{"a firewall that others passed", func(d *api.Doctor) {
			d.FromOutside = 1
			d.Firewalls[0] = api.Firewall{Name: "ufw", State: api.StateUnknown, Reason: "on", Commands: []string{"sudo ufw allow 6346"}}
		}, true, nil},
		{"loopback alone", func(d *api.Doctor) { d.Listening = []string{"/ip4/127.0.0.1/tcp/1", "/ip6/::1/tcp/1"} }, false, []string{"loopback alone"}},
		{"loopback and more", func(d *api.Doctor) { d.Listening = []string{"/ip4/127.0.0.1/tcp/1", "/ip4/192.168.1.2/tcp/1"} }, true, nil},
		{"no discovery", func(d *api.Doctor) { d.Ways, d.Links = []api.Way{{Name: api.WayRendezvous}}, 0 }, false, []string{"all discovery is off", "servent connect"}},
		{"no discovery, and a neighbour", func(d *api.Doctor) { d.Ways = []api.Way{{Name: api.WayRendezvous}} }, true, nil},
		{"the home", func(d *api.Doctor) { d.Checks[0].State = api.StateProblem }, false, []string{"home"}},
	} {
		d := well()
		c.change(&d)
		settle(&d)
		if d.OK != c.ok || len(d.Next) != len(c.want) {
			t.Errorf("%s: got ok %v, advice %+v, want %v, %q", c.name, d.OK, d.Next, c.ok, c.want)
			continue
		}
		for i, part := range c.want {
			if whole := d.Next[i].Text + "\n" + strings.Join(d.Next[i].Commands, "\n"); !strings.Contains(whole, part) {
				t.Errorf("%s, advice %d: got %q, want %q in it", c.name, i+1, whole, part)
			}
		}
	}
}

func TestCheckHome(t *testing.T) {
	dir := t.TempDir()
	state := func(dir string) map[string]string {
		out := map[string]string{}
		for _, c := range checkHome(dir) {
			out[c.Name] = c.State
		}
		return out
	}
	want := map[string]string{"home": api.StateOK, "disk": state(dir)["disk"], "clock": api.StateOK}
	for _, home := range []string{dir, filepath.Join(dir, "not", "there", "yet")} {
		if diff := cmp.Diff(want, state(home)); diff != "" {
			t.Errorf("%s: -want +got\n%s", home, diff)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("got %v, %v, want nothing left behind", left, err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := checkWritable(file); got.State != api.StateProblem || !strings.Contains(got.Text, "--home") {
		t.Errorf("a file as home: got %+v, want a problem", got)
	}
	if runtime.GOOS == "linux" {
		if got := checkWritable("/proc/servent"); got.State != api.StateProblem {
			t.Errorf("a home in /proc: got %+v, want a problem", got)
		}
	}
}

func TestCheckClock(t *testing.T) {
	now := earliest.Add(1000 * time.Hour)
	for _, c := range []struct {
		now, before time.Time
		want        string
	}{
		{now, time.Time{}, api.StateOK},
		{now, now.Add(-time.Hour), api.StateOK},
		{now, now.Add(time.Minute), api.StateOK},
		{now, now.Add(48 * time.Hour), api.StateProblem},
		{time.Unix(0, 0), time.Time{}, api.StateProblem},
		{latest.Add(time.Hour), time.Time{}, api.StateProblem},
	} {
		if got := checkClock(c.now, c.before); got.State != c.want {
			t.Errorf("%v after %v: got %+v, want %s", c.now, c.before, got, c.want)
		}
	}
}

func TestCheckDisk(t *testing.T) {
	if got := checkDisk(lowDisk - 1); got.State != api.StateNote {
		t.Errorf("little: got %+v", got)
	}
	if got := checkDisk(lowDisk); got.State != api.StateOK {
		t.Errorf("enough: got %+v", got)
	}
}
