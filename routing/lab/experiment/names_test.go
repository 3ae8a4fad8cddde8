package experiment

import (
	"slices"
	"strings"
	"testing"

	"servent/messages"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
	"servent/share/words"
)

func TestReadNames(t *testing.T) {
	got, err := ReadNames(strings.NewReader("first.mp3\r\n\n  Second file.txt\n"))
	if want := []string{"first.mp3", "  Second file.txt"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
	for text, reason := range map[string]string{
		"":                                 "no name",
		"\n\n":                             "no name",
		"a\nb/c\n":                         "line 2",
		"a\n\n...\n":                       "line 3",
		"a\n- !\n":                         "line 2",
		"a\n" + strings.Repeat("x", 300):   "line 2",
		"a\n" + strings.Repeat("x", 1<<20): "line 2",
		"a\n\xff\n":                        "line 2",
	} {
		if _, err := ReadNames(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.20q: got error %v, want one with %q", text, err, reason)
		}
	}
}

// endless is a list of one name again and again.
type endless string

func (e endless) Read(b []byte) (int, error) { return copy(b, e[:min(len(b), len(e))]), nil }

// TestReadNamesIsBounded: a list without end is refused, be its names short or long.
func TestReadNamesIsBounded(t *testing.T) {
	for line, reason := range map[string]string{"ab\n": "more than 1000000", strings.Repeat("x", 200) + "\n": "more than 64 MiB"} {
		if _, err := ReadNames(endless(line)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.5q…: got error %v, want one with %q", line, err, reason)
		}
	}
}

// TestGenerateNames: valid, the same for a seed, and with words in common, so
// that false positives exist.
func TestGenerateNames(t *testing.T) {
	names := GenerateNames(1000, 1)
	if !slices.Equal(names, GenerateNames(1000, 1)) {
		t.Error("one seed gives two lists")
	}
	if slices.Equal(names, GenerateNames(1000, 2)) {
		t.Error("two seeds give one list")
	}
	if want := "Geru - Biva.jpg"; names[0] != want {
		t.Errorf("the first name is %q, want %q", names[0], want)
	}
	count := map[string]int{}
	for _, name := range names {
		if err := checkName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		count[name]++
		for _, word := range words.Of(name) {
			count[word]++
		}
	}
	if len(count) < 300 {
		t.Errorf("%d different words and names in 1000 names", len(count))
	}
	for name, n := range count {
		if strings.Contains(name, " ") && n > 20 {
			t.Errorf("%d files are called %q", n, name)
		}
	}
}

// TestShelves: what a servent's index finds is what looking at each of its names
// finds, and the object that was meant is among it wherever it lies.
func TestShelves(t *testing.T) {
	const servents = 50
	names := GenerateNames(300, 4)
	o := Objects{Replicas: Replicas{Number: 5}, Names: names}
	all := make([]graph.Node, servents)
	for v := range all {
		all[v] = graph.Node(v)
	}
	f, err := o.place(newGraph(t, servents), 1, 0, all)
	if err != nil {
		t.Fatal(err)
	}
	var how words.Search
	others := 0
	for index := range uint64(200) {
		w := f.want(graph.Node(index%servents), index)
		for _, v := range all {
			var want []uint32
			for object := range names {
				if f.holds(v, object) && w.words.Matches(words.Of(names[object])) {
					want = append(want, uint32(object))
				}
			}
			got := f.shelves.find(v, w.words, &how, nil)
			if !slices.Equal(got, want) {
				t.Fatalf("%q at servent %d: found %v, want %v", w.criteria, v, got, want)
			}
			if slices.Contains(w.holders, v) != slices.Contains(got, w.object) {
				t.Fatalf("%q at servent %d: found %v, the object meant is %d", w.criteria, v, got, w.object)
			}
			for _, object := range got {
				if object != w.object {
					others++
				}
			}
		}
	}
	if others == 0 {
		t.Error("no query found another object than its own: the names have no word in common")
	}
}

// FuzzReadNames: a list is refused, or all its names can be placed and asked for.
func FuzzReadNames(f *testing.F) {
	f.Add("One two.mp3\r\n\nthree\n", uint64(1))
	f.Add("東京.jpg\n.profile\nÜ ② x.tar.gz", uint64(2))
	f.Fuzz(func(t *testing.T, list string, seed uint64) {
		names, err := ReadNames(strings.NewReader(list))
		if err != nil {
			return
		}
		for i, name := range names {
			criteria, q := ask(name, chance.New(seed, chance.Queries, uint64(i)))
			if !q.Matches(words.Of(name)) {
				t.Errorf("%q, asked for %q, does not match", criteria, name)
			}
			if _, err := messages.New(messages.GUID{}, 1, messages.NewQuery(criteria)); err != nil {
				t.Errorf("%q: %v", criteria, err)
			}
		}
	})
}
