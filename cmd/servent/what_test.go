package main

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"servent/servent/api"
)

var (
	rootA = "a1b2c3d4" + strings.Repeat("0", 56)
	rootB = "a1b2c3d5" + strings.Repeat("1", 56)
	rootC = "12345678" + strings.Repeat("2", 56)
	sha1A = "PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"
	sha1Z = strings.Repeat("Z", sha1Letters)

	lastTest = lastSearch{Words: "seblinux", Hits: []api.Hit{
		{N: 1, Name: "a.iso", Size: 10, Root: rootA, SHA1: sha1A, Sources: []api.Source{{Peer: "p", Hops: 1}}},
		{N: 2, Name: "b.iso", Size: 20, Root: rootB},
		{N: 12, Name: "c.iso", Size: 30, Root: rootC},
	}}
)

func TestParseWhat(t *testing.T) {
	unknown, infohash := strings.Repeat("f", rootDigits), strings.Repeat("ab", 20)
	cases := []struct {
		what             string
		root, sha1, name string
		size             int64
		sources          int
	}{
		{"1", rootA, "", "a.iso", 10, 1},
		{"12", rootC, "", "c.iso", 30, 0},
		{"12345678", rootC, "", "c.iso", 30, 0}, // eight digits are a prefix
		{"A1B2C3D4", rootA, "", "a.iso", 10, 1},
		{rootB, rootB, "", "b.iso", 20, 0},
		{unknown, unknown, "", "", unknownSize, 0},
		{"urn:sha1:" + sha1A, rootA, sha1A, "a.iso", 10, 1},
		{"URN:SHA1:" + strings.ToLower(sha1A), rootA, sha1A, "a.iso", 10, 1},
		{"urn:sha1:" + sha1Z, "", sha1Z, "", unknownSize, 0},
		{"magnet:?xt=urn:sha1:" + sha1Z + "&xl=7&dn=two%20words", "", sha1Z, "two words", 7, 0},
		{"magnet:?xt=urn:btih:" + infohash + "&xt=urn:sha1:" + sha1Z, "", sha1Z, "", unknownSize, 0},
		{"magnet:?x.root=" + unknown + "&xl=7", unknown, "", "", 7, 0},
		{"magnet:?xt=urn:sha1:" + sha1Z + "&x.root=" + unknown, unknown, sha1Z, "", unknownSize, 0},
		{"magnet:?xt=urn:sha1:" + sha1A + "&x.root=" + unknown, unknown, sha1A, "", unknownSize, 0}, // of a hit with another root
		{"magnet:?x.root=" + rootA + "&xl=99&dn=other", rootA, "", "a.iso", 10, 1},                  // a hit knows better
	}
	for _, c := range cases { // the SHA-1 of a hit is anybody's word: only one that was typed is asked for
		got, err := parseWhat(c.what, lastTest)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if got.Root != c.root || got.SHA1 != c.sha1 || got.Name != c.name || got.Size != c.size || len(got.Sources) != c.sources {
			t.Errorf("%s: got %+v, want %+v", c.what, got, c)
		}
	}
}

func TestParseWhatRefuses(t *testing.T) {
	for what, want := range map[string]api.Code{
		"3":              api.CodeNotFound,
		"0":              api.CodeNotFound,
		"a1b2c3":         api.CodeUsage, // too short
		"a.iso":          api.CodeUsage,
		"":               api.CodeUsage,
		rootA + "0":      api.CodeUsage,
		"urn:sha1:short": api.CodeUsage,
		"urn:sha1:" + strings.Repeat("1", sha1Letters): api.CodeUsage,
		"magnet:?xt=urn:btih:00":                       api.CodeUsage,
		"magnet:?x.root=00":                            api.CodeUsage,
		"magnet:?xt=urn:sha1:" + sha1Z + "&xl=-7":      api.CodeUsage,
		"magnet:?xt=urn:sha1:" + sha1Z + "&dn=%zz":     api.CodeUsage,
		"magnet:": api.CodeUsage,
	} {
		got, err := parseWhat(what, lastTest)
		told, ok := err.(*api.Error)
		if !ok || told.Code != want {
			t.Errorf("%s: got %+v, %v, want code %s", what, got, err, want)
		}
	}
	if got, err := parseWhat("DEADBEEF", lastTest); err != nil || got.Prefix != "deadbeef" || got.Root != "" {
		t.Errorf("a prefix of no hit: got %+v, %v, want it asked of the own library", got, err)
	}
	if got, err := parseWhat("a1b2c3d4", lastTest); err != nil || got.Prefix != "a1b2c3d4" || got.Root != rootA {
		t.Errorf("a prefix of a hit: got %+v, %v, want it asked of the own library too", got, err)
	}
	twins := lastSearch{Hits: []api.Hit{{N: 1, Root: rootA}, {N: 2, Root: "a1b2c3d4" + strings.Repeat("9", 56)}}}
	if _, err := parseWhat("a1b2c3d4", twins); err == nil {
		t.Error("a prefix of two roots was taken")
	}
}

