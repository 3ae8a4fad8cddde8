package plot_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"servent/routing/lab/experiment"
	"servent/routing/lab/graph"
	"servent/routing/lab/plot"
)

// chords returns a ring of servents where each is linked with another across,
// too: a flood reaches more with each TTL, and meets itself.
func chords(t *testing.T, servents int) *graph.Graph {
	t.Helper()
	var edges [][2]graph.Node
	for v := range servents {
		edges = append(edges, [2]graph.Node{graph.Node(v), graph.Node((v + 1) % servents)},
			[2]graph.Node{graph.Node(v), graph.Node((v*7 + 3) % servents)})
	}
	g, err := graph.New(servents, edges)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// rows tries strategies on a graph of chords.
func rows(t *testing.T, change func(*experiment.Plan)) []experiment.Row {
	t.Helper()
	g := chords(t, 300)
	latency, err := experiment.ParseLatency("exp:50ms")
	if err != nil {
		t.Fatal(err)
	}
	plan := experiment.Plan{
		Graph: func(int) (*graph.Graph, error) { return g, nil }, Seed: 1,
		Strategies: []experiment.Strategy{experiment.Flood}, First: 1, Last: 7,
		Sources: experiment.Sources{Number: 20}, Latency: latency,
	}
	change(&plan)
	all, err := plan.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func strategies(t *testing.T, list string) []experiment.Strategy {
	t.Helper()
	all, err := experiment.ParseStrategies(list)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// write draws p in a format; where PLOTS names a folder, the picture is kept
// there, to be looked at.
func write(t *testing.T, format string, p plot.Picture) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := plot.Write(&out, format, p); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("PLOTS"); dir != "" {
		name := strings.ReplaceAll(t.Name(), "/", "-") + "." + format
		if err := os.WriteFile(filepath.Join(dir, name), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// words returns the texts of an SVG, in their order.
func words(t *testing.T, svg []byte) []string {
	t.Helper()
	var texts []string
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for inText := false; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.CharData:
			if inText {
				texts = append(texts, string(token))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

// TestPictures: what rows allow is drawn, with its words, and the same rows give
// the same bytes.
func TestPictures(t *testing.T) {
	one := experiment.Replicas{Number: 3}
	asked := func(p *experiment.Plan) { p.Objects.Replicas = one }
	many := func(n int) []experiment.Row {
		var all []experiment.Row
		for i := range n {
			own := rows(t, func(p *experiment.Plan) { asked(p); p.Seed = uint64(i) })
			for _, r := range own {
				r.Strategy = fmt.Sprintf("strategy %d", i+1)
				all = append(all, r)
			}
		}
		return all
	}
	for _, c := range []struct {
		name    string
		picture plot.Picture
		want    []string
		not     string
	}{
		{"seven TTLs and two strategies", plot.Picture{Title: "300 servents with chords, seed 1", Rows: rows(t, func(p *experiment.Plan) {
			asked(p)
			p.Runs, p.Strategies = 5, strategies(t, "flood:plain,flood:ttl,walk:4")
		})}, []string{
			"300 servents with chords, seed 1", "flood:plain", "flood:ttl", "TTL (hops)", "servents reached (%)", "Coverage by TTL",
			"Messages by TTL", "Duplicates by TTL", "Success by TTL", "Load, TTL 7", "Messages side by side, TTL 7", "7", "100", "0",
			"Means of 5 runs; bars: standard error of the mean.",
		}, ""},
		{"one strategy", plot.Picture{Rows: rows(t, func(*experiment.Plan) {})},
			[]string{"flood", "Coverage by TTL", "Load, TTL 7", "Means of 20 queries of one run."}, "Success"},
		{"one point", plot.Picture{Rows: rows(t, func(p *experiment.Plan) { asked(p); p.First, p.Last = 3, 3 })},
			[]string{"Coverage by TTL", "3", "Success by TTL"}, "side by side"},
		{"no duplicates", plot.Picture{Rows: rows(t, func(p *experiment.Plan) { p.First, p.Last, p.Sources.Number = 1, 1, 1 })},
			[]string{"One query.", "Duplicates by TTL", "Load, TTL 1"}, "side by side"},
		{"twelve strategies", plot.Picture{Title: strings.Repeat("a very long title ", 12), Rows: many(12)},
			[]string{"strategy 1", "strategy 12", "Hops side by side, TTL 7"}, ""},
		{"replications", plot.Picture{Title: "300 servents with chords", Rows: replications(t)},
			[]string{"Success by replication, TTL 3", "servents that hold the object", "100"}, "by TTL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			svg, image := write(t, "svg", c.picture), write(t, "png", c.picture)
			texts := words(t, svg)
			for _, want := range c.want {
				if !slices.Contains(texts, want) {
					t.Errorf("no text %q among %q", want, texts)
				}
			}
			if c.not != "" && strings.Contains(strings.Join(texts, "\n"), c.not) {
				t.Errorf("a text says %q: these rows do not allow it", c.not)
			}
			if _, err := png.Decode(bytes.NewReader(image)); err != nil {
				t.Errorf("the picture is no PNG: %v", err)
			}
			if !bytes.Equal(svg, write(t, "svg", c.picture)) {
				t.Error("drawn again, the picture has other bytes")
			}
		})
	}
}

// replications returns the rows of several numbers of replicas.
func replications(t *testing.T) []experiment.Row {
	var all []experiment.Row
	for _, n := range []int{1, 3, 10, 30, 100} {
		all = append(all, rows(t, func(p *experiment.Plan) {
			p.Objects.Replicas.Number, p.Last, p.Runs = n, 3, 4
			p.Strategies = strategies(t, "flood:plain,flood:ttl,walk:4")
		})...)
	}
	return all
}

// TestPNGAgain: the same rows give the same bytes, run or drawn once more, and
// another seed gives others.
func TestPNGAgain(t *testing.T) {
	picture := func(seed uint64) []byte {
		return write(t, "png", plot.Picture{Rows: rows(t, func(p *experiment.Plan) { p.Seed, p.Last = seed, 3 })})
	}
	once := picture(1)
	if !bytes.Equal(once, picture(1)) {
		t.Error("the same plan, run again: other bytes")
	}
	if bytes.Equal(once, picture(2)) {
		t.Error("other rows: the same bytes")
	}
}

// TestHostileTitle: a title, which may be the name of a file, cannot break an
// SVG.
func TestHostileTitle(t *testing.T) {
	one := rows(t, func(p *experiment.Plan) { p.Last = 1 })
	svg := write(t, "svg", plot.Picture{Title: "a\x00\x1b]0;x\a</text><script>&\xff\u202e", Rows: one})
	if got, want := words(t, svg)[0], "a\ufffd\ufffd]0;x\ufffd</text><script>&\ufffd\ufffd"; got != want {
		t.Errorf("the title is %q, want %q", got, want)
	}
	if bytes.Contains(svg, []byte("<script")) {
		t.Error("the title became part of the SVG")
	}
}

// TestErrors: what cannot be drawn is said.
func TestErrors(t *testing.T) {
	one := rows(t, func(p *experiment.Plan) { p.Last = 1 })
	var many []experiment.Row
	for i := range plot.MaxStrategies + 1 {
		r := one[0]
		r.Strategy = fmt.Sprint(i)
		many = append(many, r)
	}
	var out bytes.Buffer
	if err := plot.Write(&out, "svg", plot.Picture{}); !errors.Is(err, plot.ErrEmpty) {
		t.Errorf("a picture without rows: %v, want %v", err, plot.ErrEmpty)
	}
	if err := plot.Write(&out, "svg", plot.Picture{Rows: many}); err == nil {
		t.Errorf("%d strategies: no error", len(many))
	}
	if err := plot.Write(&out, "pdf", plot.Picture{Rows: one}); err == nil {
		t.Error("a PDF: no error")
	}
	if out.Len() > 0 {
		t.Errorf("%d bytes were written for what cannot be drawn", out.Len())
	}
	for file, want := range map[string]string{"a.svg": "svg", "/b/A.PNG": "png", "a.pdf": "", "svg": "", "": ""} {
		got, err := plot.FormatOf(file)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("the format of %q: %q, %v; want %q", file, got, err, want)
		}
	}
}
