package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestContents(t *testing.T) {
	const list = "bin/ls                                  utils/coreutils\n" +
		"usr/share/doc/a file with  spaces.txt   doc/one,non-free/doc/two\n" +
		"usr/share/tab\tseparated\tdoc/one  \n" +
		"usr/share/.hidden/inside                doc/one\n" +
		".top                                    doc/one\n" +
		"no-package\n" +
		"\n" +
		"   \n" +
		"bin/ls                                  utils/busybox\n" +
		"\xc3\x9cbung                                   doc/one\n"
	s := newSample(10, 1)
	if err := s.addLines(strings.NewReader(list)); err != nil {
		t.Fatal(err)
	}
	want := []document{{"", "Übung"}, {"bin", "ls"}, {"usr/share", "tab\tseparated"}, {"usr/share/doc", "a file with  spaces.txt"}}
	if got := s.documents(); !slices.Equal(got, want) {
		t.Errorf("the list gives\n%q, want\n%q", got, want)
	}
	if s.lines != 5 {
		t.Errorf("%d lines were added, want 5", s.lines)
	}
	if err := newSample(10, 1).addLines(strings.NewReader(strings.Repeat("a", 2<<20))); err == nil {
		t.Error("a line of 2 MiB is read, want an error")
	}
}

// TestSample: what is chosen does not hang on the order of the lines nor on how
// often a path comes, is another for another seed, and is spread over all.
func TestSample(t *testing.T) {
	const paths, size = 5000, 500
	var lines []string
	for i := range paths {
		lines = append(lines, fmt.Sprintf("usr/%04d doc/one", i))
	}
	draw := func(seed uint64, lines []string) []document {
		s := newSample(size, seed)
		if err := s.addLines(strings.NewReader(strings.Join(lines, "\n"))); err != nil {
			t.Fatal(err)
		}
		return s.documents()
	}
	first := draw(1, lines)
	if len(first) != size || len(slices.Compact(slices.Clone(first))) != size {
		t.Fatalf("%d documents, want %d different ones", len(first), size)
	}
	slices.Reverse(lines)
	if again := draw(1, append(lines, lines[:paths/2]...)); !slices.Equal(again, first) {
		t.Error("the sample hangs on the order of the lines, or on how often they come")
	}
	if slices.Equal(draw(2, lines), first) {
		t.Error("another seed gives the same sample")
	}
	for tenth := range 10 {
		n := 0
		for _, d := range first {
			if strings.HasPrefix(d.name, fmt.Sprintf("%d", tenth/2)) {
				n++
			}
		}
		if want := size / 5; n < want/2 || n > 2*want {
			t.Errorf("%d documents begin with %d, want about %d", n, tenth/2, want)
		}
	}
}

func TestNoLists(t *testing.T) {
	if _, _, err := readContents(filepath.Join(t.TempDir(), "*"), 1, 1); !errors.Is(err, errNoLists) {
		t.Errorf("an empty folder: %v, want errNoLists", err)
	}
}

func TestGenerate(t *testing.T) {
	docs := generate(3000, 1)
	if !slices.Equal(docs, generate(3000, 1)) || slices.Equal(docs, generate(3000, 2)) {
		t.Error("want the same names for the same seed only")
	}
	if len(docs) != 3000 {
		t.Errorf("%d names, want 3000", len(docs))
	}
	c := newCorpus(docs)
	most := c.frequentWords(1)[0]
	if n := size(c.sets([]string{most})[0]); n < len(docs)/50 || n > len(docs)*9/10 {
		t.Errorf("the most frequent word, %q, begins one in %d of %d names, want it uneven, but not in all", most, n, len(docs))
	}
}
