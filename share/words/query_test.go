package words

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		criteria string
		want     []Word
	}{
		{"linux LINUX lin", []Word{{"linux", false}}},
		{"lin linux", []Word{{"linux", false}}},
		{"li linux", []Word{{"li", true}, {"linux", false}}},
		{"li li", []Word{{"li", true}}},
		{"é ab", []Word{{"e", true}, {"ab", true}}},
		{"東京", []Word{{"東京", true}}},
	} {
		got, err := Parse(c.criteria)
		if err != nil || !slices.Equal(got.Words(), c.want) {
			t.Errorf("Parse(%q) = %v, %v; want %v", c.criteria, got.Words(), err, c.want)
		}
	}
	for _, empty := range []string{"", "- !", "\\", "\u0308"} {
		if _, err := Parse(empty); !errors.Is(err, ErrNone) {
			t.Errorf("Parse(%q): %v, want ErrNone", empty, err)
		}
	}
	many := "aaa bbb ccc ddd eee fff ggg hhh iii jjj kkk lll mmm nnn"
	if got, _ := Parse(many); len(got.Words()) != MaxQuery {
		t.Errorf("%d words count, want %d", len(got.Words()), MaxQuery)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Übung_2 ﬁle ② üb")
	f.Add("a aa aaa aaaa b bb bbb bbbb c cc ccc cccc d dd ddd dddd e ee")
	f.Fuzz(func(t *testing.T, s string) {
		query, err := Parse(s)
		if (err != nil) != (len(query.Words()) == 0) || len(query.Words()) > MaxQuery {
			t.Fatalf("%q gives %v, %v", s, query.Words(), err)
		}
		for i, w := range query.Words() {
			for j, other := range query.Words() {
				if i != j && (w == other || !w.Whole && !other.Whole && strings.HasPrefix(other.Text, w.Text)) {
					t.Fatalf("%q gives %v, which %v implies", s, w, other)
				}
			}
		}
		if have := Of(s); len(query.Words()) > 0 && len(s) <= maxCriteria && !query.Matches(have) {
			t.Fatalf("%q, of the words %q, does not match itself", s, have)
		}
	})
}
