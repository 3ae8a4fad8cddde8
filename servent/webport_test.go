package servent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"servent/servent/api"
	"servent/servent/web"
)

// webPort runs a servent with a page, and returns it with its port and token.
func webPort(t *testing.T) (s *Servent, port, token string) {
	t.Helper()
	s = start(t, Config{Home: t.TempDir(), Web: "127.0.0.1:0"})
	b, err := os.ReadFile(s.home.path(tokenFile))
	if err != nil {
		t.Fatal(err)
	}
	return s, s.web[strings.LastIndex(s.web, ":")+1 : len(s.web)-1], strings.TrimSpace(string(b))
}

// raw sends bytes to the web port and returns the answer; a status of 0 means
// that the connection was closed without one.
func raw(t *testing.T, port, request string) (answer *http.Response, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, request); err != nil {
		return &http.Response{}, ""
	}
	method, _, _ := strings.Cut(request, " ")
	answer, err = http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return &http.Response{}, ""
	}
	if answer.Header.Get("Content-Type") == "text/event-stream" {
		return answer, ""
	}
	b, _ := io.ReadAll(answer.Body) // who sends too much is cut off after the answer
	return answer, string(b)
}

// What an attacker can send to the web port, and what becomes of it.
func TestAttacksOnTheWebPort(t *testing.T) {
	t.Parallel()
	_, port, token := webPort(t)
	own := "Host: 127.0.0.1:" + port + "\r\n"
	bearer := "Authorization: Bearer " + token + "\r\n"
	for _, attacks := range [][]webAttack{
		attacksWithTheToken(port, token, own, bearer), attacksOnThePage(port, own), attacksOnTheToken(token, own),
		attacksFromElsewhere(port, own, bearer), attacksByBodies(own, bearer), attacksByMethods(own, bearer), attacksByPaths(own),
	} {
		for _, a := range attacks {
			t.Run(a.name, func(t *testing.T) {
				t.Parallel()
				a.run(t, port)
			})
		}
	}
}

// A webAttack is a request, and what is answered.
type webAttack struct {
	name, request string
	status        int // 0: 400, or the connection is closed
	says          string
}

func (a webAttack) run(t *testing.T, port string) {
	answer, body := raw(t, port, a.request)
	if answer.StatusCode != a.status && !(a.status == 0 && answer.StatusCode == http.StatusBadRequest) || !strings.Contains(body, a.says) {
		t.Fatalf("got %d, %.300s, want %d and %q in it", answer.StatusCode, body, a.status, a.says)
	}
	for name := range answer.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("the answer lets other sites in: %s", name)
		}
	}
	if a.says == "" {
		return // net/http answered by itself
	}
	if h := answer.Header; h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
		h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("the answer has no shield: %v", h)
	}
	told := api.Error{}
	if onAPI := strings.Contains(a.request[:strings.Index(a.request, "\r")], " /api/"); onAPI && a.status >= 400 {
		if err := json.Unmarshal([]byte(body), &told); err != nil || told.Type != api.TypeError || told.Code == "" || told.Message == "" {
			t.Errorf("got %s, %v, want an error in JSON", body, err)
		}
	}
}

const (
	asJSON      = "Content-Type: application/json\r\n"
	connectCall = `{"addr":7}` // is read, and refused then
)

