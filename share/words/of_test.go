package words

import (
	"slices"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"SEBLINUX-2.0_notes.PDF", []string{"seblinux", "2", "0", "notes", "pdf"}},
		{"Übung", []string{"ubung"}},
		{"U\u0308bung", []string{"ubung"}}, // NFD, as macOS stores it
		{"Straße STRASSE", []string{"strasse", "strasse"}},
		{"ﬁle ② x²", []string{"file", "2", "x2"}}, // compatibility forms
		{"Ἀθῆναι ΟΔΟΣ οδός", []string{"αθηναι", "οδοσ", "οδοσ"}},
		{"İstanbul", []string{"istanbul"}},
		{"ᏣᎳᎩ ꮳꮃꭹ", []string{"ꮳꮃꭹ", "ꮳꮃꭹ"}},
		{"фильм.Ёлка", []string{"фильм", "елка"}},
		{"東京2020", []string{"東京2020"}},
		{"a\xffb", []string{"a", "b"}}, // not UTF-8
		{"red\u200bhat", []string{"red", "hat"}},
		{"...", nil},
	} {
		if got := Of(c.text); !slices.Equal(got, c.want) {
			t.Errorf("Of(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Übung_2 ﬁle ②")
	f.Add("U\u0308\u0345bung \xff")
	f.Add("ŉ ΐ ẞ İ ﷺ")
	f.Fuzz(func(t *testing.T, s string) {
		words := Of(s)
		for _, word := range words {
			if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !isWordRune(r) }) {
				t.Fatalf("%q gives the word %q", s, word)
			}
		}
		if again := Of(strings.Join(words, " ")); !slices.Equal(again, words) {
			t.Fatalf("%q gives %q, and these give %q", s, words, again)
		}
	})
}
