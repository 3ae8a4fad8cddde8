//go:build netns

package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"servent/servent"
)

const (
	// findWithin is how soon servents on one switch know each other.
	findWithin = 5 * time.Second
	// healWithin is how soon they do after a change of the network.
	healWithin = 30 * time.Second
)

// TestLANEveryoneFound has computers that know nothing of each other find each
// other: each the others where they are few, one overlay where they are many.
func TestLANEveryoneFound(t *testing.T) {
	for _, n := range []int{2, 5, 20} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			l := newLab(t)
			var begin time.Time
			var all []*hosted
			for _, c := range l.lan(n) {
				begin = time.Now()
				all = append(all, c.up())
			}
			holds, what := everyPair, "every pair linked"
			if n > 8 { // as many as one dials
				holds, what = oneOverlay, "one overlay"
			}
			took := l.await(begin, findWithin, what, func() bool { return holds(all...) })
			t.Logf("%d hosts: %s %.2f s after the start of the last", n, what, took.Seconds())
		})
	}
}

// TestLANFileFoundAndFetched has one computer find a file of another, and its
// bytes, with its servent and with one that lives for the search.
func TestLANFileFoundAndFetched(t *testing.T) {
	l := newLab(t)
	hosts := l.lan(2)
	dir := l.shares("SEBLINUX.iso")
	a := hosts[0].up(dir)
	begin := time.Now()
	b := hosts[1].up()
	l.await(begin, findWithin, "linked", func() bool { return everyPair(a, b) })
	for _, home := range []string{b.home, t.TempDir()} {
		begin := time.Now()
		out, err := hosts[1].command("search", "seblinux", "--json", "--home", home).Output()
		if err != nil {
			t.Fatalf("search on %s: %v", home, err)
		}
		if hits := hitsIn(t, out); len(hits) != 1 || hits[0].Name != "SEBLINUX.iso" {
			t.Fatalf("got %s, want the hit", out)
		}
		t.Logf("search took %.2f s in all", time.Since(begin).Seconds())
		if err := hosts[1].command("get", "1", "--home", home).Run(); err != nil {
			t.Fatalf("get on %s: %v", home, err)
		}
		sameFile(t, filepath.Join(home, servent.DownloadsFolder, "SEBLINUX.iso"), filepath.Join(dir, "SEBLINUX.iso"))
	}
}

// TestLANLateCable plugs a cable in after both have started.
func TestLANLateCable(t *testing.T) {
	l := newLab(t)
	s := l.network("switch")
	a, b := l.computer("a"), l.computer("b")
	a.cable(s, "eth0", "10.99.0.1/24")
	x, y := a.up(), b.up()
	begin := time.Now()
	b.cable(s, "eth0", "10.99.0.2/24")
	took := l.await(begin, healWithin, "linked", func() bool { return everyPair(x, y) })
	t.Logf("late cable: linked %.2f s after it was plugged in", took.Seconds())
}

// TestLANNewAddress gives a computer another address, as a DHCP server may.
func TestLANNewAddress(t *testing.T) {
	l := newLab(t)
	hosts := l.lan(2)
	a := hosts[0].up()
	begin := time.Now()
	b := hosts[1].up()
	l.await(begin, findWithin, "linked", func() bool { return everyPair(a, b) })
	begin = time.Now()
	hosts[1].ip("addr", "del", "10.99.0.2/24", "dev", "eth0")
	hosts[1].ip("addr", "add", "10.99.0.77/24", "dev", "eth0")
	again := func() bool { return linkedAgain(a, b) }
	took := l.await(begin, healWithin, "linked again", again)
	t.Logf("new address: linked again after %.2f s", took.Seconds())
}

// linkedAgain reports whether both have ended a link and have one that both
// hold.
func linkedAgain(all ...*hosted) bool {
	for _, r := range all {
		if !strings.Contains(strings.Join(r.talk, "\n"), `msg="link ended"`) {
			return false
		}
	}
	return everyPair(all...)
}

// cutFor is longer than any silence that a link bears.
const cutFor = 40 * time.Second

