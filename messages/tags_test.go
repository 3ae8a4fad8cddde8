package messages

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
