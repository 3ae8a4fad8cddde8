package main

import (
	"strings"
	"testing"
)

// The corners of a code are three squares in a light frame, whichever way it is
// drawn, and a row is one of modules in the upper half of a line or the lower.
func TestDrawModules(t *testing.T) {
	finder := []string{"1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"}
	lines := strings.Split(strings.TrimSuffix(drawModules(finder, false), "\n"), "\n")
	want := []string{
		"███████████████", "███████████████", "████ ▄▄▄▄▄ ████", "████ █   █ ████",
		"████ █▄▄▄█ ████", "████▄▄▄▄▄▄▄████", "███████████████", "███████████████",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	coloured := strings.Split(drawModules(finder, true), "\n")
	if coloured[0] != blackOnWhite+strings.Repeat(" ", 15)+plainColours || !strings.HasPrefix(coloured[2], blackOnWhite+"    █▀▀▀▀▀█ ") {
		t.Errorf("got %q and %q, want black on white", coloured[0], coloured[2])
	}
}
