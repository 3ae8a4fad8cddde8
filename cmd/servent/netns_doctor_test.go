//go:build netns

package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"servent/servent/api"
)

// doctor runs servent doctor on a computer, as JSON and as text, which goes to
// the log.
func (c *computer) doctor(home string, want int) (api.Doctor, string) {
	c.t.Helper()
	out, err := c.command("doctor", "--json", "--home", home).Output()
	if got := exitCode(err); got != want {
		c.t.Errorf("servent doctor on %s: exit code %d, want %d", c.netns, got, want)
	}
	var d api.Doctor
	if err := json.Unmarshal(out, &d); err != nil {
		c.t.Fatalf("servent doctor: %v in %q", err, out)
	}
	text, err := c.command("doctor", "--home", home).Output()
	if got := exitCode(err); got != want {
		c.t.Errorf("servent doctor on %s: exit code %d, want %d", c.netns, got, want)
	}
	c.t.Logf("servent doctor; echo $?\n%s%d", text, want)
	return d, string(text)
}

// hasLinks waits until the interfaces of a computer have their link: the kernel
// says so up to a second after the other end is up.
func (c *computer) hasLinks(names ...string) {
	c.t.Helper()
	late := time.Now().Add(findWithin)
	for _, name := range names {
		for {
			out, err := exec.Command("ip", "-n", c.netns, "link", "show", "dev", name).Output()
			if err != nil {
				c.t.Fatal(err)
			}
			if strings.Contains(string(out), "state UP") {
				break
			}
			if time.Now().After(late) {
				c.t.Fatalf("no link on %s: %s", name, out)
			}
		}
	}
}

// onInterface returns what multicast did on an interface.
func onInterface(t *testing.T, d api.Doctor, name string) api.Multicast {
	t.Helper()
	for _, m := range d.Multicast {
		if m.Interface == name {
			return m
		}
	}
	t.Fatalf("multicast was not tried on %s: %+v", name, d.Multicast)
	return api.Multicast{}
}

// TestLANDoctorTwoInterfaces asks on a computer with two networks, a servent on
// one of them, before and after one runs there too.
func TestLANDoctorTwoInterfaces(t *testing.T) {
	l := newLab(t)
	cable, radio := l.network("cable"), l.network("radio")
	a, b := l.computer("a"), l.computer("b")
	a.cable(cable, "eth0", "192.168.1.10/24")
	a.cable(radio, "wlan0", "10.7.0.10/24")
	b.cable(cable, "eth0", "192.168.1.20/24")
	there := b.up()
	home := t.TempDir()
	a.hasLinks("eth0", "wlan0")

	d, text := a.doctor(home, exitDone)
	if d.Running || !d.OK {
		t.Errorf("without a servent: got %+v", d)
	}
	eth, wlan := onInterface(t, d, "eth0"), onInterface(t, d, "wlan0")
	if !eth.Own || eth.Computers != 1 || eth.Servents != 1 {
		t.Errorf("eth0: got %+v, want one other computer, a servent", eth)
	}
	if !wlan.Own || wlan.Computers != 0 {
		t.Errorf("wlan0: got %+v, want nobody", wlan)
	}
	for _, want := range []string{"lo     skipped", "eth0   used", "wlan0  used", "1. no servent runs here", "servent up ~/Public"} {
		if !strings.Contains(text, want) {
			t.Errorf("without a servent: want %q in the text", want)
		}
	}

	here := a.upOn(home)
	l.await(time.Now(), findWithin, "linked", func() bool { return everyPair(here, there) })
	d, text = a.doctor(home, exitDone)
	if !d.Running || !d.OK || d.Links != 1 || d.Peer != here.peer || len(d.Next) != 0 {
		t.Errorf("with a servent: got %+v", d)
	}
	if !strings.Contains(text, "All is well") {
		t.Error("with a servent: want the text to say that all is well")
	}
	// One of the two has opened the link.
	far, _ := b.doctor(there.home, exitDone)
	if d.FromOutside+far.FromOutside == 0 {
		t.Error("neither counts a link from another computer")
	}
}

