package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"servent/servent/api"
)

// playLab plays a search on the lab of the page.
func playLab(t *testing.T, request api.LabRequest) api.LabRun {
	t.Helper()
	run, err := newLabWeb().Run(t.Context(), request)
	if err != nil {
		t.Fatalf("%+v: %v", request, err)
	}
	return run
}

// rowOf reads figures of a row.
func rowOf(t *testing.T, text json.RawMessage) map[string]any {
	t.Helper()
	var row map[string]any
	if err := json.Unmarshal(text, &row); err != nil {
		t.Fatal(err)
	}
	return row
}

// TestLabWebRing: in a ring of 12, a flood with TTL 3 has reached 6 servents after
// three hops, two in each, and so says its row.
func TestLabWebRing(t *testing.T) {
	run := playLab(t, api.LabRequest{Topology: "ring:12", TTL: 3})
	s := run.Searches[0]
	var reached []int // after each hop
	for hop := 1.0; hop <= 3; hop++ {
		n := 0
		for i, verdict := range s.Events.Verdict {
			if s.Events.Verdicts[verdict] == "delivered" && s.Events.Time[i] <= hop {
				n++
			}
		}
		reached = append(reached, n)
	}
	if want := []int{2, 4, 6}; !slices.Equal(reached, want) {
		t.Errorf("reached after each hop: got %v, want %v", reached, want)
	}
	row := rowOf(t, s.Row)
	if row["reached_mean"] != 6.0 || row["messages_mean"] != 6.0 || s.Closed.Reached == nil || *s.Closed.Reached != 6 || !slices.Equal(s.Closed.Hops, []int64{2, 2, 2}) {
		t.Errorf("row and closed form: got %s, %+v, want 6 reached with 6 messages", s.Row, s.Closed)
	}
	if run.Graph.Shape != "ring" || run.Graph.Nodes != 12 || len(run.Graph.Edges) != 24 || run.Source != 0 || run.Network != "ring:12" {
		t.Errorf("the network: got %+v", run)
	}
}

// TestLabWebGraph: a graph that the page sends is the network, with what its file
// calls the servents.
func TestLabWebGraph(t *testing.T) {
	run := playLab(t, api.LabRequest{Graph: "graph { a -- b; b -- c; c -- d }", GraphName: "line.dot", TTL: 3})
	if got, want := run.Graph.Labels, []string{"a", "b", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("servents: got %q, want %q", got, want)
	}
	if len(run.Graph.Edges) != 6 || run.Network != "line.dot" {
		t.Errorf("got network %q with %v, want line.dot with three links", run.Network, run.Graph.Edges)
	}
	if row := rowOf(t, run.Searches[0].Row); row["servents"] != 4.0 {
		t.Errorf("row: got %v servents, want 4", row["servents"])
	}
}

// TestLabWebIsTheCommand: a row of the page is that of the command.
func TestLabWebIsTheCommand(t *testing.T) {
	request := api.LabRequest{
		Topology: "regular:60,4", TTLs: "2..3", Strategies: []string{"flood", "ring", "walk:4"}, Latency: "exp:50ms", Loss: "2%",
		Dedup: "ttl", Replicas: "2,5%", Sources: "20", Runs: 2,
	}
	rows, err := newLabWeb().Rows(t.Context(), request, func(api.LabProgress) {})
	if err != nil {
		t.Fatal(err)
	}
	got := rowsText(rows)
	want := output(t, "servent lab --json --topology regular:60,4 --ttl 2..3 --strategy flood,ring,walk:4 --latency exp:50ms --loss 2% --dedup ttl --replicas 2,5% --sources 20 --runs 2")
	if got != want {
		t.Errorf("rows of the page:\n%s\nthose of the command:\n%s", got, want)
	}
}

