package peerwire

import (
	"bytes"
	"io"
	"testing"
)

func TestHandshake(t *testing.T) {
	h := NewHandshake([20]byte{1, 2}, [20]byte{3, 4})
	if !h.Fast() || !h.Extended() {
		t.Errorf("reserved bits %x: BEP 6 and 10 should be announced", h.Reserved)
	}
	b, _ := h.AppendBinary(nil)
	want := append([]byte("\x13BitTorrent protocol\x00\x00\x00\x00\x00\x10\x00\x14"), h.InfoHash[:]...)
	if want = append(want, h.PeerID[:]...); !bytes.Equal(b, want) {
		t.Errorf("written as %x, want %x", b, want)
	}
	if got, err := ReadHandshake(bytes.NewReader(b)); err != nil || got != h {
		t.Errorf("read as %v, %v; want %v", got, err, h)
	}
	if _, err := ReadHandshake(bytes.NewReader(b[:67])); err != io.ErrUnexpectedEOF {
		t.Errorf("cut: %v", err)
	}
	b[5] ^= 1
	if _, err := ParseHandshake(b); err == nil {
		t.Error("another protocol is taken")
	}
}

func FuzzHandshake(f *testing.F) {
	b, _ := NewHandshake([20]byte{1}, [20]byte{2}).AppendBinary(nil)
	f.Add(b)
	f.Add([]byte("\x13BitTorrent protocol"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHandshake(b)
		if err != nil {
			return
		}
		if back, _ := h.AppendBinary(nil); !bytes.Equal(back, b) {
			t.Fatalf("%x was written back as %x", b, back)
		}
	})
}
