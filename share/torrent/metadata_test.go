package torrent

import (
	"bytes"
	"crypto/sha1"
	"os"
	"slices"
	"strings"
	"testing"

	"servent/share"
	"servent/share/peerwire"
)

// give has a peer that holds m give all that is wanted.
func give(t *testing.T, to *Metadata, m *Metainfo) {
	t.Helper()
	for {
		piece, ok := to.Wanted()
		if !ok {
			return
		}
		data, ok := peerwire.CutMetadata(m.Info, piece)
		if !ok {
			t.Fatalf("there is no piece %d", piece)
		}
		if err := to.Put(piece, data); err != nil {
			t.Fatal(err)
		}
	}
}

// bigInfo returns a torrent whose info dictionary has several pieces.
func bigInfo(t *testing.T) *Metainfo {
	t.Helper()
	info := infoV1()
	info["length"], info["pieces"] = 5000*16384, strings.Repeat("h", 20*5000)
	delete(info, "files")
	m, err := ParseInfo(encode(info))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMetadata(t *testing.T) {
	torrents := []*Metainfo{bigInfo(t)}
	for _, g := range goldens(t) {
		m, err := Parse(g.file(t))
		if err != nil {
			t.Fatal(err)
		}
		torrents = append(torrents, m)
	}
	for _, m := range torrents {
		got, err := NewMetadata(m.Magnet(), int64(len(m.Info)))
		if err != nil {
			t.Fatal(err)
		}
		give(t, got, m)
		again, err := got.Metainfo()
		if err != nil || !bytes.Equal(again.Info, m.Info) || again.V1 != m.V1 || again.V2 != m.V2 {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

func TestMetadataRefused(t *testing.T) {
	m := bigInfo(t)
	link := m.Magnet()
	for _, size := range []int64{-1, 0, MaxSize + 1} {
		if _, err := NewMetadata(link, size); err == nil {
			t.Errorf("%d bytes: not refused", size)
		}
	}
	got, err := NewMetadata(link, int64(len(m.Info)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := got.Metainfo(); err == nil {
		t.Error("nothing is here: no error")
	}
	for name, put := range map[string]error{
		"another": got.Put(1, make([]byte, peerwire.MetadataPiece)), "short": got.Put(0, []byte("x")), "long": got.Put(0, make([]byte, peerwire.MetadataPiece+1)),
	} {
		if put == nil {
			t.Errorf("%s piece: taken", name)
		}
	}
	for _, piece := range []int{-1, len(m.Info)/peerwire.MetadataPiece + 1, 1 << 40} {
		if _, ok := peerwire.CutMetadata(m.Info, piece); ok {
			t.Errorf("piece %d is given", piece)
		}
	}
	// One that another dictionary hides under: right in size, wrong in hash.
	bent := *m
	bent.Info = bytes.Clone(m.Info)
	bent.Info[len(bent.Info)-3] ^= 1
	give(t, got, &bent)
	if _, err := got.Metainfo(); err == nil || !strings.Contains(err.Error(), "not that of the link") {
		t.Errorf("a bent dictionary: got %v", err)
	}
	// Of a hybrid both hashes are to be right.
	both := link
	both.V1, both.V2 = sha1.Sum(m.Info), [32]byte{1}
	got, err = NewMetadata(both, int64(len(m.Info)))
	if err != nil {
		t.Fatal(err)
	}
	give(t, got, m)
	if _, err := got.Metainfo(); err == nil {
		t.Error("another v2 hash: no error")
	}
}

// TestKept: what a magnet link led to is kept without its piece layers, and with
// them once they are known; a .torrent file needs them.
func TestKept(t *testing.T) {
	for _, name := range []string{"many-v2", "many-hybrid", "many-v1", "one-v2"} {
		b, err := os.ReadFile("testdata/" + name + ".torrent")
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		bare, err := ParseInfo(whole.Info)
		if err != nil {
			t.Fatal(err)
		}
		bare.Trackers = [][]string{{"http://tracker/announce"}}
		kept := bare.AppendKept(nil)
		again, err := ParseKept(kept)
		if err != nil || again.V1 != whole.V1 || again.V2 != whole.V2 || len(again.Trackers) != 1 || len(again.Files) != len(whole.Files) {
			t.Errorf("%s: kept and read again: %+v, %v", name, again, err)
		}
		if _, err := Parse(kept); (err == nil) != !whole.HasV2() {
			t.Errorf("%s: what is kept as a .torrent: %v", name, err)
		}
		if again, err = ParseKept(whole.AppendKept(nil)); err != nil || !slices.EqualFunc(again.Files, whole.Files, func(a, b share.SwarmFile) bool { return slices.Equal(a.Layer, b.Layer) }) {
			t.Errorf("%s: with its layers: %v", name, err)
		}
	}
}
