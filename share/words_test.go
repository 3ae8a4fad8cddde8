package share

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
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
		if got := Words(c.text); !slices.Equal(got, c.want) {
			t.Errorf("Words(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestQueryWords(t *testing.T) {
	for _, c := range []struct {
		criteria string
		want     []queryWord
	}{
		{"linux LINUX lin", []queryWord{{"linux", false}}},
		{"lin linux", []queryWord{{"linux", false}}},
		{"li linux", []queryWord{{"li", true}, {"linux", false}}},
		{"li li", []queryWord{{"li", true}}},
		{"é ab", []queryWord{{"e", true}, {"ab", true}}},
		{"東京", []queryWord{{"東京", true}}},
	} {
		got, err := queryWords(c.criteria)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("queryWords(%q) = %v, %v; want %v", c.criteria, got, err, c.want)
		}
	}
	for _, empty := range []string{"", "- !", "\\", "\u0308"} {
		if _, err := queryWords(empty); !errors.Is(err, ErrNoWord) {
			t.Errorf("queryWords(%q): %v, want ErrNoWord", empty, err)
		}
	}
	many := "aaa bbb ccc ddd eee fff ggg hhh iii jjj kkk lll mmm nnn"
	if got, _ := queryWords(many); len(got) != MaxQueryWords {
		t.Errorf("%d words count, want %d", len(got), MaxQueryWords)
	}
}

func FuzzWords(f *testing.F) {
	f.Add("Übung_2 ﬁle ②")
	f.Add("U\u0308\u0345bung \xff")
	f.Add("ŉ ΐ ẞ İ ﷺ")
	f.Fuzz(func(t *testing.T, s string) {
		words := Words(s)
		for _, word := range words {
			if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !isWordRune(r) }) {
				t.Fatalf("%q gives the word %q", s, word)
			}
		}
		if again := Words(strings.Join(words, " ")); !slices.Equal(again, words) {
			t.Fatalf("%q gives %q, and these give %q", s, words, again)
		}
		if query, err := queryWords(s); err == nil && (len(query) == 0 || len(query) > MaxQueryWords) {
			t.Fatalf("%q gives %d words of a query", s, len(query))
		}
	})
}
