//go:build netns

package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	pageAt      = "10.99.0.1:6348" // of the first computer of a lan
	pagePass    = "correct horse battery"
	askPassword = "The page asks for a password"
)

// TestLANPageFromAnotherComputer opens the page of a servent from another computer:
// nothing without the password, all with the session that it gives, and that by the
// servent's IP address alone.
func TestLANPageFromAnotherComputer(t *testing.T) {
	l := newLab(t)
	hosts := l.lan(3)
	file := passwordFile(t)
	refused, err := hosts[0].command("up", "--no-discovery", "--home", t.TempDir(), "--web", "0.0.0.0:6348").CombinedOutput()
	if exitCode(err) != exitUsage || !strings.Contains(string(refused), "--web-password") || !strings.Contains(string(refused), "not encrypted") {
		t.Errorf("without a password: got exit code %d, %s", exitCode(err), refused)
	}
	r := hosts[0].up(l.shares("SEBLINUX.iso"), "--no-discovery", "--web", "0.0.0.0:6348", "--web-password", file)
	if want := "http://127.0.0.1:6348/"; r.web != want {
		t.Errorf("on its own computer the page is at %s, want %s", r.web, want)
	}
	b := &distant{computer: hosts[1]}
	b.strangers()
	b.expect("a wrong password", http.StatusUnauthorized, "That is not the password", b.logsIn("the horse is wrong"))
	if b.cookie != "" || b.key != "" {
		t.Fatalf("a wrong password gives the cookie %q and the key %q", b.cookie, b.key)
	}
	b.expect("the password", http.StatusOK, `href="/"`, b.logsIn(pagePass))
	b.members()

	// Another guesses. What it tries is not looked at after a while; the link that the
	// servent's user passes on leads in.
	guesser := &distant{computer: hosts[2]}
	for range 5 {
		guesser.expect("a guess", http.StatusUnauthorized, "That is not the password", guesser.logsIn("the horse is wrong"))
	}
	guesser.expect("one guess more", http.StatusTooManyRequests, "Too many tries", guesser.logsIn(pagePass))
	b.expect("who is in, beside who guesses", http.StatusOK, r.peer, b.asks(http.MethodGet, "/api/status", nil, ""))
	for _, address := range r.pageLinks("lab") {
		guest := &distant{computer: hosts[2]}
		guest.expect("a link", http.StatusOK, `href="/#lab"`, guest.asks(http.MethodGet, strings.TrimPrefix(address, "http://"+pageAt), nil, ""))
		guest.expect("its session", http.StatusOK, r.peer, guest.asks(http.MethodGet, "/api/status", nil, ""))
		other := &distant{computer: hosts[2]}
		other.expect("the link again", http.StatusForbidden, "This link leads in no longer", other.asks(http.MethodGet, strings.TrimPrefix(address, "http://"+pageAt), nil, ""))
	}
	b.expect("sign out", http.StatusOK, "{}", b.asks(http.MethodPost, "/api/page/end", strings.NewReader("{}"), "application/json"))
	b.expect("after it", http.StatusUnauthorized, askPassword, b.asks(http.MethodGet, "/", nil, ""))
}

// strangers asks without a session.
func (d *distant) strangers() {
	d.expect("the page", http.StatusUnauthorized, `action="/login"`, d.asks(http.MethodGet, "/", nil, ""))
	for _, path := range []string{"/api/status", "/api/share", "/api/calls", "/metrics", "/api/openapi.json"} {
		d.expect(path, http.StatusUnauthorized, askPassword, d.asks(http.MethodGet, path, nil, ""))
	}
	for _, host := range []string{"servent.lan:6348", "evil.example:6348", "10.99.0.2:6348", "10.99.0.1", "10.99.0.1:80", "0.0.0.0:6348", "10.99.0.1.evil.example:6348"} {
		d.host = host
		d.expect("as "+host, http.StatusForbidden, "Not under this name", d.asks(http.MethodGet, "/", nil, ""))
		d.expect("the password as "+host, http.StatusForbidden, "Not under this name", d.logsIn(pagePass))
	}
	d.host = ""
	d.origin = "http://evil.example"
	d.expect("the form of another site", http.StatusForbidden, "Another site asked for this", d.logsIn(pagePass))
	d.origin = ""
}

