package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"servent/servent/api"
)

// servedLab runs "lab --web" on an empty home, and returns a browser that has
// followed its link, and the address of its page.
func servedLab(t *testing.T) (browser *http.Client, base string) {
	t.Helper()
	browser, base, _ = followLab(t)
	return browser, base
}

// followLab is servedLab with flags; stone is what leads its browser on to the page.
func followLab(t *testing.T, flags ...string) (browser *http.Client, base, stone string) {
	t.Helper()
	in, out := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		con := newConsole(out, io.Discard)
		err := newApp(con).RunContext(ctx, append([]string{"servent", "--home", t.TempDir(), "lab", "--web", "127.0.0.1:0"}, flags...))
		out.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("lab --web ends with %v", err)
		}
	})
	link, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, in)
	browser = newBrowser()
	base, _, _ = strings.Cut(link, "open?")
	answer, err := browser.Get(strings.TrimSpace(link))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	leads, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return browser, base, string(leads)
}

// askLab makes a call of the page.
func askLab(t *testing.T, browser *http.Client, base, path, body string) (status int, text string) {
	t.Helper()
	method, sent := http.MethodGet, io.Reader(nil)
	if body != "" {
		method, sent = http.MethodPost, strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, base+path, sent)
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", strings.TrimSuffix(base, "/"))
	}
	answer, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

// TestLabSignsOut: the page of the lab alone can sign its browser out.
func TestLabSignsOut(t *testing.T) {
	browser, base := servedLab(t)
	if status, text := askLab(t, browser, base, "api/page/end", "{}"); status != http.StatusOK {
		t.Errorf("sign out: got %d, %s", status, text)
	}
	if status, text := askLab(t, browser, base, "api/calls", ""); status != http.StatusUnauthorized || strings.Contains(text, "api.token") {
		t.Errorf("after that: got %d, %s; want to be told how the lab is opened", status, text)
	}
}

// TestLabServes: "lab --web" gives a browser that follows its link the page and the
// calls of the lab, and one that does not nothing.
func TestLabServes(t *testing.T) {
	browser, base := servedLab(t)
	if _, text := askLab(t, browser, base, "", ""); !strings.Contains(text, "<html") {
		t.Errorf("the page: got %.100q", text)
	}
	_, text := askLab(t, browser, base, "api/calls", "")
	var list api.CallList
	if err := json.Unmarshal([]byte(text), &list); err != nil || !slices.Contains(list.Calls, "POST /api/lab") || slices.Contains(list.Calls, "POST /api/search") {
		t.Errorf("the calls: got %s, %v; want those of the lab alone", text, err)
	}
	status, text := askLab(t, browser, base, "api/lab", `{"topology":"ring:12","ttl":3}`)
	var run api.LabRun
	if err := json.Unmarshal([]byte(text), &run); err != nil || status != 200 || *run.Searches[0].Closed.Reached != 6 {
		t.Errorf("a search: got %d, %.200s", status, text)
	}
	status, text = askLab(t, browser, base, "api/lab/table", `{"topology":"ring:12","ttl":3,"node":1,"at_ms":2}`)
	var table api.LabTable
	if err := json.Unmarshal([]byte(text), &table); err != nil || status != 200 || len(table.Seen) != 1 || *table.Seen[0].Node != 0 {
		t.Errorf("a table: got %d, %.200s", status, text)
	}
	status, text = askLab(t, browser, base, "api/lab/rows", `{"topology":"ring:12","ttls":"1..3"}`)
	if status != 200 || !strings.Contains(text, `"type":"lab-progress"`) || strings.Count(text, `"type":"lab",`) != 3 {
		t.Errorf("rows: got %d, %.200s; want progress and three rows", status, text)
	}
	for body, want := range map[string]string{
		`{"topology":"ring:12","ttl":99}`:                         "no TTL",
		`{"topolgy":"ring:12"}`:                                   "unknown field",
		`{"topology":"ring:12","strategies":["<b>x"]}`:            "strategy",
		`{"topology":"ring:9999999999999999999999999"}`:           "whole number",
		`{"graph":"` + strings.Repeat("1 2\\n", 2_000_000) + `"}`: "too large",
		`[]`: "cannot unmarshal",
	} {
		status, text := askLab(t, browser, base, "api/lab", body)
		if status != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("%.60s: got %d, %.200s, want 400 and %q", body, status, text, want)
		}
	}
	if status, _ := askLab(t, http.DefaultClient, base, "api/lab", `{"topology":"ring:12"}`); status != http.StatusUnauthorized {
		t.Errorf("without a session: got %d", status)
	}
}

