package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"servent/servent/api"
)

// beginningOf returns what the page begins with after "servent lab --web FLAGS".
func beginningOf(t *testing.T, flags ...string) (place string, request *api.LabRequest, err error) {
	t.Helper()
	verb := labVerb(&console{})
	verb.Action = func(c *cli.Context) (err error) {
		request, err = labBeginning(c)
		return err
	}
	app := &cli.App{Commands: []*cli.Command{verb}}
	err = app.RunContext(t.Context(), append([]string{"servent", "lab", "--web", "127.0.0.1:0"}, flags...))
	return labPlace(request), request, err
}

// TestLabBeginsAsTyped: the flags beside --web are what the page begins with, each of
// them; without any it begins as it was left.
func TestLabBeginsAsTyped(t *testing.T) {
	for flags, want := range map[string]string{
		"":                             "lab",
		"--topology ring:12 --ttl 3":   "lab/topology=ring:12&ttl=3&seed=1&strategies=flood&ttls=3",
		"--seed 7":                     "lab/topology=regular:200,6&ttl=7&seed=7&strategies=flood&ttls=1..7",
		"--ttl 2..5 --sources all":     "lab/topology=regular:200,6&ttl=5&seed=1&strategies=flood&ttls=2..5&sources=all",
		"--strategy ring,walk:4,flood": "lab/topology=regular:200,6&ttl=7&seed=1&strategies=ring,walk:4,flood&ttls=1..7",
		"--dedup ttl --latency exp:100ms --loss 5% --replicas 1% --ttl 4":          "lab/topology=regular:200,6&ttl=4&seed=1&strategies=flood&dedup=ttl&latency=exp:100ms&loss=5%25&replicas=1%25&ttls=4",
		"--topology grid:5,8 --queries 2 --runs 3 --churn 60m,2h,50% --sources 10": "lab/topology=grid:5,8&ttl=7&seed=1&strategies=flood&ttls=1..7&sources=10&queries=2&runs=3&churn=60m,2h,50%25",
	} {
		if got, _, err := beginningOf(t, strings.Fields(flags)...); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", flags, got, err, want)
		}
	}
}

// TestLabBeginsWithoutOthers: what the page has no place for is told, not left out.
func TestLabBeginsWithoutOthers(t *testing.T) {
	for flags, want := range map[string]string{
		"--objects 4":                               "--objects",
		"--csv rows.csv":                            "--csv",
		"--workers 2":                               "--workers",
		"--strategy flood,ring,walk:1,walk:4":       "4 strategies",
		"--strategy flood,flood":                    "twice",
		"--ttl 16":                                  "no TTL",
		"--replicas 1,5":                            "replicas",
		"--sources ids.txt":                         "sources",
		"--topology regular:200001,6":               "watched",
		"--graph none.txt":                          "no such file",
		"--graph none.txt --topology regular:200,6": "exclude each other",
		"--churn 60m":                               "churn",
	} {
		if _, _, err := beginningOf(t, strings.Fields(flags)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", flags, err, want)
		}
	}
}

// TestLabBeginsWithAGraph: the page of "lab --web --graph FILE" finds the file at its
// server, and its address in the link; other labs have none.
func TestLabBeginsWithAGraph(t *testing.T) {
	file := filepath.Join(t.TempDir(), "la classe.dot")
	if err := os.WriteFile(file, []byte("\ufeffgraph { ada -- grace -- alan -- ada }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	browser, base, stone := followLab(t, "--graph", file, "--ttl", "2")
	if want := "/#lab/graph=la+classe.dot&amp;ttl=2&amp;seed=1&amp;strategies=flood&amp;ttls=2"; !strings.Contains(stone, want) {
		t.Errorf("the link leads on by %s, want to %s", stone, want)
	}
	status, text := askLab(t, browser, base, "api/lab/graph", "")
	var held api.LabFile
	if err := json.Unmarshal([]byte(text), &held); err != nil || held != (api.LabFile{Name: "la classe.dot", Text: "graph { ada -- grace -- alan -- ada }\n"}) {
		t.Errorf("got %d, %s, %v", status, text, err)
	}
	if status, text := askLab(t, browser, base, "api/lab", `{"graph":`+quoteJSON(t, held.Text)+`,"graph_name":"la classe.dot","ttl":2}`); status != http.StatusOK || !strings.Contains(text, `"labels":["ada","grace","alan"]`) {
		t.Errorf("a search in it: got %d, %.300s", status, text)
	}
	browser, base = servedLab(t)
	if status, text := askLab(t, browser, base, "api/lab/graph", ""); status != http.StatusNotFound || !strings.Contains(text, "--graph FILE") {
		t.Errorf("of another lab: got %d, %s", status, text)
	}
}

func quoteJSON(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}
