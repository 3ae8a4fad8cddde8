package messages

import "testing"

// The mark of a partial file counts in any form, and only what has the right one
// is read.
func TestPartial(t *testing.T) {
	for payload, want := range map[string]Partial{
		"":                         {},
		"\x00\x00\x00":             {},
		"\x65\x00\x00\x01":         {Time: 0x65000001},
		"\x65\x00\x00\x01\x00\x02": {0x65000001, 0x200},
		"\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff":     {1, 1<<64 - 1},
		"\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x01": {},
	} {
		ext, err := Area{NoNUL: true, GGEP: GGEP{{ID: KeyPartial, Payload: []byte(payload)}}}.Extensions()
		if err != nil {
			t.Fatal(err)
		}
		if got := (Result{Extensions: ext}).FileInfo().Partial; got == nil || *got != want {
			t.Errorf("% x: got %+v, want %+v", payload, got, want)
		}
	}
}
