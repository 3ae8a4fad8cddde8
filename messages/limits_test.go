package messages

import (
	"errors"
	"strings"
	"testing"
)

// The table of gnutella.md §2.4, with 40,960 and 65,536 standing for both limits
// where it names one.
func TestCheckLength(t *testing.T) {
	for _, tt := range []struct {
		kind                 Type
		least, most, skipped uint32
	}{
		{TypePing, 0, 1536, 4096},
		{TypePong, 14, 14 + 1536, 4096},
		{TypeBye, 3, 4096, 4096},
		{TypeQRP, 0, 40960, 40960},
		{TypeVendor, 0, 40960, 40960},
		{TypeStandardVendor, 0, 40960, 40960},
		{TypePush, 26, 26 + 1536, 65536},
		{TypeQuery, 4, 512, 4096},
		{TypeQueryHit, 27, 16384, 65536},
		{0x77, 0, 65536, 65536},
	} {
		kept := func(n uint32) bool { return CheckLength(tt.kind, n) == nil }
		skipped := func(n uint32) bool {
			var fault *SyntaxError
			return errors.As(CheckLength(tt.kind, n), &fault)
		}
		var framing *FramingError
		if !kept(tt.least) || !kept(tt.most) {
			t.Errorf("%v: %d and %d bytes are not kept", tt.kind, tt.least, tt.most)
		}
		if tt.least > 0 && !skipped(tt.least-1) {
			t.Errorf("%v: %d bytes are not skipped", tt.kind, tt.least-1)
		}
		if tt.most < tt.skipped && (!skipped(tt.most+1) || !skipped(tt.skipped)) {
			t.Errorf("%v: %d and %d bytes are not skipped", tt.kind, tt.most+1, tt.skipped)
		}
		if err := CheckLength(tt.kind, tt.skipped+1); !errors.As(err, &framing) {
			t.Errorf("%v: %d bytes: got %v, want a FramingError", tt.kind, tt.skipped+1, err)
		}
	}
}

func TestNewRefusesLengths(t *testing.T) {
	for _, p := range []Payload{
		NewQuery(strings.Repeat("a", MaxQuery)),
		NewQuery(""), // three bytes: nothing is asked
		Ping{Extensions: make(Extensions, MaxPing+1)},
		Opaque{Kind: TypeVendor, Data: make([]byte, DisconnectVendor+1)},
		Bye{Text: strings.Repeat("a", DisconnectBye)},
	} {
		if _, err := New(GUID{}, 1, p); err == nil {
			t.Errorf("%v: a message that others drop was made", p.Type())
		}
	}
}

// Whatever addresses a servent has, its Pong and its Push can be sent.
func TestGreatestPeerInfoFits(t *testing.T) {
	info := PeerInfo{ID: make([]byte, MaxPeerID)}
	for range MaxAddrs {
		info.Addrs = append(info.Addrs, make([]byte, MaxMultiaddr))
	}
	ext, err := info.Extensions()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Payload{Pong{Extensions: ext}, Push{Extensions: ext}} {
		if _, err := New(GUID{}, 1, p); err != nil {
			t.Error(err)
		}
	}
}
