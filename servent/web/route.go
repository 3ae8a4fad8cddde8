package web

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"servent/servent/api"
)

// DescriptionPath is where the description of the local API is.
const DescriptionPath = "/api/openapi.json"

// A Route is one call of the local API: how it is made, who answers, and what
// its description says.
type Route struct {
	Method, Path string
	About        string // a sentence for the description
	Query        string // "NAME: what it is" of the one parameter in the URL; empty: none
	Open         bool   // answered on the web port without the token, too
	Takes        reflect.Type
	Tells        []reflect.Type // the events of a stream before its last
	Answers      reflect.Type   // a value, or the last event of a stream; nil: text, or a stream without an end
	Handle       http.HandlerFunc
}

// Streams reports whether the route answers with server-sent events.
func (r Route) Streams() bool { return len(r.Tells) > 0 }

// Plain is a route that answers with text and needs no token.
func Plain(path, about string, answer http.HandlerFunc) Route {
	return Route{Method: http.MethodGet, Path: path, About: about, Open: true, Handle: answer}
}

// Value is a route that takes nothing and answers with a value.
func Value[Out any](path, about string, call func(context.Context) (Out, error)) Route {
	return Route{
		Method: http.MethodGet, Path: path, About: about, Answers: reflect.TypeFor[Out](),
		Handle: func(w http.ResponseWriter, r *http.Request) {
			out, err := call(r.Context())
			AnswerJSON(w, out, err)
		},
	}
}

// Exchange is a route that takes one value and answers with one.
func Exchange[In, Out any](path, about string, call func(context.Context, In) (Out, error)) Route {
	return Route{
		Method: http.MethodPost, Path: path, About: about, Takes: reflect.TypeFor[In](), Answers: reflect.TypeFor[Out](),
		Handle: func(w http.ResponseWriter, r *http.Request) {
			in, err := readJSON[In](w, r)
			if err != nil {
				AnswerJSON(w, nil, err)
				return
			}
			out, err := call(r.Context(), in)
			AnswerJSON(w, out, err)
		},
	}
}

// Stream is a route that takes one value, and tells of events before the last
// one answers.
func Stream[In, Event, Last any](path, about string, call func(context.Context, In, func(Event)) (Last, error)) Route {
	return Route{
		Method: http.MethodPost, Path: path, About: about,
		Takes: reflect.TypeFor[In](), Tells: []reflect.Type{reflect.TypeFor[Event]()}, Answers: reflect.TypeFor[Last](),
		Handle: func(w http.ResponseWriter, r *http.Request) {
			in, err := readJSON[In](w, r)
			if err != nil {
				AnswerJSON(w, nil, err)
				return
			}
			out := NewEventStream(w)
			// Where the asker is gone, the request's context ends the call.
			last, err := call(r.Context(), in, func(e Event) { _ = out.Send(e) })
			if err != nil {
				_ = out.Send(APIError(err))
				return
			}
			_ = out.Send(last)
		},
	}
}

// WithCalls returns routes and one more, which answers with the list of them all: by
// it the page knows which of its parts it can show.
func WithCalls(routes []Route) []Route {
	var list api.CallList
	routes = append(slices.Clip(routes), Value("/api/calls", "The calls that are answered here.",
		func(context.Context) (api.CallList, error) { return list, nil }))
	for _, r := range routes {
		list.Calls = append(list.Calls, r.Method+" "+r.Path)
	}
	return routes
}

// A directory finds the route of a request. Paths are taken as they stand: one
// that is merely like a route's is none.
type directory map[string]map[string]Route // by path, by method

func newDirectory(routes []Route) directory {
	d := directory{}
	for _, r := range routes {
		if d[r.Path] == nil {
			d[r.Path] = map[string]Route{}
		}
		d[r.Path][r.Method] = r
	}
	return d
}

// find returns the route of r, or answers that there is none.
func (d directory) find(w http.ResponseWriter, r *http.Request) (Route, bool) {
	methods := d[r.URL.Path]
	if methods == nil {
		AnswerError(w, http.StatusNotFound, api.CodeUsage, fmt.Sprintf("there is no %.100q here; the calls are listed at %s", r.URL.Path, DescriptionPath))
		return Route{}, false
	}
	found, ok := methods[r.Method]
	if !ok && r.Method == http.MethodHead {
		found, ok = methods[http.MethodGet]
	}
	if !ok {
		var allowed []string
		for method := range methods {
			allowed = append(allowed, method)
		}
		slices.Sort(allowed)
		list := strings.Join(allowed, ", ")
		w.Header().Set("Allow", list)
		AnswerError(w, http.StatusMethodNotAllowed, api.CodeUsage, fmt.Sprintf("%s is not called with %.20q; use %s", r.URL.Path, r.Method, list))
	}
	return found, ok
}
