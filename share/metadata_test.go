package share

import (
	"bytes"
	"net"
	"testing"

	"servent/share/peerwire"
)

// A peer is given the info dictionary, twice at most on one connection, and what
// asks for no piece of it is refused or passed over.
func TestUploadGivesMetadata(t *testing.T) {
	info := bytes.Repeat([]byte("0123456789abcdef"), 1500) // 24,000 bytes: two pieces
	f := writeShared(t, "file.bin", content(7))
	offer := f.Offer()
	offer.info = info
	ours, theirs := net.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- Serve(t.Context(), theirs, func([20]byte) (Offer, bool) { return offer, true }, UploadConfig{})
	}()
	p := greet(t, ours, f.InfoHash(), true)
	next := func(id byte) []byte {
		for {
			m, err := p.reader.Next()
			if err != nil {
				t.Fatalf("no extended message %d: %v", id, err)
			}
			if m.Kind == peerwire.Extended && m.ID == id {
				return m.Data
			}
		}
	}
	told, err := peerwire.ParseExtendedHandshake(next(0))
	if err != nil || told.MetadataSize != int64(len(info)) || told.MetadataID == 0 {
		t.Fatalf("told %+v, %v, want the size of the metadata", told, err)
	}
	const here = 9
	ask := func(piece int) peerwire.Message {
		b, _ := peerwire.MetadataMessage{Kind: peerwire.MetadataRequest, Piece: piece}.AppendBinary(nil)
		return peerwire.Message{Kind: peerwire.Extended, ID: told.MetadataID, Data: b}
	}
	p.say(peerwire.ExtendedHandshake{MetadataID: here}.Message(),
		peerwire.Message{Kind: peerwire.Extended, ID: told.MetadataID, Data: []byte("no bencode")}, ask(7))
	for i, want := range []peerwire.MetadataKind{
		peerwire.MetadataReject, peerwire.MetadataData, peerwire.MetadataData, peerwire.MetadataData, peerwire.MetadataData, peerwire.MetadataReject,
	} {
		got, err := peerwire.ParseMetadataMessage(next(here))
		if err != nil || got.Kind != want {
			t.Fatalf("answer %d: got %+v, %v, want the kind %v", i, got, err, want)
		}
		if piece, _ := peerwire.CutMetadata(info, got.Piece); want == peerwire.MetadataData && !bytes.Equal(got.Data, piece) {
			t.Errorf("answer %d: not the bytes of piece %d", i, got.Piece)
		}
		p.say(ask(i % 2))
	}
	ours.Close()
	<-served
}