// TestLANCutOffAndBack pulls a cable for a while: at the computer, which
// notices, and behind the switch, which nobody does.
func TestLANCutOffAndBack(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"own cable", "behind the switch"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			one, two := l.network("s1"), l.network("s2")
			a, b := l.computer("a"), l.computer("b")
			a.cable(one, "eth0", "10.99.0.1/24")
			b.cable(two, "eth0", "10.99.0.2/24")
			two.ip("link", "set", "br0", "address", "02:00:00:00:00:01")
			ip(t, "link", "add", "trunk", "netns", one.netns, "type", "veth", "peer", "name", "trunk", "netns", two.netns)
			one.ip("link", "set", "trunk", "master", "br0", "up")
			two.ip("link", "set", "trunk", "master", "br0", "up")
			x := a.up()
			begin := time.Now()
			y := b.up()
			l.await(begin, findWithin, "linked", func() bool { return everyPair(x, y) })
			switchOff := func(state string) {
				if where == "own cable" {
					two.ip("link", "set", "port1", state)
				} else {
					one.ip("link", "set", "trunk", state)
				}
			}
			switchOff("down")
			pulled := time.Now()
			l.await(pulled, 2*cutFor, "both noticed", func() bool { return x.links[y.peer] == 0 && y.links[x.peer] == 0 })
			noticed := time.Since(pulled)
			time.Sleep(time.Until(pulled.Add(cutFor))) // the cable is out: there is no event to wait for
			begin = time.Now()
			switchOff("up")
			took := l.await(begin, healWithin, "linked again", func() bool { return everyPair(x, y) })
			t.Logf("cut off (%s): both noticed after %.1f s; linked again %.2f s after it was back", where, noticed.Seconds(), took.Seconds())
		})
	}
}

// TestLANShortCut pulls a cable for less than the other side needs to notice:
// that side holds a dead link when the new one is offered.
func TestLANShortCut(t *testing.T) {
	l := newLab(t)
	s := l.network("switch")
	a, b := l.computer("a"), l.computer("b")
	a.cable(s, "eth0", "10.99.0.1/24")
	b.cable(s, "eth0", "10.99.0.2/24")
	x := a.up()
	begin := time.Now()
	y := b.up()
	l.await(begin, findWithin, "linked", func() bool { return everyPair(x, y) })
	s.ip("link", "set", "port2", "down")
	l.await(time.Now(), healWithin, "the one whose cable it is has noticed", func() bool { return y.links[x.peer] == 0 })
	begin = time.Now()
	s.ip("link", "set", "port2", "up")
	took := l.await(begin, healWithin, "linked again", func() bool { return linkedAgain(x, y) })
	t.Logf("short cut: linked again %.2f s after it was back", took.Seconds())
}

// TestLANWithoutMulticast turns multicast off on one side.
func TestLANWithoutMulticast(t *testing.T) {
	for i, which := range []string{"first to start", "last to start"} {
		t.Run(which, func(t *testing.T) {
			l := newLab(t)
			hosts := l.lan(2)
			hosts[i].ip("link", "set", "eth0", "multicast", "off")
			a := hosts[0].up()
			begin := time.Now()
			b := hosts[1].up()
			took := l.await(begin, findWithin, "linked", func() bool { return everyPair(a, b) })
			t.Logf("multicast off at the %s: linked after %.2f s", which, took.Seconds())
		})
	}
}

// TestLANTwoNetworks has a computer between two switches carry a query.
func TestLANTwoNetworks(t *testing.T) {
	l := newLab(t)
	left, right := l.network("sl"), l.network("sr")
	a, m, b := l.computer("a"), l.computer("m"), l.computer("b")
	a.cable(left, "eth0", "10.99.1.1/24")
	m.cable(left, "eth0", "10.99.1.2/24")
	m.cable(right, "eth1", "10.99.2.2/24")
	b.cable(right, "eth0", "10.99.2.1/24")
	x := a.up(l.shares("SEBLINUX.iso"))
	y := m.up()
	begin := time.Now()
	z := b.up()
	took := l.await(begin, findWithin, "the middle one linked to both", func() bool { return everyPair(x, y) && everyPair(y, z) })
	hits := z.finds("seblinux")
	if len(hits) != 1 || len(hits[0].Sources) != 1 || hits[0].Sources[0].Hops != 2 {
		t.Fatalf("got %+v, want one hit of a source two links away", hits)
	}
	t.Logf("two interfaces: found on both after %.2f s, a query passes", took.Seconds())
}

// TestLANApart has two networks on one switch not see each other.
func TestLANApart(t *testing.T) {
	l := newLab(t)
	hosts := l.lan(2)
	r := hosts[0].up(l.shares("SEBLINUX.iso"), "--network", "one")
	out, err := hosts[1].command("search", "seblinux", "--home", t.TempDir(), "--network", "two", "--timeout", "3s").Output()
	if exitCode(err) != 3 || len(out) > 0 {
		t.Errorf("search in another network: got exit code %d and %q, want 3 and nothing", exitCode(err), out)
	}
	if len(r.links) != 0 {
		t.Errorf("got links %v over networks", r.links)
	}
	t.Log("two networks by --network: no link, no hit in 3 s")
}