// TestLabLinksToAServent: where a servent runs, "lab --web" prints a link into its
// page.
func TestLabLinksToAServent(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	p, err := launchUp(home, t.TempDir(), "--no-discovery", "--web", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	printed, err := exec.Command("servent", "lab", "--home", home, "--web").Output()
	if link := string(printed); err != nil || !strings.HasPrefix(link, p.ready.Web+"open?link=") || !strings.HasSuffix(link, "&tab=lab\n") {
		t.Errorf("servent lab --web: got %q, %v; want a link into %s", printed, err, p.ready.Web)
	}
}

// TestLabAnswersAreAsDescribed: what the lab answers has the fields of the
// description, and no others.
func TestLabAnswersAreAsDescribed(t *testing.T) {
	node := 3
	request := api.LabRequest{
		Topology: "twotier:4,9", Strategies: []string{"flood", "ring", "walk:3:steps=9"}, Replicas: "2", Push: true, Source: &node,
		Latency: "exp:20ms", Actions: []api.LabAction{{Time: 30, Node: 1, Do: "leave"}},
	}
	run := playLab(t, request)
	table, err := newLabWeb().Table(t.Context(), api.LabTableRequest{LabRequest: request, Node: 2, Time: 500})
	if err != nil {
		t.Fatal(err)
	}
	lessons, err := newLabWeb().Lessons("en")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]any{"LabRun": run, "LabTable": table, "LabLessons": lessons} {
		describedAs(t, name, value)
	}
	c := run.Searches[0].Events
	for _, column := range [][]int{c.From, c.To, c.Type, c.GUID, c.TTL, c.Hops, c.Verdict} {
		if len(column) != len(c.Time) {
			t.Error("columns of different lengths: " + fmt.Sprint(len(column), len(c.Time)))
		}
	}
}

// describedAs checks that value is as the description says, no field more.
func describedAs(t *testing.T, schema string, value any) {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData([]byte(api.OpenAPI()))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range document.Components.Schemas {
		if s.Value.Type.Is("object") && len(s.Value.Properties) > 0 {
			no := false
			s.Value.AdditionalProperties.Has = &no
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	if err := document.Components.Schemas[schema].Value.VisitJSON(plain, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("%s is not as described: %v", schema, err)
	}
}

// BenchmarkLabRun plays a flood in 2,000 servents as the page gets it.
func BenchmarkLabRun(b *testing.B) {
	for b.Loop() {
		run, err := newLabWeb().Run(b.Context(), api.LabRequest{Topology: "regular:2000,6", TTL: 7})
		if err != nil {
			b.Fatal(err)
		}
		text, err := json.Marshal(run)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(text)), "bytes/run")
	}
}

// BenchmarkLabLessons works the lessons out, as the first to ask has it done.
func BenchmarkLabLessons(b *testing.B) {
	for b.Loop() {
		if _, err := newLabWeb().Lessons("fr"); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLabRowsEndWithTheirAsker: experiments that take hours end when whoever asked
// goes away, and the lab answers others.
func TestLabRowsEndWithTheirAsker(t *testing.T) {
	browser, base := servedLab(t)
	var leave []context.CancelFunc
	for range 2 { // all that are worked on at once
		ctx, cancel := context.WithCancel(t.Context())
		leave = append(leave, cancel)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"api/lab/rows",
			strings.NewReader(`{"topology":"regular:20000,6","ttl":7,"sources":"all","strategies":["flood","ring","walk:64"]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", strings.TrimSuffix(base, "/"))
		answer, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		first, err := bufio.NewReader(answer.Body).ReadString('\n')
		if err != nil || !strings.Contains(first, `"type":"lab-progress"`) {
			t.Fatalf("got %q, %v, want progress", first, err)
		}
	}
	for _, cancel := range leave {
		cancel()
	}
	if status, text := askLab(t, browser, base, "api/lab", `{"topology":"ring:12","ttl":3}`); status != http.StatusOK {
		t.Errorf("afterwards: got %d, %.200s", status, text)
	}
}
