package servent

import (
	"runtime"
	"slices"
	"strconv"
	"strings"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/servent/api"
)

// byAddress is the way that needs no discovery, in words.
const byAddress = "type an address instead: the other servent's \"servent invite\" shows it"

// problems lists what keeps others from finding a servent.
func problems(d api.Doctor) (out []string) {
	if !anyUsed(d) {
		out = append(out, "no network interface can be used")
	}
	if apart := hidden(d); apart.Text != "" {
		out = append(out, apart.Text)
	}
	for _, m := range deaf(d) {
		out = append(out, "multicast does not pass on "+m.Interface)
	}
	for _, f := range d.Firewalls {
		if f.State == api.StateProblem {
			out = append(out, f.Name+" keeps others out")
		}
	}
	for _, c := range d.Checks {
		if c.State == api.StateProblem {
			out = append(out, c.Name)
		}
	}
	return out
}

// hidden says why nobody can find a servent that runs, by its own configuration; nothing:
// they can.
func hidden(d api.Doctor) api.Said {
	loopback := func(addr string) bool {
		m, err := ma.NewMultiaddr(addr)
		return err == nil && manet.IsIPLoopback(m)
	}
	beyond := slices.ContainsFunc(d.Listening, func(addr string) bool { return !loopback(addr) })
	off := slices.ContainsFunc(d.Ways, func(w api.Way) bool { return w.Name == api.WayRendezvous && !w.On })
	switch {
	case len(d.Listening) > 0 && !beyond:
		return api.Say("advice.loopback", "this servent listens on loopback alone, where no other computer reaches it: start it without --listen, or with an address of the network")
	case d.Running && off && d.Links == 0:
		return api.Say("advice.undiscovered", "all discovery is off, so nobody finds this servent and it finds nobody: start it without --no-discovery, or "+byAddress)
	}
	return api.Said{}
}

func anyUsed(d api.Doctor) bool {
	return slices.ContainsFunc(d.Interfaces, func(i api.Interface) bool { return i.Used })
}

// deaf returns what multicast did on the interfaces where our own question
// did not come back. A tunnel does not count, for the LAN is elsewhere; nor does
// one without multicast where broadcast found a servent in its stead.
func deaf(d api.Doctor) (out []api.Multicast) {
	tunnel := tunnels(d)
	for _, m := range d.Multicast {
		if !m.Own && !slices.Contains(tunnel, m.Interface) && !(m.Problem == noMulticast && serventHeard(d)) {
			out = append(out, m)
		}
	}
	return out
}

// anybodyHeard reports whether another computer was heard, by whatever way.
func anybodyHeard(d api.Doctor) bool {
	return d.Links > 0 || d.FromOutside > 0 ||
		slices.ContainsFunc(d.Multicast, func(m api.Multicast) bool { return m.Computers > 0 }) ||
		slices.ContainsFunc(d.Interfaces, func(i api.Interface) bool { return i.Multicast > 0 })
}

// serventHeard reports whether another servent is known to be there.
func serventHeard(d api.Doctor) bool {
	return d.Links > 0 ||
		slices.ContainsFunc(d.Multicast, func(m api.Multicast) bool { return m.Servents > 0 }) ||
		slices.ContainsFunc(d.Ways, func(w api.Way) bool { return w.Name == api.WayMulticast && len(w.Heard) > 0 })
}

// advise returns what to try, most useful first.
func advise(d api.Doctor) []api.Advice {
	out := []api.Advice{}
	add := func(said api.Said, commands ...string) {
		text, sentence := said.Parts()
		out = append(out, api.Advice{Text: text, Sentence: sentence, Commands: append([]string{}, commands...)})
	}
	if !d.Running {
		add(api.Say("advice.start", "no servent runs here: start one, or others have nothing to find"), "servent up ~/Public")
	}
	for _, c := range d.Checks {
		if c.State == api.StateProblem {
			add(api.Say("advice.check", "on this computer: {cause}", api.Said{Text: c.Text, Sentence: c.Sentence}))
		}
	}
	if !anyUsed(d) {
		add(api.Say("advice.no-network", "this computer is on no network that can be used: plug a cable in or join a Wi-Fi; servents on this computer find each other without"))
	}
	if apart := hidden(d); apart.Text != "" {
		add(apart)
	}
	for _, f := range d.Firewalls {
		if f.State == api.StateProblem || f.State == api.StateUnknown && len(f.Commands) > 0 {
			why := api.Said{Text: f.Reason, Sentence: f.Sentence}
			add(api.Say("advice.firewall", "let others in through the firewall: {firewall}, {cause}", f.Name, why), f.Commands...)
		}
	}
	closed := slices.ContainsFunc(d.Firewalls, func(f api.Firewall) bool { return f.State == api.StateProblem })
	if closed && d.Reach.Way == api.ReachPush {
		add(api.Say("advice.relay", "until then this servent calls back those that ask for its files, if they can be reached; for the others start a relay on a computer that both reach, and link to it"), "servent up --relay")
	}
	adviseMulticast(d, add)
	adviseLonely(d, add)
	if tunnel := tunnels(d); len(tunnel) > 0 && !serventHeard(d) {
		add(api.Say("advice.vpn", "a VPN seems to be on ({interfaces}): many keep a computer from its own LAN; allow local network access in it, or switch it off for a while", strings.Join(tunnel, ", ")))
	}
	if len(out) > 0 && d.Links == 0 {
		byTyping(d, add)
	}
	return out
}

