package servent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"

	"servent/servent/api"
)

// openAPIPath is where the description of the local API is.
const openAPIPath = "/api/openapi.json"

// howTo is what the page says until there is one.
const howTo = `servent is running. Its page comes in a later version; until then there is the
command, with servent status and servent search WORDS, and this API:

  curl -H "Authorization: Bearer $(cat HOME/` + tokenFile + `)" %[1]sapi/status

HOME is the home of the servent: what --home or SERVENT_HOME names, or else
~/.local/share/servent (on other systems, the folder for data of programs).
The calls are described at %[1]sapi/openapi.json
Prometheus finds metrics at %[1]smetrics
`

// sayHow answers a browser, or a curious program.
func (s *Servent) sayHow(w http.ResponseWriter, _ *http.Request) {
	base := s.web
	if base == "" {
		base = "http://localhost/" // over the socket any name will do
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, howTo, base)
}

// serveWeb answers programs and metrics collectors of this computer, until ctx
// ends.
func (s *Servent) serveWeb(ctx context.Context) error {
	if s.cfg.Web == WebOff {
		return nil
	}
	token, err := s.home.token()
	if err != nil {
		return err
	}
	if wasOpen, err := s.home.hideToken(); wasOpen || err != nil {
		s.log.Warn("others of this computer could read the token; remove it and start again to get a new one",
			"path", s.home.path(tokenFile), "err", err)
	}
	l, err := listenLoopback(s.cfg.Web)
	if err != nil {
		return err
	}
	s.web = "http://" + l.Addr().String() + "/"
	s.serveHTTP(ctx, "the page", l, s.apiHandler(newGuard(l.Addr().(*net.TCPAddr), token, s.log)))
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
		if err == nil && !l.Addr().(*net.TCPAddr).IP.IsLoopback() { // whatever "localhost" is said to be
			err = errors.Join(fmt.Errorf("%s is not on this computer alone", l.Addr()), l.Close())
		}
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

// describe answers with the description of the local API.
func describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	// An asker that is gone reads nothing.
	_, _ = io.WriteString(w, api.OpenAPI())
}
