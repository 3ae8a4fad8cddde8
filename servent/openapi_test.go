package servent

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"servent/servent/api"
	"servent/servent/web"
)

var rewrite = flag.Bool("rewrite", false, "renew the description of the local API")

// TestOpenAPI: the description is that of the routes and of the values of
// package api, and is one by the rules of OpenAPI.
func TestOpenAPI(t *testing.T) {
	want := describeAPI(t, allRoutes(t))
	if *rewrite {
		if err := os.WriteFile("api/openapi.json", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(want, api.OpenAPI()); diff != "" {
		t.Errorf("the description is out of date (-want +got); renew it with go test ./servent -run TestOpenAPI -rewrite:\n%s", diff)
	}
	document, err := openapi3.NewLoader().LoadFromData([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

// allRoutes are those of a servent that answers for everything.
func allRoutes(t *testing.T) []web.Route {
	return web.WithCalls(slices.Concat(start(t, Config{}).ownRoutes(), web.LabRoutes(nil), web.SettingsRoutes(nil)))
}

// Every route is in the list of package api, and the other way round.
func TestDocOfPackageAPI(t *testing.T) {
	text, err := os.ReadFile("api/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var want, listed []string
	for _, r := range allRoutes(t) {
		want = append(want, r.Method+" "+r.Path)
	}
	for _, line := range regexp.MustCompile(`(?m)^//\t(GET|POST) +(\S+)`).FindAllSubmatch(text, -1) {
		listed = append(listed, string(line[1])+" "+string(line[2]))
	}
	slices.Sort(want)
	slices.Sort(listed)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("the package comment in api/doc.go does not list the routes (-routes +listed):\n%s", diff)
	}
}

// docs/api.md tells of every route, event and code, with the status it comes
// with.
func TestDocOfTheAPI(t *testing.T) {
	b, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, r := range allRoutes(t) {
		want = append(want, "| `"+r.Method+" "+r.Path+"` |")
	}
	docs := readAPIDocs(t)
	for _, kind := range docs.values("Event") {
		want = append(want, "| `"+kind+"` |")
	}
	for _, code := range docs.values("Code") {
		status := fmt.Sprint(web.HTTPStatus(api.Code(code)))
		if status == "500" && api.Code(code) != api.CodeInternal {
			status = ""
		}
		want = append(want, strings.Replace("| `"+code+"` | "+status+" |", "|  |", "| |", 1))
	}
	for _, value := range slices.Concat(docs.values("Type"), docs.values("State")) {
		want = append(want, "`"+value+"`")
	}
	for _, text := range want {
		if !strings.Contains(string(b), text) {
			t.Errorf("docs/api.md does not say %s", text)
		}
	}
}

// Every type of an event, and every state, is one that a value of package api
// says it can have, and the other way round.
func TestEventTypesAreDescribed(t *testing.T) {
	docs, described, told := readAPIDocs(t), map[string]bool{"error": true}, map[reflect.Type]bool{}
	for _, r := range allRoutes(t) {
		for _, event := range append(slices.Clone(r.Tells), r.Answers) {
			structsOf(event, told)
			if event == nil || !r.Streams() {
				continue
			}
			if field, _ := event.FieldByName("Type"); field.Tag.Get("enum") == "" {
				t.Errorf("%v.Type does not say what it can be: give it an enum tag", event)
			}
		}
	}
	for kind := range told {
		for _, name := range []string{"Type", "State"} {
			if field, ok := kind.FieldByName(name); ok && field.Tag.Get("enum") != "" {
				for value := range strings.SplitSeq(field.Tag.Get("enum"), ",") {
					described[value] = true
				}
			}
		}
	}
	consts := slices.Concat(docs.values("Type"), docs.values("Event"), docs.values("State"))
	for _, value := range consts {
		if !described[value] {
			t.Errorf("nothing that is told is %q: name it in the enum tag of its Type or State", value)
		}
	}
	for value := range described {
		if slices.Contains(consts, value) {
			continue
		}
		t.Errorf("%q in an enum tag is no constant of package api", value)
	}
}

// A schemaCheck checks what comes back against the description. Fields that
// are not described are faults here, though clients must bear them.
type schemaCheck struct {
	t        *testing.T
	document *openapi3.T
	seen     map[string]bool // "METHOD /path", and the types of events
}

func newSchemaCheck(t *testing.T) *schemaCheck {
	var document object
	if err := json.Unmarshal([]byte(api.OpenAPI()), &document); err != nil {
		t.Fatal(err)
	}
	for _, schema := range document["components"].(object)["schemas"].(object) {
		if schema.(object)["type"] == "object" {
			schema.(object)["additionalProperties"] = false
		}
	}
	strict, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	c := &schemaCheck{t: t, seen: map[string]bool{}}
	if c.document, err = openapi3.NewLoader().LoadFromData(strict); err != nil {
		t.Fatal(err)
	}
	return c
}

// answer checks one answer to a call.
func (c *schemaCheck) answer(method, path string, answer *http.Response) {
	c.t.Helper()
	name := method + " " + path
	c.seen[name] = true
	operation := c.document.Paths.Value(path).GetOperation(method)
	if operation == nil {
		c.t.Fatalf("%s is not described", name)
	}
	described := operation.Responses.Value(fmt.Sprint(answer.StatusCode))
	if described == nil {
		described = operation.Responses.Value(fmt.Sprintf("%dXX", answer.StatusCode/100))
	}
	if described == nil {
		c.t.Errorf("%s: the status %s is not described", name, answer.Status)
		return
	}
	kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
	content := described.Value.Content.Get(kind)
	if content == nil {
		c.t.Errorf("%s: %s as %q is not described", name, answer.Status, kind)
		return
	}
	switch kind {
	case "text/event-stream":
		for lines := bufio.NewReader(answer.Body); ; {
			line, err := lines.ReadString('\n')
			if err != nil { // who leaves gets a part of a line
				break
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok {
				c.value(name, content.Schema, []byte(data))
			}
		}
	case "application/json":
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			c.t.Error(err)
		}
		c.value(name, content.Schema, body)
	}
}

// value checks one JSON value.
func (c *schemaCheck) value(name string, schema *openapi3.SchemaRef, text []byte) {
	c.t.Helper()
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		c.t.Errorf("%s: %v in %.200s", name, err, text)
		return
	}
	if typed, ok := value.(object); ok {
		c.seen[fmt.Sprint(typed["type"])] = true
	}
	if err := schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil {
		c.t.Errorf("%s: %v: got %.300s", name, err, text)
	}
}

// TestAnswersAreAsDescribed makes every call of a real servent, over its
// socket, and checks every value and event that comes back.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 200_000, "notes.txt": 10})
	far := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{dir}}))
	near := ready(t, start(t, Config{Home: t.TempDir(), Web: "127.0.0.1:0", TraceNetwork: true}))
	own := folder(t, map[string]int{"own.txt": 100_000})
	root, out := request(t, far, "SEBLINUX.iso"), t.TempDir()
	check := newSchemaCheck(t)
	call := callSocket(t, near)
	ask := func(method, path string, body any) {
		t.Helper()
		answer := call(t.Context(), method, path, body)
		defer answer.Body.Close()
		check.answer(method, path, answer)
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	events := call(ctx, "GET", "/api/events?types="+strings.Join(eventTypes, ","), nil)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		check := &schemaCheck{t: t, document: check.document, seen: map[string]bool{}}
		check.answer("GET", "/api/events", events)
		for _, kind := range []string{api.EventHello, api.EventLink, api.EventSearch, api.EventTransfer, api.EventStatus, api.EventDownloads, api.EventOverlay, api.EventTrace} {
			if !check.seen[kind] {
				t.Errorf("no event of type %q came", kind)
			}
		}
	}()
	check.seen["GET /api/events"] = true

	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/", nil}, {"GET", "/metrics", nil}, {"GET", web.DescriptionPath, nil}, {"GET", "/api/calls", nil}, {"GET", "/api/kinds", nil},
		{"POST", "/api/page", api.PageRequest{Tab: "lab"}},
		{"POST", "/api/page", api.PageRequest{Tab: "none"}},
		{"POST", "/api/page/end", api.PageEnd{}},
		{"POST", "/api/connect", api.ConnectRequest{Addr: addr(far)}},
		{"POST", "/api/connect", object{"addr": 7}},
		{"GET", "/api/peers", nil},
		{"GET", "/api/horizon", nil},
		{"GET", "/api/overlay", nil},
		{"GET", "/api/invite", nil},
		{"GET", "/api/doctor", nil},
		{"POST", "/api/doctor", api.DoctorRequest{Quiet: true}},
		{"POST", "/api/search", api.SearchRequest{Words: "seblinux", Max: 1}},
		{"POST", "/api/search", api.SearchRequest{Words: "seblinux", Max: 1, Strategy: api.StrategyRing}},
		{"POST", "/api/search", api.SearchRequest{Words: "..."}},
		{"POST", "/api/get", root},
		{"POST", "/api/get", root}, // is there now
		{"POST", "/api/get", object{"size": "large"}},
		{"POST", "/api/get-many", folderOf(far, "", out)},
		{"POST", "/api/get-many", api.BatchRequest{}},
		{"GET", "/api/downloads", nil},
		{"POST", "/api/downloads/start", root},
		{"POST", "/api/downloads/start", api.GetRequest{Root: strings.Repeat("ab", 32), Size: -1}},
		{"POST", "/api/downloads/pause", api.DownloadsRequest{IDs: []string{"all"}}},
		{"POST", "/api/downloads/resume", api.DownloadsRequest{IDs: []string{"all"}}},
		{"POST", "/api/downloads/priority", api.PriorityRequest{IDs: []string{"all"}, Priority: api.PriorityHigh}},
		{"POST", "/api/downloads/cancel", api.DownloadsRequest{IDs: []string{"all"}}},
		{"POST", "/api/downloads/cancel", api.DownloadsRequest{IDs: []string{"99"}}},
		{"POST", "/api/limits", object{"up": 1 << 30}},
		{"POST", "/api/limits", object{"down": 1}},
		{"POST", "/api/share/add", api.ShareRequest{Paths: []string{own}}},
		{"POST", "/api/share/add", api.ShareRequest{Paths: []string{filepath.Join(own, "none")}}},
		{"POST", "/api/share/tag", api.TagRequest{Tags: []string{"Linux"}, Paths: []string{filepath.Join(own, "own.txt")}}},
		{"POST", "/api/share/tag", api.TagRequest{}},
		{"POST", "/api/share/files", api.FilesRequest{Words: "own", Sort: api.FilesBySize, Limit: 3}},
		{"POST", "/api/share/files", object{"sort": "taste"}},
		{"POST", "/api/torrent", api.TorrentRequest{Path: filepath.Join(own, "own.txt")}},
		{"POST", "/api/torrent", api.TorrentRequest{Path: filepath.Join(own, "none.txt")}},
		{"POST", "/api/share/untag", api.TagRequest{Paths: []string{filepath.Join(own, "own.txt")}}},
		{"POST", "/api/share/rescan", object{}},
		{"GET", "/api/share", nil},
		{"POST", "/api/share/remove", api.ShareRequest{Paths: []string{own}}},
		{"POST", "/api/share/remove", api.ShareRequest{Paths: []string{own}}}, // is not shared any more
		{"POST", "/api/disconnect", api.DisconnectRequest{Peer: far.host.ID().String()}},
		{"POST", "/api/disconnect", api.DisconnectRequest{Peer: "nobody"}},
		{"GET", "/api/status", nil},
	} {
		ask(c.method, c.path, c.body)
	}
	leave()
	<-followed
	for _, r := range near.routes() {
		if !check.seen[r.Method+" "+r.Path] {
			t.Errorf("%s %s is not tried: add it to the calls above", r.Method, r.Path)
		}
	}
	for _, kind := range []string{"hit", "summary", "progress", "done", "file", "shares", "tagged", "invite", "horizon", "doctor", "downloads", "files", "error"} {
		if !check.seen[kind] {
			t.Errorf("no value of type %q came", kind)
		}
	}
}

