package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"servent/servent/api"
)

// manyHits returns n hits, with some names that try a table.
func manyHits(n int) []api.Hit {
	hits := make([]api.Hit, n)
	for i := range hits {
		hits[i] = api.Hit{N: i + 1, Name: fmt.Sprintf("linux %d.iso", i+1), Size: int64(i) << 20, Root: rootA,
			Sources: []api.Source{{Peer: fmt.Sprint(i % 3), Hops: 1 + i%7}}}
	}
	hits[0].Name = "a\x1b[1A.iso"
	if n > 1 {
		hits[1].Name = "日本語日本語日本語日本語日本語日本語日本語.iso"
		hits[1].Tags = []string{"SEBLINUX", "東京"}
	}
	return hits
}

// However large the screen is, no line is wider and no more lines are shown.
func TestLiveTableFits(t *testing.T) {
	for _, width := range []int{1, 10, 20, 39, 79, 200} {
		for _, height := range []int{1, 2, 3, 10, 60} {
			for _, n := range []int{0, 1, 2, 40} {
				l := &liveTable{table: newHitTable(), hits: newHitList(), peers: map[string]bool{}}
				if n > 0 {
					for _, hit := range manyHits(n) {
						l.hits.put(hit)
					}
				}
				lines := l.lines(width, height, time.Second)
				if len(lines) > max(1, height) {
					t.Errorf("%d hits on %d lines: got %d", n, height, len(lines))
				}
				for _, line := range lines {
					if columns(line) > width || strings.ContainsAny(line, "\x1b\n") {
						t.Errorf("%d hits on %d columns: got %q", n, width, line)
					}
				}
			}
		}
	}
}

// Columns stay where they are when later hits have shorter values, and those
// that a narrow screen has no room for are left out, the signer last.
func TestHitTableColumns(t *testing.T) {
	hits := manyHits(3)
	table := newHitTable()
	first := table.lines(hits, 100)
	if want := "N  NAME"; !strings.HasPrefix(first[0], want) || !strings.Contains(first[0], "TAGS") {
		t.Errorf("head: got %q", first[0])
	}
	again := table.lines(hits[:1], 100)
	if again[0] != first[0] || again[1] != first[1] {
		t.Errorf("with fewer hits the table jumps: got\n%s\n%s\nafter\n%s\n%s", again[0], again[1], first[0], first[1])
	}
	for width, want := range map[int]string{
		100: "N NAME SIZE SOURCES HOPS TAGS SIGNER",
		72:  "N NAME SIZE SOURCES HOPS SIGNER",
		60:  "N NAME SIZE SOURCES SIGNER",
		48:  "N NAME SIZE SIGNER",
		40:  "N NAME SIZE",
		10:  "N NAME SIZE",
	} {
		if got := strings.Join(heads(newHitTable().layOut(hits, width)), " "); got != want {
			t.Errorf("%d columns: got %s, want %s", width, got, want)
		}
	}
	if got := strings.Join(heads(newHitTable().layOut(manyHits(1), 48)), " "); got != "N NAME SIZE SOURCES HOPS SIGNER" {
		t.Errorf("short names: got %s, want all columns but the tags", got)
	}
}

// A table that grows, talk between, a screen that becomes narrower: in the end
// there is only what stays.
func TestPassingLines(t *testing.T) {
	term := newTerminal(t, 80, 10)
	s := &screen{w: term}
	fmt.Fprintln(s, "before")
	s.pass(nil, "one")
	s.pass(func(line string) string { return "\x1b[1m" + line + "\x1b[0m" }, "head", "hit 1", "count")
	if got, want := term.String(), "before\nhead\nhit 1\ncount\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	fmt.Fprintln(s, "a word")
	s.pass(nil, "head", "hit 1", "hit 2", "count of two")
	s.pass(nil, "head", "hit 1", "count")
	if got, want := term.String(), "before\na word\nhead\nhit 1\ncount\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s.pass(nil, strings.Repeat("wide ", 20), "count") // broken by a screen that has become narrower
	s.erase()
	s.erase()
	if got, want := term.String(), "before\na word\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPoint(t *testing.T) {
	for name, c := range map[string]struct {
		told api.Error
		wide bool // as in a pipe
		want string
	}{
		"a part":           {api.Error{Query: "red size:x y", At: 10, Length: 1}, false, "  red size:x y\n           ^\n"},
		"the first":        {api.Error{Query: "日本:x", At: 1, Length: 2}, false, "  日本:x\n  ^^^^\n"},
		"escaped":          {api.Error{Query: "\x1b[2J a/b", At: 6, Length: 3}, false, "  \\u001b[2J a/b\n            ^^^\n"},
		"no part":          {api.Error{Query: "red"}, false, ""},
		"beyond the query": {api.Error{Query: "red", At: 3, Length: 2}, false, ""},
		"in a pipe": {api.Error{Query: strings.Repeat("x", 200) + "!", At: 201, Length: 1}, true,
			"  " + strings.Repeat("x", 200) + "!\n  " + strings.Repeat(" ", 200) + "^\n"},
		"a long query": {api.Error{Query: strings.Repeat("x", 200) + "!" + strings.Repeat("y", 200), At: 201, Length: 1}, false,
			"  …" + strings.Repeat("x", 37) + "!" + strings.Repeat("y", 37) + "…\n" + strings.Repeat(" ", 40) + "^\n"},
	} {
		var talk strings.Builder
		con := newConsole(&talk, &talk)
		con.errTerminal = !c.wide
		con.point(&c.told)
		if talk.String() != c.want {
			t.Errorf("%s: got\n%swant\n%s", name, &talk, c.want)
		}
	}
}

func FuzzPoint(f *testing.F) {
	f.Add("red size:x", 10, 1)
	f.Fuzz(func(t *testing.T, query string, at, length int) {
		var talk strings.Builder
		con := newConsole(&talk, &talk)
		con.errTerminal = true
		con.point(&api.Error{Query: query, At: at, Length: length})
		for line := range strings.SplitSeq(talk.String(), "\n") {
			if columns(line) >= defaultWidth {
				t.Errorf("%q: %d columns: %s", query, columns(line), line)
			}
		}
	})
}
