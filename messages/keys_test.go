package messages

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func area(t testing.TB, id string, payload string) Extensions {
	t.Helper()
	e, err := Area{GGEP: GGEP{{ID: id, Payload: []byte(payload)}}}.Extensions()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestKeysMalformed(t *testing.T) {
	if _, ok := area(t, KeyRoot, strings.Repeat("r", RootSize-1)).Root(); ok {
		t.Error("ROOT of 31 bytes: was read")
	}
	if _, ok := area(t, KeyRoot, strings.Repeat("r", RootSize+1)).Root(); ok {
		t.Error("ROOT of 33 bytes: was read")
	}
	for _, path := range []string{"", "/", "/etc", "a//b", "a/../b", "a/", `a\b`, "a\x00b", strings.Repeat("x", MaxName+1)} {
		if got, ok := area(t, KeyPath, path).Path(); ok {
			t.Errorf("PATH %q: got %q", path, got)
		}
	}
	for _, more := range []string{"", "\x80", "\x80\x00", "\x01\x01", strings.Repeat("\xff", 10) + "\x01"} {
		if got := area(t, KeyMore, more).More(); got != 0 {
			t.Errorf("MORE %x: got %d", more, got)
		}
	}
	if _, ok := area(t, KeyP2P, "\x00").PeerInfo(); ok {
		t.Error("P2P with an empty ID: was read")
	}
}

func TestTags(t *testing.T) {
	want := []string{"SEBLINUX", "système", strings.Repeat("t", MaxTagSize)}
	b, err := AppendTags(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseTags(b)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, want(-), got(+):\n%s", err, diff)
	}
	for _, tt := range []struct {
		name, b string
		offset  int
	}{
		{"length past the end", "\x01a\x05b", 2},
		{"empty tag", "\x00", 0},
		{"length cut short", "\x01a\x80", 2},
		{"length not the shortest", "\x81\x00a", 0},
		{"too long", "\x81\x01" + strings.Repeat("t", 129), 0},
		{"not UTF-8", "\x01a\x01\xff", 2},
		{"too many", strings.Repeat("\x01a", MaxTags+1), 2 * MaxTags},
		{"length over 64 bits", strings.Repeat("\xff", 11), 0},
	} {
		_, err := ParseTags([]byte(tt.b))
		var fault *ExtensionError
		if !errors.As(err, &fault) || fault.Offset != tt.offset {
			t.Errorf("%s: got %v, want an ExtensionError at offset %d", tt.name, err, tt.offset)
		}
		if tags := area(t, KeyTag, tt.b).Tags(); tags != nil {
			t.Errorf("%s: got %q", tt.name, tags)
		}
	}
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "a..b": true, "...": true, ".hidden": true, "été": true, "C:": true,
		"\x1b[2J": true, "a\r\nb": true, "\u202e": true, "\xff": true, strings.Repeat("n", 255): true,
		"": false, ".": false, "..": false, "a/b": false, `a\b`: false, "a\x00": false, strings.Repeat("n", 256): false,
	} {
		if got := ValidName(name); got != want {
			t.Errorf("%.40q: got %v, want %v", name, got, want)
		}
	}
}
