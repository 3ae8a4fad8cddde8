package words

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// unbounded returns a Search that returns and counts everything.
func unbounded() *Search {
	return &Search{Limit: math.MaxInt, CountTo: math.MaxInt, Work: math.MaxInt}
}

// indexOf returns the index of documents of one text each.
func indexOf(texts ...string) *Index {
	var b Builder
	for _, text := range texts {
		if err := b.Add(text); err != nil {
			panic(err)
		}
	}
	return b.Index()
}

// scan returns the documents that match: the rule itself, for the index to be
// held against.
func scan(texts []string, q Query, gone Set) (found []uint32) {
	for i, text := range texts {
		if !gone.Has(uint32(i)) && q.Matches(Of(text)) {
			found = append(found, uint32(i))
		}
	}
	return found
}

func TestSearch(t *testing.T) {
	x := indexOf("linux/Notes kernel.txt", "Übung 1.pdf SEBLINUX", "", "linus.jpg", "to be.mp3", "東京タワー 2020", "фильм.Ёлка")
	for _, c := range []struct {
		criteria string
		want     []uint32
	}{
		{"linu", []uint32{0, 3}},
		{"notes KERNEL", []uint32{0}},
		{"linux", []uint32{0}}, // a word begins one, it does not lie within
		{"U\u0308BUNG 1", []uint32{1}},
		{"be", []uint32{4}},
		{"l", nil}, // one letter must equal a word
		{"ub", nil},
		{"txt missing", nil},
		{"東京タ", []uint32{5}},
		{"東京", nil}, // two letters
		{"фил", []uint32{6}},
		{"елк 2020", nil},
	} {
		q, err := Parse(c.criteria)
		if err != nil {
			t.Fatal(err)
		}
		s := unbounded()
		x.Search(q, s)
		if !slices.Equal(s.Found, c.want) || s.Total != len(c.want) || s.Stop != Complete {
			t.Errorf("%q finds %v, %d in all, %v; want %v", c.criteria, s.Found, s.Total, s.Stop, c.want)
		}
	}
	s := unbounded()
	if x.Search(Query{}, s); s.Total != 0 || s.Stop != Complete {
		t.Errorf("the zero Query finds %d, %v", s.Total, s.Stop)
	}
}

func TestSearchStops(t *testing.T) {
	x := indexOf("red hat", "red", "blue", "red dwarf", "red rum")
	q, _ := Parse("red")
	for _, c := range []struct {
		limit, countTo int
		found          []uint32
		total          int
		stop           Stop
	}{
		{2, 100, []uint32{9, 0, 1}, 4, Complete},
		{2, 3, []uint32{9, 0, 1}, 3, Counted},
		{2, 0, []uint32{9, 0, 1}, 2, Counted},
		{0, 100, []uint32{9}, 4, Complete},
		{0, 0, []uint32{9}, 0, Counted},
		{-1, -1, []uint32{9}, 0, Counted},
	} {
		s := &Search{Limit: c.limit, CountTo: c.countTo, Work: Budget, Found: []uint32{9}}
		x.Search(q, s)
		if !slices.Equal(s.Found, c.found) || s.Total != c.total || s.Stop != c.stop {
			t.Errorf("limit %d, count to %d: %v, %d in all, %v; want %v, %d, %v", c.limit, c.countTo, s.Found, s.Total, s.Stop, c.found, c.total, c.stop)
		}
		if s.Work >= Budget && c.total > 0 {
			t.Errorf("limit %d, count to %d: no work is taken off", c.limit, c.countTo)
		}
	}
	s := &Search{Limit: 2, CountTo: 10}
	if x.Search(q, s); s.Stop != Exhausted {
		t.Errorf("no work to be done: %v after %d, want it exhausted", s.Stop, s.Total)
	}
}

// TestIndexAgainstScan: the index finds what looking at every document finds,
// and part of it where it stops early.
func TestIndexAgainstScan(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("aaabÄß1д京 ._")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(text, 0, 200).Draw(t, "texts")
		q, err := Parse(strings.Join(rapid.SliceOfN(text, 1, 3).Draw(t, "criteria"), " "))
		if err != nil {
			return
		}
		s := &Search{
			Gone:    rapid.SliceOfN(rapid.Uint64(), 0, 4).Draw(t, "gone"),
			Limit:   rapid.IntRange(0, 80).Draw(t, "limit"),
			CountTo: rapid.IntRange(0, 200).Draw(t, "count to"),
			Work:    math.MaxInt,
		}
		if rapid.Bool().Draw(t, "bounded") {
			s.Work = rapid.IntRange(0, 200).Draw(t, "work")
		}
		bounded := s.Work < math.MaxInt
		x := indexOf(texts...)
		if rapid.Bool().Draw(t, "merged") {
			x = mergeOf(x)
		}
		x.Search(q, s)
		checkAnswer(t, s, scan(texts, q, s.Gone), bounded)
	})
}

// mergeOf returns an index of the documents of x.
func mergeOf(x *Index) *Index {
	var b Builder
	for i := range x.Len() {
		if err := b.AddFrom(x, i); err != nil {
			panic(err)
		}
	}
	return b.Index()
}

// checkAnswer holds an answer against all the documents that match.
func checkAnswer(t rapid.TB, s *Search, want []uint32, bounded bool) {
	t.Helper()
	total := len(want)
	switch s.Stop {
	case Counted:
		total = min(total, max(s.Limit, s.CountTo))
	case Exhausted:
		if !bounded {
			t.Fatalf("the work ran out, of which there was no end")
		}
		total = min(total, s.Total)
	}
	if s.Total != total {
		t.Fatalf("%d in all, %v; want %d of %d", s.Total, s.Stop, total, len(want))
	}
	if want := want[:min(len(want), s.Limit, s.Total)]; !slices.Equal(s.Found, want) {
		t.Fatalf("found %v, %v; want %v", s.Found, s.Stop, want)
	}
}
