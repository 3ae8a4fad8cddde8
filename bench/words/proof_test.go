package main

import (
	"slices"
	"testing"
)

// TestEnginesAgree holds all engines against looking at every name.
func TestEnginesAgree(t *testing.T) {
	docs := generate(1500, 3)
	queries, err := newMaker(newCorpus(docs), 3).queries(200)
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := buildOurs(docs)
	if err != nil {
		t.Fatal(err)
	}
	more, err := buildOthers([]string{"fts5", "bleve"}, docs)
	list := append([]built{first}, more...)
	defer func() {
		if err := closeAll(list); err != nil {
			t.Error(err)
		}
	}()
	if err != nil {
		t.Fatal(err)
	}
	p, err := prove(list, queries)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range p.wrong {
		t.Error(line)
	}
	have := wordsOf(docs)
	for i, q := range queries {
		if want := matching(t, have, q.criteria); p.matches[i] != want {
			t.Errorf("%q finds %d documents, want %d", q.criteria, p.matches[i], want)
		}
	}
	if _, err := measure(list, queries, p.matches, 1, 1); err != nil {
		t.Error(err)
	}
	for _, b := range list {
		if b.bytes <= 0 {
			t.Errorf("%s takes %d bytes", b.name(), b.bytes)
		}
	}
}

// A forgetful engine loses the last document of an answer.
type forgetful struct{ engine }

func (f forgetful) search(q *query, limit int, found []uint32) ([]uint32, error) {
	found, err := f.engine.search(q, limit, found)
	return found[:max(0, len(found)-1)], err
}

func TestProofNotices(t *testing.T) {
	docs := []document{{"usr/lib", "one.txt"}, {"usr", "two.txt"}}
	first, _, err := buildOurs(docs)
	if err != nil {
		t.Fatal(err)
	}
	second := first
	second.engine = forgetful{first.engine}
	q, err := newQuery(slices.IndexFunc(classes, func(c class) bool { return c.kind == hit }), "txt")
	if err != nil {
		t.Fatal(err)
	}
	p, err := prove([]built{first, second}, []query{q})
	if err != nil || len(p.wrong) != 1 {
		t.Fatalf("a document lost: %q, %v; want one line", p.wrong, err)
	}
	if want := `"txt": ours finds 2 documents, ours 1; document 1 only the first`; p.wrong[0] != want {
		t.Errorf("it says %s, want %s", p.wrong[0], want)
	}
	q.class = slices.IndexFunc(classes, func(c class) bool { return c.kind == miss })
	if p, err := prove([]built{first}, []query{q}); err != nil || len(p.wrong) != 1 {
		t.Errorf("a hit among misses: %q, %v; want one line", p.wrong, err)
	}
	if _, err := measure([]built{second}, []query{q}, []int{2}, 1, 1); err == nil {
		t.Error("an answer too short is timed, want an error")
	}
}
