package servent

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

const (
	somePeer = "12D3KooWRyShTJr86C4LuY3ZEuQxYf3FEQuZdTc8Yj9BECnHM6kV"
	someText = "servent:aeapadsw6blnu2odepcaypojvvuq4qgb7tejsmg6sbs5lg3qsb5qydqbab7qaaabdnm4it52"
)

func TestParseTarget(t *testing.T) {
	for _, c := range []struct {
		typed      string
		peer, addr string // with a peer ID
		host       string // without
		port       uint16
	}{
		{typed: "192.168.1.20", host: "192.168.1.20"},
		{typed: "  192.168.1.20\n", host: "192.168.1.20"},
		{typed: "192.168.1.20:7000", host: "192.168.1.20", port: 7000},
		{typed: "fd00::2", host: "fd00::2"},
		{typed: "[fd00::2]", host: "fd00::2"},
		{typed: "[fd00::2]:7000", host: "fd00::2", port: 7000},
		{typed: "fe80::1%eth0", host: "fe80::1%eth0"},
		{typed: "[fe80::1%eth0]:7000", host: "fe80::1%eth0", port: 7000},
		{typed: "::ffff:192.0.2.1", host: "192.0.2.1"},
		{typed: "lab-3.example", host: "lab-3.example"},
		{typed: "localhost:7000", host: "localhost", port: 7000},
		{typed: "/ip4/192.0.2.1/tcp/7000", host: "192.0.2.1", port: 7000},
		{typed: "/ip4/192.0.2.1", host: "192.0.2.1"},
		{typed: "/ip6zone/eth0/ip6/fe80::1/tcp/7000", host: "fe80::1%eth0", port: 7000},
		{typed: "/dns4/lab/tcp/7000", host: "lab", port: 7000},
		{typed: "/ip4/192.0.2.1/tcp/7000/p2p/" + somePeer, peer: somePeer, addr: "/ip4/192.0.2.1/tcp/7000"},
		{typed: "/ip4/192.0.2.1/udp/7000/quic-v1/p2p/" + somePeer, peer: somePeer, addr: "/ip4/192.0.2.1/udp/7000/quic-v1"},
		{typed: "/p2p/" + somePeer, peer: somePeer},
		{typed: somePeer, peer: somePeer},
		{typed: someText, peer: somePeer, addr: "/ip4/127.0.0.1/tcp/7001"},
		{typed: strings.ToUpper(someText), peer: somePeer, addr: "/ip4/127.0.0.1/tcp/7001"},
	} {
		got, err := parseTarget(c.typed)
		if err != nil {
			t.Errorf("%q: %v", c.typed, err)
			continue
		}
		id, addr := "", ""
		if got.id != "" {
			id = got.id.String()
		}
		if len(got.addrs) > 0 {
			addr = got.addrs[0].String()
		}
		if id != c.peer || addr != c.addr || got.host != c.host || got.port != c.port {
			t.Errorf("%q: got peer %q at %q, host %q, port %d, want %q at %q, %q, %d", c.typed, id, addr, got.host, got.port, c.peer, c.addr, c.host, c.port)
		}
	}
}

func TestParseTargetRefuses(t *testing.T) {
	for typed, want := range map[string]string{
		"":                                  "empty",
		"192.168.1.300":                     "neither an IP address nor a host name",
		"192.168.1":                         "neither an IP address nor a host name",
		"192.168.1.20:0":                    `port "0"`,
		"192.168.1.20:65536":                `port "65536"`,
		"192.168.1.20:":                     "port after the colon is missing",
		"0.0.0.0":                           "not one of a computer",
		"224.0.0.251":                       "not one of a computer",
		"255.255.255.255":                   "not one of a computer",
		"fe80::1":                           "fe80::1%eth0",
		"a b":                               "neither",
		"\x1b[31mlab":                       "neither",
		"http://192.168.1.20/":              "address of the web",
		"/ip4/192.0.2.1/udp/7000/quic-v1":   "/p2p/PEER",
		"/ip4/192.0.2.1/tcp":                "address",
		"/unix/tmp/x":                       "/p2p/PEER",
		"servent:abc":                       "mistyped or not whole",
		strings.Repeat("a", maxTypedAddr+1): "bytes, more than 1024",
	} {
		if got, err := parseTarget(typed); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %+v, %v, want an error that says %q", typed, got, err, want)
		}
	}
}

// FuzzParseTarget: whatever is typed names a peer or a host, or is refused.
func FuzzParseTarget(f *testing.F) {
	f.Add("[fe80::1%eth0]:7000")
	f.Add("/ip4/192.0.2.1/tcp/7000/p2p/" + somePeer)
	f.Add(someText)
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := parseTarget(typed)
		if err == nil && (got.id == "") == (got.host == "") {
			t.Errorf("%q: got %+v, want a peer or a host", typed, got)
		}
	})
}

// Nothing is tried that was not typed, and never many places.
func TestPlaces(t *testing.T) {
	at := func(texts ...string) (out []netip.AddrPort) {
		for _, text := range texts {
			out = append(out, netip.MustParseAddrPort(text))
		}
		return out
	}
	for typed, want := range map[string][]netip.AddrPort{
		"192.0.2.1:7000": at("192.0.2.1:7000"),
		"192.0.2.1":      at("192.0.2.1:6346", "192.0.2.1:6347", "192.0.2.1:6348", "192.0.2.1:6349"),
	} {
		wanted, err := parseTarget(typed)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := wanted.places(t.Context()); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v, want %v", typed, got, err, want)
		}
	}
}
