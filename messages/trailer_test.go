package messages

import (
	"bytes"
	"testing"
)

// The examples of gnutella.md §5.3: busy, uploaded, speed unknown, GGEP.
func TestTrailerFlags(t *testing.T) {
	for _, tt := range []struct {
		name string
		push bool
		want []byte
	}{
		{"not firewalled", false, []byte{0x2c, 0x2d}},
		{"firewalled", true, []byte{0x2d, 0x2d}},
	} {
		var trailer Trailer
		trailer.SetFlag(HitPush, tt.push)
		for _, f := range []HitFlag{HitBusy, HitUploaded, HitGGEP} {
			trailer.SetFlag(f, true)
		}
		if !bytes.Equal(trailer.OpenData, tt.want) {
			t.Errorf("%s: got %x, want %x", tt.name, trailer.OpenData, tt.want)
		}
		if value, known := trailer.Flag(HitPush); value != tt.push || !known {
			t.Errorf("%s: push is %v, known %v", tt.name, value, known)
		}
		if value, known := trailer.Flag(HitMeasured); value || known {
			t.Errorf("%s: measured is %v, known %v", tt.name, value, known)
		}
		trailer.SetFlag(HitBusy, false)
		if value, known := trailer.Flag(HitBusy); value || !known {
			t.Errorf("%s: busy is %v, known %v, want a known false", tt.name, value, known)
		}
	}
}

func TestTrailerOddOpenData(t *testing.T) {
	var none *Trailer
	if value, known := none.Flag(HitBusy); value || known || none.Extensions() != nil {
		t.Error("no trailer: it knows something")
	}
	napShare := Trailer{OpenData: []byte{0x01}} // B alone: push is known, its value is not sent
	if value, known := napShare.Flag(HitPush); value || !known {
		t.Errorf("one byte: push is %v, known %v", value, known)
	}
	shared := []byte{0, 0, 7, 8}
	xml := Trailer{OpenData: shared}
	xml.SetFlag(HitMeasured, true)
	if !bytes.Equal(xml.OpenData, []byte{0x10, 0x10, 7, 8}) || shared[0] != 0 {
		t.Errorf("four bytes: got %x, and %x in what was shared", xml.OpenData, shared)
	}
	if _, err := (&Trailer{OpenData: make([]byte, 256)}).AppendBinary(nil); err == nil {
		t.Error("256 bytes of open data: were written")
	}
}

func TestTrailerOfOurs(t *testing.T) {
	info := PeerInfo{ID: []byte("peer"), Addrs: [][]byte{{4, 127, 0, 0, 1}, {0}}}
	for _, more := range []uint64{0, 1, 1 << 40} {
		trailer, err := NewTrailer(info, more)
		if err != nil {
			t.Fatal(err)
		}
		// Vendor bytes before the GGEP block belong to others, and are stepped over.
		trailer.Private = append([]byte("vendor\x1c"), trailer.Private...)
		m, err := New(GUID{}, 1, QueryHit{Results: []Result{{Name: "f"}}, Trailer: trailer})
		if err != nil {
			t.Fatal(err)
		}
		got := parseHit(t, m).Trailer
		gotInfo, ok := got.Extensions().PeerInfo()
		if string(got.Vendor[:]) != VendorCode || !ok || string(gotInfo.ID) != "peer" || len(gotInfo.Addrs) != 2 {
			t.Errorf("got %+v of %q", gotInfo, got.Vendor)
		}
		if n := got.Extensions().More(); n != more {
			t.Errorf("left out: got %d, want %d", n, more)
		}
	}
	if _, err := NewTrailer(PeerInfo{}, 0); err == nil {
		t.Error("without a peer ID: was made")
	}
}
