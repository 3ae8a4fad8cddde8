package servent

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// Only what is on the network of the interface, or the sender itself, is
// dialled.
func TestPlausibleAnnouncements(t *testing.T) {
	id, other := newPeer(t).String(), newPeer(t).String()
	i := networkInterface("eth0", lanFlags, "192.168.1.1/24", "fe80::1/64", "2001:db8::1/64")
	for addr, want := range map[string]string{
		"/ip4/192.168.1.2/tcp/6346":                               "/ip4/192.168.1.2/tcp/6346",
		"/ip4/192.168.1.2/udp/6346/quic-v1":                       "/ip4/192.168.1.2/udp/6346/quic-v1",
		"/ip6/2001:db8::2/tcp/6346":                               "/ip6/2001:db8::2/tcp/6346",
		"/ip6/fe80::2/tcp/6346":                                   "/ip6zone/eth0/ip6/fe80::2/tcp/6346",
		"/ip4/10.1.1.1/tcp/6346":                                  "/ip4/10.1.1.1/tcp/6346", // the sender
		"/ip4/198.51.100.7/tcp/80":                                "",                       // a third party
		"/ip6/2001:db9::2/tcp/6346":                               "",
		"/ip4/127.0.0.1/tcp/6346":                                 "",
		"/ip4/0.0.0.0/tcp/6346":                                   "",
		"/ip4/224.0.0.1/tcp/6346":                                 "",
		"/ip6/::1/tcp/6346":                                       "",
		"/ip6zone/eth1/ip6/fe80::2/tcp/6346":                      "",
		"/dns4/example.org/tcp/6346":                              "",
		"/ip4/192.168.1.2/tcp/6346/ws":                            "",
		"/ip4/192.168.1.2/udp/6346":                               "",
		"/ip4/192.168.1.2/tcp/6346/p2p/" + other + "/p2p-circuit": "",
		"/ip4/192.168.1.2":                                        "",
	} {
		info, ok := plausible(i, netip.MustParseAddr("10.1.1.1"), []string{"junk", dnsaddrPrefix + "junk", dnsaddrPrefix + addr + "/p2p/" + id})
		switch {
		case want == "" && ok:
			t.Errorf("%s: got %v, want nothing", addr, info)
		case want != "" && (!ok || info.ID.String() != id || len(info.Addrs) != 1 || info.Addrs[0].String() != want):
			t.Errorf("%s: got %v, want %s", addr, info, want)
		}
	}
	two := []string{dnsaddrPrefix + "/ip4/192.168.1.2/tcp/1/p2p/" + id, dnsaddrPrefix + "/ip4/192.168.1.3/tcp/1/p2p/" + other}
	if info, ok := plausible(i, netip.Addr{}, two); !ok || info.ID.String() != id || len(info.Addrs) != 1 {
		t.Errorf("two servents in one announcement: got %v, want the first alone", info)
	}
}

// A flood of announcements is looked at at a fixed rate, and one sender, and
// all of them, can make up so many servents and no more.
func TestFloodGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g floodGate
		passed := 0
		for n := range 20_000 {
			if g.admit(time.Now(), netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}), peer.ID("same")) {
				passed++
			}
			time.Sleep(time.Millisecond)
		}
		if most := floodBurst + 20*floodRate; passed > most {
			t.Errorf("%d of 20,000 in 20 s pass, want %d at most", passed, most)
		}
		if len(g.senders) > maxSenders {
			t.Errorf("%d senders are kept, want %d at most", len(g.senders), maxSenders)
		}
		g = floodGate{}
		for n := range 1000 {
			g.admit(time.Now(), netip.MustParseAddr("10.0.0.1"), peer.ID(string(rune(n))))
			time.Sleep(time.Second / 4)
		}
		if got := len(g.senders[netip.MustParseAddr("10.0.0.1")]); got != maxPeersOfOne {
			t.Errorf("one sender made up %d servents, want %d", got, maxPeersOfOne)
		}
	})
}

// bareMDNS makes one without sockets, on one LAN.
func bareMDNS(t testing.TB, hear func(peer.AddrInfo)) *multicastDNS {
	t.Helper()
	m := &multicastDNS{
		service: mdnsName("lan"), instance: "own", self: newPeer(t), known: map[string]time.Time{},
		wires: &mdnsWires{}, hear: hear, count: func(string) {},
	}
	i := networkInterface("eth0", lanFlags, "192.168.1.1/24", "fe80::1/64")
	v := survey{i}
	m.stations = []*station{{surveyed: i, says: m.announce(i, v.places([]ma.Multiaddr{ma.StringCast("/ip4/0.0.0.0/tcp/6346"), ma.StringCast("/ip6/::/tcp/6346")}))}}
	return m
}

// heardFrom makes a packet of a computer on the LAN.
func heardFrom(b []byte, from string) mdnsPacket {
	return mdnsPacket{data: b, index: len("eth0"), from: netip.MustParseAddrPort(from)}
}

func TestMDNSHearsAndAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []peer.AddrInfo
		m := bareMDNS(t, func(info peer.AddrInfo) { heard = append(heard, info) })
		said := announcementOf(t, m.service)
		b, err := said.bytes(recordTTL)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []string{"192.0.2.1:5353", "[2001:db8::1]:5353"} { // from afar
			m.take(time.Now(), heardFrom(b, from))
		}
		elsewhere := heardFrom(b, "192.168.1.2:5353")
		elsewhere.index = 99 // an interface that is not used
		m.take(time.Now(), elsewhere)
		if len(heard) != 0 {
			t.Fatalf("heard from afar: %v", heard)
		}
		m.take(time.Now(), heardFrom(b, "192.168.1.2:5353"))
		if len(heard) != 1 || len(heard[0].Addrs) != 2 {
			t.Fatalf("got %v, want one servent of two addresses", heard)
		}
		// Asked by one who knows us, it says nothing; by another, soon.
		for _, knows := range []string{"own", "other"} {
			answers := knows != "own"
			q, err := mdnsQuestion(m.service, []string{knows}, false)
			if err != nil {
				t.Fatal(err)
			}
			m.take(time.Now(), heardFrom(q, "192.168.1.2:5353"))
			at := m.stations[0].answer[family4]
			if answers != !at.IsZero() || answers && time.Until(at) > answerSpread {
				t.Errorf("asked by one who knows %q: an answer is due in %v, want %v", knows, time.Until(at), answers)
			}
		}
		m.say(time.Now(), m.stations[0], family4, recordTTL)
		q, err := mdnsQuestion(m.service, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		m.take(time.Now(), heardFrom(q, "192.168.1.2:5353"))
		if wait := time.Until(m.stations[0].answer[family4]); wait != answerPause {
			t.Errorf("asked at once after an answer: the next is due in %v, want %v", wait, answerPause)
		}
	})
}

// A flood of made-up servents from made-up senders is bounded in what is kept,
// and in what the loop is told.
func TestMDNSFloodIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard := 0
		m := bareMDNS(t, func(peer.AddrInfo) { heard++ })
		const packets, lasting = 20_000, 20 * time.Second
		a := announcementOf(t, m.service)
		for n := range packets {
			id := peer.ID(fmt.Sprintf("\x00\x24\x08\x01\x12\x20%032d", n)) // as one of a key looks
			a.instance = fmt.Sprintf("made-up-%d", n)
			a.texts = []string{dnsaddrPrefix + fmt.Sprintf("/ip4/192.168.1.%d/tcp/%d/p2p/%s", 2+n%200, 1+n, id)}
			b, err := a.bytes(1 << 31)
			if err != nil {
				t.Fatal(err)
			}
			m.take(time.Now(), heardFrom(b, fmt.Sprintf("192.168.1.%d:%d", 2+n/200%200, 1+n)))
			time.Sleep(lasting / packets)
		}
		if most := floodBurst + int(lasting.Seconds())*floodRate; heard == 0 || heard > most {
			t.Errorf("the loop is told of %d servents, want 1 to %d", heard, most)
		}
		kept := 0
		for _, peers := range m.flood.senders {
			kept += len(peers)
		}
		if len(m.known) > maxInstances || len(m.flood.senders) > maxSenders || kept > maxSenders*maxPeersOfOne {
			t.Errorf("kept: %d instances, %d senders, %d peers", len(m.known), len(m.flood.senders), kept)
		}
	})
}

// The burst is over soon, and whoever hears another ask does not ask.
func TestMDNSIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := bareMDNS(t, func(peer.AddrInfo) {})
		begin := time.Now()
		m.begin, m.next = begin, begin
		var asked []time.Duration
		for time.Since(begin) < 10*time.Minute {
			time.Sleep(time.Until(m.due()))
			before := m.step
			m.work(time.Now())
			if m.step > before {
				asked = append(asked, time.Since(begin))
			}
		}
		if n := len(asked); n < len(burst)+8 || n > len(burst)+14 {
			t.Errorf("asked %d times in 10 minutes: %v", n, asked)
		}
		if asked[len(burst)-1] > burst[len(burst)-1]+answerSpread {
			t.Errorf("the burst takes %v", asked[len(burst)-1])
		}
		q, err := mdnsQuestion(m.service, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		before := m.next
		time.Sleep(time.Until(before) - time.Second)
		m.take(time.Now(), heardFrom(q, "192.168.1.2:5353"))
		if !m.next.After(before) {
			t.Error("another asked just before, and we ask too")
		}
	})
}

// Servents that are known are listed in a question until they should answer
// again, and forgotten in the end; there is a bound to them.
func TestMDNSKnownAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := bareMDNS(t, func(peer.AddrInfo) {})
		for n := range 3 * maxInstances {
			a := announcementOf(t, m.service)
			m.believe(time.Now(), m.stations[0], netip.AddrFrom4([4]byte{192, 168, 1, byte(n)}), said{instance: string(rune('a' + n)), texts: a.texts})
			time.Sleep(time.Second / floodRate)
		}
		if len(m.known) != maxInstances {
			t.Errorf("%d instances are kept, want %d", len(m.known), maxInstances)
		}
		time.Sleep(2 * recordTTL * time.Second)
		m.ask(time.Now())
		if len(m.known) != 0 {
			t.Errorf("%d instances are believed for longer than they said", len(m.known))
		}
	})
}

// A change of the clock against the monotonic one, or a late look, is a sleep.
func TestSleepIsNoticed(t *testing.T) {
	now := time.Now()
	if slept(now, now.Add(lookEvery)) {
		t.Error("a look in time counts as sleep")
	}
	if !slept(now, now.Add(time.Hour)) {
		t.Error("a look an hour late does not")
	}
}

func TestBroadcastAddresses(t *testing.T) {
	i := networkInterface("eth0", lanFlags, "192.168.1.2/24", "10.0.0.1/8", "10.8.0.1/32", "fe80::1/64")
	var got []string
	for _, ip := range i.broadcasts() {
		got = append(got, ip.String())
	}
	if want := []string{"192.168.1.255", "10.255.255.255"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
