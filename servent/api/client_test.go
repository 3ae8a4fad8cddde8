package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// dialTest returns a client of a socket that handler answers on.
func dialTest(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	home := t.TempDir()
	listener, err := Listen(home)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	done := make(chan error)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	client, err := Dial(home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// codeOf returns the code of err, which must be an *Error.
func codeOf(t *testing.T, err error) Code {
	t.Helper()
	var told *Error
	if !errors.As(err, &told) {
		t.Fatalf("got error %v, want an *Error", err)
	}
	return told.Code
}

func TestDialWithoutServent(t *testing.T) {
	home := t.TempDir()
	if _, err := Dial(home); codeOf(t, err) != CodeNotRunning {
		t.Errorf("no socket: got %v, want code %s", err, CodeNotRunning)
	}
	listener, err := Listen(home)
	if err != nil {
		t.Fatal(err)
	}
	listener.(interface{ SetUnlinkOnClose(bool) }).SetUnlinkOnClose(false) // as kill -9 does
	listener.Close()
	if _, err := Dial(home); codeOf(t, err) != CodeNotRunning {
		t.Errorf("dead socket: got %v, want code %s", err, CodeNotRunning)
	}
}

// TestCalls asks a server that tells what it was asked.
func TestCalls(t *testing.T) {
	var asked string
	client := dialTest(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = strings.TrimSpace(r.Method + " " + r.URL.Path + " " + string(body))
		if strings.HasSuffix(r.URL.Path, "peers") {
			io.WriteString(w, `[{"peer":"p"}]`)
			return
		}
		io.WriteString(w, `{"peer":"p","folders":[{"path":"/a"}],"files":[{"location":"/a/b"}],"downloads":[{"path":"/a"}],"path":"/a"}`)
	})
	ctx := t.Context()
	one := DownloadsRequest{IDs: []string{"1"}}
	paths := ShareRequest{Paths: []string{"/a"}}
	calls := []struct {
		want string
		call func() (any, error)
	}{
		{`GET /api/status`, func() (any, error) { return client.Status(ctx) }},
		{`GET /api/peers`, func() (any, error) { return client.Peers(ctx) }},
		{`POST /api/connect {"addr":"/x"}`, func() (any, error) { return client.Connect(ctx, ConnectRequest{Addr: "/x"}) }},
		{`GET /api/downloads`, func() (any, error) { return client.Downloads(ctx) }},
		{`POST /api/downloads/start {"size":-1,"name":"/a"}`, func() (any, error) { return client.StartDownload(ctx, GetRequest{Name: "/a", Size: -1}) }},
		{`POST /api/downloads/pause {"ids":["1"]}`, func() (any, error) { return client.PauseDownloads(ctx, one) }},
		{`POST /api/downloads/resume {"ids":["1"]}`, func() (any, error) { return client.ResumeDownloads(ctx, one) }},
		{`POST /api/downloads/cancel {"ids":["1"]}`, func() (any, error) { return client.CancelDownloads(ctx, one) }},
		{`POST /api/disconnect {"peer":"p"}`, func() (any, error) { return client.Disconnect(ctx, DisconnectRequest{Peer: "p"}) }},
		{`GET /api/invite`, func() (any, error) { return client.Invite(ctx) }},
		{`GET /api/doctor`, func() (any, error) { return client.Doctor(ctx) }},
		{`GET /api/share`, func() (any, error) { return client.ShareList(ctx) }},
		{`POST /api/share/remove {"paths":["/a"]}`, func() (any, error) { return client.ShareRemove(ctx, paths) }},
	}
	for _, c := range calls {
		value, err := c.call()
		if err != nil {
			t.Errorf("%s: %v", c.want, err)
		}
		if asked != c.want {
			t.Errorf("asked: got %s, want %s", asked, c.want)
		}
		if b, _ := json.Marshal(value); !strings.Contains(string(b), `"p"`) && !strings.Contains(string(b), `"/a`) {
			t.Errorf("%s: the answer was lost: %s", c.want, b)
		}
	}
}

func TestRefusal(t *testing.T) {
	answer := ""
	client := dialTest(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, answer)
	})
	for body, want := range map[string]Code{
		`{"type":"error","code":"not-found","message":"nobody has it"}`: CodeNotFound,
		`404 page not found`: CodeInternal,
		``:                   CodeInternal,
	} {
		answer = body
		if _, err := client.Status(t.Context()); codeOf(t, err) != want {
			t.Errorf("%q: got %v, want code %s", body, err, want)
		}
	}
}