// TestLANDoctorWithoutMulticast asks where multicast is off.
func TestLANDoctorWithoutMulticast(t *testing.T) {
	l := newLab(t)
	a := l.lan(1)[0]
	a.ip("link", "set", "eth0", "multicast", "off")
	a.hasLinks("eth0")
	d, text := a.doctor(t.TempDir(), exitError)
	if m := onInterface(t, d, "eth0"); d.OK || m.Sent || m.Own || m.Problem == "" {
		t.Errorf("got %+v, want that multicast is off", m)
	}
	if !strings.Contains(text, "sudo ip link set eth0 multicast on") {
		t.Error("want the command that turns it on")
	}
}

// firewall gives a computer rules of nftables.
func (c *computer) firewall(rules string) {
	c.t.Helper()
	cmd := exec.Command("ip", "netns", "exec", c.netns, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("nft: %v: %s(this suite needs root and the package nftables)", err, out)
	}
}

// TestLANDoctorFirewall types what doctor says, and it helps.
func TestLANDoctorFirewall(t *testing.T) {
	l := newLab(t)
	a := l.lan(1)[0]
	a.firewall("table inet filter { chain input { type filter hook input priority 0; policy drop; iif lo accept; ct state established accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; tcp dport { 22, 80 } accept; }; }")
	a.hasLinks("eth0")
	home := t.TempDir()
	d, _ := a.doctor(home, exitError)
	if m := onInterface(t, d, "eth0"); m.Own || !m.Sent {
		t.Errorf("got %+v, want a question that does not come back", m)
	}
	if len(d.Firewalls) != 1 || len(d.Firewalls[0].Commands) != 3 {
		t.Fatalf("got %+v, want a firewall and a command for each of three ports", d.Firewalls)
	}
	for _, command := range d.Firewalls[0].Commands {
		words := strings.Fields(strings.TrimPrefix(command, "sudo "))
		if out, err := exec.Command("ip", append([]string{"netns", "exec", a.netns}, words...)...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", command, err, out)
		}
	}
	if d, _ := a.doctor(home, exitDone); !d.OK || !onInterface(t, d, "eth0").Own {
		t.Errorf("after the commands: got %+v, want that all is well", d)
	}
}

// TestLANDoctorMulticastForbidden has the computer refuse to send multicast; an
// address alone still links.
func TestLANDoctorMulticastForbidden(t *testing.T) {
	l := newLab(t)
	hosts := l.lan(2)
	hosts[0].firewall("table inet filter { chain output { type filter hook output priority 0; udp dport 5353 drop; }; }")
	here, there := hosts[0].up("--no-mdns"), hosts[1].up("--no-mdns")
	hosts[0].hasLinks("eth0")
	home := t.TempDir()
	d, text := hosts[0].doctor(home, exitError)
	if m := onInterface(t, d, "eth0"); d.OK || m.Own || !strings.Contains(m.Problem, "not permitted") {
		t.Errorf("got %+v, want that it is not permitted", m)
	}
	if !strings.Contains(text, "servent connect 192.168.1.20") {
		t.Error("want the way by address")
	}
	out, err := hosts[0].command("connect", "10.99.0.2", "--home", here.home).Output()
	if err != nil || !strings.HasPrefix(string(out), "linked to "+there.peer+" at /ip4/10.99.0.2/tcp/6346") {
		t.Errorf("servent connect 10.99.0.2: got %q, %v, want a link", out, err)
	}
	// The invitation of the one leads the other there too.
	if _, err := hosts[0].command("disconnect", there.peer, "--home", here.home).Output(); err != nil {
		t.Errorf("servent disconnect: %v", err)
	}
	invite, err := hosts[1].command("invite", "--home", there.home).Output()
	if err != nil {
		t.Fatalf("servent invite: %v", err)
	}
	out, err = hosts[0].command("connect", strings.TrimSpace(string(invite)), "--home", here.home).Output()
	if err != nil || !strings.HasPrefix(string(out), "linked to "+there.peer) {
		t.Errorf("servent connect INVITATION: got %q, %v, want a link", out, err)
	}
	// Nobody is at the third address, which is told in bounded time.
	out, err = hosts[0].command("connect", "10.99.0.3", "--home", here.home).CombinedOutput()
	if exitCode(err) != exitError || !strings.Contains(string(out), "10.99.0.3, ports 6346 to 6349") {
		t.Errorf("servent connect 10.99.0.3: got %q, %v, want that nobody answers", out, err)
	}
}
