package messages

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// asWritten compares items by what they say, not by the bytes they came in.
var asWritten = cmp.Options{cmpopts.IgnoreUnexported(GGEPItem{}), cmpopts.EquateEmpty()}

func TestGGEPProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var block GGEP
		for range rapid.IntRange(1, MaxExtensions).Draw(t, "items") {
			block = append(block, GGEPItem{
				ID:      rapid.StringMatching(`[ -~]{1,15}`).Draw(t, "id"),
				Payload: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "payload"),
				COBS:    rapid.Bool().Draw(t, "cobs"),
				Deflate: rapid.Bool().Draw(t, "deflate"),
			})
		}
		b, err := block.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, n, err := ParseGGEP(append(bytes.Clone(b), "what follows"...))
		if err != nil || n != len(b) {
			t.Fatalf("got %d bytes, %v, want %d", n, err, len(b))
		}
		if diff := cmp.Diff(block, got, asWritten); diff != "" {
			t.Fatalf("want(-), got(+):\n%s", diff)
		}
	})
}

func TestGGEPWriteRefuses(t *testing.T) {
	for _, item := range []GGEPItem{
		{ID: ""}, {ID: strings.Repeat("x", MaxGGEPID+1)}, {ID: "a\x00"}, {ID: "é"},
		{ID: "X", Payload: make([]byte, MaxGGEPPayload+1)},
		{ID: "X", Payload: bytes.Repeat([]byte{1}, MaxGGEPPayload), COBS: true},
	} {
		if b, err := (GGEP{item}).AppendBinary(nil); err == nil {
			t.Errorf("%q of %d bytes: got %d bytes, want an error", item.ID, len(item.Payload), len(b))
		}
	}
}

func TestGGEPGreatestPayload(t *testing.T) {
	block := GGEP{{ID: "X", Payload: make([]byte, MaxGGEPPayload)}}
	b, err := block.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := ParseGGEP(b); err != nil || len(got[0].Payload) != MaxGGEPPayload {
		t.Errorf("got %v", err)
	}
}

func TestGGEPTooManyItems(t *testing.T) {
	var block GGEP
	for i := range MaxExtensions + 1 {
		block = append(block, GGEPItem{ID: fmt.Sprint(i)})
	}
	b, err := block.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := ParseGGEP(b); err == nil {
		t.Errorf("got %d items, want an error", len(got))
	}
	b, err = block[:MaxExtensions].AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := ParseGGEP(b); err != nil {
		t.Errorf("%d items: %v", MaxExtensions, err)
	}
}

// Items of two blocks can be put into one: the last flag moves.
func TestGGEPItemsMove(t *testing.T) {
	first, _, err := ParseGGEP([]byte("\xc3\x82BH\x40"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := append(first, GGEPItem{ID: "A"}, first[0]).AppendBinary(nil)
	if want := "\xc3\x02BH\x40\x01A\x40\x82BH\x40"; err != nil || string(b) != want {
		t.Errorf("got %x, %v, want %x", b, err, want)
	}
	if payload, ok := first.Get("BH"); !ok || len(payload) != 0 {
		t.Errorf("BH: got %x, %v", payload, ok)
	}
	if _, ok := first.Get("B"); ok {
		t.Error("B: found")
	}
}

// An item that came with a NUL is encoded anew where none may be.
func TestGGEPItemsMoveIntoResult(t *testing.T) {
	block, _, err := ParseGGEP([]byte("\xc3\x81A\x42\x00\x07"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Area{GGEP: block, NoNUL: true}.Extensions()
	if want := "\xc3\xc1A\x43\x01\x02\x07"; err != nil || string(e) != want {
		t.Errorf("got %x, %v, want %x", e, err, want)
	}
}
