package messages

import (
	"errors"
	"testing"
)

func TestParseHeader(t *testing.T) {
	b := unhex(t, "000102030405060708090a0b0c0d0e0f"+"80"+"07"+"02"+"04030201"+"ff")
	want := Header{
		GUID: GUID{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
		Type: TypeQuery, TTL: 7, Hops: 2,
	}
	h, length, err := ParseHeader(b)
	if err != nil || h != want || length != 0x01020304 {
		t.Errorf("got %+v, %#x, %v, want %+v, 0x01020304", h, length, err, want)
	}
	if got := appendHeader(nil, h, length); string(got) != string(b[:HeaderSize]) {
		t.Errorf("written back: got %x, want %x", got, b[:HeaderSize])
	}
	for n := range HeaderSize {
		var fault *SyntaxError
		if _, _, err := ParseHeader(b[:n]); !errors.As(err, &fault) || fault.Offset != n {
			t.Errorf("%d bytes: got %v, want a SyntaxError at offset %d", n, err, n)
		}
	}
}

func TestGUID(t *testing.T) {
	var g GUID
	if !g.IsConstant() {
		t.Error("all zero: not found to be constant")
	}
	g = g.Mark()
	if g[8] != 0xff || g[15] != 0 || g.IsConstant() {
		t.Errorf("marked: got %v", g)
	}
	if got, want := g.String(), "0000000000000000ff00000000000000"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for i := range g {
		g[i] = 0x58
	}
	if !g.IsConstant() {
		t.Error("all 0x58: not found to be constant")
	}
	g[15]++
	if g.IsConstant() {
		t.Error("last byte differs: found to be constant")
	}
}

func TestTypeString(t *testing.T) {
	for kind, want := range map[Type]string{
		TypePing: "Ping", TypePong: "Pong", TypeBye: "Bye", TypeQRP: "QRP", TypeVendor: "Vendor",
		TypeStandardVendor: "StandardVendor", TypePush: "Push", TypeQuery: "Query", TypeQueryHit: "QueryHit",
		0x77: "type 0x77",
	} {
		if got := kind.String(); got != want {
			t.Errorf("%#x: got %s, want %s", uint8(kind), got, want)
		}
	}
}
