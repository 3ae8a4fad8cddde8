package messages

import (
	"strings"
	"testing"
)

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

func TestValidPath(t *testing.T) {
	for path, want := range map[string]bool{
		"a": true, "a/b c/d": true, strings.Repeat("p/", (MaxPath-1)/2) + "p": true,
		"": false, "/a": false, "a/": false, "a//b": false, "a/../b": false, strings.Repeat("p/", MaxPath/2) + "p": false,
	} {
		if got := ValidPath(path); got != want {
			t.Errorf("%.40q of %d bytes: got %v, want %v", path, len(path), got, want)
		}
	}
}
