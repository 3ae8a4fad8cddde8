package servent

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// announcementOf makes one as a servent on a LAN does.
func announcementOf(t testing.TB, service string) announcement {
	t.Helper()
	id := newPeer(t).String()
	return announcement{
		service: service, instance: "abc", port: 6346,
		ips: []netip.Addr{netip.MustParseAddr("192.168.1.2"), netip.MustParseAddr("fe80::1")},
		texts: []string{
			dnsaddrPrefix + "/ip4/192.168.1.2/tcp/6346/p2p/" + id,
			dnsaddrPrefix + "/ip6/fe80::1/tcp/6346/p2p/" + id,
		},
	}
}

func TestAnnouncementIsHeard(t *testing.T) {
	service := mdnsName("lan")
	a := announcementOf(t, service)
	for ttl, gone := range map[uint32]bool{recordTTL: false, 0: true} {
		b, err := a.bytes(ttl)
		if err != nil {
			t.Fatal(err)
		}
		got := readPacket(b, service)
		if got.asks || len(got.says) != 1 || got.says[0].instance != "abc" || got.says[0].gone != gone || !slices.Equal(got.says[0].texts, a.texts) {
			t.Errorf("TTL %d: got %+v, want what was said", ttl, got)
		}
		if other := readPacket(b, mdnsName("other")); len(other.says) != 0 {
			t.Errorf("another network hears %+v", other)
		}
		if len(b) > 600 {
			t.Errorf("an announcement of two addresses has %d bytes", len(b))
		}
	}
}

func TestQuestionIsHeard(t *testing.T) {
	service := mdnsName("lan")
	var known []string
	for n := range 3 * maxKnownAnswers {
		known = append(known, fmt.Sprintf("abcdefghij%d", n))
	}
	for _, unicast := range []bool{false, true} {
		b, err := mdnsQuestion(service, known, unicast)
		if err != nil {
			t.Fatal(err)
		}
		got := readPacket(b, service)
		if !got.asks || got.unicast != unicast || !slices.Equal(got.knows, known[:maxKnownAnswers]) || len(got.says) != 0 {
			t.Errorf("got %+v, want a question that lists %d", got, maxKnownAnswers)
		}
		if len(b) > 1400 {
			t.Errorf("a question has %d bytes, more than a frame takes", len(b))
		}
		if readPacket(b, mdnsName("other")).asks {
			t.Error("another network is asked")
		}
	}
}

// Names are compared without regard to case, and one packet says so much and
// no more.
func TestPacketIsBounded(t *testing.T) {
	service := mdnsName("lan")
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{Response: true})
	b.EnableCompression()
	if err := b.StartAnswers(); err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		name := dnsmessage.MustNewName(fmt.Sprintf("X%d.%s", n, strings.ToUpper(service)))
		if err := b.TXTResource(dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: 9}, dnsmessage.TXTResource{TXT: []string{"x"}}); err != nil {
			t.Fatal(err)
		}
	}
	packet, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if got := readPacket(packet, service); len(got.says) != maxSaid || got.says[0].instance != "x0" {
		t.Errorf("got %d servents of one packet, first %+v, want %d", len(got.says), got.says, maxSaid)
	}
}

// FuzzMDNSPacket reads what anybody may send.
func FuzzMDNSPacket(f *testing.F) {
	service := mdnsName("lan")
	a := announcementOf(f, service)
	said, err := a.bytes(recordTTL)
	if err != nil {
		f.Fatal(err)
	}
	asked, err := mdnsQuestion(service, []string{"abc", "def"}, true)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{said, asked, {}, bytes.Repeat([]byte{0xc0, 0x0c}, 30)} {
		f.Add(seed)
	}
	station := networkInterface("eth0", lanFlags, "192.168.1.1/24")
	f.Fuzz(func(t *testing.T, b []byte) {
		got := readPacket(b, service)
		if len(got.says) > maxSaid || len(got.knows) > maxRecords {
			t.Fatalf("got %d servents, %d known", len(got.says), len(got.knows))
		}
		for _, s := range got.says {
			if info, ok := plausible(station, netip.MustParseAddr("192.168.1.9"), s.texts); ok && (info.ID == "" || len(info.Addrs) > maxHostAddrs) {
				t.Fatalf("got %v", info)
			}
		}
	})
}
