package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
)

// TestEventsClient reads what a servent might tell.
func TestEventsClient(t *testing.T) {
	const (
		hello = "data: {\"type\":\"hello\",\"status\":{\"peer\":\"p\"}}\n\n"
		link  = ":\n\ndata: {\"type\":\"link\",\"state\":\"begun\",\"link\":{\"peer\":\"q\"}}\n\n"
	)
	for name, c := range map[string]struct {
		stream string
		want   []Event
		code   Code // empty: no error
	}{
		"all there are": {
			hello + link + "data: {\"type\":\"lost\",\"count\":3}\n\ndata: {\"type\":\"transfer\",\"state\":\"ended\"}\n\n" +
				"data: {\"type\":\"search\",\"search\":1}\n\ndata: {\"type\":\"hashing\"}\n\n",
			[]Event{
				Hello{Type: "hello", Status: Status{Peer: "p"}}, LinkEvent{Type: "link", State: StateBegun, Link: Link{Peer: "q"}},
				Lost{Type: "lost", Count: 3}, TransferEvent{Type: "transfer", State: StateEnded}, SearchEvent{Type: "search", Search: 1}, HashingEvent{Type: "hashing"},
			},
			CodeInternal, // it was cut, for it has no end
		},
		"one of a later version": {hello + "data: {\"type\":\"weather\"}\n\n" + link, []Event{Hello{Type: "hello", Status: Status{Peer: "p"}}, LinkEvent{Type: "link", State: StateBegun, Link: Link{Peer: "q"}}}, CodeInternal},
		"an error":               {"data: {\"type\":\"error\",\"code\":\"busy\",\"message\":\"m\"}\n\n", nil, CodeBusy},
		"of the wrong form":      {"data: {\"type\":\"link\",\"link\":7}\n\n", nil, CodeInternal},
	} {
		t.Run(name, func(t *testing.T) {
			asked := ""
			client := dialTest(t, func(w http.ResponseWriter, r *http.Request) {
				asked = r.Method + " " + r.URL.String()
				io.WriteString(w, c.stream)
			})
			var got []Event
			var failed error
			for e, err := range client.Events(t.Context(), EventLink, EventSearch) {
				if failed = err; err == nil {
					got = append(got, e)
				}
			}
			if asked != "GET /api/events?types=link%2Csearch" {
				t.Errorf("asked: got %s", asked)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if codeOf(t, failed) != c.code {
				t.Errorf("got %v, want code %s", failed, c.code)
			}
			for _, e := range got {
				if kind := reflect.ValueOf(e).FieldByName("Type").String(); kind != e.EventType() {
					t.Errorf("%T: got type %q in JSON, %q in Go", e, kind, e.EventType())
				}
			}
		})
	}
}

// A loop that breaks ends the stream without an error, and the request with it.
func TestEventsBreak(t *testing.T) {
	over := make(chan struct{})
	client := dialTest(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "data: {\"type\":\"hello\"}\n\ndata: {\"type\":\"link\"}\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(over)
	})
	for e, err := range client.Events(t.Context()) {
		if err != nil || e.EventType() != EventHello {
			t.Errorf("got %+v, %v", e, err)
		}
		break
	}
	<-over
}

// TestDialWeb sends the token, and takes the address of a page as it is shown.
func TestDialWeb(t *testing.T) {
	asked := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path + " " + r.Header.Get("Authorization")
		io.WriteString(w, `{"peer":"p"}`)
	}))
	defer server.Close()
	if status, err := DialWeb(server.URL+"/", "secret\n").Status(t.Context()); err != nil || status.Peer != "p" || asked != "/api/status Bearer secret" {
		t.Errorf("asked %q: got %+v, %v", asked, status, err)
	}
	if _, err := DialWeb(server.URL, "").Status(t.Context()); err != nil || asked != "/api/status " {
		t.Errorf("without a token: asked %q, %v", asked, err)
	}
	server.Close()
	if _, err := DialWeb(server.URL, "").Status(t.Context()); codeOf(t, err) != CodeInternal {
		t.Errorf("nobody there: got %v", err)
	}
}
