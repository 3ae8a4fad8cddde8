package graph_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"servent/routing/lab/chance"
	"servent/routing/lab/graph"
)

func parse(t interface {
	Helper()
	Fatal(...any)
}, text string) graph.Topology {
	t.Helper()
	topology, err := graph.ParseTopology(text)
	if err != nil {
		t.Fatal(err)
	}
	return topology
}

func build(t interface {
	Helper()
	Fatal(...any)
}, text string, seed uint64) *graph.Graph {
	t.Helper()
	g, err := parse(t, text).Build(chance.New(seed, chance.Topology))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// digest tells graphs apart by who is linked with whom.
func digest(g *graph.Graph) string {
	h := sha256.New()
	for v := range graph.Node(g.Len()) {
		_ = binary.Write(h, binary.BigEndian, g.Neighbours(v))
		_ = binary.Write(h, binary.BigEndian, graph.Node(-1))
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// TestTopologies holds how many links each topology has, and the graph itself:
// one seed draws the same on every machine and in every version. The digest is
// that of seed 1.
func TestTopologies(t *testing.T) {
	for _, c := range []struct {
		text         string
		nodes, links int
		digest       string
	}{
		{"line:10", 10, 9, "052ff7d7b04cfc15"},
		{"line:1", 1, 0, "ad95131bc0b799c0"},
		{"ring:10", 10, 10, "fe8ebe3893083491"},
		{"star:10", 10, 9, "dc05f3f1d52a224a"},
		{"star:1", 1, 0, "ad95131bc0b799c0"},
		{"tree:3,5", 121, 120, "051bf10769299c4f"},
		{"tree:1,7", 7, 6, "8ce2b6b81b09fc3c"},
		{"tree:5,1", 1, 0, "ad95131bc0b799c0"},
		{"complete:20", 20, 190, "8d0e70864840070a"},
		{"complete:1", 1, 0, "ad95131bc0b799c0"},
		{"grid:4,5", 20, 31, "20aae5c1967ac3ee"},
		{"grid:1,5", 5, 4, "57589dcf6b38b363"},
		{"regular:1000,3", 1000, 1500, "17e26ea0d0420ef3"},
		{"regular:10,8", 10, 40, "fbb44498844050b0"},
		{"regular:2,1", 2, 1, "257c54da9405080b"},
		{"gnp:1000,0.01", 1000, 4868, "b262ca10dcf2506f"},
		{"gnp:20,1", 20, 190, "8d0e70864840070a"},
		{"gnp:20,0", 20, 0, "6d92a8ea911d0d96"},
		{"gnm:1000,2500", 1000, 2500, "da5ec87e885c441b"},
		{"gnm:30,400", 30, 400, "ac4c0862ac4a415a"},
		{"smallworld:1000,6,0.1", 1000, 3000, "b5b332f890cd9500"},
		{"smallworld:10,4,0", 10, 20, "798d3b1761517227"},
		{"ba:1000,3", 1000, 2991, "1b31fcc64051f184"},
		{"plrg:1000,2.3", 1000, 858, "6e3d2a6d04bb7b80"},
		{"plrg:2,1.5", 2, 1, "257c54da9405080b"},
		{"twotier:100,1000", 1100, 1500 + 3000, "00252d39d4d7b62c"},
		{"twotier:2,5", 7, 1 + 10, "224028eb106945ae"},
	} {
		g := build(t, c.text, 1)
		if g.Len() != c.nodes || g.Edges() != c.links {
			t.Errorf("%s: got %d servents and %d links, want %d and %d", c.text, g.Len(), g.Edges(), c.nodes, c.links)
		}
		if got := digest(g); got != c.digest {
			t.Errorf("%s: got digest %s, want %s", c.text, got, c.digest)
		}
		if got := parse(t, c.text).String(); got != c.text {
			t.Errorf("%s is written %s", c.text, got)
		}
	}
}

// drawSmall draws a topology of at most some hundred servents.
func drawSmall(t *rapid.T) graph.Topology {
	number := func(least, most int) int { return rapid.IntRange(least, most).Draw(t, "number") }
	part := func() float64 { return rapid.Float64Range(0, 1).Draw(t, "chance") }
	n := number(4, 60)
	texts := map[string]func() string{
		"line":       func() string { return fmt.Sprint(n) },
		"ring":       func() string { return fmt.Sprint(n) },
		"star":       func() string { return fmt.Sprint(n) },
		"tree":       func() string { return fmt.Sprintf("%d,%d", number(1, 4), number(1, 5)) },
		"complete":   func() string { return fmt.Sprint(n) },
		"grid":       func() string { return fmt.Sprintf("%d,%d", number(1, 12), number(1, 12)) },
		"regular":    func() string { return fmt.Sprintf("%d,%d", 2*n, number(1, 2*n-1)) },
		"gnp":        func() string { return fmt.Sprintf("%d,%v", n, part()) },
		"gnm":        func() string { return fmt.Sprintf("%d,%d", n, number(1, n*(n-1)/2)) },
		"smallworld": func() string { return fmt.Sprintf("%d,%d,%v", n, 2*number(1, (n-1)/2), part()) },
		"ba":         func() string { return fmt.Sprintf("%d,%d", n, number(1, n-1)) },
		"plrg":       func() string { return fmt.Sprintf("%d,%v", n, 1.01+3*part()) },
		"twotier":    func() string { return fmt.Sprintf("%d,%d", n, number(1, 100)) },
	}
	var kinds []string
	for _, form := range graph.TopologyForms() {
		name, _, _ := strings.Cut(form, ":")
		kinds = append(kinds, name)
	}
	if len(kinds) != len(texts) {
		t.Fatalf("topologies %v, of which the test draws %d", kinds, len(texts))
	}
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	return parse(t, kind+":"+texts[kind]())
}

// TestTopologyIsSimple: each topology is read from what it is written as, is a
// simple graph whose links are known at both ends, and is the same for one seed.
func TestTopologyIsSimple(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topology := drawSmall(t)
		if again := parse(t, topology.String()); again != topology {
			t.Fatalf("%v is read as %v", topology, again)
		}
		seed := rapid.Uint64().Draw(t, "seed")
		g, again := build(t, topology.String(), seed), build(t, topology.String(), seed)
		if digest(g) != digest(again) {
			t.Fatalf("%v: one seed drew two graphs", topology)
		}
		for v := range graph.Node(g.Len()) {
			neighbours := g.Neighbours(v)
			for i, w := range neighbours {
				if w == v || i > 0 && w <= neighbours[i-1] {
					t.Fatalf("%v: servent %d has neighbours %v", topology, v, neighbours)
				}
				if _, found := slices.BinarySearch(g.Neighbours(w), v); !found {
					t.Fatalf("%v: %d knows %d, who does not know it", topology, v, w)
				}
			}
		}
		checkDegrees(t, topology, g)
	})
}

// checkDegrees holds what the name of a topology promises.
func checkDegrees(t *rapid.T, topology graph.Topology, g *graph.Graph) {
	name, rest, _ := strings.Cut(topology.String(), ":")
	var a, b int
	_, _ = fmt.Sscanf(rest, "%d,%d", &a, &b)
	least, connected := 0, true
	switch name {
	case "regular":
		least, connected = b, false
		if g.Edges() != a*b/2 {
			t.Fatalf("%v: %d links", topology, g.Edges())
		}
	case "gnp", "plrg":
		connected = false
	case "gnm":
		connected = false
		if g.Edges() != b {
			t.Fatalf("%v: %d links", topology, g.Edges())
		}
	case "smallworld":
		least, connected = b/2, false
		if g.Edges() != a*b/2 {
			t.Fatalf("%v: %d links", topology, g.Edges())
		}
	case "twotier":
		least, connected = min(3, a), a <= 31
		for leaf := a; leaf < a+b; leaf++ {
			if got := g.Neighbours(graph.Node(leaf)); len(got) != min(3, a) || int(slices.Max(got)) >= a {
				t.Fatalf("%v: leaf %d is linked with %v", topology, leaf, got)
			}
		}
	case "ba":
		if g.Edges() != b*(a-b) {
			t.Fatalf("%v: %d links", topology, g.Edges())
		}
	}
	for v := range graph.Node(g.Len()) {
		if g.Degree(v) < least {
			t.Fatalf("%v: servent %d has %d links, want at least %d", topology, v, g.Degree(v), least)
		}
	}
	if connected && slices.Contains(g.Distances(0, nil), graph.Unreachable) {
		t.Fatalf("%v is not connected", topology)
	}
}

func TestSeedsDiffer(t *testing.T) {
	for _, text := range []string{
		"regular:100,3", "gnp:100,0.05", "gnm:100,200", "smallworld:100,4,0.1", "ba:100,2", "plrg:100,2.3", "twotier:40,100",
	} {
		if !parse(t, text).Drawn() {
			t.Errorf("%s: not drawn", text)
		}
		if digest(build(t, text, 1)) == digest(build(t, text, 2)) {
			t.Errorf("%s: two seeds drew one graph", text)
		}
	}
	for _, text := range []string{"line:9", "ring:9", "star:9", "tree:2,3", "complete:9", "grid:3,3"} {
		topology := parse(t, text)
		if topology.Drawn() {
			t.Errorf("%s: drawn", text)
		}
		if g, err := topology.Build(nil); err != nil || digest(g) != digest(build(t, text, 2)) {
			t.Errorf("%s: depends on the seed; error %v", text, err)
		}
	}
}

// TestClosedForms compares the closed forms with floods that are carried out.
func TestClosedForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topology := drawSmall(t)
		g := build(t, topology.String(), 1)
		for ttl := 1; ttl <= 20; ttl++ {
			reach, ok := topology.Reach(ttl)
			messages, _ := topology.Messages(ttl)
			if ok == topology.Drawn() {
				t.Fatalf("%v: drawn %v and closed form %v", topology, topology.Drawn(), ok)
			}
			if !ok {
				return
			}
			reached, sent := g.Flooded(0, ttl)
			if sum(reach) != reached || sum(messages) != sent {
				t.Fatalf("%v, TTL %d: reach %v, messages %v; the flood: %d and %d", topology, ttl, reach, messages, reached, sent)
			}
		}
	})
}

