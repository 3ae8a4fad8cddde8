package servent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
)

// webLine is what the page says until there is one.
const webLine = "servent is running; its page comes in a later version. Use the command: servent status, servent search WORDS. Metrics: /metrics"

// serveWeb answers browsers and metrics collectors of this computer, until ctx
// ends.
func (s *Servent) serveWeb(ctx context.Context) error {
	if s.cfg.Web == WebOff {
		return nil
	}
	l, err := listenLoopback(s.cfg.Web)
	if err != nil {
		return err
	}
	s.web = "http://" + l.Addr().String() + "/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, webLine)
	})
	mux.Handle("GET /metrics", s.metrics())
	s.serveHTTP(ctx, "the page", l, onlyLocal(l.Addr(), mux))
	return nil
}

// listenLoopback listens on hostport, or on the next free port of [portTries].
func listenLoopback(hostport string) (net.Listener, error) {
	host, port, err := parseWeb(hostport)
	if err != nil {
		return nil, err
	}
	var failed error
	for try := range uint64(portTries) {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.FormatUint(port+try, 10)))
		if err == nil {
			return l, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, fmt.Errorf("servent: page on %q: no free port: %w", hostport, failed)
}

// parseWeb reads the HOST:PORT of the page.
func parseWeb(hostport string) (host string, port uint64, err error) {
	host, portText, err := net.SplitHostPort(hostport)
	if err != nil {
		return "", 0, fmt.Errorf("servent: page on %q: %w; use HOST:PORT, such as 127.0.0.1:6348, or off", hostport, err)
	}
	addr, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !addr.IsLoopback()) {
		return "", 0, fmt.Errorf("servent: page on %q: only this computer may reach it; use 127.0.0.1 or [::1]", hostport)
	}
	if port, err = strconv.ParseUint(portText, 10, 16); err != nil {
		return "", 0, fmt.Errorf("servent: page on %q: port %q: use 0 to 65535", hostport, portText)
	}
	return host, port, nil
}

// onlyLocal refuses what a page of elsewhere could have a browser ask: a Host
// that is not ours (DNS rebinding), or another Origin.
func onlyLocal(addr net.Addr, next http.Handler) http.Handler {
	port := strconv.Itoa(addr.(*net.TCPAddr).Port)
	own := map[string]bool{addr.String(): true}
	for _, host := range []string{"127.0.0.1", "localhost", "::1"} {
		own[net.JoinHostPort(host, port)] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if !own[r.Host] || origin != "" && origin != "http://"+r.Host {
			http.Error(w, "refused: open this page by its own address, "+addr.String(), http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
