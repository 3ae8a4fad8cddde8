package messages

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// itemsOf lists an area as "kind text" and "id=payload".
func itemsOf(e Extensions) []string {
	var items []string
	for item := range e.All() {
		if item.Kind == KindGGEP {
			items = append(items, fmt.Sprintf("%s=%x", item.GGEP.ID, item.GGEP.Payload))
		} else {
			items = append(items, [...]string{"text", "urn", "xml"}[item.Kind]+" "+item.Text)
		}
	}
	return items
}

func TestExtensionsItems(t *testing.T) {
	for _, tt := range []struct {
		name, area string
		want       []string
	}{
		{"nothing", "", nil},
		{"separators alone", "\x1c\x1c\x00\x1c", nil},
		{"a URN", "urn:", []string{"urn urn:"}},
		{"any case", "UrN:SHA1:x", []string{"urn UrN:SHA1:x"}},
		{"text and XML", "192 kbps\x1c<a/>\x1c{plaintext}<b/>", []string{"text 192 kbps", "xml <a/>", "xml {plaintext}<b/>"}},
		{"ends with a separator", "urn:\x1c", []string{"urn urn:"}},
		{"ends with NUL", "urn:\x00", []string{"urn urn:"}},
		{"GGEP last", "urn:\x1c\xc3\x01A\x41\x1c\x81B\x40", []string{"urn urn:", "A=1c", "B="}},
		{"two blocks", "\xc3\x81A\x41\x01\xc3\x81B\x41\x02", []string{"A=01", "B=02"}},
		{"text after GGEP", "\xc3\x81A\x40\x1curn:", []string{"A=", "urn urn:"}},
		{"no block but UTF-8", "\u00e9t\u00e9", []string{"text \u00e9t\u00e9"}},
		{"malformed, then well-formed", "\xc3\x91A\x40\x1c\xc3\x81B\x40", []string{"text \xc3\x91A\x40", "B="}},
		{"not decodable, then well-formed", "\xc3\xc1A\x41\x07\x1c\xc3\x81B\x40", []string{"B="}},
	} {
		if diff := cmp.Diff(tt.want, itemsOf(Extensions(tt.area))); diff != "" {
			t.Errorf("%s: want(-), got(+):\n%s", tt.name, diff)
		}
	}
}

func TestExtensionsItemLimit(t *testing.T) {
	many := Extensions(strings.Repeat("a\x1c", 100))
	if got := len(itemsOf(many)); got != MaxExtensions {
		t.Errorf("100 texts: got %d items, want %d", got, MaxExtensions)
	}
	blocks := Extensions(strings.Repeat("\xc3\x81A\x40", 100))
	if got := len(itemsOf(blocks)); got != MaxExtensions {
		t.Errorf("100 blocks: got %d items, want %d", got, MaxExtensions)
	}
	for range many.All() {
		break // a caller may stop
	}
	if _, err := (Area{Texts: strings.Split(strings.Repeat("a ", MaxExtensions), " ")}).Extensions(); err == nil {
		t.Errorf("%d items were written", MaxExtensions+1)
	}
}

func TestExtensionsFirstCounts(t *testing.T) {
	e := Extensions("\xc3\x01A\x41\x01\x81A\x41\x02")
	if got, ok := e.GGEP("A"); !ok || !bytes.Equal(got, []byte{1}) {
		t.Errorf("got %x, %v, want 01", got, ok)
	}
}

func TestExtensionsSHA1(t *testing.T) {
	sum := [SHA1Size]byte{1, 2, 3}
	tiger := make([]byte, tigerSize)
	urn := string(SHA1URN(sum))
	ggep := func(id string, payload []byte) Extensions {
		e, err := Area{GGEP: GGEP{{ID: id, Payload: payload}}}.Extensions()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	for _, tt := range []struct {
		name string
		e    Extensions
		ok   bool
	}{
		{"HUGE", Extensions("urn:\x1c" + urn), true},
		{"GGEP u", ggep("u", []byte(urn[len("urn:"):])), true},
		{"GGEP H, SHA-1", ggep("H", append([]byte{1}, sum[:]...)), true},
		{"GGEP H, bitprint", ggep("H", append(append([]byte{2}, sum[:]...), tiger...)), true},
		{"GGEP H, MD5", ggep("H", append([]byte{3}, sum[:16]...)), false},
		{"GGEP H, cut short", ggep("H", append([]byte{1}, sum[:19]...)), false},
		{"GGEP H, empty", ggep("H", nil), false},
		{"GGEP u, empty", ggep("u", nil), false},
		{"nothing", nil, false},
	} {
		if got, ok := tt.e.SHA1(); ok != tt.ok || ok && got != sum {
			t.Errorf("%s: got %x, %v, want %v", tt.name, got, ok, tt.ok)
		}
	}
	both := append(Extensions("urn:\x1c"+urn+"\x1c"), ggep("u", nil)...)
	if diff := cmp.Diff([]URN{"urn:", URN(urn), "urn:"}, both.URNs()); diff != "" {
		t.Errorf("URNs: want(-), got(+):\n%s", diff)
	}
}

func TestAreaRefuses(t *testing.T) {
	for _, a := range []Area{
		{URNs: []URN{"sha1:x"}}, {URNs: []URN{"urn:\x1c"}}, {URNs: []URN{""}},
		{Texts: []string{""}}, {Texts: []string{"a\x00"}}, {Texts: []string{"\u00e9"}},
		{GGEP: GGEP{{ID: ""}}},
	} {
		if e, err := a.Extensions(); err == nil {
			t.Errorf("%+v: got %q, want an error", a, e)
		}
	}
}

// Nothing is inflated, which would allocate, of what turns out to be no block:
// else one area could have the same bytes inflated from many places.
func TestExtensionsInflateBlocksOnly(t *testing.T) {
	text := deflate([]byte("seblinux seblinux seblinux"))
	endless := Extensions{ggepMagic}
	for range MaxExtensions {
		endless = append(endless, ggepDeflate|1, 'A')
		endless = appendGGEPLength(endless, len(text))
		endless = append(endless, text...)
	}
	// What is left is the error that it does not end.
	if allocs := testing.AllocsPerRun(100, func() { endless.GGEP("A") }); allocs > 3 {
		t.Errorf("a block that does not end: got %v allocations, want at most 3", allocs)
	}
	// The same with an end is a block, which shows that the items are well-formed.
	if got, ok := append(endless, ggepLast|1, 'B', 0x40).GGEP("A"); ok {
		t.Errorf("33 items: got %q", got)
	}
	end := len(endless) - len(text) - 3
	ended := append(bytes.Clone(endless[:end]), ggepLast|1, 'B', 0x40)
	if got, ok := Extensions(ended).GGEP("A"); !ok || !bytes.HasPrefix(got, []byte("seblinux")) {
		t.Errorf("a block that ends: got %q, %v", got, ok)
	}
}
