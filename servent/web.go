package servent

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"servent/servent/api"
	"servent/servent/web"
)

// howTo is what who asks for / is told that is no browser with a session.
const howTo = `servent is running. To open its page, type this in a terminal, and open the
address that it prints:

  servent page

Programs have the command, with servent status and servent search WORDS, and this API:

  curl -H "Authorization: Bearer $(cat HOME/` + tokenFile + `)" %[1]sapi/status

HOME is the home of the servent: what --home or SERVENT_HOME names, or else
~/.local/share/servent (on other systems, the folder for data of programs).
The calls are described at %[1]sapi/openapi.json
Prometheus finds metrics at %[1]smetrics
`

// sayHow answers a curious program.
func (s *Servent) sayHow(w http.ResponseWriter, _ *http.Request) {
	base := s.web
	if base == "" {
		base = "http://localhost/" // over the socket any name will do
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, howTo, base)
}

// serveWeb answers browsers, programs and metrics collectors of this computer,
// until ctx ends.
func (s *Servent) serveWeb(ctx context.Context, server *web.Server) error {
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
	listen := web.Listen
	if s.cfg.WebPassword != "" {
		listen = web.ListenBeyond
	}
	l, err := listen(s.cfg.Web)
	if err != nil {
		return fmt.Errorf("servent: %w", err)
	}
	if s.cfg.WebPassword != "" {
		s.door = web.NewPasswordDoor(l.Addr().(*net.TCPAddr), token, s.cfg.WebPassword, s.log)
	} else {
		s.door = web.NewDoor(l.Addr().(*net.TCPAddr), token, s.log)
	}
	s.web = s.door.URL()
	s.serveHTTP(ctx, server, "the page", l, s.door)
	return nil
}

// serveHTTP answers on l until ctx ends. A servent that can no longer be
// spoken to stops.
func (s *Servent) serveHTTP(ctx context.Context, server *web.Server, name string, l net.Listener, door *web.Door) {
	s.workers.Go(func() {
		if err := server.Serve(ctx, l, door); err != nil {
			s.stop(fmt.Errorf("servent: serve %s on %s: %w", name, l.Addr(), err))
		}
	})
}

// PageLink returns an address of the page that is good for one visit, which gives
// the browser a session. It fails where there is no page.
func (s *Servent) PageLink(_ context.Context, request api.PageRequest) (api.PageLink, error) {
	if s.door == nil {
		return api.PageLink{}, api.NewError(api.CodeNotFound, "page: this servent has none; start it with --web 127.0.0.1:6348")
	}
	if request.Tab != "" && !web.IsPlace(request.Tab) {
		return api.PageLink{}, api.NewError(api.CodeUsage, fmt.Sprintf("page: there is no tab %.50q; there are %s", request.Tab, strings.Join(web.Tabs, ", ")))
	}
	link := s.door.Link(request.Tab)
	return api.PageLink{URL: link, Elsewhere: s.door.Elsewhere(link)}, nil
}

// describe answers with the description of the local API.
func describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	// An asker that is gone reads nothing.
	_, _ = io.WriteString(w, api.OpenAPI())
}
