package experiment

import (
	"slices"
	"strings"
	"testing"

	"servent/messages"
	"servent/routing"
	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
	"servent/share/words"
)

// TestHits: what a servent has found is told in as many QueryHits as a real one
// would send, and can be read again.
func TestHits(t *testing.T) {
	short, long := make([]string, 23), make([]string, 23)
	for i := range short {
		short[i] = string(rune('a' + i))
		long[i] = strings.Repeat(short[i], 200)
	}
	for _, c := range []struct {
		names []string
		want  []int // results of each
	}{
		{short, []int{10, 10, 3}}, {short[:10], []int{10}}, {short[:1], []int{1}},
		{long, []int{7, 7, 7, 2}}, // 200 bytes and 84 of extensions each, of 2048
	} {
		f := &files{objects: Objects{Names: c.names}}
		objects := make([]uint32, len(c.names))
		for i := range objects {
			objects[i] = uint32(i)
		}
		var got []int
		var told []uint32
		for _, hit := range f.hits(3, objects) {
			m, err := messages.New(messages.GUID{1}, 1, hit)
			if err != nil {
				t.Fatal(err)
			}
			p, err := messages.Parse(m)
			if err != nil {
				t.Fatal(err)
			}
			results := p.(messages.QueryHit).Results
			got = append(got, len(results))
			for _, r := range results {
				told = append(told, r.Index)
				if r.Name != c.names[r.Index] {
					t.Errorf("object %d is called %q, want %q", r.Index, r.Name, c.names[r.Index])
				}
			}
		}
		if !slices.Equal(got, c.want) || !slices.Equal(told, objects) {
			t.Errorf("%d objects: QueryHits of %v results, want %v; objects %v", len(objects), got, c.want, told)
		}
	}
}

// TestAsk: one to three words of a name, in their order, each number and each
// word at times, and the extension only where there is nothing else.
func TestAsk(t *testing.T) {
	from := chance.New(1, chance.Queries)
	const name = "One two - THREE four.mp3"
	asked := map[string]bool{}
	for range 2000 {
		criteria, q := ask(name, from)
		if !q.Matches(words.Of(name)) {
			t.Fatalf("%q does not match %q", criteria, name)
		}
		asked[criteria] = true
	}
	if got, want := len(asked), 4+6+4; got != want {
		t.Errorf("%d different queries for a name of four words, want %d: %v", got, want, asked)
	}
	for _, criteria := range []string{"one", "two four", "one three four"} {
		if !asked[criteria] {
			t.Errorf("%q is never asked", criteria)
		}
	}
	if criteria, _ := ask(".profile", from); criteria != "profile" {
		t.Errorf("asked for .profile: %q", criteria)
	}
}

// TestHitsOfARelay: a relay passes on as many hits of a query as one of a real
// servent, and its own.
func TestHitsOfARelay(t *testing.T) {
	_, g := topologyOf(t, "star:1200")
	plan := Plan{
		Graph: one(g), Strategies: []Strategy{Flood}, First: 2,
		Sources: Sources{Nodes: []graph.Node{5}}, Objects: Objects{Replicas: Replicas{Number: g.Len() - 1}},
	}
	rows, err := plan.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rows[0].Hits.Sum(), int64(routing.DefaultReplyLimit+1); got != want || rows[0].Reached.Sum() != int64(g.Len()-1) {
		t.Errorf("%d hits of %d reached came home, want %d", got, rows[0].Reached.Sum(), want)
	}
}
