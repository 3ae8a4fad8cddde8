package servent

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"servent/servent/api"
	"servent/servent/web"
)

// dial returns a client of the servent that runs on s's home.
func dial(t testing.TB, s *Servent) *api.Client {
	t.Helper()
	c, err := api.Dial(s.home.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// The whole way of a file, over the local API.
func TestAPI(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 200_000, "notes.txt": 10})
	far := ready(t, start(t, Config{Home: t.TempDir()}))
	near := ready(t, start(t, Config{Home: t.TempDir()}))
	sharer, c := dial(t, far), dial(t, near)

	list, err := sharer.ShareAdd(ctx, api.ShareRequest{Paths: []string{dir}}, nil)
	if err != nil || len(list.Folders) != 2 {
		t.Fatalf("share add: got %+v, %v, want the folder beside the downloads", list, err)
	}
	tagged, err := sharer.Tag(ctx, api.TagRequest{Tags: []string{"Linux"}, Paths: []string{filepath.Join(dir, "SEBLINUX.iso")}}, nil)
	if err != nil || len(tagged.Files) != 1 || len(tagged.Files[0].Tags) != 1 {
		t.Fatalf("share tag: got %+v, %v", tagged, err)
	}
	link, err := c.Connect(ctx, api.ConnectRequest{Addr: addr(far)})
	if err != nil || link.Peer != far.host.ID().String() || !link.Outbound {
		t.Fatalf("connect: got %+v, %v", link, err)
	}
	links, err := c.Peers(ctx)
	if err != nil || len(links) != 1 || !strings.HasPrefix(links[0].Agent, "servent/") {
		t.Errorf("peers: got %+v, %v", links, err)
	}
	var hit api.Hit
	summary, err := c.Search(ctx, api.SearchRequest{Words: "linux", Max: 1}, func(h api.Hit) { hit = h })
	if err != nil || summary.Hits != 1 || hit.Name != "SEBLINUX.iso" || len(hit.Tags) != 1 || hit.Tags[0] != "Linux" {
		t.Fatalf("search: got %+v, %+v, %v", hit, summary, err)
	}
	told := 0
	done, err := c.Get(ctx, api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}, func(api.Progress) { told++ })
	if err != nil || told < 2 || done.Size != 200_000 {
		t.Fatalf("get: got %+v after %d progresses, %v", done, told, err)
	}
	same(t, done.Path, filepath.Join(dir, "SEBLINUX.iso"))
	status, err := c.Status(ctx)
	if err != nil || status.Links != 1 || status.Peer != near.host.ID().String() || len(status.Messages) == 0 || status.Version != Version {
		t.Errorf("status: got %+v, %v", status, err)
	}
	if list, err = sharer.ShareRemove(ctx, api.ShareRequest{Paths: []string{dir}}); err != nil || len(list.Folders) != 1 {
		t.Errorf("share remove: got %+v, %v", list, err)
	}
	if list, err = sharer.Rescan(ctx, api.ShareRequest{}, nil); err != nil || len(list.Folders) != 1 || list.Folders[0].Files != 0 {
		t.Errorf("rescan: got %+v, %v", list, err)
	}
	if list, err = sharer.ShareList(ctx); err != nil || len(list.Folders) != 1 {
		t.Errorf("share list: got %+v, %v", list, err)
	}
}

