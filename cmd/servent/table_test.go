package main

import (
	"bytes"
	"testing"
)

func TestPrintAligned(t *testing.T) {
	var out bytes.Buffer
	printAligned(&out, [][]string{{"NAME", "SIZE"}, {"日本", "1 B"}, {"U\u0308bung", "2 B", "x"}, {"last"}})
	// Two wide letters take four columns, a mark on a letter none.
	want := "NAME   SIZE\n日本   1 B\nU\u0308bung  2 B   x\nlast\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

// A name from macOS is as wide as the same name from elsewhere.
func TestColumnsOfForms(t *testing.T) {
	for composed, parts := range map[string]string{"한글": "\u1112\u1161\u11ab\u1100\u1173\u11af", "Übung": "U\u0308bung", "が": "\u304b\u3099"} {
		if columns(composed) != columns(parts) {
			t.Errorf("%s: %d columns, in parts %d", composed, columns(composed), columns(parts))
		}
	}
}

func TestShorten(t *testing.T) {
	cases := []struct {
		text  string
		limit int
		want  string
	}{
		{"short.iso", 9, "short.iso"},
		{"seblinux-install-media-9.iso", 20, "seblinux-inst…-9.iso"},
		{"日本語日本語日本語.txt", 10, "日本語日…t"},
		{"abc", 1, "…"},
	}
	for _, c := range cases {
		if got := shorten(c.text, c.limit); got != c.want {
			t.Errorf("%s to %d columns: got %s, want %s", c.text, c.limit, got, c.want)
		}
	}
}

func FuzzShorten(f *testing.F) {
	f.Add("日本語U\u0308\u0308.iso", 7)
	f.Fuzz(func(t *testing.T, raw string, limit int) {
		limit = 1 + limit&63
		if got := shorten(escape(raw), limit); columns(got) > limit {
			t.Errorf("%q: %q has %d columns, want at most %d", raw, got, columns(got), limit)
		}
	})
}