// adviseMulticast says what to do where our own packet did not come back, once
// for all interfaces with one cause.
func adviseMulticast(d api.Doctor, add func(api.Said, ...string)) {
	on, causes := map[string][]string{}, []api.Said{}
	for _, m := range deaf(d) {
		if on[m.Problem] == nil {
			causes = append(causes, api.Said{Text: m.Problem, Sentence: m.Sentence})
		}
		on[m.Problem] = append(on[m.Problem], m.Interface)
	}
	known := slices.ContainsFunc(d.Firewalls, func(f api.Firewall) bool { return f.State == api.StateProblem })
	for _, cause := range causes {
		where := strings.Join(on[cause.Text], ", ")
		if cause.Text == noMulticast {
			add(api.Say("advice.multicast-off", "multicast is off on {interfaces}, so servents there are asked for by broadcast alone; turn it on, or "+byAddress, where), turnOn(on[cause.Text])...)
			continue
		}
		said := api.Say("advice.multicast-lost", "multicast does not pass on {interfaces}: not even this computer heard its own question", where)
		if cause.Text != "" {
			said = api.Say("advice.multicast-failed", "multicast does not pass on {interfaces} ({cause})", where, cause)
		}
		if known {
			add(api.Say("advice.look-again", "{cause}; open the firewall as above, and look again", said), "servent doctor")
			continue
		}
		add(api.Say("advice.allow-multicast", "{cause}; allow UDP port 5353, in and out, in this computer's firewall, or "+byAddress, said))
	}
}

// turnOn returns the commands that turn multicast on, where there are such.
func turnOn(names []string) (out []string) {
	if runtime.GOOS == "linux" {
		for _, name := range names {
			out = append(out, "sudo ip link set "+name+" multicast on")
		}
	}
	return out
}

// adviseLonely says what may be wrong beyond this computer, where nothing here
// is.
func adviseLonely(d api.Doctor, add func(api.Said, ...string)) {
	if len(d.Multicast) == 0 || len(deaf(d)) > 0 || serventHeard(d) {
		return
	}
	if anybodyHeard(d) {
		add(api.Say("advice.other-network", "multicast passes, and others answer, but no servent of the network {network}: start one on another computer, with the same --network", strconv.Quote(d.Network)))
		return
	}
	add(api.Say("advice.lonely", "multicast works on this computer, but nobody else was heard: is another servent running, on the same network? "+
		"Guest Wi-Fi and access points with client isolation (AP isolation) keep computers apart: use another Wi-Fi or a cable"))
}

// byTyping is the advice that works wherever a packet can go.
func byTyping(d api.Doctor, add func(api.Said, ...string)) {
	if d.Running {
		add(api.Say("advice.type", "type an address: on one computer ask for it, on the other use it"), "servent invite", "servent connect 192.168.1.20")
		return
	}
	add(api.Say("advice.type-later", "once a servent runs here and another elsewhere: ask one for its address, use it on the other"), "servent invite", "servent connect 192.168.1.20")
}

// tunnelNames begin the names of interfaces that a VPN makes.
var tunnelNames = []string{"tun", "tap", "wg", "utun", "ppp", "ipsec", "nordlynx", "proton", "tailscale", "zt"}

// tunnels returns the interfaces that look like a VPN and are up: those that
// have an address.
func tunnels(d api.Doctor) (out []string) {
	for _, i := range d.Interfaces {
		isTunnel := slices.ContainsFunc(tunnelNames, func(n string) bool { return strings.HasPrefix(strings.ToLower(i.Name), n) })
		plain := slices.ContainsFunc(i.Addrs, func(a string) bool { return !strings.HasPrefix(a, "fe80:") })
		if isTunnel && plain {
			out = append(out, i.Name)
		}
	}
	return out
}