func sum(terms []int) (all int) {
	for _, n := range terms {
		all += n
	}
	return all
}

func TestReach(t *testing.T) {
	for _, c := range []struct {
		text            string
		ttl             int
		reach, messages []int
	}{
		{"tree:3,5", 3, []int{3, 9, 27}, []int{3, 9, 27}},
		{"tree:3,5", 9, []int{3, 9, 27, 81}, []int{3, 9, 27, 81}},
		{"ring:5", 5, []int{2, 2}, []int{2, 2, 2}},
		{"ring:6", 5, []int{2, 2, 1}, []int{2, 2, 2, 1}},
		{"line:4", 9, []int{1, 1, 1}, []int{1, 1, 1}},
		{"star:9", 2, []int{8}, []int{8}},
		{"complete:5", 3, []int{4}, []int{4, 12}},
		{"grid:3,4", 9, []int{2, 3, 3, 2, 1}, []int{2, 4, 6, 6, 4, 1}},
	} {
		topology := parse(t, c.text)
		reach, _ := topology.Reach(c.ttl)
		messages, _ := topology.Messages(c.ttl)
		if !slices.Equal(reach, c.reach) || !slices.Equal(messages, c.messages) {
			t.Errorf("%s, TTL %d: got %v and %v, want %v and %v", c.text, c.ttl, reach, messages, c.reach, c.messages)
		}
	}
}

func TestParseTopologyRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                       `no topology is called ""`,
		"mesh:5":                 "there are line:N ring:N",
		"line":                   "0 numbers after the colon, want 1; the form is line:N",
		"tree:3":                 "1 numbers after the colon, want 2; the form is tree:B,L",
		"tree:3,x":               `L is "x", want a whole number from 1 on`,
		"ring:0":                 `N is "0"`,
		"ring:2":                 "at least 3",
		"line:99999999999":       `N is "99999999999"`,
		"line:99999999":          "more than 10000000 servents",
		"tree:10,10":             "more than 10000000 servents",
		"tree:2147483647,9":      "more than 10000000 servents",
		"complete:9000":          "40495500 links; the lab builds at most 16000000",
		"regular:5,3":            "N and K are both odd",
		"regular:5,5":            "K is at most N-1",
		"gnp:5,1.5":              "P is 1.5, want a chance from 0 to 1",
		"gnp:5,NaN":              `P is "NaN"`,
		"gnp:10000000,0.1":       "links; the lab builds at most",
		"gnm:5,11":               "5 servents make 10 pairs, too few for 11 links",
		"smallworld:9,3,0.1":     "K is 3, want an even number",
		"smallworld:9,10,0.1":    "K is at most N-1",
		"smallworld:9,4,-1":      "P is -1",
		"ba:5,5":                 "M is 5, want fewer than the 5 servents",
		"plrg:100,1":             "ALPHA is 1, want an exponent above 1",
		"plrg:9000000,1.01":      "links; the lab builds at most",
		"twotier:5":              "the form is twotier:U,L",
		"grid:100000,100000":     "more than 10000000 servents",
		"smallworld:9,4,0.1,0.1": "4 numbers after the colon, want 3",
	} {
		if _, err := graph.ParseTopology(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want one that says %q", text, err, want)
		}
	}
	if _, err := (graph.Topology{}).Build(nil); err == nil {
		t.Error("the zero Topology is built")
	}
}

