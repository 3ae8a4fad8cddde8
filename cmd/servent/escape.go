package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The joiners are invisible and yet needed: by Persian and the scripts of
// India, and between the parts of an emoji.
const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// shows reports whether r can be printed as it is: it moves no cursor, turns
// no line around and is no second spelling of nothing.
func shows(r rune) bool {
	return unicode.IsGraphic(r) || r == zeroWidthJoiner || r == zeroWidthNonJoiner
}

// escape returns s with everything that does not show as \u202e, and every
// byte that is no UTF-8 as \x9b. All that a peer said is printed through it.
func escape(s string) string {
	var b strings.Builder
	for i, size := 0, 0; i < len(s); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case shows(r):
			b.WriteString(s[i : i+size])
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// escapeJSON returns valid JSON of one line with everything that does not
// show in JSON's own escapes: it decodes to the same value.
func escapeJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case shows(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
