package messages

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// Some servents write an empty block after a run of 254 bytes, we do not: both
// mean the same. Source: gnutella.md §9.
func TestCOBSBoundary(t *testing.T) {
	for _, n := range []int{253, 254, 255, 508, 509} {
		raw := bytes.Repeat([]byte{7}, n)
		ours := appendCOBS(nil, raw)
		variants := [][]byte{ours}
		if n%cobsRun == 0 {
			variants = append(variants, append(bytes.Clone(ours), 1))
		}
		for i, v := range variants {
			if reason, at := checkCOBS(v); reason != "" {
				t.Errorf("%d bytes, variant %d: %s at %d", n, i, reason, at)
			}
			if got := decodeCOBS(v); !bytes.Equal(got, raw) {
				t.Errorf("%d bytes, variant %d: got %x", n, i, got)
			}
		}
	}
}

// A zero follows a run of 253 bytes and none one of 254, which the codes tell.
func TestCOBSZeroAfterRun(t *testing.T) {
	for _, n := range []int{0, 1, 252, 253, 254, 255, 507, 508} {
		for _, tail := range [][]byte{{0}, {0, 7}, {0, 0, 7}} {
			raw := append(bytes.Repeat([]byte{7}, n), tail...)
			if got := decodeCOBS(appendCOBS(nil, raw)); !bytes.Equal(got, raw) {
				t.Errorf("%d bytes and %x: got %x", n, tail, got)
			}
		}
	}
}

func TestCOBSMalformed(t *testing.T) {
	for _, tt := range []struct {
		b  []byte
		at int
	}{{[]byte{0}, 0}, {[]byte{2, 0}, 1}, {[]byte{3, 1}, 0}, {[]byte{2, 1, 5, 1}, 2}, {[]byte{255}, 0}} {
		if reason, at := checkCOBS(tt.b); reason == "" || at != tt.at {
			t.Errorf("%x: got %q at %d, want a fault at %d", tt.b, reason, at, tt.at)
		}
	}
}

func TestCOBSProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Long runs without a zero are what the format is intricate for.
		var raw []byte
		for _, run := range rapid.SliceOfN(rapid.IntRange(0, 600), 0, 4).Draw(t, "runs") {
			raw = append(raw, bytes.Repeat([]byte{9}, run)...)
			raw = append(raw, make([]byte, rapid.IntRange(0, 2).Draw(t, "zeros"))...)
		}
		b := appendCOBS(nil, raw)
		if reason, at := checkCOBS(b); reason != "" {
			t.Fatalf("%x: %s at %d", b, reason, at)
		}
		if got := decodeCOBS(b); !bytes.Equal(got, raw) {
			t.Fatalf("got %x, want %x", got, raw)
		}
		if limit := len(raw) + len(raw)/cobsRun + 1; len(b) > limit {
			t.Fatalf("%d bytes became %d, at most %d are needed", len(raw), len(b), limit)
		}
	})
}
