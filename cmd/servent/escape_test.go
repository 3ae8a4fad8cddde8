package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	cases := map[string]string{
		"seblinux-9.iso":            "seblinux-9.iso",
		"Übung 日本語 🐧.txt":           "Übung 日本語 🐧.txt",
		"\x1b[1A\x1b[2Khidden":      `\u001b[1A\u001b[2Khidden`,
		"two\nlines\tand a tab\r":   `two\u000alines\u0009and a tab\u000d`,
		"\u202egpj.exe":             `\u202egpj.exe`,
		"\u2066a\u2069\u200e\u200f": `\u2066a\u2069\u200e\u200f`,
		"C1 \u009b2J":               `C1 \u009b2J`,
		"no UTF-8 \x9b2J":           `no UTF-8 \x9b2J`,
		"zero\u200bwidth\ufeff":     `zero\u200bwidth\ufeff`,
		"line\u2028end":             `line\u2028end`,
		"tag \U000e0041":            `tag \U000e0041`,
		"می\u200cخواهم 👩\u200d🚀":    "می\u200cخواهم 👩\u200d🚀",
		"\x7f":                      `\u007f`,
	}
	for raw, want := range cases {
		if got := escape(raw); got != want {
			t.Errorf("%q: got %s, want %s", raw, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("a\x1b[1A\u202eb\xff")
	f.Fuzz(func(t *testing.T, raw string) {
		got := escape(raw)
		if !utf8.ValidString(got) {
			t.Errorf("%q: %q is no UTF-8", raw, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return !shows(r) }); i >= 0 {
			t.Errorf("%q: byte %d of %q does not show", raw, i, got)
		}
		if again := escape(got); again != got {
			t.Errorf("%q escaped twice: got %s, want %s", raw, again, got)
		}
	})
}

func FuzzWriteJSON(f *testing.F) {
	f.Add("a\u202e\u009b\x7f\U000e0041\n")
	f.Fuzz(func(t *testing.T, raw string) {
		var out bytes.Buffer
		writeJSON(&out, []string{raw})
		line := strings.TrimSuffix(out.String(), "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return !shows(r) }); i >= 0 {
			t.Errorf("%q: byte %d of %q does not show", raw, i, line)
		}
		var back []string
		if err := json.Unmarshal([]byte(line), &back); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if want := strings.ToValidUTF8(raw, "\ufffd"); len(back) != 1 || utf8.ValidString(raw) && back[0] != want {
			t.Errorf("got %q back, want %q", back, want)
		}
	})
}
