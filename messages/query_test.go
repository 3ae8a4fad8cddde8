package messages

import (
	"errors"
	"testing"
)

func TestQueryFlagsRead(t *testing.T) {
	for _, tt := range []struct{ in, want QueryFlags }{
		{0x8000, QueryMarked},
		{0xf805, QueryMarked | QueryFirewalled | QueryXML | QueryLeafGuided | QueryHashes | 5},
		{0x0000, QueryMarked}, // speed 0
		{0x0098, QueryMarked | QueryLeafGuided | QueryHashes},                   // 98 00, bytes swapped
		{0x00d8, QueryMarked | QueryFirewalled | QueryLeafGuided | QueryHashes}, // as above
		{0x0088, QueryMarked}, // a speed: not all three bits
		{0x7f00, QueryMarked}, // a speed of 127 kbit/s, low byte first
	} {
		if got := tt.in.Read(); got != tt.want {
			t.Errorf("%#04x: got %#04x, want %#04x", tt.in, got, tt.want)
		}
	}
	if got := QueryFlags(0x80ff).Read().MaxHits(); got != 255 {
		t.Errorf("hits wanted: got %d, want 255", got)
	}
}

func TestContentQuery(t *testing.T) {
	sum, root := [SHA1Size]byte{1}, [RootSize]byte{2}
	for _, tt := range []struct {
		name string
		sum  [SHA1Size]byte
		root [RootSize]byte
	}{
		{"both", sum, root},
		{"SHA-1", sum, [RootSize]byte{}},
		{"root", [SHA1Size]byte{}, root},
	} {
		q, err := NewContentQuery(tt.sum, tt.root)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		m, err := New(GUID{}, 7, q)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		p, err := Parse(m)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		got := p.(Query)
		gotSum, hasSum := got.Extensions.SHA1()
		gotRoot, hasRoot := got.Extensions.Root()
		if !got.ByContent() || gotSum != tt.sum || gotRoot != tt.root ||
			hasSum != (tt.sum == sum) || hasRoot != (tt.root == root) {
			t.Errorf("%s: got %+v with %x and %x", tt.name, got, gotSum, gotRoot)
		}
	}
	if _, err := NewContentQuery([SHA1Size]byte{}, [RootSize]byte{}); err == nil {
		t.Error("neither: a query for nothing was made")
	}
	if q := NewQuery("seblinux"); q.ByContent() || q.Flags != QueryMarked|QueryHashes {
		t.Errorf("by words: got %+v", q)
	}
}

func TestQueryRefused(t *testing.T) {
	_, err := Parse(Message{Header{Type: TypeQuery}, []byte{0x80, 0, 'a', 'b', 'c'}})
	var fault *SyntaxError
	if !errors.As(err, &fault) || fault.Offset != 5 {
		t.Errorf("no NUL: got %v, want a SyntaxError at offset 5", err)
	}
	if _, err := NewQuery("a\x00b").AppendBinary(nil); err == nil {
		t.Error("a NUL was written into the criteria")
	}
}