// Two sizes under one root are two hits: its number chooses one, its root leaves it
// to the servent, and of many that are named the one with most sources is taken.
func TestParseWhatOfTwoSizes(t *testing.T) {
	source := api.Source{Peer: "p", Hops: 1}
	last := lastSearch{Words: "x", Hits: []api.Hit{
		{N: 1, Name: "a.iso", Size: 11, Root: rootA, Path: "lie", Sources: []api.Source{source}},
		{N: 2, Name: "a.iso", Size: 10, Root: rootA, Path: "iso", Sources: []api.Source{source, source}},
	}}
	for what, size := range map[string]int64{"1": 11, "2": 10, rootA: unknownSize, rootA[:8]: unknownSize, "magnet:?x.root=" + rootA: unknownSize} {
		got, err := parseWhat(what, last)
		if err != nil || got.Root != rootA || got.Size != size || (size == unknownSize) != (len(got.Sources) == 0) {
			t.Errorf("%s: %+v, %v, want the size %d", what, got, err, size)
		}
	}
	for _, what := range []string{"all", "1-2"} {
		s, err := selectWhats([]string{what}, last)
		if err != nil || len(s.files) != 1 || s.files[0].Size != 10 || s.paths[0] != "iso" || s.whats[0] != "2" {
			t.Errorf("%s: %+v, %v, want the second hit", what, s, err)
		}
	}
}

// A hit with as much as a search keeps of one can be asked for: a call has 1 MiB.
func TestLargeHitFitsARequest(t *testing.T) {
	hit := api.Hit{N: 1, Root: rootA}
	for range 140 {
		source := api.Source{Peer: "p", Hops: 1}
		for i := range 8 {
			source.Paths = append(source.Paths, strings.Repeat("x", 1020)+strconv.Itoa(i))
		}
		hit.Sources = append(hit.Sources, source)
	}
	request, err := parseWhat("1", lastSearch{Hits: []api.Hit{hit}})
	if err != nil || len(request.Sources) != len(hit.Sources) {
		t.Fatalf("%d sources, %v", len(request.Sources), err)
	}
	b, err := json.Marshal(request)
	if err != nil || len(b) > 1<<20 {
		t.Errorf("the request has %d bytes, %v", len(b), err)
	}
	if len(hit.Sources[0].Paths) == 0 {
		t.Error("the hit lost its folders, which get N/ needs")
	}
}

func TestParseWhatTorrent(t *testing.T) {
	here, err := filepath.Abs("x.Torrent")
	if err != nil {
		t.Fatal(err)
	}
	infohash := "magnet:?xt=urn:btih:" + strings.Repeat("ab", 20)
	for what, want := range map[string]string{
		"x.Torrent": here,
		infohash:    infohash,
		infohash + "&tr=http%3A%2F%2F192.0.2.1%2Fa":                        infohash + "&tr=http%3A%2F%2F192.0.2.1%2Fa",
		infohash + "&x.root=" + rootA + "&x.pe=192.0.2.1:6881":             infohash + "&x.root=" + rootA + "&x.pe=192.0.2.1:6881",
		infohash + "&x.root=" + rootA:                                      "", // nobody knows its peers, servents know the file
		"MAGNET:?xt=urn:btmh:1220" + strings.Repeat("ab", 32):              "MAGNET:?xt=urn:btmh:1220" + strings.Repeat("ab", 32),
		"magnet:?xt.1=urn:sha1:" + sha1Z + "&x.root=" + rootA + "&tr=x%20": "",
	} {
		got, err := parseWhat(what, lastTest)
		if err != nil || got.Torrent != want {
			t.Errorf("%s: got %+v, %v, want the torrent %q", what, got, err, want)
		}
	}
}

func FuzzParseWhat(f *testing.F) {
	f.Add("magnet:?xt=urn:sha1:" + sha1Z + "&x.root=" + rootA + "&xl=7&dn=a")
	f.Add("12")
	f.Fuzz(func(t *testing.T, what string) {
		request, err := parseWhat(what, lastTest)
		if err == nil && request.Root == "" && request.SHA1 == "" && request.Prefix == "" && request.Torrent == "" {
			t.Errorf("%q: taken, but names nothing", what)
		}
	})
}
