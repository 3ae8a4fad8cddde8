package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"servent/servent/api"
)

const (
	// MaxRequest bounds the body of a call, in bytes, and MaxHeader its
	// headers, to which net/http adds 4 KiB.
	MaxRequest = 1 << 20
	MaxHeader  = 16 << 10
	// maxBatchRequest bounds that of a batch, which names 100,000 files at most.
	maxBatchRequest = 64 << 20
	// MaxLabRequest bounds that of the lab, in bytes, which may hold the file of a graph.
	MaxLabRequest = 8 << 20
	// HeaderTimeout and BodyTimeout bound how long a call is sent, and
	// IdleTimeout how long a connection waits for the next one.
	HeaderTimeout = 5 * time.Second
	BodyTimeout   = 10 * time.Second
	IdleTimeout   = time.Minute
	// shutdownTimeout is how long calls under way may take to end.
	shutdownTimeout = 2 * time.Second
	// maxCallers is how many connections each listener takes; the next one waits.
	// maxCallStreams is how many of all calls under way may be streams, so that
	// others come through.
	maxCallers     = 128
	maxCallStreams = 64
)

// A Server answers the calls of some routes, and at a [Door] the page. Make one
// with [NewServer]. Any goroutine may call its methods.
type Server struct {
	routes  directory
	streams chan struct{} // holds one for each stream that is under way
	log     *slog.Logger
}

// NewServer returns a Server of routes, whose paths and methods differ.
func NewServer(log *slog.Logger, routes []Route) *Server {
	return &Server{routes: newDirectory(routes), streams: make(chan struct{}, maxCallStreams), log: log}
}

// Serve answers on l until ctx ends, and returns nil then. It admits whom door
// does; nil admits all, for the mode of a socket is its password.
func (s *Server) Serve(ctx context.Context, l net.Listener, door *Door) error {
	server := NewHTTPServer(ctx, s.log, s.Handler(door))
	ended := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		defer close(ended)
		end, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		if server.Shutdown(end) != nil {
			server.Close()
		}
	})()
	if err := server.Serve(netutil.LimitListener(l, maxCallers)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-ended
	return nil
}

// NewHTTPServer returns a server with the limits of this package that answers by
// handler; its calls end with ctx.
func NewHTTPServer(ctx context.Context, log *slog.Logger, handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: HeaderTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    MaxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// Handler answers all routes to whom door admits, and serves it the page; nil
// admits all, and there is no page.
func (s *Server) Handler(door *Door) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		hurry(control)
		if r.ContentLength != 0 {
			_ = control.SetReadDeadline(time.Now().Add(BodyTimeout))
		}
		shield(w.Header())
		if door != nil {
			if !door.admits(w, r) || door.answers(w, r) {
				return
			}
			if s.routes[r.URL.Path] == nil && wantsPage(r) {
				door.refuse(w, r, refusal{reason: notFound, asked: r.URL.Path})
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), doorKey{}, door))
		}
		route, ok := s.routes.find(w, r)
		if !ok || door != nil && !(route.Open && door.opensTo(r)) && !door.knows(w, r) {
			return
		}
		if route.Takes != nil && !isJSON(r) {
			AnswerError(w, http.StatusUnsupportedMediaType, api.CodeUsage, `send the request as JSON, with the header "Content-Type: application/json"`)
			return
		}
		if route.Streams() {
			select {
			case s.streams <- struct{}{}:
				defer func() { <-s.streams }()
			default:
				AnswerError(w, http.StatusServiceUnavailable, api.CodeBusy, fmt.Sprintf("%d streams are under way, and no more at once; end one of them", maxCallStreams))
				return
			}
		}
		route.Handle(w, r)
	})
}

// shield keeps a browser from taking an answer for anything but data, and from
// showing it to another site.
func shield(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
}