func FuzzParseTopology(f *testing.F) {
	for _, form := range []string{"line:5", "tree:3,5", "gnp:10,0.5", "smallworld:9,4,1e-3", "plrg:100,2.3", "ba:5,1", "gnp:9,0x1p-2"} {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, text string) {
		topology, err := graph.ParseTopology(text)
		if err != nil {
			return
		}
		if again, err := graph.ParseTopology(topology.String()); err != nil || again != topology {
			t.Errorf("%q is written %q and read as %q; error %v", text, topology, again, err)
		}
	})
}

// TestParseTopologyIsQuick: what is too large is refused before a power law of
// that many servents is worked out, which takes minutes and gigabytes.
func TestParseTopologyIsQuick(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, text := range []string{"plrg:10000001,1.2", "plrg:2147483647,1.2"} {
		if _, err := graph.ParseTopology(text); err == nil || !strings.Contains(err.Error(), "more than 10000000 servents") {
			t.Errorf("%s: got error %v", text, err)
		}
		runtime.ReadMemStats(&after)
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
			t.Fatalf("%s: %d bytes are allocated to refuse it", text, allocated)
		}
	}
}

// TestSmallWorldIsBounded: where there is hardly a place to move a link to, drawing
// one takes as long as there are servents.
func TestSmallWorldIsBounded(t *testing.T) {
	for text, want := range map[string]bool{
		"smallworld:5000,4998,1": false, "smallworld:5001,5000,1": true, "smallworld:4001,4000,1": true, "smallworld:602,300,1": true,
	} {
		if _, err := graph.ParseTopology(text); (err == nil) != want {
			t.Errorf("%s: error %v, want one: %v", text, err, !want)
		}
	}
}

// TestGnp: the mean number of links of many draws lies within 4 standard errors.
func TestGnp(t *testing.T) {
	const draws, pairs, p = 400, 100 * 99 / 2, 0.03
	links := 0
	for seed := range uint64(draws) {
		links += build(t, "gnp:100,0.03", seed).Edges()
	}
	want, off := pairs*p, 4*math.Sqrt(pairs*p*(1-p)/draws)
	if got := float64(links) / draws; math.Abs(got-want) > off {
		t.Errorf("got %.2f links in the mean, want %.2f within %.2f", got, want, off)
	}
}

// TestRegularIsUniform: of the 70 graphs of 6 servents with 3 links each, 10 are
// without triangles (two sets of three) and 60 are prisms.
func TestRegularIsUniform(t *testing.T) {
	const draws = 3000
	free := 0
	for seed := range uint64(draws) {
		g := build(t, "regular:6,3", seed)
		first := g.Neighbours(0)
		if slices.Equal(g.Neighbours(first[0]), g.Neighbours(first[1])) && slices.Equal(g.Neighbours(first[1]), g.Neighbours(first[2])) {
			free++
		}
	}
	const want = 10.0 / 70
	if got, off := float64(free)/draws, 4*math.Sqrt(want*(1-want)/draws); math.Abs(got-want) > off {
		t.Errorf("%.3f of the graphs have no triangle, want %.3f within %.3f", got, want, off)
	}
}

// TestPowerLaw: as many servents have k links as the law says, and the hub is
// servent 0.
func TestPowerLaw(t *testing.T) {
	const n, alpha = 100_000, 2.5
	g := build(t, "plrg:100000,2.5", 1)
	counts := make([]int, n)
	for v := range graph.Node(g.Len()) {
		counts[g.Degree(v)]++
		if g.Degree(v) > g.Degree(0)+3 { // the hub loses some links to itself and to repetition
			t.Errorf("servent %d has %d links, servent 0 %d", v, g.Degree(v), g.Degree(0))
		}
	}
	for _, k := range []int{2, 4, 8} {
		got := math.Log2(float64(counts[k/2]) / float64(counts[k]))
		if math.Abs(got-alpha) > 0.1 {
			t.Errorf("%d servents have %d links, %d have %d: an exponent of %.2f, want %v", counts[k/2], k/2, counts[k], k, got, alpha)
		}
	}
}

// TestPreferential: the old are richer.
func TestPreferential(t *testing.T) {
	g := build(t, "ba:10000,3", 1)
	degrees := func(from, to graph.Node) (all int) {
		for v := from; v < to; v++ {
			all += g.Degree(v)
		}
		return all
	}
	// The expected degree of servent v is M·sqrt(N/v), so that the first hundredth
	// has a tenth of all ends.
	if got, want := float64(degrees(0, 100))/float64(2*g.Edges()), 0.1; math.Abs(got-want) > 0.02 {
		t.Errorf("the first 100 have %.3f of all ends, want about %v", got, want)
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, text := range []string{"regular:100000,6", "gnm:62586,147892", "gnp:100000,0.00006", "ba:100000,3", "smallworld:100000,6,0.1", "plrg:100000,2.3"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				build(b, text, 1)
			}
		})
	}
}
