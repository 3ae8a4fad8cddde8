package messages

import (
	"strings"
	"testing"
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