// TestLessonsForThePage: the requests of a lesson ask what its commands do, and are
// there but for a trace and its replay; each but churn can be watched.
func TestLessonsForThePage(t *testing.T) {
	lessons, err := newLabWeb().Lessons("fr")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons.Lessons {
		commands := slices.Clone(l.Check)
		for _, step := range l.Steps {
			commands = append(commands, step.LabCommand)
		}
		for _, c := range commands {
			traces := strings.Contains(c.Command, "ring.trace")
			if c.Request == nil != traces || c.Plays != (!traces && !strings.Contains(c.Command, "--churn")) {
				t.Errorf("%s: request %+v, plays %v", c.Command, c.Request, c.Plays)
			}
			if c.Request == nil {
				continue
			}
			rows, err := newLabWeb().Rows(t.Context(), *c.Request, func(api.LabProgress) {})
			if err != nil {
				t.Fatalf("%s: %v", c.Command, err)
			}
			if got, want := rowsText(rows), output(t, c.Command+" --json"); got != want {
				t.Errorf("%s: the page says\n%s\nwant\n%s", c.Command, got, want)
			}
		}
	}
}

// TestLessonsOnce: what the lessons can play is worked out once for a language.
func TestLessonsOnce(t *testing.T) {
	lab := newLabWeb()
	first, err := lab.Lessons("fr")
	if err != nil {
		t.Fatal(err)
	}
	again, err := lab.Lessons("fr_CH.UTF-8")
	if err != nil || &again.Lessons[0] != &first.Lessons[0] {
		t.Errorf("asked again: %v, worked out anew: %v", err, &again.Lessons[0] != &first.Lessons[0])
	}
	if english, err := lab.Lessons("de"); err != nil || english.Language != "en" || english.Lessons[0].Title == first.Lessons[0].Title {
		t.Errorf("another language: got %v, %q", err, english.Language)
	}
}

// rowsText returns rows as the command prints them.
func rowsText(rows api.LabRows) string {
	text := ""
	for _, row := range rows.Rows {
		text += string(row) + "\n"
	}
	return text
}

// TestLabWebRefuses: what is hostile or too large is refused as a wrong request,
// before it takes time.
func TestLabWebRefuses(t *testing.T) {
	many := make([]api.LabAction, 10_001)
	for i := range many {
		many[i].Do = "leave"
	}
	var star strings.Builder
	for v := range 100_001 {
		fmt.Fprintln(&star, 0, v+1)
	}
	far := 1 << 40
	for name, request := range map[string]api.LabRequest{
		"a topology of too many servents": {Topology: "ring:100001"},
		"too many links":                  {Topology: "complete:5000"},
		"no topology":                     {Topology: "moebius:3"},
		"two networks":                    {Topology: "ring:3", Graph: "0 1"},
		"an empty graph":                  {Graph: "# nothing"},
		"a graph that is none":            {Graph: "<graphml", GraphName: "g.graphml"},
		"a graph of too many servents":    {Graph: star.String()},
		"four strategies":                 {Strategies: []string{"flood", "ring", "walk:1", "walk:2"}},
		"one strategy twice":              {Strategies: []string{"flood", "flood"}},
		"TTL 16":                          {TTL: 16},
		"TTL -1":                          {TTL: -1},
		"a file of sources":               {Sources: "/etc/passwd"},
		"a source that is not there":      {Topology: "ring:3", Source: &far},
		"a negative seed":                 {Seed: func() *int64 { n := int64(-1); return &n }()},
		"unknown wants":                   {Wants: "all"},
		"an unknown action":               {Actions: []api.LabAction{{Do: "explode"}}},
		"an action on nobody":             {Topology: "ring:3", Actions: []api.LabAction{{Node: 3, Do: "leave"}}},
		"an action on a negative servent": {Topology: "ring:3", Actions: []api.LabAction{{Node: -1, Do: "leave"}}},
		"an action too late":              {Topology: "ring:3", Actions: []api.LabAction{{Time: 1e300, Do: "leave"}}},
		"too many actions":                {Topology: "ring:3", Actions: many},
		"two numbers of replicas":         {Replicas: "1,2"},
		"more replicas than servents":     {Topology: "ring:3", Replicas: "5"},
		"churn":                           {Churn: "5m,10m"},
		"loss of all":                     {Loss: "100%"},
	} {
		_, err := newLabWeb().Run(t.Context(), request)
		var refused *api.Error
		if !errors.As(err, &refused) || refused.Code != api.CodeUsage || refused.Sentence == nil {
			t.Errorf("%s: got %v, want it refused as a wrong request, in a sentence", name, err)
		}
	}
}