func sized(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

// attacksWithTheToken: what has the token, and what needs none.
func attacksWithTheToken(port, token, own, bearer string) []webAttack {
	return []webAttack{
		{"the token", "GET /api/status HTTP/1.1\r\n" + own + bearer + "\r\n", 200, `"peer"`},
		{"in other letters", "GET /api/status HTTP/1.1\r\n" + own + "authorization: bearer  " + token + "\r\n\r\n", 200, `"peer"`},
		{"of its own origin", "GET /api/status HTTP/1.1\r\n" + own + bearer + "Origin: http://127.0.0.1:" + port + "\r\nSec-Fetch-Site: same-origin\r\n\r\n", 200, `"peer"`},
		{"a call with the token", "POST /api/connect HTTP/1.1\r\n" + own + bearer + asJSON + sized(connectCall), 400, "read the request"},
		{"description without the token", "GET /api/openapi.json HTTP/1.1\r\n" + own + "\r\n", 200, `"openapi": "3.1.0"`},
		{"metrics without the token", "GET /metrics HTTP/1.1\r\n" + own + "\r\n", 200, "servent_links"},
		{"a link to the page that the user followed", "GET / HTTP/1.1\r\n" + own + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n\r\n", 200, "servent is running"},
	}
}

// attacksOnThePage: no session is good, or too much of it.
func attacksOnThePage(port, own string) []webAttack {
	return []webAttack{
		{"the page without a session", "GET / HTTP/1.1\r\n" + own + "Accept: text/html\r\n\r\n", 401, "servent page"},
		{"a session of another port", "GET /api/status HTTP/1.1\r\n" + own + "Cookie: servent-1=1.2.3\r\n\r\n", 401, "Bearer TOKEN"},
		{"a session that nobody began", "GET /api/status HTTP/1.1\r\n" + own + "Cookie: servent-" + port + "=9999999999.A.A\r\n\r\n", 401, "Bearer TOKEN"},
		{"cookies beyond measure", "GET /api/status HTTP/1.1\r\n" + own + "Cookie: " + strings.Repeat("a=b; ", 8<<10) + "\r\n\r\n", 431, ""},
	}
}

// attacksOnTheToken: whoever has not the whole token, where it belongs.
func attacksOnTheToken(token, own string) []webAttack {
	return []webAttack{
		{"no token", "GET /api/status HTTP/1.1\r\n" + own + "\r\n", 401, "Bearer TOKEN"},
		{"no token for events", "GET /api/events HTTP/1.1\r\n" + own + "\r\n", 401, "Bearer TOKEN"},
		{"another token", "GET /api/status HTTP/1.1\r\n" + own + "Authorization: Bearer " + strings.Repeat("A", tokenLength) + "\r\n\r\n", 401, "not the token"},
		{"the beginning of the token", "GET /api/status HTTP/1.1\r\n" + own + "Authorization: Bearer " + token[:tokenLength-1] + "\r\n\r\n", 401, "not the token"},
		{"the token and more", "GET /api/status HTTP/1.1\r\n" + own + "Authorization: Bearer " + token + "A\r\n\r\n", 401, "not the token"},
		{"the token as a password", "GET /api/status HTTP/1.1\r\n" + own + "Authorization: Basic " + token + "\r\n\r\n", 401, "not the token"},
		{"the token in the URL", "GET /api/status?token=" + token + " HTTP/1.1\r\n" + own + "\r\n", 401, "Bearer TOKEN"},
		{"the token in a cookie", "GET /api/status HTTP/1.1\r\n" + own + "Cookie: token=" + token + "\r\n\r\n", 401, "Bearer TOKEN"},
	}
}

// attacksFromElsewhere: another name or site behind the browser.
func attacksFromElsewhere(port, own, bearer string) []webAttack {
	return []webAttack{
		{"a rebound name", "GET /api/status HTTP/1.1\r\nHost: evil.example\r\n" + bearer + "\r\n", 403, "type http://127.0.0.1:" + port + "/ into the browser"},
		{"a rebound name with the port", "GET / HTTP/1.1\r\nHost: evil.example:" + port + "\r\n\r\n", 403, "no name of this servent"},
		{"a name that begins like ours", "GET / HTTP/1.1\r\nHost: localhost.evil.example:" + port + "\r\n\r\n", 403, "no name of this servent"},
		{"a name with a user", "GET / HTTP/1.1\r\nHost: localhost:" + port + "@evil.example\r\n\r\n", 0, ""},
		{"a whole URL of elsewhere", "GET http://evil.example/api/status HTTP/1.1\r\n" + own + bearer + "\r\n", 403, "evil.example"},
		{"no host, HTTP/1.0", "GET /api/status HTTP/1.0\r\n" + bearer + "\r\n", 403, "no name of this servent"},
		{"no host, HTTP/1.1", "GET /api/status HTTP/1.1\r\n" + bearer + "\r\n", 400, ""},
		{"two hosts", "GET /api/status HTTP/1.1\r\n" + own + "Host: evil.example\r\n" + bearer + "\r\n", 400, ""},
		{"an empty host", "GET /api/status HTTP/1.1\r\nHost:\r\n" + bearer + "\r\n", 403, "no name of this servent"},
		{"another origin", "POST /api/connect HTTP/1.1\r\n" + own + bearer + asJSON + "Origin: http://evil.example\r\n" + sized(connectCall), 403, "evil.example"},
		{"another origin reads", "GET /api/status HTTP/1.1\r\n" + own + bearer + "Origin: https://evil.example\r\n\r\n", 403, "evil.example"},
		{"the origin of a sandbox", "GET /api/status HTTP/1.1\r\n" + own + bearer + "Origin: null\r\n\r\n", 403, "null"},
		{"another port of this computer", "GET /api/status HTTP/1.1\r\n" + own + bearer + "Origin: http://127.0.0.1:1\r\n\r\n", 403, "127.0.0.1:1"},
		{"two origins", "GET /api/status HTTP/1.1\r\n" + own + bearer + "Origin: http://127.0.0.1:" + port + "\r\nOrigin: http://evil.example\r\n\r\n", 403, "only the servent's own"},
		{"a script of another site", "GET /metrics HTTP/1.1\r\n" + own + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n\r\n", 403, "another site"},
		{"a frame of another site", "GET /api/status HTTP/1.1\r\n" + own + "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\n\r\n", 403, "another site"},
	}
}

// attacksByBodies: bodies of another kind or size.
func attacksByBodies(own, bearer string) []webAttack {
	return []webAttack{
		{"a form", "POST /api/connect HTTP/1.1\r\n" + own + bearer + "Content-Type: text/plain\r\n" + sized(connectCall), 415, "Content-Type: application/json"},
		{"a form's fields", "POST /api/connect HTTP/1.1\r\n" + own + bearer + "Content-Type: application/x-www-form-urlencoded\r\n" + sized("addr=x"), 415, "application/json"},
		{"no content type", "POST /api/connect HTTP/1.1\r\n" + own + bearer + sized(connectCall), 415, "application/json"},
		{"a content type that hides another", "POST /api/connect HTTP/1.1\r\n" + own + bearer + "Content-Type: text/plain; application/json\r\n" + sized(connectCall), 415, "application/json"},
		{"more than may come", "POST /api/connect HTTP/1.1\r\n" + own + bearer + asJSON + "Content-Length: 2147483648\r\n\r\n" + `{"addr":"` + strings.Repeat("x", web.MaxRequest), 400, "too large"},
		{"more in chunks", "POST /api/connect HTTP/1.1\r\n" + own + bearer + asJSON + "Transfer-Encoding: chunked\r\n\r\n" + "9\r\n{\"addr\":\"\r\n" + strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 17), 400, "too large"},
		{"two lengths", "POST /api/connect HTTP/1.1\r\n" + own + bearer + asJSON + "Content-Length: 18\r\nContent-Length: 5\r\n\r\n" + connectCall, 400, ""},
		{"large headers", "GET /api/status HTTP/1.1\r\n" + own + bearer + "X: " + strings.Repeat("x", web.MaxHeader+8<<10) + "\r\n\r\n", 431, ""},
	}
}

// attacksByMethods: methods that are none of the call.
func attacksByMethods(own, bearer string) []webAttack {
	return []webAttack{
		{"options", "OPTIONS /api/status HTTP/1.1\r\n" + own + "\r\n", 405, "use GET"},
		{"a preflight", "OPTIONS /api/connect HTTP/1.1\r\n" + own + "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n", 403, "evil.example"},
		{"trace", "TRACE /api/status HTTP/1.1\r\n" + own + bearer + "\r\n", 405, "use GET"},
		{"another method", "DELETE /api/share HTTP/1.1\r\n" + own + bearer + "\r\n", 405, "use GET"},
		{"a call as a link", "GET /api/connect HTTP/1.1\r\n" + own + bearer + "\r\n", 405, "use POST"},
		{"head", "HEAD /api/status HTTP/1.1\r\n" + own + bearer + "\r\n", 200, ""},
		{"head without the token", "HEAD /api/status HTTP/1.1\r\n" + own + "\r\n", 401, ""},
		{"head of events", "HEAD /api/events HTTP/1.1\r\n" + own + bearer + "\r\n", 200, ""},
	}
}

// attacksByPaths: paths that are merely like one.
func attacksByPaths(own string) []webAttack {
	return []webAttack{
		{"a path up", "GET /metrics/../api/status HTTP/1.1\r\n" + own + "\r\n", 404, "openapi.json"},
		{"a path up, escaped", "GET /metrics/%2e%2e/api/status HTTP/1.1\r\n" + own + "\r\n", 404, "openapi.json"},
		{"two slashes", "GET //api/status HTTP/1.1\r\n" + own + "\r\n", 404, "openapi.json"},
		{"a slash at the end", "GET /api/status/ HTTP/1.1\r\n" + own + "\r\n", 404, "openapi.json"},
		{"a backslash", "GET /\\api\\status HTTP/1.1\r\n" + own + "\r\n", 404, "openapi.json"},
		{"an escaped letter", "GET /api/%73tatus HTTP/1.1\r\n" + own + "\r\n", 401, "Bearer TOKEN"},
		{"a NUL", "GET /api/status%00 HTTP/1.1\r\n" + own + "\r\n", 404, "openapi.json"},
		{"a file", "GET /api.token HTTP/1.1\r\n" + own + "\r\n", 404, "openapi.json"},
		{"no path", "GET * HTTP/1.1\r\n" + own + "\r\n", 404, "openapi.json"},
		{"a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", 403, "no name of this servent"},
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, ""},
	}
}

// pipes is a listener whose connections are pipes, for a test with a clock of
// its own.
type pipes struct {
	conns chan net.Conn
	ended chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.ended)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }

// Who is slow is cut off, be it in the headers, in the body, in the body of a
// call that takes none, or in reading the answer.
func TestSlowAskers(t *testing.T) {
	t.Parallel()
	const head = "Host: x\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct {
		request string
		within  time.Duration
	}{
		"headers without an end":   {"GET / HTTP/1.1\r\n" + head, web.HeaderTimeout},
		"a body that stops":        {"POST /api/connect HTTP/1.1\r\n" + head + "Content-Length: 100\r\n\r\n{", web.BodyTimeout},
		"chunks without an end":    {"POST /api/connect HTTP/1.1\r\n" + head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", web.BodyTimeout},
		"a body where none is due": {"GET / HTTP/1.1\r\n" + head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", web.BodyTimeout},
		"an answer never read":     {"GET " + web.DescriptionPath + " HTTP/1.1\r\n" + head + "\r\n", web.AnswerTimeout},
		"nothing more":             {"GET /none HTTP/1.1\r\n" + head + "\r\n", web.IdleTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				s := &Servent{log: slog.New(slog.DiscardHandler)}
				server, l := web.NewHTTPServer(ctx, s.log, web.NewServer(s.log, s.routes()).Handler(nil)), &pipes{make(chan net.Conn), make(chan struct{})}
				done := make(chan error, 1)
				go func() { done <- server.Serve(l) }()
				ours, theirs := net.Pipe()
				l.conns <- theirs
				begin := time.Now()
				if _, err := io.WriteString(ours, c.request); err != nil {
					t.Fatal(err)
				}
				if c.within != web.AnswerTimeout {
					_, err := io.Copy(io.Discard, ours)
					if took := time.Since(begin); err != nil || took != c.within {
						t.Errorf("it was held for %v, %v, want %v", took, err, c.within)
					}
				} else {
					time.Sleep(web.AnswerTimeout) // the clock is the test's own
					synctest.Wait()
					if _, err := ours.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
						t.Errorf("after %v: got %v, want it closed", web.AnswerTimeout, err)
					}
				}
				cancel()
				server.Close()
				<-done
			})
		})
	}
}

