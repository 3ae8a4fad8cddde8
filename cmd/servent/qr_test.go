package main

import (
	"strings"
	"testing"
)

// The corners of a code are three squares in a light frame, whichever way it is
// drawn.
func TestDrawQR(t *testing.T) {
	const text = "SERVENT:AEAPADSW6BLNU2ODEPCAYPOJVVUQ4QGB7TEJSMG6SBS5LG3QSB5QYDQBAB7QAAABDNM4IT52"
	plain, err := drawQR(text, false)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(plain, "\n"), "\n")
	width := columns(lines[0])
	if width > 48 || len(lines) > 24 {
		t.Errorf("got %d columns and %d lines, more than half a terminal takes", width, len(lines))
	}
	for n, line := range lines {
		if columns(line) != width || !strings.HasPrefix(line, "████") || !strings.HasSuffix(line, "████") {
			t.Errorf("line %d: got %q, want %d columns in a frame of %d", n, line, width, quietZone)
		}
	}
	if lines[0] != strings.Repeat("█", width) || !strings.HasPrefix(lines[2], "████ ▄▄▄▄▄ █") {
		t.Errorf("got\n%s\n%s, want a frame and the corner of a finder pattern", lines[0], lines[2])
	}
	coloured, err := drawQR(text, true)
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(coloured, "\n")
	if lines[0] != blackOnWhite+strings.Repeat(" ", width)+plainColours || !strings.HasPrefix(lines[2], blackOnWhite+"    █▀▀▀▀▀█ ") {
		t.Errorf("got %q and %q, want black on white", lines[0], lines[2])
	}
	if _, err := drawQR(strings.Repeat("A", 5000), false); err == nil {
		t.Error("a text too long for any code was drawn")
	}
}
