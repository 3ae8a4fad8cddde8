package share

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxNameSize = 255 // bytes of one name, on every common file system
	noName      = "unnamed"
	maxExtSize  = 16 // bytes of an extension worth keeping, with its dot
)

// SafeName makes of any name, however hostile, one that can be written on
// Linux, macOS and Windows as one path element and shown on one line: UTF-8 in
// NFC, no separator or other reserved character, no control or bidirectional
// one, no dot at the beginning, no dot or space at the end, no device of
// Windows, at most 255 bytes with the extension kept. It is never empty and
// SafeName(SafeName(s)) == SafeName(s).
func SafeName(name string) string {
	name = strings.Map(safeRune, strings.ToValidUTF8(name, "_"))
	name = norm.NFC.String(name) // after that, for what was taken away may have stood between letter and accent
	name = trimName(name)
	name = trimName(cutName(name, maxNameSize))
	if isDevice(name) {
		name = trimName(cutName("_"+name, maxNameSize))
	}
	if name == "" {
		return noName
	}
	return name
}

// safeRune returns what stands for r in a safe name, -1 for nothing.
func safeRune(r rune) rune {
	switch {
	case strings.ContainsRune(`/\:*?"<>|`, r):
		return '_'
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return -1 // Cf holds the bidirectional overrides and what has no width
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// trimName takes away what a file manager hides or Windows drops.
func trimName(name string) string {
	return strings.TrimRight(strings.TrimLeft(name, ". "), ". ")
}

// cutName shortens name to at most size bytes, at a rune, keeping its extension.
func cutName(name string, size int) string {
	if len(name) <= size {
		return name
	}
	ext := filepath.Ext(name)
	if len(ext) > maxExtSize {
		ext = ""
	}
	keep := size - len(ext)
	for keep > 0 && !utf8.RuneStart(name[keep]) {
		keep--
	}
	return strings.TrimRight(name[:keep], ". ") + ext
}

// isDevice reports whether Windows takes name for a device, whatever its
// extension.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	stem, isPort := strings.CutPrefix(base, "COM")
	if !isPort {
		stem, isPort = strings.CutPrefix(base, "LPT")
	}
	return isPort && utf8.RuneCountInString(stem) == 1 && strings.ContainsAny(stem, "0123456789¹²³")
}

// publicName returns the name under which others see a path element: one that
// no servent refuses. Source: the naming rules for hits (no '\', at most 255
// bytes).
func publicName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = norm.NFC.String(strings.ReplaceAll(name, `\`, "_"))
	return cutName(name, maxNameSize)
}
