package servent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"servent/servent/api"
)

const (
	// maxRequest bounds the body of a call, in bytes.
	maxRequest = 1 << 20
	// headerTimeout bounds the headers of a call.
	headerTimeout = 5 * time.Second
	// shutdownTimeout is how long calls under way may take to end.
	shutdownTimeout = 2 * time.Second
)

// serveAPI answers the command over the unix socket of the home, until ctx
// ends. A servent without a home has none.
func (s *Servent) serveAPI(ctx context.Context) error {
	if s.home.throwAway {
		return nil
	}
	// The lock of the home is ours: a socket that is still there is a dead one.
	l, err := api.Listen(s.home.dir)
	if err != nil {
		return fmt.Errorf("servent: open the local API: %w", err)
	}
	s.serveHTTP(ctx, "the local API", l, s.apiHandler())
	return nil
}

// serveHTTP answers on l until ctx ends. A servent that can no longer be
// spoken to stops.
func (s *Servent) serveHTTP(ctx context.Context, name string, l net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	s.workers.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.stop(fmt.Errorf("servent: serve %s on %s: %w", name, l.Addr(), err))
		}
	})
	s.workers.Go(func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		if server.Shutdown(end) != nil {
			server.Close()
		}
	})
}

// apiHandler is the local API; package api lists its calls.
func (s *Servent) apiHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/status", value(s.Status))
	mux.HandleFunc("GET /api/peers", value(s.Peers))
	mux.HandleFunc("GET /api/share", value(s.ShareList))
	mux.HandleFunc("POST /api/share/add", stream(s.ShareAdd))
	mux.HandleFunc("POST /api/share/remove", exchange(s.ShareRemove))
	mux.HandleFunc("POST /api/share/tag", stream(s.Tag))
	mux.HandleFunc("POST /api/share/rescan", stream(s.Rescan))
	mux.HandleFunc("POST /api/connect", exchange(s.Connect))
	mux.HandleFunc("POST /api/search", stream(s.Search))
	mux.HandleFunc("POST /api/get", stream(s.Get))
	mux.HandleFunc("GET /api/downloads", value(s.Downloads))
	mux.HandleFunc("POST /api/downloads", exchange(s.StartDownload))
	mux.HandleFunc("POST /api/downloads/pause", exchange(s.PauseDownloads))
	mux.HandleFunc("POST /api/downloads/resume", exchange(s.ResumeDownloads))
	mux.HandleFunc("POST /api/downloads/cancel", exchange(s.CancelDownloads))
	mux.Handle("GET /metrics", s.metrics())
	return mux
}

// value serves a call that takes nothing.
func value[Out any](call func(context.Context) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := call(r.Context())
		answerJSON(w, out, err)
	}
}

// exchange serves a call that takes one value.
func exchange[In, Out any](call func(context.Context, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in, err := readJSON[In](w, r)
		if err != nil {
			answerJSON(w, nil, err)
			return
		}
		out, err := call(r.Context(), in)
		answerJSON(w, out, err)
	}
}

// stream serves a call that tells of events before it ends.
func stream[In, Event, Last any](call func(context.Context, In, func(Event)) (Last, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in, err := readJSON[In](w, r)
		if err != nil {
			answerJSON(w, nil, err)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-store")
		flusher := http.NewResponseController(w)
		send := func(event any) {
			b, err := json.Marshal(event)
			if err != nil {
				panic("servent: an event cannot be written as JSON: " + err.Error())
			}
			// Where the asker is gone, the request's context ends the call.
			fmt.Fprintf(w, "data: %s\n\n", b)
			flusher.Flush()
		}
		flusher.Flush() // the headers, so that the asker knows it is heard
		last, err := call(r.Context(), in, func(e Event) { send(e) })
		if err != nil {
			send(apiError(err))
			return
		}
		send(last)
	}
}

func readJSON[In any](w http.ResponseWriter, r *http.Request) (in In, err error) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest))
	d.DisallowUnknownFields()
	err = d.Decode(&in)
	if err == nil {
		if _, after := d.Token(); !errors.Is(after, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err != nil {
		return in, api.NewError(api.CodeUsage, fmt.Sprintf("read the request: %v", err))
	}
	return in, nil
}

// answerJSON sends out, or err.
func answerJSON(w http.ResponseWriter, out any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		known := apiError(err)
		w.WriteHeader(httpStatus(known.Code))
		out = known
	}
	// An asker that is gone reads no error either.
	_ = json.NewEncoder(w).Encode(out)
}

func apiError(err error) *api.Error {
	var known *api.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		// An asker that went away reads no answer, so this is the servent's end.
		return api.NewError(api.CodeInternal, "the servent has stopped")
	}
	return api.NewError(api.CodeInternal, err.Error())
}

func httpStatus(code api.Code) int {
	switch code {
	case api.CodeUsage:
		return http.StatusBadRequest
	case api.CodeNotFound:
		return http.StatusNotFound
	case api.CodeExists, api.CodeBusy:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}
