package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"servent/servent/api"
)

const (
	testToken    = "a token of 256 bits, as it were"
	testPassword = "correct horse battery"
)

// A house is a server with a Door, for raw requests.
type house struct {
	t       *testing.T
	door    *Door
	port    string
	changed atomic.Int32 // how often something was changed
}

// newHouse serves on loopback; a Door of other computers is told that it is
// reached at every address.
func newHouse(t *testing.T, password string) *house {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := *l.Addr().(*net.TCPAddr)
	h := &house{t: t, port: fmt.Sprint(at.Port)}
	log := slog.New(slog.DiscardHandler)
	if password == "" {
		h.door = NewDoor(&at, testToken, log)
	} else {
		at.IP = net.IPv4zero
		h.door = NewPasswordDoor(&at, testToken, password, log)
	}
	server := NewServer(log, []Route{
		EndSession(),
		Plain("/metrics", "Counts.", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "links 0\n") }),
		Value("/api/status", "Reads.", func(context.Context) (api.Status, error) { return api.Status{Peer: "here"}, nil }),
		Exchange("/api/limits", "Changes.", func(_ context.Context, in api.PageEnd) (api.PageEnd, error) { h.changed.Add(1); return in, nil }),
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l, h.door) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return h
}

// raw sends a request whose lines are given, the Host header apart, and returns the
// answer. A body stands after an empty line.
func (h *house) raw(lines ...string) (*http.Response, string) {
	h.t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+h.port)
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	head, body, _ := strings.Cut(strings.Join(lines, "\r\n"), "\r\n\r\n")
	if !strings.Contains(head, "\r\nHost:") {
		head += "\r\nHost: 127.0.0.1:" + h.port
	}
	head = strings.ReplaceAll(head, "PORT", h.port)
	fmt.Fprintf(conn, "%s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body)
	method, _, _ := strings.Cut(head, " ")
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		h.t.Fatalf("%q: %v", head, err)
	}
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatalf("%q: %v", head, err)
	}
	return answer, string(b)
}

// forgetTries lets wrong ones be tried anew.
func (h *house) forgetTries() {
	for _, wrong := range []*tries{&h.door.wrongTokens, &h.door.wrongCookies, &h.door.wrongKeys, &h.door.wrongLinks} {
		wrong.mu.Lock()
		wrong.count = 0
		wrong.mu.Unlock()
	}
}

// handedOver is how an answer has the key of the page.
var handedOver = regexp.MustCompile(`<meta name="page-key" content="([\w-]{43})">`)

// enter follows a new link and returns the lines of the cookie and of the page's key.
func (h *house) enter() (cookie, key string) {
	h.t.Helper()
	link, err := url.Parse(h.door.Link("lab"))
	if err != nil {
		h.t.Fatal(err)
	}
	answer, body := h.raw("GET " + link.RequestURI() + " HTTP/1.1")
	if answer.StatusCode != http.StatusOK || !strings.Contains(body, "url=/#lab") {
		h.t.Fatalf("a new link: got %d, %s", answer.StatusCode, body)
	}
	set := answer.Header.Get("Set-Cookie")
	for _, want := range []string{"servent-" + h.port + "=", "; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=2592000"} {
		if !strings.Contains(set, want) {
			h.t.Fatalf("the cookie %q has no %q", set, want)
		}
	}
	found := handedOver.FindStringSubmatch(body)
	if found == nil {
		h.t.Fatalf("a new link gives no key of the page: %s", body)
	}
	for name, values := range answer.Header {
		if strings.Contains(strings.Join(values, " "), found[1]) || strings.Contains(strings.Join(values, " "), "unsafe") {
			h.t.Fatalf("the header %s of the answer with the key: %q", name, values)
		}
	}
	h.shielded("a new link", answer, body)
	cookie, _, _ = strings.Cut(set, ";")
	return "Cookie: " + cookie, "Page-Key: " + found[1]
}

const (
	asPage    = "Accept: text/html,application/xhtml+xml"
	asJSON    = "Content-Type: application/json"
	asForm    = "Content-Type: application/x-www-form-urlencoded"
	fromOwn   = "Origin: http://127.0.0.1:PORT"
	emptyBody = "\r\n{}"
)