func TestStream(t *testing.T) {
	const hit = `{"type":"hit","n":1,"name":"a"}`
	cases := []struct {
		name, stream string
		hits         int
		want         Code // empty: a summary
	}{
		{"whole", ": hello\n\nevent: hit\ndata: " + hit + "\n\nevent: summary\ndata: {\"type\":\"summary\",\"hits\":1}\n\n", 1, ""},
		{"data over two lines", "data: {\"type\":\ndata: \"summary\",\"hits\":1}\n\n", 0, ""},
		{"unknown event", "data: {\"type\":\"later\"}\n\ndata: {\"type\":\"summary\",\"hits\":1}\n\n", 0, ""},
		{"error event", "data: {\"type\":\"error\",\"code\":\"timeout\",\"message\":\"m\"}\n\n", 0, CodeTimeout},
		{"no summary", "data: " + hit + "\n\n", 1, CodeInternal},
		{"cut inside an event", "data: " + hit + "\n\ndata: {\"type\":\"summ", 1, CodeInternal},
		{"no JSON", "data: hello\n\n", 0, CodeInternal},
		{"too long", "data: " + strings.Repeat("x", maxEvent+1) + "\n\n", 0, CodeInternal},
		{"too long in sum", strings.Repeat("data: "+strings.Repeat("x", maxEvent/2)+"\n", 3) + "\n", 0, CodeInternal},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			client := dialTest(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				io.WriteString(w, c.stream)
			})
			hits := 0
			summary, err := client.Search(t.Context(), SearchRequest{Words: "a"}, func(h Hit) {
				if h.N == 1 && h.Name == "a" {
					hits++
				}
			})
			if hits != c.hits {
				t.Errorf("hits: got %d, want %d", hits, c.hits)
			}
			if c.want != "" {
				if codeOf(t, err) != c.want {
					t.Errorf("got %v, want code %s", err, c.want)
				}
				return
			}
			if err != nil || summary.Hits != 1 {
				t.Errorf("got %+v, %v, want a summary of 1 hit", summary, err)
			}
		})
	}
}

func TestGetStreamsProgress(t *testing.T) {
	client := dialTest(t, func(w http.ResponseWriter, _ *http.Request) {
		for verified := range 3 {
			fmt.Fprintf(w, "event: progress\ndata: {\"type\":\"progress\",\"verified\":%d}\n\n", verified)
		}
		io.WriteString(w, "event: done\ndata: {\"type\":\"done\",\"path\":\"/d/a\"}\n\n")
	})
	var seen []int64
	done, err := client.Get(t.Context(), GetRequest{SHA1: "x"}, func(p Progress) { seen = append(seen, p.Verified) })
	if err != nil || done.Path != "/d/a" {
		t.Fatalf("got %+v, %v", done, err)
	}
	if len(seen) != 3 || seen[2] != 2 {
		t.Errorf("progress: got %v, want 0 1 2", seen)
	}
}

// The calls that wait for files to be hashed.
func TestHashingStreams(t *testing.T) {
	var asked, last string
	client := dialTest(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = r.URL.Path + " " + string(body)
		for hashed := range 3 {
			fmt.Fprintf(w, "data: {\"type\":\"progress\",\"files\":2,\"hashed\":%d}\n\n", hashed)
		}
		fmt.Fprintf(w, "data: {\"type\":%q,\"folders\":[{\"path\":\"/a\"}],\"files\":[{\"location\":\"/a\"}]}\n\n", last)
	})
	paths, tag := ShareRequest{Paths: []string{"/a"}}, TagRequest{Tags: []string{"T"}, Paths: []string{"/a/b"}}
	for _, c := range []struct {
		want, last string
		call       func(func(Hashing)) (any, error)
	}{
		{`/api/share/add {"paths":["/a"]}`, TypeShares, func(f func(Hashing)) (any, error) { return client.ShareAdd(t.Context(), paths, f) }},
		{`/api/share/rescan {"paths":["/a"]}`, TypeShares, func(f func(Hashing)) (any, error) { return client.Rescan(t.Context(), paths, f) }},
		{`/api/share/tag {"tags":["T"],"paths":["/a/b"]}`, TypeTagged, func(f func(Hashing)) (any, error) { return client.Tag(t.Context(), tag, f) }},
	} {
		last = c.last
		var left []int
		value, err := c.call(func(h Hashing) { left = append(left, h.Left()) })
		if err != nil || asked != c.want {
			t.Errorf("asked: got %s, %v, want %s", asked, err, c.want)
		}
		if fmt.Sprint(left) != "[2 1 0]" {
			t.Errorf("%s: files left: got %v, want 2 1 0", c.want, left)
		}
		if b, _ := json.Marshal(value); !strings.Contains(string(b), `"/a"`) {
			t.Errorf("%s: the result was lost: %s", c.want, b)
		}
		if _, err := c.call(nil); err != nil {
			t.Errorf("%s: nobody wants to know how far it is: %v", c.want, err)
		}
	}
}

func TestServentStopsInMidDownload(t *testing.T) {
	client := dialTest(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "data: {\"type\":\"progress\",\"verified\":1}\n\n")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	if _, err := client.Get(t.Context(), GetRequest{SHA1: "x"}, nil); codeOf(t, err) != CodeUnfinished {
		t.Errorf("got %v, want code %s", err, CodeUnfinished)
	}
}

func TestInterruptedStream(t *testing.T) {
	client := dialTest(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "data: {\"type\":\"hit\"}\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := client.Search(ctx, SearchRequest{}, func(Hit) { cancel() })
	if codeOf(t, err) != CodeInterrupt {
		t.Errorf("got %v, want code %s", err, CodeInterrupt)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte("event: hit\ndata: {}\n\n"))
	f.Add([]byte("data:a\r\ndata: b\r\n\r\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		total := 0
		_ = events(strings.NewReader(string(stream)), func(data []byte) error {
			total += len(data)
			return nil
		})
		// Every byte of data came from the stream, one line end a line.
		if total > len(stream) {
			t.Errorf("%d bytes of data from %d", total, len(stream))
		}
	})
}