// members asks with a session, and with the half of one.
func (d *distant) members() {
	d.expect("the page", http.StatusOK, `<script src="/js/early.js"`, d.asks(http.MethodGet, "/", nil, ""))
	for _, path := range []string{"/api/status", "/api/share", "/api/calls"} {
		d.expect(path, http.StatusOK, "{", d.asks(http.MethodGet, path, nil, ""))
	}
	d.expect("a change", http.StatusOK, "{", d.asks(http.MethodPost, "/api/limits", strings.NewReader("{}"), "application/json"))
	d.origin = "http://evil.example"
	d.expect("a change by another site", http.StatusForbidden, "Another site asked for this", d.asks(http.MethodPost, "/api/limits", strings.NewReader("{}"), "application/json"))
	d.origin = ""
	cookie, key := d.cookie, d.key
	d.key = ""
	d.expect("the cookie alone", http.StatusUnauthorized, "The key of the page is not here", d.asks(http.MethodGet, "/api/status", nil, ""))
	d.cookie, d.key = "", key
	d.expect("the key alone", http.StatusUnauthorized, askPassword, d.asks(http.MethodGet, "/api/status", nil, ""))
	d.cookie = cookie
	d.host = "servent.lan:6348"
	d.expect("the session under a name", http.StatusForbidden, "Not under this name", d.asks(http.MethodGet, "/api/status", nil, ""))
	d.host = ""
}

// passwordFile holds pagePass.
func passwordFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(pagePass+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// pageLinks are the addresses that the command prints for other computers, two of them.
func (r *hosted) pageLinks(tab string) (links []string) {
	r.on.t.Helper()
	for range 2 {
		cmd := r.on.command("page", tab, "--home", r.home)
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Run(); err != nil {
			r.on.t.Fatalf("servent page: %v: %s", err, &said)
		}
		_, link, found := strings.Cut(strings.TrimSpace(said.String()), "from another computer: ")
		if !found || !strings.HasPrefix(link, "http://"+pageAt+"/open?link=") {
			r.on.t.Fatalf("servent page names no address for other computers: %s", &said)
		}
		links = append(links, link)
	}
	return links
}

// A distant is a browser on a computer, as far as raw requests go: it keeps what it is
// given, and says what browsers say without TLS.
type distant struct {
	*computer
	cookie, key  string
	host, origin string // others than the right ones
}

// An asked is one request and what came of it.
type asked struct {
	status int
	body   string
}

// logsIn sends the form.
func (d *distant) logsIn(password string) asked {
	d.t.Helper()
	return d.asks(http.MethodPost, "/login", strings.NewReader(url.Values{"password": {password}}.Encode()), "application/x-www-form-urlencoded")
}

func (d *distant) expect(what string, status int, says string, got asked) {
	d.t.Helper()
	if got.status != status || !strings.Contains(got.body, says) {
		d.t.Errorf("%s: got %d, %.800s, want %d and %q", what, got.status, got.body, status, says)
	}
}

// asks makes a request.
func (d *distant) asks(method, path string, body io.Reader, kind string) asked {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, "http://"+pageAt+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Host = d.host
	host := pageAt
	if d.host != "" {
		host = d.host
	}
	for name, value := range map[string]string{"Accept": "text/html", "Content-Type": kind, "Cookie": d.cookie, "Page-Key": d.key} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if method == http.MethodPost {
		r.Header.Set("Origin", "http://"+host)
	}
	if d.origin != "" {
		r.Header.Set("Origin", d.origin)
	}
	answer, err := (&http.Transport{DialContext: d.dial, DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		d.t.Fatalf("%s %s from %s: %v", method, path, d.netns, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatalf("%s %s from %s: %v", method, path, d.netns, err)
	}
	if set := answer.Header.Get("Set-Cookie"); set != "" {
		d.cookie, _, _ = strings.Cut(set, ";")
	}
	if found := handedOver.FindSubmatch(text); found != nil {
		d.key = string(found[1])
	}
	return asked{answer.StatusCode, string(text)}
}

// dial connects from the computer.
func (c *computer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 10 * time.Second}
	return within(c.netns, func() (net.Conn, error) { return dialer.DialContext(ctx, network, address) })
}
