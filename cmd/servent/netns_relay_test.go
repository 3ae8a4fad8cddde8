//go:build netns

package main

import (
	"strings"
	"testing"
	"time"

	"servent/servent/api"
)

// hasPlace waits until the source has a place at the relay, which its hits then
// tell.
func (a *apart) hasPlace() {
	a.source.on.t.Helper()
	a.source.on.await(time.Now(), findWithin, "the source has a place at the relay", func() bool {
		return strings.Contains(strings.Join(a.source.talk, "\n"), "a place at a relay")
	})
}

// TestLANRelay has neither let anybody in, nor UDP pass: they meet at a relay.
func TestLANRelay(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	hosts := l.lan(3)
	hosts[0].closedToUDP()
	hosts[2].closedToUDP()
	a := l.meetOver("/ip4/10.99.", l.sharesOf("SEBLINUX.iso", 64<<20), hosts[0], hosts[1], hosts[2], "--relay")
	a.hasPlace()
	a.finds()
	took := a.fetches()
	offer, text := hosts[1].doctor(a.middle.home, 0)
	if o := offer.Reach.Offer; o == nil || o.Places != 2 || o.Bytes < 64<<20 || o.CircuitBytes != 4<<30 || o.CircuitSeconds != 3600 {
		t.Errorf("the relay tells of %+v, want two places, the bytes of the file, 4 GiB and 1 h a circuit", o)
	}
	if !strings.Contains(text, "relays for") {
		t.Error("doctor does not say that this servent relays")
	}
	source, _ := hosts[0].doctor(a.source.home, 1) // its firewall keeps others out
	if r := source.Reach; r.Way != api.ReachRelay || len(r.Relays) != 1 || r.Relays[0].Peer != a.middle.peer {
		t.Errorf("the source tells of %+v, want its place at the relay", r)
	}
	t.Logf("both behind firewalls, no UDP: 64 MiB through the relay, same bytes, %.2f s after get", took.Seconds())
}

// translated puts a computer behind an address translator of its own: a private
// address inside, a public-looking one outside, and answers alone come in.
// Each connection leaves from the port that it had inside, or as how says.
func (l *lab) translated(name, inside, outside string, to *computer, how string) *computer {
	l.t.Helper()
	home := l.network(name + "-home")
	box, c := l.computer(name+"-nat"), l.computer(name)
	box.cable(home, "lan0", inside+".1/24")
	box.cable(to, "wan0", outside+"/24")
	box.forwards()
	box.nft(`table ip nat {
	chain post { type nat hook postrouting priority 100; oifname "wan0" masquerade ` + how + `; }
}
table inet closed {
	chain in { type filter hook input priority 0; policy accept; iifname "wan0" ct state new drop; }
	chain through { type filter hook forward priority 0; policy accept; iifname "wan0" ct state new drop; }
}`)
	c.cable(home, "eth0", inside+".2/24")
	c.ip("route", "add", "default", "via", inside+".1")
	return c
}

// TestLANHolePunching has both sit behind address translators: they meet at a
// relay, and what they fetch goes directly once both have dialled at once.
func TestLANHolePunching(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	wan := l.network("wan")
	middle := l.computer("relay")
	middle.cable(wan, "eth0", "11.0.0.1/24")
	source := l.translated("source", "192.168.1", "11.0.0.2", wan, "")
	asker := l.translated("asker", "192.168.2", "11.0.0.3", wan, "")
	a := l.meetOver("/ip4/11.", l.sharesOf("SEBLINUX.iso", 64<<20), source, middle, asker, "--relay")
	a.hasPlace()
	a.finds()
	took := a.fetches()
	offer, _ := middle.doctor(a.middle.home, 0)
	if o := offer.Reach.Offer; o == nil || o.Bytes > 1<<20 {
		t.Errorf("the relay carried %+v, want the meeting alone", o)
	}
	for _, r := range []*hosted{a.source, a.asker} {
		d, text := r.on.doctor(r.home, 0)
		if !d.Reach.HolePunching || !strings.Contains(text, "hole punching") {
			t.Errorf("doctor on %s: got %+v, want that holes can be punched", r.on.netns, d.Reach)
		}
	}
	t.Logf("both behind address translators: a hole punched, 64 MiB directly, same bytes, %.2f s after get; the relay carried %d bytes", took.Seconds(), offer.Reach.Offer.Bytes)
}

// TestLANSymmetricNAT has the source's translator give each connection another
// port: no hole can be punched, and the relay carries the file.
func TestLANSymmetricNAT(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	wan := l.network("wan")
	middle, other := l.computer("relay"), l.computer("other")
	middle.cable(wan, "eth0", "11.0.0.1/24")
	other.cable(wan, "eth0", "11.0.0.4/24")
	source := l.translated("source", "192.168.1", "11.0.0.2", wan, "fully-random")
	asker := l.translated("asker", "192.168.2", "11.0.0.3", wan, "")
	also := other.up("--no-discovery")
	a := l.meetOver("/ip4/11.", l.shares("SEBLINUX.iso"), source, middle, asker, "--relay")
	a.hasPlace()
	if err := source.command("connect", also.at("/ip4/11."), "--home", a.source.home).Run(); err != nil {
		t.Fatal(err)
	}
	a.finds()
	took := a.fetches()
	offer, _ := middle.doctor(a.middle.home, 0)
	if o := offer.Reach.Offer; o == nil || o.Bytes < 1<<20 {
		t.Errorf("the relay carried %+v, want the file", o)
	}
	d, text := source.doctor(a.source.home, 0)
	if d.Reach.HolePunching || !strings.Contains(text, "symmetric NAT") {
		t.Errorf("the source tells of %+v, want that its NAT is symmetric", d.Reach)
	}
	t.Logf("the source behind a symmetric NAT: 1 MiB through the relay, %.2f s after get", took.Seconds())
}