func TestAPIErrors(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := ready(t, start(t, Config{Home: t.TempDir()}))
	c := dial(t, s)
	_, err := c.Connect(ctx, api.ConnectRequest{Addr: "nowhere:0"})
	failed(t, err, api.CodeUsage)
	_, err = c.Connect(ctx, api.ConnectRequest{Addr: "127.0.0.1:1"})
	failed(t, err, api.CodeUnreachable)
	_, err = c.Search(ctx, api.SearchRequest{Words: "..."}, func(api.Hit) {})
	failed(t, err, api.CodeUsage)
	_, err = c.Get(ctx, api.GetRequest{Root: "x", Size: -1}, func(api.Progress) {})
	failed(t, err, api.CodeUsage)
	_, err = c.ShareAdd(ctx, api.ShareRequest{Paths: []string{filepath.Join(t.TempDir(), "none")}}, nil)
	failed(t, err, api.CodeUsage)
	_, err = c.ShareRemove(ctx, api.ShareRequest{Paths: []string{t.TempDir()}})
	failed(t, err, api.CodeUsage)
	_, err = c.Tag(ctx, api.TagRequest{Tags: []string{"x"}, Paths: []string{filepath.Join(t.TempDir(), "none")}}, nil)
	failed(t, err, api.CodeUsage)
	_, err = c.Untag(ctx, api.TagRequest{Tags: []string{"x"}, Paths: []string{filepath.Join(t.TempDir(), "none")}}, nil)
	failed(t, err, api.CodeUsage)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.Status(cancelled); err == nil {
		t.Error("a call that nobody waits for succeeds")
	}
}

// What is no request is said to be none.
func TestAPIRefusesBadRequests(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	handler := web.NewServer(s.log, s.routes()).Handler(nil)
	ask := func(method, path, body string) (int, api.Error) {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		handler.ServeHTTP(w, r)
		var told api.Error
		json.Unmarshal(w.Body.Bytes(), &told) // what is no JSON has no code
		return w.Code, told
	}
	for name, body := range map[string]string{
		"bad JSON":           `{"words":`,
		"no JSON":            `words`,
		"nothing":            ``,
		"an unknown field":   `{"words":"x","colour":"red"}`,
		"another type":       `{"words":7}`,
		"two values":         `{"words":"x"}{"words":"y"}`,
		"more than can come": `{"words":"` + strings.Repeat("x", web.MaxRequest) + `"}`,
	} {
		for _, path := range []string{"/api/search", "/api/get", "/api/connect", "/api/share/add", "/api/share/tag"} {
			if name == "two values" && path != "/api/search" {
				continue // the field is unknown there anyway
			}
			if code, told := ask("POST", path, body); code != http.StatusBadRequest || told.Code != api.CodeUsage || told.Type != api.TypeError {
				t.Errorf("%s to %s: got %d, %+v, want a usage error", name, path, code, told)
			}
		}
	}
	for _, c := range []struct {
		method, path string
		code         int
	}{
		{"GET", "/api/search", http.StatusMethodNotAllowed}, {"POST", "/api/status", http.StatusMethodNotAllowed}, {"GET", "/api/none", http.StatusNotFound},
		{"GET", "/api/status", http.StatusOK}, {"GET", "/metrics", http.StatusOK},
	} {
		if code, _ := ask(c.method, c.path, ""); code != c.code {
			t.Errorf("%s %s: got %d, want %d", c.method, c.path, code, c.code)
		}
	}
}

func TestSocketIsPrivate(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s, stop := launch(t, Config{Home: home, NoDiscovery: true, Listen: loopback})
	defer stop()
	for _, name := range []string{api.SocketPath(s.home.dir), s.home.path(identityFile), s.home.path(catalogFile), s.home.path(lockFile)} {
		if info, err := os.Stat(name); err != nil || err == nil && runtime.GOOS != "windows" && info.Mode().Perm() != privateFile {
			t.Errorf("%s: got %v, %v, want mode %v", filepath.Base(name), info, err, privateFile)
		}
	}
	stop()
	if _, err := os.Stat(api.SocketPath(s.home.dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket outlives the servent: %v", err)
	}
}

// The socket that a killed servent left is taken over.
func TestSocketOfAKilledServent(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: api.SocketPath(home), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = api.Dial(home)
	failed(t, err, api.CodeNotRunning)
	s := start(t, Config{Home: home})
	if _, err := dial(t, s).Status(t.Context()); err != nil {
		t.Error(err)
	}
}