// TestLANLinkLocal has computers with nothing but IPv6 link-local addresses.
func TestLANLinkLocal(t *testing.T) {
	l := newLab(t)
	s := l.network("switch")
	a, b := l.computer("a"), l.computer("b")
	a.cable(s, "eth0")
	b.cable(s, "eth0")
	dir := l.shares("SEBLINUX.iso")
	x := a.up(dir)
	begin := time.Now()
	y := b.up()
	took := l.await(begin, findWithin, "linked", func() bool { return everyPair(x, y) })
	if hits := y.finds("seblinux"); len(hits) != 1 {
		t.Fatalf("got %v, want one hit", hits)
	}
	if err := b.command("get", "1", "--home", y.home).Run(); err != nil {
		t.Fatalf("get: %v", err)
	}
	sameFile(t, filepath.Join(y.home, servent.DownloadsFolder, "SEBLINUX.iso"), filepath.Join(dir, "SEBLINUX.iso"))
	t.Logf("IPv6 link-local alone: linked after %.2f s, a file fetched", took.Seconds())
}

// TestLANNoInternet says what all of this suite has in common: no default route
// and no DNS server that answers.
func TestLANNoInternet(t *testing.T) {
	l := newLab(t)
	hosts := l.lan(2)
	for _, c := range hosts {
		out, err := exec.Command("ip", "-n", c.netns, "route", "show", "default").Output()
		if err != nil || len(out) > 0 {
			t.Fatalf("default route: got %q, %v, want none", out, err)
		}
	}
	a := hosts[0].up()
	begin := time.Now()
	b := hosts[1].up()
	took := l.await(begin, findWithin, "linked", func() bool { return everyPair(a, b) })
	t.Logf("no default route, no DNS: linked after %.2f s", took.Seconds())
}

// TestLANLoopbackOnly has servents of one computer without any network meet in
// the rendezvous folder, and a search that lives shortly find them.
func TestLANLoopbackOnly(t *testing.T) {
	l := newLab(t)
	c := l.computer("alone")
	a := c.up(l.shares("SEBLINUX.iso"))
	begin := time.Now()
	b := c.up()
	took := l.await(begin, findWithin, "linked", func() bool { return everyPair(a, b) })
	begin = time.Now()
	out, err := c.command("search", "seblinux", "--json", "--home", t.TempDir(), "--max", "1").Output()
	if err != nil || len(hitsIn(t, out)) != 1 {
		t.Fatalf("got %s, %v, want one hit", out, err)
	}
	t.Logf("loopback alone: linked after %.2f s; a short-lived search took %.2f s", took.Seconds(), time.Since(begin).Seconds())
	if notes, _ := filepath.Glob(filepath.Join(c.run, "servent", "lan", "*")); len(notes) != 2 {
		t.Errorf("got notes %v, want one of each that runs", notes)
	}
}

// TestLANBesideTunnelAndBridge has a tunnel and a bridge for containers on each
// computer, listed before its LAN.
func TestLANBesideTunnelAndBridge(t *testing.T) {
	l := newLab(t)
	s := l.network("switch")
	var all []*hosted
	var begin time.Time
	for i, name := range []string{"a", "b"} {
		c := l.computer(name)
		c.tun("tun0", unix.IFF_TUN) // what enters it goes nowhere
		c.ip("addr", "add", fmt.Sprintf("10.8.0.%d/24", i+1), "dev", "tun0")
		c.ip("link", "set", "tun0", "up")
		c.ip("link", "add", "docker0", "type", "bridge")
		c.ip("addr", "add", "172.17.0.1/16", "dev", "docker0")
		c.ip("link", "set", "docker0", "up")
		c.ip("route", "add", "default", "dev", "tun0")
		c.cable(s, "eth0", fmt.Sprintf("10.99.0.%d/24", i+1))
		begin = time.Now()
		all = append(all, c.up())
	}
	took := l.await(begin, findWithin, "linked", func() bool { return everyPair(all...) })
	t.Logf("a tunnel with the default route and a bridge besides: linked after %.2f s", took.Seconds())
}

