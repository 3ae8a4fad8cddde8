//go:build netns

package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"servent/servent"
	"servent/servent/api"
)

// closed has a computer drop every packet that no connection of its own caused,
// as the firewall of a desktop does.
func (c *computer) closed() {
	c.t.Helper()
	c.nft(`table inet closed {
	chain in {
		type filter hook input priority 0; policy accept;
		iifname "lo" accept
		ct state established,related accept
		meta l4proto { icmp, icmpv6 } accept
		drop
	}
}`)
}

// closedToUDP has it pass no UDP either, in or out.
func (c *computer) closedToUDP() {
	c.t.Helper()
	c.closed()
	c.nft(`table inet noudp {
	chain in { type filter hook input priority 0; policy accept; iifname "lo" accept; meta l4proto udp drop; }
	chain out { type filter hook output priority 0; policy accept; oifname "lo" accept; meta l4proto udp drop; }
}`)
}

func (c *computer) nft(rules string) {
	c.t.Helper()
	cmd := exec.Command("ip", "netns", "exec", c.netns, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("nft on %s: %v: %s(this suite needs root and the package nftables)", c.netns, err, out)
	}
}

// at returns the address of a servent on a network.
func (r *hosted) at(network string) string {
	r.on.t.Helper()
	for _, addr := range r.addrs {
		if strings.Contains(addr, network) && strings.Contains(addr, "/tcp/") {
			return addr
		}
	}
	r.on.t.Fatalf("%s has no address on %s: %v", r.on.netns, network, r.addrs)
	return ""
}

// apart are a source and who asks it, each with a link to the one in the middle
// alone.
type apart struct {
	source, middle, asker *hosted
	file                  string
}

// meet has a source and an asker each link to one servent that both can reach.
func (l *lab) meet(source, middle, asker *computer) *apart {
	l.t.Helper()
	return l.meetOver("/ip4/10.99.", l.shares("SEBLINUX.iso"), source, middle, asker)
}

// meetOver does so on a network, where the source shares a folder and the one in
// the middle has flags.
func (l *lab) meetOver(network, dir string, source, middle, asker *computer, flags ...string) *apart {
	l.t.Helper()
	a := &apart{middle: middle.up(append([]string{"--no-discovery"}, flags...)...), file: filepath.Join(dir, "SEBLINUX.iso")}
	begin := time.Now()
	a.source = source.up(dir, "--no-discovery", "--connect", a.middle.at(network))
	a.asker = asker.up("--no-discovery", "--connect", a.middle.at(network))
	l.await(begin, findWithin, "both linked to the middle", func() bool {
		return everyPair(a.source, a.middle) && everyPair(a.middle, a.asker)
	})
	return a
}

// found makes a LAN of three with firewalls before a source and an asker, who link
// to the one in the middle alone, and has the asker find the file.
func found(t *testing.T, firewalls func(source, asker *computer)) *apart {
	t.Helper()
	l := newLab(t)
	hosts := l.lan(3)
	firewalls(hosts[0], hosts[2])
	a := l.meet(hosts[0], hosts[1], hosts[2])
	a.finds()
	return a
}

// finds has the asker search until the source has hashed its file.
func (a *apart) finds() {
	a.asker.on.t.Helper()
	for range 20 {
		out, err := a.asker.on.command("search", "seblinux", "--json", "--home", a.asker.home).Output()
		if hits := hitsIn(a.asker.on.t, out); err == nil && len(hits) == 1 {
			return
		}
	}
	a.asker.on.t.Fatal("the file is not found")
}

// get fetches the file that was found, and returns how it went and what was said.
func (a *apart) get(flags ...string) (talk string, took time.Duration, err error) {
	begin := time.Now()
	cmd := a.asker.on.command(append([]string{"get", "1", "--home", a.asker.home}, flags...)...)
	var said strings.Builder
	cmd.Stderr = &said
	err = cmd.Run()
	return said.String(), time.Since(begin), err
}

// downloads lists those of the asker once one of them has a reason not to go on.
func (a *apart) downloads() (list []api.Download) {
	a.asker.on.t.Helper()
	for range 50 {
		out, err := a.asker.on.command("downloads", "list", "--json", "--home", a.asker.home).Output()
		if err != nil {
			a.asker.on.t.Fatalf("downloads list: %v", err)
		}
		var all api.DownloadList
		if err := json.Unmarshal(out, &all); err != nil {
			a.asker.on.t.Fatalf("downloads list: %v in %q", err, out)
		}
		if list = all.Downloads; len(list) > 0 && list[0].Reason != "" {
			break
		}
	}
	return list
}

