package words

import (
	"errors"
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
		if rapid.IntRange(0, 3).Draw(t, "many") == 0 {
			texts = repeat(texts, rapid.IntRange(1, 50).Draw(t, "run"))
		}
		q, err := Parse(strings.Join(rapid.SliceOfN(text, 1, 3).Draw(t, "criteria"), " "))
		if err != nil {
			return
		}
		s := &Search{
			Gone:    rapid.SliceOfN(rapid.Uint64(), 0, 80).Draw(t, "gone"),
			Limit:   rapid.IntRange(0, 80).Draw(t, "limit"),
			CountTo: rapid.SampledFrom([]int{0, 1, 200, 1 << 20}).Draw(t, "count to"),
			Work:    math.MaxInt,
		}
		if rapid.Bool().Draw(t, "bounded") {
			s.Work = rapid.IntRange(0, 2000).Draw(t, "work")
		}
		bounded := s.Work < math.MaxInt
		x := indexOf(texts...)
		if rapid.Bool().Draw(t, "merged") {
			x = mergeOf(x)
		}
		x.Search(q, s)
		checkAnswer(t, q, s, scan(texts, q, s.Gone), bounded)
	})
}

// repeat makes texts enough for an index to have bitmaps: each comes some times
// in a row, as files of one folder are alike.
func repeat(texts []string, run int) []string {
	const many = 4<<10 + 100 // more than an element of an outline tells of
	var all []string
	for len(texts) > 0 && len(all) < many {
		for _, text := range texts {
			for range run {
				all = append(all, text)
			}
		}
	}
	return all
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
func checkAnswer(t rapid.TB, q Query, s *Search, want []uint32, bounded bool) {
	t.Helper()
	total := len(want)
	switch s.Stop {
	case Counted:
		total = min(total, max(s.Limit, s.CountTo))
	case Exhausted:
		if !bounded {
			t.Fatalf("%q: the work ran out", q.Words())
		}
		total = min(total, s.Total)
	}
	if s.Total != total {
		t.Fatalf("%q: %d in all, %v; want %d of %d", q.Words(), s.Total, s.Stop, total, len(want))
	}
	if want := want[:min(len(want), s.Limit, s.Total)]; !slices.Equal(s.Found, want) {
		t.Fatalf("%q: found %v, %v; want %v", q.Words(), s.Found, s.Stop, want)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("linux/Notes kernel.txt\nÜbung 1\n\nlinux", "lin 1", uint16(2))
	f.Add("a a a\x00b\n東京タワー\nﷺ", "東京タ", uint16(0))
	f.Fuzz(func(t *testing.T, lines, criteria string, work uint16) {
		q, err := Parse(criteria)
		if err != nil || len(lines) > 4<<10 {
			return
		}
		texts := strings.Split(lines, "\n")
		s := &Search{Limit: 3, CountTo: 10, Work: int(work)}
		indexOf(texts...).Search(q, s)
		checkAnswer(t, q, s, scan(texts, q, nil), true)
	})
}

// TestSearchAllocates nothing once it has room.
func TestSearchAllocates(t *testing.T) {
	texts := generate(20_000, 4)
	x := indexOf(texts...)
	s := &Search{Limit: 64}
	for _, criteria := range []string{texts[77], "sun", "html re", "missing", "mar ing str"} {
		q, err := Parse(criteria)
		if err != nil {
			t.Fatal(err)
		}
		search := func() {
			s.Work, s.Found = Budget, s.Found[:0]
			x.Search(q, s)
		}
		search()
		if n := testing.AllocsPerRun(10, search); n != 0 {
			t.Errorf("%q: %v allocations, want none", criteria, n)
		}
	}
}

// TestSize: the text says what it costs, and a small index costs little more.
func TestSize(t *testing.T) {
	names, beyond := indexOf("linux kernel", "Linux").Size()
	if want := int64(len("·linux·kernel·linux·") - 4 /* "·" has two bytes */ + 4*3); names != want {
		t.Errorf("names: %d bytes, want %d", names, want)
	}
	if beyond > 100 {
		t.Errorf("beyond: %d bytes for three words", beyond)
	}
}

func TestHugeDocument(t *testing.T) {
	var long strings.Builder
	for i := range 5000 {
		long.WriteString(" " + strings.Repeat("x", i%50))
		long.WriteString(" w")
		long.WriteString(strings.Repeat("yz", i%7))
	}
	x := indexOf("first", long.String(), "last")
	for _, c := range []struct {
		criteria string
		want     []uint32
	}{{"xxxxxxx wyzyzyz", []uint32{1}}, {"w", []uint32{1}}, {"las", []uint32{2}}} {
		q, _ := Parse(c.criteria)
		s := unbounded()
		if x.Search(q, s); !slices.Equal(s.Found, c.want) {
			t.Errorf("%q finds %v, want %v", c.criteria, s.Found, c.want)
		}
	}
}

func TestBuilderFull(t *testing.T) {
	var b Builder
	b.names.text = make([]byte, 0, 16)
	if err := b.begin(MaxText + 1); !errors.Is(err, ErrFull) {
		t.Errorf("a document over MaxText: %v, want ErrFull", err)
	}
	if err := b.Add("linux"); err != nil || b.Index().Len() != 1 {
		t.Errorf("a document that fits is refused: %v", err)
	}
}