// TestLANChosenInterface has a servent not be found by an interface that its
// user skips.
func TestLANChosenInterface(t *testing.T) {
	l := newLab(t)
	left, right := l.network("sl"), l.network("sr")
	a, m, b := l.computer("a"), l.computer("m"), l.computer("b")
	a.cable(left, "eth0", "10.99.1.1/24")
	m.cable(left, "eth0", "10.99.1.2/24")
	m.cable(right, "eth1", "10.99.2.2/24")
	b.cable(right, "eth0", "10.99.2.1/24")
	x, z := a.up(), b.up()
	begin := time.Now()
	y := m.up(l.shares("SEBLINUX.iso"), "--skip-interface", "eth0")
	l.await(begin, findWithin, "linked by the other", func() bool { return everyPair(y, z) })
	if len(x.links) != 0 {
		t.Errorf("found by the interface that the user skips: %v", x.links)
	}
	hits := z.finds("seblinux")
	if len(hits) != 1 || len(hits[0].Sources) != 1 || len(hits[0].Sources[0].Addrs) == 0 {
		t.Fatalf("got %+v, want one hit of one source", hits)
	}
	for _, addr := range hits[0].Sources[0].Addrs {
		if !strings.Contains(addr, "10.99.2.2") {
			t.Errorf("a hit tells %s, of an interface that the user skips", addr)
		}
	}
	t.Log("--skip-interface: found by the other interface alone, and its address alone told")
}

// lossWithin is how soon two computers know each other where three of ten
// packets are lost each way. A dial needs some eight packets, and TCP waits a
// second and more for each of the first.
const lossWithin = 30 * time.Second

// TestLANLoss loses 30 % of the packets each way.
func TestLANLoss(t *testing.T) {
	l := newLab(t)
	one, two := l.computer("a"), l.computer("b")
	one.lossyCable(two, 0.3)
	a := one.up()
	begin := time.Now()
	b := two.up()
	took := l.await(begin, lossWithin, "linked", func() bool { return everyPair(a, b) })
	t.Logf("30 %% loss each way: linked after %.2f s", took.Seconds())
}

const (
	// quietFor is how long idle traffic is counted, in which every regular
	// message leaves at least once.
	quietFor = time.Minute
	// quietRate is the most that an idle servent with 20 links may cause, in
	// bytes a second, both ways, frames and all.
	quietRate = 2000
)

// TestLANQuiet counts what an idle servent with 20 links sends and receives.
func TestLANQuiet(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	hosts := l.lan(21)
	hub := hosts[0].up()
	all := []*hosted{hub}
	begin := time.Now()
	for _, c := range hosts[1:] {
		all = append(all, c.up("--connect", fmt.Sprintf("/ip4/10.99.0.1/tcp/6346/p2p/%s", hub.peer)))
	}
	linked := func() bool {
		n := 0
		for _, r := range all[1:] {
			n += r.links[hub.peer]
		}
		return n == 20
	}
	l.await(begin, time.Minute, "20 links", linked)
	time.Sleep(quietFor / 3) // the burst of the start is no idle traffic
	first := hosts[0].traffic("eth0")
	time.Sleep(quietFor)
	rate := float64(hosts[0].traffic("eth0")-first) / quietFor.Seconds()
	l.await(time.Now(), time.Second, "still 20 links", linked)
	if rate > quietRate {
		t.Errorf("got %.0f bytes a second, want %d at most", rate, quietRate)
	}
	t.Logf("quiet: %.0f bytes a second with 20 links, both ways, multicast of 20 others included", rate)
}

// traffic returns the bytes that an interface has carried, both ways.
func (c *computer) traffic(name string) int {
	c.t.Helper()
	total := 0
	for _, way := range []string{"rx_bytes", "tx_bytes"} {
		out, err := exec.Command("ip", "netns", "exec", c.netns, "cat", filepath.Join("/sys/class/net", name, "statistics", way)).Output()
		if err != nil {
			c.t.Fatal(err)
		}
		n, err := strconv.Atoi(strings.TrimSpace(string(out)))
		if err != nil {
			c.t.Fatal(err)
		}
		total += n
	}
	return total
}

// pongDelivered is a line of the verbose log.
var pongDelivered = regexp.MustCompile(`msg=deliver .*type=Pong`)

// TestLANHostCache has a servent that multicast is off for link to whom it
// knows from its last session.
func TestLANHostCache(t *testing.T) {
	l := newLab(t)
	hosts := l.lan(2)
	a := hosts[0].up()
	begin := time.Now()
	b := hosts[1].up("--verbose")
	l.await(begin, findWithin, "linked", func() bool { return everyPair(a, b) })
	// Who was dialled knows the other's address once that one's Pong has come.
	l.await(begin, findWithin, "told where the other is", func() bool { return pongDelivered.MatchString(strings.Join(b.talk, "\n")) })
	b.stop()
	a.stop()
	a = hosts[0].upOn(a.home, "--no-mdns")
	begin = time.Now()
	b = hosts[1].upOn(b.home, "--no-mdns")
	took := l.await(begin, findWithin, "linked", func() bool { return everyPair(a, b) })
	t.Logf("host cache: linked %.2f s after a restart, without multicast", took.Seconds())
}
