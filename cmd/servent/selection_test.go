package main

import (
	"strings"
	"testing"

	"servent/servent/api"
)

func TestSelectWhats(t *testing.T) {
	last := lastSearch{Words: "x"}
	for n := 1; n <= 5; n++ {
		last.Hits = append(last.Hits, api.Hit{N: n, Root: strings.Repeat(string(rune('0'+n)), rootDigits), Path: "a/b", Sources: []api.Source{{Peer: "p", Paths: []string{"c", "a/b"}}}})
	}
	for typed, want := range map[string]string{
		"1":               "1",
		"1 1":             "1",
		"2-4":             "2 3 4",
		"4-90":            "4 5",
		"all":             "1 2 3 4 5",
		"5 1-2 all":       "5 1 2 3 4",
		"2 " + rootA:      "2 " + rootA,
		last.Hits[2].Root: last.Hits[2].Root,
		"1-1":             "1",
		"3/":              "[a/b]",
		"3/..":            "[a]",
		"3/../..":         "[]",
		"3/../../..":      "[]",
		"1 2/":            "1 [a/b]",
		"4-2":             "",
		"90-91":           "",
		"9/":              "",
		"1/x":             "",
		"/":               "",
		"1-":              "",
		"-1":              "",
		"1-2-3":           "",
	} {
		s, err := selectWhats(strings.Fields(typed), last)
		if (err != nil) != (want == "") {
			t.Errorf("%s: got %v", typed, err)
			continue
		}
		got := s.whats
		for _, f := range s.folders {
			got = append(got, "["+f.Sources[0].Path+"]")
		}
		if err == nil && strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", typed, got, want)
		}
	}
	if _, err := selectWhats([]string{"all"}, lastSearch{}); err == nil {
		t.Error("all hits of no search were taken")
	}
}

// Each source is asked for the folder that it has the file in.
func TestFolderOf(t *testing.T) {
	hit := api.Hit{Path: "a/b", Sources: []api.Source{{Paths: []string{"x", "a/b"}}, {Paths: []string{"c/d", "e"}}, {}}}
	for levels, want := range []string{"a/b c/d ", "a c ", "  "} {
		var got []string
		for _, source := range folderOf(hit, levels).Sources {
			got = append(got, source.Path)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d levels up: got %q, want %q", levels, got, want)
		}
	}
}

func TestHitFolders(t *testing.T) {
	var hits []api.Hit
	for i, path := range []string{"a", "b", "", "b", "a", "", "c", "a"} {
		hits = append(hits, api.Hit{N: i + 1, Path: path, Size: 10})
	}
	got := hitFolders(hits)
	if len(got) != 2 || got[0] != (hitFolder{"a", 1, 3, 30}) || got[1] != (hitFolder{"b", 2, 2, 20}) {
		t.Errorf("got %+v, want a with 3 files and b with 2", got)
	}
}

func TestBatchText(t *testing.T) {
	p := api.BatchProgress{Files: 1000, Done: 300, Already: 12, Failed: 1, Size: 4 << 20, Verified: 1 << 20, Rate: 1 << 20, ETA: 3}
	for limit, want := range map[int]string{
		80: "312 of 1000 files  1 failed  1.0 MiB of 4.0 MiB  1.0 MiB/s  3 s left",
		60: "312 of 1000 files  1 failed  1.0 MiB of 4.0 MiB  1.0 MiB/s",
		20: "312 of 1000 files",
	} {
		if got := batchText(p, limit); got != want {
			t.Errorf("%d columns: got %q, want %q", limit, got, want)
		}
	}
}
