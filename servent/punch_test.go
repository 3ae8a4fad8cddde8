package servent

import (
	"fmt"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/p2p/protocol/holepunch"
	ma "github.com/multiformats/go-multiaddr"
)

// seenAt is what peers say of a connection of ours that leaves from near.
type seenAt struct{ near, observed string }

func TestPunchingFrom(t *testing.T) {
	const near, out = "/ip4/0.0.0.0/udp/6346/quic-v1", "/ip4/11.0.0.2/udp/6346/quic-v1"
	listens := []ma.Multiaddr{ma.StringCast("/ip4/0.0.0.0/tcp/6346"), ma.StringCast(near)}
	for name, c := range map[string]struct {
		own  bool
		seen []seenAt
		want bool
		why  string
	}{
		"nobody said":            {false, nil, false, "no public address"},
		"a public address":       {true, nil, true, "this computer has"},
		"one says":               {false, []seenAt{{near, out}}, true, "11.0.0.2:6346"},
		"two agree":              {false, []seenAt{{near, out}, {near, out}}, true, "11.0.0.2:6346"},
		"two differ in the port": {false, []seenAt{{near, out}, {near, "/ip4/11.0.0.2/udp/40001/quic-v1"}}, false, "symmetric NAT"},
		"seen on the LAN":        {false, []seenAt{{near, "/ip4/192.168.1.2/udp/6346/quic-v1"}}, false, "no public address"},
		"by TCP":                 {false, []seenAt{{"/ip4/192.168.1.2/tcp/50000", "/ip4/11.0.0.2/tcp/50000"}}, false, "no public address"},
		"from another port":      {false, []seenAt{{"/ip4/192.168.1.2/udp/50000/quic-v1", out}}, false, "no public address"},
		"through a relay": {false, []seenAt{{near, out + "/p2p/12D3KooWCwQJz3CgFjGY98GefqUcKmDNDUrySeFdq6E2hinS3ATN/p2p-circuit"}},
			false, "no public address"},
	} {
		var p punching
		p.has(c.own)
		for _, s := range c.seen {
			p.look(newPeer(t), ma.StringCast(s.near), ma.StringCast(s.observed), listens)
		}
		if got, why := p.tell(); got != c.want || !strings.Contains(why.Text, c.why) {
			t.Errorf("%s: got %v, %q, want %v and %q", name, got, why, c.want, c.why)
		}
	}
}

func TestPunchingIsBounded(t *testing.T) {
	var p punching
	listens := []ma.Multiaddr{ma.StringCast("/ip4/0.0.0.0/udp/6346/quic-v1")}
	for n := range 2 * maxSeen {
		p.look(newPeer(t), listens[0], ma.StringCast(fmt.Sprintf("/ip4/11.0.0.%d/udp/6346/quic-v1", n)), listens)
	}
	if len(p.seen) > maxSeen {
		t.Errorf("keeps %d views, want %d at most", len(p.seen), maxSeen)
	}
}

func TestPunchingTellsHowItWent(t *testing.T) {
	var p punching
	p.has(true)
	p.Trace(&holepunch.Event{Evt: &holepunch.EndHolePunchEvt{Success: true}})
	p.Trace(&holepunch.Event{Evt: &holepunch.EndHolePunchEvt{Error: "too late"}})
	if _, why := p.tell(); !strings.Contains(why.Text, "1 punched, 1 failed (the last: too late)") {
		t.Errorf("got %q", why)
	}
}