// callSocket returns what makes raw calls over the socket of s.
func callSocket(t *testing.T, s *Servent) func(ctx context.Context, method, path string, body any) *http.Response {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", api.SocketPath(s.home.dir))
	}}}
	t.Cleanup(client.CloseIdleConnections)
	return func(ctx context.Context, method, path string, body any) *http.Response {
		t.Helper()
		var sent io.Reader
		if body != nil {
			b, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			sent = bytes.NewReader(b)
		}
		r, err := http.NewRequestWithContext(ctx, method, "http://localhost"+path, sent)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

// Every value of package api that is told says no more than its schema, even
// if all its fields are set.
func TestSchemasNameEveryField(t *testing.T) {
	check := newSchemaCheck(t)
	for _, r := range allRoutes(t) {
		for _, kind := range append(slices.Clone(r.Tells), r.Answers, r.Takes) {
			if kind == nil || kind.Kind() != reflect.Struct {
				continue
			}
			value := reflect.New(kind).Elem()
			fill(value)
			text, err := json.Marshal(value.Interface())
			if err != nil {
				t.Fatal(err)
			}
			check.value(kind.Name(), check.document.Components.Schemas[kind.Name()], text)
		}
	}
}

// fill sets every field of v to something.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for field, value := range v.Fields() {
			if !field.IsExported() {
				continue
			}
			fill(value)
			if enum := field.Tag.Get("enum"); enum != "" {
				value.SetString(strings.Split(enum, ",")[0])
			}
		}
	case reflect.Pointer:
		if v.Type() == reflect.TypeFor[*api.Sentence]() { // one may have a cause, and so on
			v.Set(reflect.ValueOf(api.Say("x", "{x}: {cause}", "x", api.Say("y", "y")).Sentence))
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte("{}"))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("x")
		switch v.Type() {
		case reflect.TypeFor[api.Code]():
			v.SetString(string(api.CodeUsage))
		case reflect.TypeFor[api.DownloadState]():
			v.SetString(string(api.DownloadDone))
		case reflect.TypeFor[api.Priority]():
			v.SetString(string(api.PriorityHigh))
		case reflect.TypeFor[api.FileOrder]():
			v.SetString(string(api.FilesByAge))
		case reflect.TypeFor[api.SourceState]():
			v.SetString(string(api.SourceAnswers))
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint16, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1)
	}
}
