package words

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestRunAgainstScan: the words that begin with a prefix are those that a look
// at each of them finds.
func TestRunAgainstScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Words that share eight bytes and more are told apart by their rest.
		stem := rapid.SampledFrom([]string{"", "", "longstem", "longersteм"}).Draw(t, "stem")
		word := rapid.Custom(func(t *rapid.T) string {
			return stem[:rapid.SampledFrom([]int{0, len(stem)}).Draw(t, "cut")] + rapid.StringOfN(rapid.RuneFrom([]rune("abм京")), 1, 5, -1).Draw(t, "rest")
		})
		words := rapid.SliceOfN(word, 0, 120).Draw(t, "words")
		slices.Sort(words)
		words = slices.Compact(words)
		var v vocabulary
		var previous []byte
		for _, w := range words {
			v.add(previous, []byte(w))
			previous = []byte(w)
		}
		prefix, whole := word.Draw(t, "prefix"), rapid.Bool().Draw(t, "whole")
		var want []string
		for _, w := range words {
			if (Word{prefix, whole}).Matches(w) {
				want = append(want, w)
			}
		}
		from, to := v.run([]byte(prefix), whole)
		if int(to) > len(words) || !slices.Equal(words[from:to], want) {
			t.Fatalf("%q in %q, whole %v: words %d to %d; want %q", prefix, words, whole, from, to, want)
		}
	})
}

func TestRunOfLongWords(t *testing.T) {
	long := strings.Repeat("ab", 500)
	x := indexOf(long, long+"a", long+"b", "aba")
	for _, c := range []struct {
		criteria string
		want     int
	}{{long, 3}, {long + "a", 1}, {long + "c", 0}, {"ababab", 3}, {"aba", 4}} {
		q, err := Parse(c.criteria)
		if err != nil {
			t.Fatal(err)
		}
		s := unbounded()
		if x.Search(q, s); s.Total != c.want {
			t.Errorf("%d letters: %d documents, want %d", len(c.criteria), s.Total, c.want)
		}
	}
}