// An attack is a request, and what must come of it.
type attack struct {
	name   string
	lines  []string
	status int
	says   string
}

// withstands makes attacks. Nothing that is refused is done, and the key of the page
// is in no answer.
func (h *house) withstands(attacks []attack) {
	h.t.Helper()
	for _, a := range attacks {
		before := h.changed.Load()
		h.forgetTries()
		answer, body := h.raw(a.lines...)
		if answer.StatusCode != a.status || !strings.Contains(body, a.says) {
			h.t.Errorf("%s: got %d, %.1500s, want %d and %q", a.name, answer.StatusCode, body, a.status, a.says)
		}
		if a.status != 200 && h.changed.Load() != before {
			h.t.Errorf("%s: it was refused, and done", a.name)
		}
		if handedOver.MatchString(body) {
			h.t.Errorf("%s: the key of the page is given away", a.name)
		}
		h.shielded(a.name, answer, body)
	}
}

// TestAttacksOnSessions is what another site has a browser with a session ask.
func TestAttacksOnSessions(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	cookie, key := h.enter()
	h.withstands([]attack{
		{"a session reads", []string{"GET /api/status HTTP/1.1", cookie, key}, 200, `"here"`},
		{"it changes, from its page", []string{"POST /api/limits HTTP/1.1", cookie, key, asJSON, fromOwn, emptyBody}, 200, "{}"},
		{"it changes, as newer browsers say", []string{"POST /api/limits HTTP/1.1", cookie, key, asJSON, "Sec-Fetch-Site: same-origin", emptyBody}, 200, "{}"},
		{"the page", []string{"GET / HTTP/1.1", cookie, asPage}, 200, "<script src=\"/js/early.js\""},

		{"a change from nobody's page", []string{"POST /api/limits HTTP/1.1", cookie, key, asJSON, emptyBody}, 403, "which page"},
		{"a change that the user is said to make", []string{"POST /api/limits HTTP/1.1", cookie, key, asJSON, "Sec-Fetch-Site: none", emptyBody}, 403, "which page"},
		{"a change from another port", []string{"POST /api/limits HTTP/1.1", cookie, key, asJSON, "Origin: http://127.0.0.1:1", emptyBody}, 403, "127.0.0.1:1"},
		{"a change from another port, same-site", []string{"POST /api/limits HTTP/1.1", cookie, key, asJSON, "Sec-Fetch-Site: same-site", emptyBody}, 403, "another site"},
		{"a change from another name of ours", []string{"POST /api/limits HTTP/1.1", cookie, key, asJSON, "Origin: http://localhost:PORT", emptyBody}, 403, "localhost"},
		{"a form of another site", []string{"POST /api/limits HTTP/1.1", cookie, key, asForm, "Origin: http://evil.example", "\r\na=b"}, 403, "evil.example"},
		{"a form of a sandbox", []string{"POST /api/limits HTTP/1.1", cookie, key, asForm, "Origin: null", "\r\na=b"}, 403, "null"},
		{"an image of another site", []string{"GET /api/status HTTP/1.1", cookie, key, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"}, 403, "another site"},
		{"a script of another port", []string{"GET /js/main.js HTTP/1.1", cookie, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"}, 403, "another site"},
		{"a frame of another site", []string{"GET / HTTP/1.1", cookie, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"}, 403, "another site"},
		{"a form of another site that opens the page", []string{"POST / HTTP/1.1", cookie, asForm, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "\r\na=b"}, 403, "another site"},
		{"a web socket of another site", []string{"GET /api/status HTTP/1.1", cookie, key, "Upgrade: websocket", "Origin: http://evil.example"}, 403, "evil.example"},
		{"a call as a link of another site", []string{"GET /api/status HTTP/1.1", cookie, key, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, 403, "another site"},
		{"a rebound name", []string{"GET / HTTP/1.1", "Host: evil.example:PORT", cookie, asPage}, 403, "Not under this name"},
		{"the unspecified address", []string{"GET / HTTP/1.1", "Host: 0.0.0.0:PORT", cookie}, 403, "no name of this servent"},
		{"another address of loopback", []string{"GET / HTTP/1.1", "Host: 127.0.0.2:PORT", cookie}, 403, "no name of this servent"},
		{"a number as address", []string{"GET / HTTP/1.1", "Host: 2130706433:PORT", cookie}, 403, "no name of this servent"},
		{"a dot at the end", []string{"GET / HTTP/1.1", "Host: localhost.:PORT", cookie}, 403, "no name of this servent"},
	})
	if n := h.changed.Load(); n != 2 {
		t.Errorf("changed %d times, want 2", n)
	}
}

// TestAttacksOnPageKeys is what a program sends that got the cookie of a session: any
// that listens on a port of this computer may.
func TestAttacksOnPageKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	cookie, key := h.enter()
	otherCookie, otherKey := h.enter()
	_, bare, _ := strings.Cut(key, ": ")
	mac := cookie[strings.LastIndex(cookie, ".")+1:]
	h.withstands([]attack{
		{"the cookie alone", []string{"GET /api/status HTTP/1.1", cookie}, 401, "Page-Key"},
		{"the cookie alone, as our page would", []string{"GET /api/status HTTP/1.1", cookie, fromOwn, "Sec-Fetch-Site: same-origin"}, 401, "Page-Key"},
		{"the cookie alone, from nowhere", []string{"GET /api/status HTTP/1.1", cookie, "Sec-Fetch-Site: none"}, 401, "Page-Key"},
		{"the cookie alone changes", []string{"POST /api/limits HTTP/1.1", cookie, asJSON, fromOwn, emptyBody}, 401, "Page-Key"},
		{"the cookie alone ends", []string{"POST /api/page/end HTTP/1.1", cookie, asJSON, fromOwn, emptyBody}, 401, "Page-Key"},
		{"the cookie alone, in words", []string{"GET /api/status HTTP/1.1", cookie, asPage}, 401, "The key of the page is not here"},
		{"the key alone", []string{"GET /api/status HTTP/1.1", key}, 401, "Bearer TOKEN"},
		{"the key as the token", []string{"GET /api/status HTTP/1.1", cookie, "Authorization: Bearer " + bare}, 401, "not the token"},
		{"the key of another session", []string{"GET /api/status HTTP/1.1", cookie, otherKey}, 401, "Page-Key"},
		{"the cookie of another session", []string{"GET /api/status HTTP/1.1", otherCookie, key}, 401, "Page-Key"},
		{"a key cut short", []string{"GET /api/status HTTP/1.1", cookie, key[:len(key)-1]}, 401, "Page-Key"},
		{"an empty key", []string{"GET /api/status HTTP/1.1", cookie, "Page-Key:"}, 401, "Page-Key"},
		{"the MAC of the cookie as the key", []string{"GET /api/status HTTP/1.1", cookie, "Page-Key: " + mac}, 401, "Page-Key"},
		{"the key second", []string{"GET /api/status HTTP/1.1", cookie, "Page-Key: x", key}, 401, "Page-Key"},
		{"the key in the address", []string{"GET /api/status?Page-Key=" + bare + " HTTP/1.1", cookie}, 401, "Page-Key"},
		{"the key in a cookie", []string{"GET /api/status HTTP/1.1", cookie + "; Page-Key=" + bare}, 401, "Page-Key"},
		{"the cookie of another session before it", []string{"GET /api/status HTTP/1.1", otherCookie + "; " + strings.TrimPrefix(cookie, "Cookie: "), key}, 200, `"here"`},
		{"where the page goes without a key", []string{"GET /keyless HTTP/1.1", cookie, asPage}, 401, "The key of the page is not here"},
		{"that without a session", []string{"GET /keyless HTTP/1.1", asPage}, 401, "This browser is not known yet"},
	})
}

// TestAttacksOnCookies is what a program sends that makes up a cookie, with a page key
// that is good.
func TestAttacksOnCookies(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	cookie, key := h.enter()
	name, value, _ := strings.Cut(strings.TrimPrefix(cookie, "Cookie: "), "=")
	end, rest, _ := strings.Cut(value, ".")
	id, mac, _ := strings.Cut(rest, ".")
	h.withstands([]attack{
		{"a garbled cookie before the good one", []string{"GET /api/status HTTP/1.1", "Cookie: " + name + "=x; " + name + "=" + value, key}, 200, `"here"`},
		{"no session", []string{"GET /api/status HTTP/1.1"}, 401, "Bearer TOKEN"},
		{"no session, in the address bar", []string{"GET /api/status HTTP/1.1", asPage}, 401, "servent page"},
		{"a cookie of another port", []string{"GET /api/status HTTP/1.1", "Cookie: servent-1=" + value, key}, 401, "Bearer TOKEN"},
		{"a MAC cut short", []string{"GET /api/status HTTP/1.1", cookie[:len(cookie)-1], key}, 401, "Bearer TOKEN"},
		{"a MAC and more", []string{"GET /api/status HTTP/1.1", cookie + "A", key}, 401, "Bearer TOKEN"},
		{"a later end", []string{"GET /api/status HTTP/1.1", "Cookie: " + name + "=9" + end + "." + id + "." + mac, key}, 401, "Bearer TOKEN"},
		{"another session", []string{"GET /api/status HTTP/1.1", "Cookie: " + name + "=" + end + ".A" + id + "." + mac, key}, 401, "Bearer TOKEN"},
		{"a dot moved", []string{"GET /api/status HTTP/1.1", "Cookie: " + name + "=" + end + id[:1] + "." + id[1:] + "." + mac, key}, 401, "Bearer TOKEN"},
		{"no MAC", []string{"GET /api/status HTTP/1.1", "Cookie: " + name + "=" + end + "." + id + ".", key}, 401, "Bearer TOKEN"},
		{"the token as a cookie", []string{"GET /api/status HTTP/1.1", "Cookie: " + name + "=" + url.QueryEscape(testToken), key}, 401, "Bearer TOKEN"},
		{"a cookie in the address", []string{"GET /api/status?" + name + "=" + value + " HTTP/1.1"}, 401, "Bearer TOKEN"},
		{"a wrong token beside a good cookie", []string{"GET /api/status HTTP/1.1", cookie, key, "Authorization: Bearer x"}, 401, "not the token"},
		{"many cookies", []string{"GET /api/status HTTP/1.1", "Cookie: " + strings.Repeat(name+"=x; ", 300) + name + "=y", key}, 401, "Bearer TOKEN"},
	})
}

// TestAttacksOnPaths is what can be asked for, and what becomes of it.
func TestAttacksOnPaths(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	cookie, _ := h.enter()
	h.withstands([]attack{
		{"a link that never was", []string{"GET /open?link=AAAA HTTP/1.1", asPage}, 403, "This link leads in no longer"},
		{"no link", []string{"GET /open HTTP/1.1"}, 403, "used already"},
		{"a link that never was, with a session", []string{"GET /open?link=AAAA HTTP/1.1", cookie}, 200, "url=/"},
		{"a tab that there is not", []string{"GET /open?link=AAAA&tab=%22%3E%3Cscript%3E HTTP/1.1", cookie}, 200, `url=/">`},
		{"a header in the tab", []string{"GET /open?link=AAAA&tab=lab%0d%0aX-Evil:1 HTTP/1.1", cookie}, 200, `url=/">`},

		{"a path up", []string{"GET /js/../../door.go HTTP/1.1", cookie}, 404, "openapi.json"},
		{"a path up, escaped", []string{"GET /js/%2e%2e%2fserver.go HTTP/1.1", cookie}, 404, "openapi.json"},
		{"a backslash", []string{"GET /js\\..\\index.html HTTP/1.1", cookie}, 404, "openapi.json"},
		{"the page by its file", []string{"GET /index.html HTTP/1.1"}, 404, "openapi.json"},
		{"a folder", []string{"GET /js/ HTTP/1.1", cookie}, 404, "openapi.json"},
		{"what is not of the page", []string{"GET /jsconfig.json HTTP/1.1", cookie}, 404, "openapi.json"},
		{"nothing, in words", []string{"GET /%3Cimg%20src=x%20onerror=alert(1)%3E HTTP/1.1", asPage}, 404, "&lt;img src=x onerror=alert(1)&gt;"},
		{"a change of a file", []string{"POST /js/main.js HTTP/1.1", cookie, asJSON, fromOwn, emptyBody}, 404, "openapi.json"},
		{"trace", []string{"TRACE / HTTP/1.1", cookie}, 404, "openapi.json"},
		{"head", []string{"HEAD / HTTP/1.1", cookie}, 200, ""},
		{"a password where there is none", []string{"POST /login HTTP/1.1", asForm, fromOwn, "\r\npassword=x"}, 404, "openapi.json"},
	})
}

// shielded holds an answer to what every one must be.
func (h *house) shielded(name string, answer *http.Response, body string) {
	h.t.Helper()
	head := answer.Header
	for key, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if head.Get(key) != want {
			h.t.Errorf("%s: got %s %q, want %q", name, key, head.Get(key), want)
		}
	}
	policy := head.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, want) {
			h.t.Errorf("%s: the policy %q has no %q", name, policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		h.t.Errorf("%s: the policy lets too much: %q", name, policy)
	}
	if want := "no-referrer"; head.Get("Referrer-Policy") != want && !strings.Contains(body, `action="/login"`) {
		h.t.Errorf("%s: got Referrer-Policy %q, want %q", name, head.Get("Referrer-Policy"), want)
	}
	if caching := head.Get("Cache-Control"); caching != "no-store" && head.Get("Etag") == "" && answer.Request.Method != http.MethodHead {
		h.t.Errorf("%s: the answer may be kept: %q", name, caching)
	}
	for key := range head {
		if strings.HasPrefix(key, "Access-Control-") || key == "X-Evil" {
			h.t.Errorf("%s: the answer has %s", name, key)
		}
	}
}

// TestLinkIsForOneVisit: fetching ahead uses no link up, following does, and a
// browser that is known is let in by a used one.
func TestLinkIsForOneVisit(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	link, err := url.Parse(h.door.Link(""))
	if err != nil {
		t.Fatal(err)
	}
	line := "GET " + link.RequestURI() + " HTTP/1.1"
	for _, ahead := range []string{"Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "Purpose: prefetch", "X-Moz: prefetch", "X-Purpose: preview"} {
		if answer, _ := h.raw(line, ahead); answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: got %d, cookie %q", ahead, answer.StatusCode, answer.Header.Get("Set-Cookie"))
		}
	}
	if answer, _ := h.raw(strings.Replace(line, "GET", "HEAD", 1)); answer.Header.Get("Set-Cookie") != "" {
		t.Error("HEAD gives a session")
	}
	// A frame or an image of another site would use it up.
	for _, dest := range []string{"iframe", "image", "embed"} {
		if answer, _ := h.raw(line, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: "+dest); answer.StatusCode != http.StatusForbidden {
			t.Errorf("as %s: got %d", dest, answer.StatusCode)
		}
	}
	answer, _ := h.raw(line, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")
	cookie, _, _ := strings.Cut(answer.Header.Get("Set-Cookie"), ";")
	if answer.StatusCode != http.StatusOK || cookie == "" {
		t.Fatalf("followed: got %d, cookie %q", answer.StatusCode, cookie)
	}
	if answer, body := h.raw(line, asPage); answer.StatusCode != http.StatusForbidden || !strings.Contains(body, "servent page") || answer.Header.Get("Set-Cookie") != "" {
		t.Errorf("again, by another browser: got %d, %s", answer.StatusCode, body)
	}
	again, given := h.raw(line, "Cookie: "+cookie)
	if handedOver.MatchString(given) {
		t.Error("a used link gives the key of the page to who has its cookie")
	}
	if renewed := again.Header.Get("Set-Cookie"); again.StatusCode != http.StatusOK || strings.Split(renewed, ".")[1] != strings.Split(cookie, ".")[1] {
		t.Errorf("again, by the same browser: got %d, %q, want the same session as %q", again.StatusCode, renewed, cookie)
	}
	// From another site a strict cookie does not come along; a step further it does.
	if answer, body := h.raw("GET / HTTP/1.1", asPage, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"); answer.StatusCode != http.StatusOK || !strings.Contains(body, "url=/") {
		t.Errorf("a link of another site to the page: got %d, %s", answer.StatusCode, body)
	}
}

// TestSignOut: a session that was ended is refused, whoever kept its cookie.
func TestSignOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	cookie, key := h.enter()
	other, otherKey := h.enter()
	end := []string{"POST /api/page/end HTTP/1.1", cookie, key, asJSON}
	if answer, _ := h.raw(append(end, emptyBody)...); answer.StatusCode != http.StatusForbidden {
		t.Errorf("from nobody's page: got %d", answer.StatusCode)
	}
	answer, _ := h.raw(append(end, fromOwn, emptyBody)...)
	if set := answer.Header.Get("Set-Cookie"); answer.StatusCode != http.StatusOK || !strings.Contains(set, "Max-Age=0") {
		t.Fatalf("got %d, cookie %q", answer.StatusCode, set)
	}
	if answer, body := h.raw("GET / HTTP/1.1", cookie, asPage); answer.StatusCode != http.StatusUnauthorized || !strings.Contains(body, "signed out") {
		t.Errorf("the cookie afterwards: got %d, %s", answer.StatusCode, body)
	}
	if answer, _ := h.raw("GET /api/status HTTP/1.1", cookie, key); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("both afterwards: got %d", answer.StatusCode)
	}
	if answer, _ := h.raw("GET /api/status HTTP/1.1", other, otherKey); answer.StatusCode != http.StatusOK {
		t.Errorf("another browser: got %d", answer.StatusCode)
	}
	for range 2 * maxEnded {
		h.door.sessions.end(discardHeaders{}, &http.Request{Header: http.Header{"Cookie": {strings.TrimPrefix(h.enterQuietly(), "Cookie: ")}}}, time.Now())
	}
	if n := len(h.door.sessions.ended); n != maxEnded {
		t.Errorf("%d ended sessions are remembered, want %d", n, maxEnded)
	}
}

// enterQuietly is a new session without a request.
func (h *house) enterQuietly() string {
	w := discardHeaders{}
	h.door.sessions.begin(w, "", time.Now())
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return cookie
}

// discardHeaders is where headers go that nobody reads.
type discardHeaders http.Header

func (d discardHeaders) Header() http.Header         { return http.Header(d) }
func (d discardHeaders) Write(b []byte) (int, error) { return len(b), nil }
func (d discardHeaders) WriteHeader(int)             {}

// TestLinkGivesTheKeyAgain: a browser that has a session and lost its key gets it with
// another link.
func TestLinkGivesTheKeyAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	cookie, key := h.enter()
	link, err := url.Parse(h.door.Link(""))
	if err != nil {
		t.Fatal(err)
	}
	_, body := h.raw("GET "+link.RequestURI()+" HTTP/1.1", cookie)
	if found := handedOver.FindStringSubmatch(body); found == nil || "Page-Key: "+found[1] != key {
		t.Errorf("got %s, want %s", body, key)
	}
}

// TestManyWrongSessionsAndLinks: who tries many is told to wait, and the right one
// passes still.
func TestManyWrongSessionsAndLinks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	cookie, key := h.enter()
	wrongCookie := "Cookie: servent-" + h.port + "=1.2.3"
	for what, lines := range map[string][]string{
		"sessions": {"GET /api/status HTTP/1.1", wrongCookie}, "keys": {"GET /api/status HTTP/1.1", cookie, "Page-Key: x"}, "links": {"GET /open?link=x HTTP/1.1"},
	} {
		for n := range MaxTries + 1 {
			answer, _ := h.raw(lines...)
			if many := answer.StatusCode == http.StatusTooManyRequests; many != (n == MaxTries) || many && answer.Header.Get("Retry-After") != "60" {
				t.Errorf("%s, try %d: got %d, Retry-After %q", what, n+1, answer.StatusCode, answer.Header.Get("Retry-After"))
			}
		}
	}
	if answer, _ := h.raw("GET /api/status HTTP/1.1", cookie, key); answer.StatusCode != http.StatusOK {
		t.Errorf("the right session: got %d", answer.StatusCode)
	}
	h.enter()
}
