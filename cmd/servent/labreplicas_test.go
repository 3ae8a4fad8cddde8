package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLabReplications: with several numbers of replicas the rows of each are
// those that it gives alone, and a picture shows success by replication.
func TestLabReplications(t *testing.T) {
	dir := t.TempDir()
	picture := filepath.Join(dir, "a.svg")
	lab := func(replicas string, more ...string) string {
		var out, talk bytes.Buffer
		args := append([]string{"lab", "--topology", "ring:30", "--ttl", "1..2", "--sources", "all", "--home", dir, "--replicas", replicas}, more...)
		if exit := run(args, &out, &talk); exit != exitDone {
			t.Fatalf("%q ends with %d: %s", args, exit, talk.String())
		}
		return out.String()
	}
	together := lab("2,10%,5", "--json", "--plot", picture)
	if alone := lab("2", "--json") + lab("10%", "--json") + lab("5", "--json"); together != alone {
		t.Errorf("together:\n%s\nalone:\n%s", together, alone)
	}
	var replicas []string
	for line := range strings.Lines(together) {
		var row struct{ Replicas string }
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		replicas = append(replicas, row.Replicas)
	}
	if got, want := fmt.Sprint(replicas), "[2 2 10% 10% 5 5]"; got != want {
		t.Errorf("replicas of the rows: %s, want %s", got, want)
	}
	table := lab("2,5")
	if alone := lab("2") + "\n" + lab("5"); table != alone {
		t.Errorf("tables together:\n%s\nalone:\n%s", table, alone)
	}
	drawn, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Success by replication, TTL 2", "servents that hold the object (%)", "replicas 2,10%,5"} {
		if !strings.Contains(string(drawn), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	for _, wrong := range []string{"2,2", "2,,5", "2,x", strings.Repeat("1,", 40)} {
		if exit := run([]string{"lab", "--home", dir, "--replicas", wrong}, io.Discard, io.Discard); exit != exitUsage {
			t.Errorf("--replicas %s ends with %d, want %d", wrong, exit, exitUsage)
		}
	}
}
