package main

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"servent/servent"
)

// tellTest tells the story of files.
func tellTest(t *testing.T, files []demoFile) string {
	t.Helper()
	class, err := startClassroom(t.Context(), t.TempDir(), files, servent.WebOff, newConsole(nil, nil).log(demoLogLevel))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	story := story{class: class, out: &out, keyword: demoKeyword}
	if err := story.tell(t.Context()); err != nil {
		t.Errorf("%v, after:\n%s", err, &out)
	}
	if err := class.stop(); err != nil {
		t.Error(err)
	}
	return out.String()
}

// TestStoryIsMeasured changes the files of the demo and sees the figures
// change.
func TestStoryIsMeasured(t *testing.T) {
	first := tellTest(t, demoFiles)
	second := tellTest(t, []demoFile{
		{servent: 2, name: "near.txt", size: 5000, seed: 11, tagged: true},
		{servent: 10, name: "far.iso", size: 1 << 20, seed: 12, tagged: true},
		{servent: 5, name: "unmarked.jpg", size: 7000, seed: 13},
	})
	for _, c := range []struct {
		story string
		want  []string
	}{
		{first, []string{
			"12 servents", "14 links", "share 6 files, 9.0 MiB",
			"TTL 1: 0 hits", "2 of 11 other", "TTL 2: 1 hit.", "3 of 11 other", "TTL 7: 3 hits", "11 of 11 other",
			"servent 4, 2 hops", "servent 7, 4 hops", "servent 11, 7 hops", "3.0 MiB in",
		}},
		{second, []string{
			"share 3 files, 1.0 MiB", "TTL 1: 1 hit.", "TTL 2: 1 hit.", "TTL 7: 2 hits",
			"servent 10, 6 hops", "fetches far.iso", "The same bytes",
		}},
	} {
		for _, part := range c.want {
			if !strings.Contains(c.story, part) {
				t.Errorf("%q is not in the story:\n%s", part, c.story)
			}
		}
	}
	for _, flood := range regexp.MustCompile(`(\d+) of 11 other .* received (\d+) times, (\d+) of them`).FindAllStringSubmatch(first, -1) {
		reached, received, duplicates := number(t, flood[1]), number(t, flood[2]), number(t, flood[3])
		// All copies but the first are duplicates; 2 * 14 links - 11 is what a
		// flood costs where nobody sends back to whom it heard from.
		if received-duplicates != reached || received > 17 {
			t.Errorf("the figures do not add up: %s", flood[0])
		}
	}
	for _, figure := range []string{`root    ([0-9a-f]{64})`, `sha256  ([0-9a-f]{64})  of the copy`} {
		pattern := regexp.MustCompile(figure)
		a, b := pattern.FindString(first), pattern.FindString(second)
		if a == "" || a == b {
			t.Errorf("%s: got %q and %q, want one of each story's files", figure, a, b)
		}
	}
}

func number(t *testing.T, digits string) int {
	t.Helper()
	n, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
