package peerwire

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestMetadataMessage(t *testing.T) {
	full := bytes.Repeat([]byte{'x'}, MetadataPiece)
	for wire, want := range map[string]MetadataMessage{
		"d8:msg_typei0e5:piecei0ee":                                      {Kind: MetadataRequest},
		"d8:msg_typei1e5:piecei2e10:total_sizei34256eexxx":               {Kind: MetadataData, Piece: 2, TotalSize: 34256, Data: []byte("xxx")},
		"d8:msg_typei2e5:piecei7ee":                                      {Kind: MetadataReject, Piece: 7},
		"d8:msg_typei1e5:piecei1048576e10:total_sizei9ee" + string(full): {Kind: MetadataData, Piece: maxMetadataPieces, TotalSize: 9, Data: full},
	} {
		got, err := ParseMetadataMessage([]byte(wire))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%.60q: got %+v, %v", wire, got, err)
		}
		written, err := want.AppendBinary(nil)
		if err != nil || string(written) != wire {
			t.Errorf("written: got %.60q, want %.60q", written, wire)
		}
		m := Message{Kind: Extended, ID: 3, Data: written}
		if b, err := m.AppendBinary(nil); err != nil {
			t.Errorf("as a message of %d bytes: %v", len(b), err)
		}
	}
	if got, err := ParseMetadataMessage([]byte("d3:fooi1e8:msg_typei0e5:piecei1eetrailing")); err != nil || got.Piece != 1 || got.Data != nil {
		t.Errorf("with what is not known: got %+v, %v", got, err)
	}
	for _, wire := range []string{
		"", "i1e", "de", "d8:msg_typei3e5:piecei0ee", "d8:msg_typei0ee", "d8:msg_typei0e5:piecei-1ee", "d8:msg_typei0e5:piecei1048577ee",
		"d8:msg_typei1e5:piecei0ee" + strings.Repeat("x", MetadataPiece+1),
	} {
		if got, err := ParseMetadataMessage([]byte(wire)); err == nil {
			t.Errorf("%.60q: got %+v, want it refused", wire, got)
		}
	}
}
