package servent

import (
	"fmt"
	"testing"
	"time"

	ma "github.com/multiformats/go-multiaddr"
)

// However many servents are said to be at an address of a third party, it is
// dialled a few times a minute.
func TestTriesOfAThirdParty(t *testing.T) {
	tr, now := tries{}, time.Now()
	victim := func(port int) []ma.Multiaddr {
		return []ma.Multiaddr{ma.StringCast(fmt.Sprintf("/ip4/192.0.2.1/tcp/%d", port))}
	}
	dialled := 0
	for n := range 1000 {
		dialled += len(tr.allow(now.Add(time.Duration(n)*time.Millisecond), victim(n+1)))
	}
	if dialled != maxTriesIP {
		t.Errorf("dialled %d times within a second, want %d", dialled, maxTriesIP)
	}
	if len(tr.allow(now.Add(triesWindow), victim(1))) != 1 {
		t.Error("not dialled again after a minute")
	}
	for n := range 1000 {
		if len(tr.allow(now, victim(n+1))) == 1 {
			tr.succeeded(victim(n + 1)) // there is a servent
			dialled++
		}
	}
	if dialled < 1000 {
		t.Errorf("where there are servents: dialled %d times, want as often as wanted", dialled)
	}
	local := []ma.Multiaddr{ma.StringCast("/ip4/127.0.0.1/tcp/1"), ma.StringCast("/ip6/::1/tcp/1")}
	for range 1000 {
		if len(tr.allow(now, local)) != len(local) {
			t.Fatal("loopback is limited")
		}
	}
}

func TestTriesAreBounded(t *testing.T) {
	tr, now := tries{}, time.Now()
	for n := range 3 * maxTriesKept {
		tr.allow(now, []ma.Multiaddr{ma.StringCast(fmt.Sprintf("/ip4/10.0.%d.%d/tcp/1", n>>8, n&255))})
	}
	if len(tr) != maxTriesKept {
		t.Errorf("remembers %d addresses, want %d", len(tr), maxTriesKept)
	}
	tr.allow(now.Add(triesWindow), []ma.Multiaddr{ma.StringCast("/ip4/192.0.2.1/tcp/1")})
	if len(tr) != 1 {
		t.Errorf("remembers %d addresses of which all but one are over, want 1", len(tr))
	}
}

func TestTriesOfNobodysPlace(t *testing.T) {
	for _, bad := range []string{"/ip4/0.0.0.0/tcp/1", "/ip6/::/tcp/1", "/ip4/224.0.0.251/udp/5353/quic-v1", "/ip6/ff02::1/tcp/1",
		"/ip4/255.255.255.255/tcp/1", "/ip4/192.0.2.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"} {
		if got := (tries{}).allow(time.Now(), []ma.Multiaddr{ma.StringCast(bad)}); len(got) != 0 {
			t.Errorf("%s: would be dialled", bad)
		}
	}
}

// A servent of which many addresses are told costs each computer one try.
func TestTriesOfManyAddresses(t *testing.T) {
	var addrs []ma.Multiaddr
	for port := range 20 {
		addrs = append(addrs, ma.StringCast(fmt.Sprintf("/ip4/192.0.2.1/tcp/%d", port+1)))
	}
	tr, now := tries{}, time.Now()
	for n := range maxTriesIP + 1 {
		want := maxAddrsIP
		if n == maxTriesIP {
			want = 0
		}
		if got := len(tr.allow(now, addrs)); got != want {
			t.Errorf("dial %d: got %d addresses, want %d", n, got, want)
		}
	}
}
