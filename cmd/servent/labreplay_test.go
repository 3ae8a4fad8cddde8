package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplayCountsAsRows: with lossy links and servents that leave and
// say so, the sums of a trace are those of the row.
func TestReplayCountsAsRows(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.trace")
	lines := func(args ...string) []map[string]any {
		t.Helper()
		var out, talk bytes.Buffer
		if exit := run(append(args, "--json", "--quiet", "--home", dir), &out, &talk); exit != exitDone {
			t.Fatalf("%v: exit code %d: %s", args, exit, &talk)
		}
		var all []map[string]any
		for line := range strings.Lines(out.String()) {
			var one map[string]any
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatal(err)
			}
			all = append(all, one)
		}
		return all
	}
	for _, c := range []struct{ flags, has string }{
		{"--churn 1m,2m,50%", `"type":"Bye"`},
		{"--latency exp:50ms --dedup ttl", `"verdict":"improved"`},
	} {
		rows := lines(append([]string{"lab", "--topology", "gnm:100,300", "--sources", "5", "--queries", "2", "--ttl", "4", "--loss", "3%",
			"--trace", path, "--overwrite"}, strings.Fields(c.flags)...)...)
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, []byte(c.has)) {
			t.Fatalf("%s: no %s in the trace, %v", c.flags, c.has, err)
		}
		sums := map[string]float64{}
		for _, hop := range lines("lab", "replay", path) {
			for _, name := range []string{"sent", "fresh", "duplicates", "improved", "lost"} {
				sums[name] += hop[name].(float64)
			}
		}
		sums["duplicates"] += sums["improved"] // which are among those of a row
		for name, column := range map[string]string{
			"sent": "messages_sum", "fresh": "reached_sum", "duplicates": "duplicates_sum", "improved": "improved_sum", "lost": "lost_sum",
		} {
			if want := rows[0][column].(float64); sums[name] != want {
				t.Errorf("%s: %s: got %v, the row has %v", c.flags, name, sums[name], want)
			}
		}
	}
}

// TestReplayCutShort: a compressed trace that ends too early is told to be cut,
// below what there is.
func TestReplayCutShort(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.trace.gz")
	var plain, packed bytes.Buffer
	if exit := run([]string{"lab", "--topology", "gnm:200,600", "--trace", "-", "--home", dir}, &plain, io.Discard); exit != exitDone {
		t.Fatalf("exit code %d", exit)
	}
	z := gzip.NewWriter(&packed)
	z.Write(plain.Bytes())
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, packed.Bytes()[:packed.Len()/2], 0o666); err != nil {
		t.Fatal(err)
	}
	var out, talk bytes.Buffer
	exit := run([]string{"lab", "replay", path, "--home", dir}, &out, &talk)
	if want := "servent: lab replay: read " + path + ": it is cut short\n"; exit != exitError || talk.String() != want {
		t.Errorf("exit code %d and %q, want 1 and %q", exit, &talk, want)
	}
	if !strings.Contains(out.String(), "search 1: ") {
		t.Errorf("nothing of it is printed: %.200s", &out)
	}
}
