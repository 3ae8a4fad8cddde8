package servent

import (
	"bytes"
	"net"
	"testing"
	"time"

	"servent/share/peerwire"
	"servent/share/torrent"
)

// giveMetadata plays a peer that greets as it should, tells what it would give, and
// then says what is in says. It returns how fetchMetadata ends.
func giveMetadata(t testing.TB, link torrent.Magnet, hello peerwire.ExtendedHandshake, says []byte) (*torrent.Metainfo, error) {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		theirs.SetDeadline(time.Now().Add(patience))
		greeting, err := peerwire.ReadHandshake(theirs)
		if err != nil {
			return
		}
		go func() { // what we are asked
			for r := peerwire.NewReader(theirs); ; {
				if _, err := r.Next(); err != nil {
					return
				}
			}
		}()
		b, _ := peerwire.NewHandshake(greeting.InfoHash, [20]byte{1}).AppendBinary(nil)
		b, _ = hello.Message().AppendBinary(b)
		theirs.Write(append(b, says...))
	}()
	return fetchMetadata(t.Context(), ours, [20]byte{2}, link)
}

// metadataPieces returns an info dictionary as messages.
func metadataPieces(t testing.TB, info []byte) []byte {
	t.Helper()
	var out []byte
	for piece := 0; ; piece++ {
		data, ok := peerwire.CutMetadata(info, piece)
		if !ok {
			return out
		}
		payload, err := peerwire.MetadataMessage{Kind: peerwire.MetadataData, Piece: piece, TotalSize: int64(len(info)), Data: data}.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		if out, err = (peerwire.Message{Kind: peerwire.Extended, ID: peerwire.OurMetadataID, Data: payload}).AppendBinary(out); err != nil {
			t.Fatal(err)
		}
	}
}

// bigV1 returns a metainfo whose info dictionary has several pieces.
func bigV1(t testing.TB) *torrent.Metainfo {
	t.Helper()
	var info bytes.Buffer
	info.WriteString("d6:lengthi134217728e4:name1:x12:piece lengthi65536e6:pieces40960:")
	info.Write(make([]byte, 40960))
	info.WriteString("e")
	m, err := torrent.ParseInfo(info.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMetadataFetch(t *testing.T) {
	m := bigV1(t)
	link := torrent.Magnet{V1: m.V1, Trackers: []string{"http://192.0.2.1/announce"}}
	hello := peerwire.ExtendedHandshake{MetadataID: 7, MetadataSize: int64(len(m.Info))}
	got, err := giveMetadata(t, link, hello, metadataPieces(t, m.Info))
	if err != nil || !bytes.Equal(got.Info, m.Info) {
		t.Fatalf("got %+v, %v, want what the peer gave", got, err)
	}
	if len(got.Trackers) != 1 || got.Trackers[0][0] != link.Trackers[0] {
		t.Errorf("got the trackers %v, want those of the link", got.Trackers)
	}

	another := bytes.Replace(m.Info, []byte("1:x"), []byte("1:y"), 1)
	reject, _ := peerwire.MetadataMessage{Kind: peerwire.MetadataReject}.AppendBinary(nil)
	refusal, _ := peerwire.Message{Kind: peerwire.Extended, ID: peerwire.OurMetadataID, Data: reject}.AppendBinary(nil)
	for name, try := range map[string]struct {
		hello peerwire.ExtendedHandshake
		says  []byte
	}{
		"another's":      {hello, metadataPieces(t, another)},
		"cut":            {hello, metadataPieces(t, m.Info)[:5000]},
		"too short":      {hello, metadataPieces(t, m.Info[:100])},
		"in disorder":    {hello, metadataPieces(t, m.Info)[peerwire.MetadataPiece+100:]},
		"refused":        {hello, refusal},
		"none":           {peerwire.ExtendedHandshake{}, nil},
		"none of a size": {peerwire.ExtendedHandshake{MetadataID: 7}, nil},
		"far too big":    {peerwire.ExtendedHandshake{MetadataID: 7, MetadataSize: 1 << 50}, metadataPieces(t, m.Info)},
		"over the limit": {peerwire.ExtendedHandshake{MetadataID: 7, MetadataSize: torrent.MaxSize + 1}, metadataPieces(t, m.Info)},
	} {
		if got, err := giveMetadata(t, link, try.hello, try.says); err == nil {
			t.Errorf("%s: got %+v, want it refused", name, got)
		}
	}
}

// Whatever a peer says, the metadata that is taken from it is that of the link.
func FuzzMetadataFetch(f *testing.F) {
	m, err := torrent.ParseInfo([]byte("d6:lengthi1e4:name1:x12:piece lengthi65536e6:pieces20:xxxxxxxxxxxxxxxxxxxxe"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(int64(len(m.Info)), metadataPieces(f, m.Info))
	f.Add(int64(1), []byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, size int64, says []byte) {
		hello := peerwire.ExtendedHandshake{MetadataID: 1, MetadataSize: size}
		if got, err := giveMetadata(t, torrent.Magnet{V1: m.V1}, hello, says); err == nil && got.V1 != m.V1 {
			t.Errorf("got the metadata of %x", got.V1)
		}
	})
}