// After too many wrong tokens the wrong ones are told to wait, and the right
// one passes still.
func TestManyWrongTokens(t *testing.T) {
	t.Parallel()
	s, port, token := webPort(t)
	ask := func(token string) int {
		answer, _ := raw(t, port, "GET /api/peers HTTP/1.1\r\nHost: 127.0.0.1:"+port+"\r\nAuthorization: Bearer "+token+"\r\n\r\n")
		return answer.StatusCode
	}
	for n := range web.MaxTries {
		if got := ask(fmt.Sprint("guess", n)); got != http.StatusUnauthorized {
			t.Fatalf("guess %d: got %d, want 401", n, got)
		}
	}
	if got := ask("another"); got != http.StatusTooManyRequests {
		t.Errorf("one guess too many: got %d, want 429", got)
	}
	if got := ask(token); got != http.StatusOK {
		t.Errorf("the token after many guesses: got %d, want 200", got)
	}
	if _, err := api.DialWeb(s.web, token+"\n").Peers(t.Context()); err != nil {
		t.Errorf("a client with the token: %v", err)
	}
	_, err := api.DialWeb(s.web, "guess").Peers(t.Context())
	failed(t, err, api.CodeBusy)
	_, err = api.DialWeb(s.web, "").Peers(t.Context())
	failed(t, err, api.CodeUnauthorized)
}

// A name that is an attack on a page comes as JSON, and as nothing else.
func TestHostileNamesInTheAPI(t *testing.T) {
	t.Parallel()
	const name = `<img src=x onerror=alert(1)>"'.iso`
	far := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{folder(t, map[string]int{name: 100})}}))
	s := start(t, Config{Home: t.TempDir(), Web: "127.0.0.1:0", Connect: []string{addr(far)}})
	token, err := s.home.token()
	if err != nil {
		t.Fatal(err)
	}
	var hit api.Hit
	if _, err := api.DialWeb(s.web, token).Search(t.Context(), api.SearchRequest{Words: "onerror", Max: 1}, func(h api.Hit) { hit = h }); err != nil || hit.Name != name {
		t.Errorf("got %q, %v, want %q", hit.Name, err, name)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(s.web, "/"), "http://"), ":")
	search := `{"words":"onerror","max":1}`
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/search HTTP/1.1\r\nHost: localhost:%s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
		port, token, len(search), search)
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(answer); strings.Contains(text, "<img") || !strings.Contains(text, `\u003cimg`) || !strings.Contains(text, "nosniff") {
		t.Errorf("got %s, want no markup", text)
	}
}
