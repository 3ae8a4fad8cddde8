package messages

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPeerInfo(t *testing.T) {
	want := PeerInfo{ID: []byte("12D3"), Addrs: [][]byte{{4, 192, 0, 2, 1, 6, 0x18, 0xca}, {0}}}
	ext, err := want.Extensions()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Payload{
		Pong{Files: 3, Extensions: ext},
		Push{ServentGUID: GUID{1}, Extensions: ext},
	} {
		m, err := New(GUID{}, 7, p)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		var e Extensions
		switch parsed := parsed.(type) {
		case Pong:
			e = parsed.Extensions
		case Push:
			e = parsed.Extensions
		}
		got, ok := e.PeerInfo()
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%v: %v, want(-), got(+):\n%s", p.Type(), ok, diff)
		}
	}
}

func TestPeerInfoBounds(t *testing.T) {
	long := func(n int) []byte { return bytes.Repeat([]byte{7}, n) }
	nine := make([][]byte, MaxAddrs+1)
	for i := range nine {
		nine[i] = []byte{byte(i)}
	}
	for name, p := range map[string]PeerInfo{
		"no ID":           {},
		"long ID":         {ID: long(MaxPeerID + 1)},
		"nine addresses":  {ID: long(1), Addrs: nine},
		"empty address":   {ID: long(1), Addrs: [][]byte{{}}},
		"endless address": {ID: long(1), Addrs: [][]byte{long(MaxMultiaddr + 1)}},
	} {
		if _, err := p.AppendBinary(nil); err == nil {
			t.Errorf("%s: was written", name)
		}
		if _, err := p.Extensions(); err == nil {
			t.Errorf("%s: an area was made", name)
		}
	}
	for _, tt := range []struct {
		name   string
		b      []byte
		offset int
	}{
		{"nothing", nil, 0},
		{"empty ID", []byte{0}, 0},
		{"ID past the end", []byte{5, 1, 2}, 0},
		{"long ID", append([]byte{MaxPeerID + 1}, long(MaxPeerID+1)...), 0},
		{"empty address", []byte{1, 9, 0}, 2},
		{"address past the end", []byte{1, 9, 4, 1}, 2},
		{"endless address", append([]byte{1, 9, MaxMultiaddr + 1, 1}, long(MaxMultiaddr+1)...), 2},
		{"nine addresses", bytes.Repeat([]byte{1, 9}, MaxAddrs+2), 2 * (MaxAddrs + 1)},
	} {
		_, err := ParsePeerInfo(tt.b)
		var fault *ExtensionError
		if !errors.As(err, &fault) || fault.Offset != tt.offset {
			t.Errorf("%s: got %v, want an ExtensionError at offset %d", tt.name, err, tt.offset)
		}
	}
}
