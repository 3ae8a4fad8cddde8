package servent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"servent/servent/api"
)

const (
	// maxRequest bounds the body of a call, in bytes, and maxHeader its
	// headers, to which net/http adds 4 KiB.
	maxRequest = 1 << 20
	// maxBatchRequest bounds that of a batch, which names 100,000 files at most.
	maxBatchRequest = 64 << 20
	maxHeader       = 16 << 10
	// headerTimeout and bodyTimeout bound how long a call is sent, and
	// idleTimeout how long a connection waits for the next one.
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	idleTimeout   = time.Minute
	// shutdownTimeout is how long calls under way may take to end.
	shutdownTimeout = 2 * time.Second
	// maxCallers is how many connections the socket and the web port take each;
	// the next one waits. maxCallStreams is how many of all calls under way may be
	// streams, so that others come through.
	maxCallers     = 128
	maxCallStreams = 64
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
	s.serveHTTP(ctx, "the local API", l, s.apiHandler(nil))
	return nil
}

// httpServer answers by handler; its calls end with ctx.
func httpServer(ctx context.Context, log *slog.Logger, handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// serveHTTP answers on l until ctx ends. A servent that can no longer be
// spoken to stops.
func (s *Servent) serveHTTP(ctx context.Context, name string, l net.Listener, handler http.Handler) {
	server := httpServer(ctx, s.log, handler)
	s.workers.Go(func() {
		if err := server.Serve(netutil.LimitListener(l, maxCallers)); !errors.Is(err, http.ErrServerClosed) {
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

// apiHandler answers all routes to whom g admits; nil admits all, for the mode
// of the socket is its password.
func (s *Servent) apiHandler(g *guard) http.Handler {
	routes := newDirectory(s.routes())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		hurry(control)
		if r.ContentLength != 0 {
			_ = control.SetReadDeadline(time.Now().Add(bodyTimeout))
		}
		shield(w.Header())
		if g != nil && !g.admits(w, r) {
			return
		}
		route, ok := routes.find(w, r)
		if !ok || g != nil && !route.open && !g.knows(w, r) {
			return
		}
		if route.takes != nil && !isJSON(r) {
			answerError(w, http.StatusUnsupportedMediaType, api.CodeUsage, `send the request as JSON, with the header "Content-Type: application/json"`)
			return
		}
		if route.streams() {
			select {
			case s.streams <- struct{}{}:
				defer func() { <-s.streams }()
			default:
				answerError(w, http.StatusServiceUnavailable, api.CodeBusy, fmt.Sprintf("%d streams are under way, and no more at once; end one of them", maxCallStreams))
				return
			}
		}
		route.handle(w, r)
	})
}

// shield keeps a browser from taking an answer for anything but data, and from
// showing it to another site.
func shield(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// isJSON reports whether the body of r is said to be JSON, which no form of
// another site can say.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// readJSON reads the one value of a request, whole.
func readJSON[In any](w http.ResponseWriter, r *http.Request) (in In, err error) {
	most := int64(maxRequest)
	if _, many := any(in).(api.BatchRequest); many {
		most = maxBatchRequest
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
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
	// From here on the connection is only listened to for its end.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return in, nil
}

// answerJSON sends out, or err.
func answerJSON(w http.ResponseWriter, out any, err error) {
	if err != nil {
		known := apiError(err)
		writeJSON(w, httpStatus(known.Code), known)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

// answerError sends an error with a status of its own.
func answerError(w http.ResponseWriter, status int, code api.Code, message string) {
	writeJSON(w, status, api.NewError(code, message))
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	hurry(http.NewResponseController(w))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// An asker that is gone reads no error either.
	_ = json.NewEncoder(w).Encode(value)
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
	case api.CodeUnauthorized:
		return http.StatusUnauthorized
	case api.CodeForbidden:
		return http.StatusForbidden
	case api.CodeNotFound:
		return http.StatusNotFound
	case api.CodeExists, api.CodeBusy:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}
