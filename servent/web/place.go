package web

import (
	"html"
	"slices"
	"strings"
)

// maxPlace bounds the address of a place, in bytes.
const maxPlace = 2048

// placeMarks may stand beside letters and digits in the address of a place: no text
// of HTML can be made of them.
const placeMarks = ":.,%=&+*_~-"

// IsPlace reports whether text is the address of a place in the page: one of [Tabs],
// or one with a slash and what the tab is to show, in words that it knows, as
// lab/topology=ring:12&ttl=3.
func IsPlace(text string) bool {
	tab, rest, _ := strings.Cut(text, "/")
	strange := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(placeMarks, r))
	}
	return len(text) <= maxPlace && slices.Contains(Tabs, tab) && !strings.ContainsFunc(rest, strange)
}

// addressOf returns the address of a place, or of the page where it is none, as it
// stands in HTML.
func addressOf(place string) string {
	if !IsPlace(place) {
		return "/"
	}
	return "/#" + html.EscapeString(place)
}