// fetches does so and compares the bytes.
func (a *apart) fetches() time.Duration {
	a.asker.on.t.Helper()
	talk, took, err := a.get()
	if err != nil {
		a.asker.on.t.Fatalf("get: %v: %s", err, talk)
	}
	sameFile(a.asker.on.t, filepath.Join(a.asker.home, servent.DownloadsFolder, "SEBLINUX.iso"), a.file)
	return took
}

// said reports whether a line of a servent's talk contains text.
func (r *hosted) said(text string) bool {
	r.on.mu.Lock()
	defer r.on.mu.Unlock()
	return strings.Contains(strings.Join(r.talk, "\n"), text)
}

// TestLANPushSourceClosed fetches from a source that lets nobody in.
func TestLANPushSourceClosed(t *testing.T) {
	t.Parallel()
	a := found(t, func(source, asker *computer) { source.closed() })
	took := a.fetches()
	if !a.source.said("called back, as a push asked") {
		t.Error("the source did not call back")
	}
	t.Logf("source behind a firewall: called back as a Push asked, 1 MiB after %.2f s", took.Seconds())
}

// TestLANPushAskerClosed has nobody let in where the file is wanted.
func TestLANPushAskerClosed(t *testing.T) {
	t.Parallel()
	a := found(t, func(source, asker *computer) { asker.closed() })
	took := a.fetches()
	if a.source.said("push") {
		t.Error("the source was asked to call back; dialling it works")
	}
	t.Logf("who asks is behind a firewall: dialled, 1 MiB after %.2f s", took.Seconds())
}

// TestLANPushBothClosed has neither let anybody in. The packets by which each
// dials the other open both firewalls for QUIC, whose port is the one that it
// listens on.
func TestLANPushBothClosed(t *testing.T) {
	t.Parallel()
	a := found(t, func(source, asker *computer) {
		source.closed()
		asker.closed()
	})
	took := a.fetches()
	if !a.source.said("called back, as a push asked") || !a.source.said("/quic-v1") {
		t.Error("the source did not call back by QUIC")
	}
	t.Logf("both behind firewalls that let answers in: dialled and called back at once by QUIC, 1 MiB after %.2f s", took.Seconds())
}

// TestLANPushNoWay has neither let anybody in, nor UDP pass, and says so.
func TestLANPushNoWay(t *testing.T) {
	t.Parallel()
	a := found(t, func(source, asker *computer) {
		source.closedToUDP()
		asker.closedToUDP()
	})
	if talk, _, err := a.get("--detach"); err != nil {
		t.Fatalf("get --detach: %v: %s", err, talk)
	}
	a.asker.on.await(time.Now(), time.Minute, "the source was lost", func() bool {
		return strings.Contains(strings.Join(a.asker.talk, "\n"), "did not call back in 20s")
	})
	if list := a.downloads(); !slices.ContainsFunc(list, func(d api.Download) bool { return strings.Contains(d.Reason, "did not call back in 20s") }) {
		t.Errorf("downloads list tells of %+v, want why", list)
	}
	if err := a.asker.on.command("downloads", "cancel", "1", "--home", a.asker.home).Run(); err != nil {
		t.Fatalf("downloads cancel: %v", err)
	}
	talk, took, err := a.get()
	if code := exitCode(err); code != 7 {
		t.Errorf("exit code %d, want 7", code)
	}
	for _, why := range []string{"timeout", "did not call back in 20s", "firewalls keep others from both"} {
		if !strings.Contains(talk, why) {
			t.Errorf("get said nothing of %q:\n%s", why, talk)
		}
	}
	t.Logf("both behind firewalls, no UDP: given up after %.1f s:\n%s", took.Seconds(), talk)
}

// TestLANPushNeighbourGone ends the servent in the middle after the search.
func TestLANPushNeighbourGone(t *testing.T) {
	t.Parallel()
	a := found(t, func(source, asker *computer) { source.closed() })
	a.middle.stop()
	a.asker.on.await(time.Now(), findWithin, "the middle has gone", func() bool { return a.asker.links[a.middle.peer] == 0 })
	talk, _, err := a.get()
	if code := exitCode(err); code != 7 || !strings.Contains(talk, "the neighbour that its hit came by is gone") {
		t.Errorf("exit code %d, want 7 and why:\n%s", code, talk)
	}
	t.Logf("the neighbour on the way gone:\n%s", talk)
}
