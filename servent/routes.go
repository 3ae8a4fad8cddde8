package servent

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"servent/servent/api"
)

// A route is one call of the local API: how it is made, who answers, and what
// its description says. The same routes answer on the socket and on the web
// port; servent/api/openapi.json is made from them.
type route struct {
	method, path string
	about        string // a sentence for the description
	query        string // "NAME: what it is" of the one parameter in the URL; empty: none
	open         bool   // answered on the web port without the token, too
	takes        reflect.Type
	tells        []reflect.Type // the events of a stream before its last
	answers      reflect.Type   // a value, or the last event of a stream; nil: text, or a stream without an end
	handle       http.HandlerFunc
}

// streams reports whether the route answers with server-sent events.
func (r route) streams() bool { return len(r.tells) > 0 }

// routes are all calls of the local API.
func (s *Servent) routes() []route {
	return []route{
		plain("/", "How to use this API.", s.sayHow),
		plain("/metrics", "Metrics in Prometheus' text format.", s.metrics().ServeHTTP),
		plain(openAPIPath, "This description.", describe),
		s.watch("/api/events", "What happens in the servent from now on: hello with its status first, then links, transfers, own searches and hashing. It has no end of its own."),
		value("/api/status", "The servent at a glance.", s.Status),
		value("/api/peers", "The links, oldest first.", s.Peers),
		exchange("/api/connect", "Link to a servent, and keep dialling it should the link end.", s.Connect),
		exchange("/api/disconnect", "End a link, and neither dial nor accept it for a while.", s.Disconnect),
		value("/api/doctor", "What keeps others from finding this servent, and what to do.", s.Doctor),
		value("/api/invite", "An invitation to this servent.", s.Invite),
		stream("/api/search", "Ask the network for files. Ends at the timeout, at max, or when nothing more comes.", s.Search),
		stream("/api/get", "Fetch a file by its content, verified piece by piece.", s.Get),
		stream("/api/get-many", "Fetch many files, whole folders among them, into one folder. Ends when each has come or failed.", s.GetMany),
		value("/api/downloads", "What is fetched, was, or lies unfinished in the partial folder.", s.Downloads),
		exchange("/api/downloads/start", "Begin to fetch a file, without waiting for it.", s.StartDownload),
		exchange("/api/downloads/pause", "Stop downloads and keep what is verified.", s.PauseDownloads),
		exchange("/api/downloads/resume", "Go on with downloads.", s.ResumeDownloads),
		exchange("/api/downloads/priority", "Say which downloads run before others.", s.PrioritizeDownloads),
		exchange("/api/downloads/cancel", "Stop downloads and remove what is there of them.", s.CancelDownloads),
		exchange("/api/limits", "Change the limits of all uploads and all downloads, until the servent ends.", s.SetLimits),
		value("/api/share", "The shared folders, and what in them cannot be shared.", s.ShareList),
		stream("/api/share/add", "Share folders. Ends when their files can be found; the servent goes on where the caller leaves before that.", s.ShareAdd),
		exchange("/api/share/remove", "Stop sharing folders.", s.ShareRemove),
		stream("/api/share/tag", "Give files keywords, by their content. Ends when they can be found by them.", s.Tag),
		stream("/api/share/untag", "Take keywords from files, by their content. Ends when they can be found by them no longer.", s.Untag),
		stream("/api/torrent", "Make the metainfo of a shared file or folder for BitTorrent clients, and serve it. Ends when the files are hashed and it is written.", s.Torrent),
		stream("/api/share/rescan", "Look through shared folders again.", s.Rescan),
	}
}

// plain is a route that answers with text and needs no token.
func plain(path, about string, answer http.HandlerFunc) route {
	return route{method: http.MethodGet, path: path, about: about, open: true, handle: answer}
}

// value is a route that takes nothing and answers with a value.
func value[Out any](path, about string, call func(context.Context) (Out, error)) route {
	return route{
		method: http.MethodGet, path: path, about: about, answers: reflect.TypeFor[Out](),
		handle: func(w http.ResponseWriter, r *http.Request) {
			out, err := call(r.Context())
			answerJSON(w, out, err)
		},
	}
}

// exchange is a route that takes one value and answers with one.
func exchange[In, Out any](path, about string, call func(context.Context, In) (Out, error)) route {
	return route{
		method: http.MethodPost, path: path, about: about, takes: reflect.TypeFor[In](), answers: reflect.TypeFor[Out](),
		handle: func(w http.ResponseWriter, r *http.Request) {
			in, err := readJSON[In](w, r)
			if err != nil {
				answerJSON(w, nil, err)
				return
			}
			out, err := call(r.Context(), in)
			answerJSON(w, out, err)
		},
	}
}

// stream is a route that takes one value, and tells of events before the last
// one answers.
func stream[In, Event, Last any](path, about string, call func(context.Context, In, func(Event)) (Last, error)) route {
	return route{
		method: http.MethodPost, path: path, about: about,
		takes: reflect.TypeFor[In](), tells: []reflect.Type{reflect.TypeFor[Event]()}, answers: reflect.TypeFor[Last](),
		handle: func(w http.ResponseWriter, r *http.Request) {
			in, err := readJSON[In](w, r)
			if err != nil {
				answerJSON(w, nil, err)
				return
			}
			out := newEventStream(w)
			// Where the asker is gone, the request's context ends the call.
			last, err := call(r.Context(), in, func(e Event) { _ = out.send(e) })
			if err != nil {
				_ = out.send(apiError(err))
				return
			}
			_ = out.send(last)
		},
	}
}

// A directory finds the route of a request. Paths are taken as they stand: one
// that is merely like a route's is none.
type directory map[string]map[string]route // by path, by method

func newDirectory(routes []route) directory {
	d := directory{}
	for _, r := range routes {
		if d[r.path] == nil {
			d[r.path] = map[string]route{}
		}
		d[r.path][r.method] = r
	}
	return d
}

// find returns the route of r, or answers that there is none.
func (d directory) find(w http.ResponseWriter, r *http.Request) (route, bool) {
	methods := d[r.URL.Path]
	if methods == nil {
		answerError(w, http.StatusNotFound, api.CodeUsage, fmt.Sprintf("there is no %.100q here; the calls are listed at %s", r.URL.Path, openAPIPath))
		return route{}, false
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
		answerError(w, http.StatusMethodNotAllowed, api.CodeUsage, fmt.Sprintf("%s is not called with %.20q; use %s", r.URL.Path, r.Method, list))
	}
	return found, ok
}
