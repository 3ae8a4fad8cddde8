package servent

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// fullInvitation returns one with all that one may hold.
func fullInvitation(t testing.TB) invitation {
	t.Helper()
	id, err := peer.Decode(somePeer)
	if err != nil {
		t.Fatal(err)
	}
	return invitation{network: strings.Repeat("n", MaxNetworkName), peer: id, addrs: []invitedAddr{
		{netip.MustParseAddrPort("192.168.1.20:6346"), false},
		{netip.MustParseAddrPort("[fd00::2]:6346"), false},
		{netip.MustParseAddrPort("[2001:db8::2]:6346"), true},
	}}
}

func mustText(t testing.TB, v invitation) string {
	t.Helper()
	text, err := v.text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestInvitation(t *testing.T) {
	full := fullInvitation(t)
	for _, v := range []invitation{
		full,
		{network: defaultNetwork, peer: full.peer, addrs: full.addrs[:1]},
		{network: "class-3", peer: full.peer},
	} {
		text := mustText(t, v)
		if len(text) > maxInvitation {
			t.Errorf("%s: %d letters, more than the limit of %d", text, len(text), maxInvitation)
		}
		got, err := parseInvitation(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if diff := cmp.Diff(v, got, cmp.AllowUnexported(invitation{}, invitedAddr{}), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
			t.Errorf("%s: -want +got\n%s", text, diff)
		}
	}
	// The usual one has to fit a chat, and a QR code a terminal of 80 by 24.
	if text := mustText(t, invitation{network: defaultNetwork, peer: full.peer, addrs: full.addrs[:1]}); len(text) > 90 {
		t.Errorf("an invitation with one address has %d letters, more than 90", len(text))
	}
}

// Each wrong letter, a missing one and two that changed places are noticed.
func TestInvitationTypingErrors(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	for i := len(invitationPrefix); i < len(someText); i++ {
		wrong := []string{someText[:i] + someText[i+1:], someText[:i]}
		for _, letter := range letters {
			wrong = append(wrong, someText[:i]+string(letter)+someText[i+1:])
		}
		if i+1 < len(someText) {
			wrong = append(wrong, someText[:i]+someText[i+1:i+2]+someText[i:i+1]+someText[i+2:])
		}
		for _, text := range wrong {
			if _, err := parseInvitation(text); err == nil && text != someText {
				t.Errorf("taken although mistyped at %d: %s", i, text)
			}
		}
	}
	looksAlike := strings.NewReplacer("o", "0", "i", "1", "b", "8").Replace(someText[len(invitationPrefix):])
	if _, err := parseInvitation(invitationPrefix + looksAlike); err != nil {
		t.Errorf("digits for the letters that look like them: %v", err)
	}
}

func FuzzParseInvitation(f *testing.F) {
	f.Add(someText)
	f.Add(mustText(f, fullInvitation(f)))
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseInvitation(text)
		if err != nil {
			return
		}
		again, err := v.text()
		if err != nil {
			t.Fatalf("%q: read, but not to be written: %v", text, err)
		}
		if !strings.EqualFold(mistypedForLetter.Replace(strings.ToUpper(text)), mistypedForLetter.Replace(strings.ToUpper(again))) {
			t.Errorf("got %q, want %q", again, text)
		}
	})
}

// FuzzReadInvitation is behind the checksum, which stops nobody who means it.
func FuzzReadInvitation(f *testing.F) {
	text := mustText(f, fullInvitation(f))
	b, err := invitationLetters.DecodeString(strings.ToUpper(text[len(invitationPrefix):]))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b[1 : len(b)-invitationSum])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := readInvitation(b)
		if err != nil {
			return
		}
		if len(v.addrs) > maxInvited || !validNetwork(v.network) {
			t.Errorf("got %+v, over its limits", v)
		}
		again := mustText(t, v)
		if got, err := parseInvitation(again); err != nil || got.peer != v.peer || len(got.addrs) != len(v.addrs) {
			t.Errorf("%q: got %+v, %v, want %+v", again, got, err, v)
		}
	})
}

func TestInvitedAddrs(t *testing.T) {
	for _, c := range []struct {
		name        string
		addrs, want string
	}{
		{"a LAN", "/ip6/fd00::2/tcp/6346 /ip4/203.0.113.9/tcp/6346 /ip4/127.0.0.1/tcp/6346 /ip4/192.168.1.20/tcp/6346 /ip4/192.168.1.20/udp/6346/quic-v1",
			"192.168.1.20:6346 203.0.113.9:6346 [fd00::2]:6346"},
		{"link-local only", "/ip6/fe80::2/tcp/6346 /ip4/169.254.1.1/tcp/6346", "169.254.1.1:6346"},
		{"loopback only", "/ip4/127.0.0.1/tcp/6346", "127.0.0.1:6346"},
		{"QUIC only", "/ip4/192.168.1.20/udp/6346/quic-v1", "192.168.1.20:6346"},
		{"nothing that can be told", "/dns4/lab/tcp/6346", ""},
	} {
		var addrs []ma.Multiaddr
		for _, text := range strings.Fields(c.addrs) {
			addrs = append(addrs, ma.StringCast(text))
		}
		var got []string
		for _, a := range invitedAddrs(addrs) {
			got = append(got, a.at.String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %s", c.name, got, c.want)
		}
	}
}
