package servent

import (
	"testing"

	ma "github.com/multiformats/go-multiaddr"
)

// A link-local address goes through libp2p as a name, and comes out as it was.
func TestLinkLocalNames(t *testing.T) {
	v := survey{{used: true}, {used: false}, {used: true}}
	v[0].Name, v[1].Name, v[2].Name = "eth0", "down0", "wlan 0.1"
	transport, err := newTCPTransport(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string][]string{
		"/ip4/192.0.2.1/tcp/6346":                 {"/ip4/192.0.2.1/tcp/6346"},
		"/ip6/2001:db8::1/tcp/6346":               {"/ip6/2001:db8::1/tcp/6346"},
		"/ip6zone/eth9/ip6/fe80::1/tcp/6346":      {"/ip6zone/eth9/ip6/fe80::1/tcp/6346"},
		"/ip6/fe80::1/tcp/6346":                   {"/ip6zone/eth0/ip6/fe80::1/tcp/6346", "/ip6zone/wlan 0.1/ip6/fe80::1/tcp/6346"},
		"/ip6zone/eth0/ip6/fe80::1/udp/1/quic-v1": {},
	} {
		var got []string
		for _, a := range v.dialable([]ma.Multiaddr{ma.StringCast(addr)}) {
			plain := plainLocal(a)
			if !transport.CanDial(a) {
				t.Errorf("%s as %s cannot be dialled", addr, a)
			}
			if transport.SkipResolve(t.Context(), a) == plain.Equal(a) {
				t.Errorf("%s as %s: asked of a DNS server is wrong", addr, a)
			}
			got = append(got, plain.String())
		}
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] || len(got) > 1 && got[1] != want[1] {
			t.Errorf("%s: got %q, want %q", addr, got, want)
		}
	}
	for _, name := range []string{"/dns6/example.org/tcp/1", "/dns6/fe80-zz.local/tcp/1", "/dns6/fe80-.local/tcp/1", "/dns6/fe80-3a3a31.local/tcp/1"} {
		if got := plainLocal(ma.StringCast(name)); got.String() != name {
			t.Errorf("%s: got %s, want it as it is", name, got)
		}
	}
}
