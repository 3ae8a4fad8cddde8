package web

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestReadPassword(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string // or what the error says
	}{
		"a line":             {testPassword + "\n", 0o600, testPassword},
		"its first line":     {testPassword + "\r\nmore\n", 0o400, testPassword},
		"no end of line":     {testPassword, 0o600, testPassword},
		"twelve letters":     {"éééééééééééé", 0o600, "éééééééééééé"},
		"too short":          {"elevenchars\n", 0o600, "11 characters are too few"},
		"nothing":            {"", 0o600, "0 characters are too few"},
		"too long":           {strings.Repeat("x", 1<<20), 0o600, "1024 bytes at most"},
		"others may read it": {testPassword, 0o640, "chmod 600"},
	} {
		if runtime.GOOS == "windows" && c.mode == 0o640 {
			continue
		}
		path := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		got, err := ReadPassword(path)
		if err != nil {
			got = err.Error()
			if !strings.Contains(got, path) && !strings.Contains(got, "at most") {
				t.Errorf("%s: the error names no file: %s", name, got)
			}
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if _, err := ReadPassword(path); err == nil {
			t.Errorf("%s was read", path)
		}
	}
}

// TestPasswordBacksOff: after some wrong tries an address waits, longer each time,
// and its right one is not looked at either; another address does not wait, until
// all together have tried too often.
func TestPasswordBacksOff(t *testing.T) {
	p, now := newPassword(testPassword), time.Now()
	here, there := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for n := range freeTries {
		if right, wait := p.try("wrong", here, now); right || wait > 0 {
			t.Fatalf("try %d: got %v, wait %v", n+1, right, wait)
		}
	}
	if right, wait := p.try(testPassword, here, now); right || wait != firstTryWait {
		t.Errorf("the right one at once: got %v, wait %v, want %v", right, wait, firstTryWait)
	}
	if right, _ := p.try(testPassword, there, now); !right {
		t.Error("another address waits, too")
	}
	wait := firstTryWait
	for range 20 {
		now = now.Add(wait)
		p.try("wrong", here, now)
		_, wait = p.try("wrong", here, now)
	}
	if wait != maxTryWait {
		t.Errorf("after many: wait %v, want %v", wait, maxTryWait)
	}
	if right, _ := p.try(testPassword, here, now.Add(wait)); !right {
		t.Error("after the wait the right one is refused")
	}
	if _, wait := p.try("wrong", here, now.Add(wait)); wait > 0 {
		t.Error("after the right one its address still waits")
	}
}

func TestPasswordTriesInAll(t *testing.T) {
	p, now := newPassword(testPassword), time.Now()
	taken := 0
	for n := range 3 * maxTriers {
		if _, wait := p.try("wrong", netip.AddrFrom4([4]byte{192, 0, byte(n >> 8), byte(n)}), now); wait == 0 {
			taken++
		}
	}
	if taken != maxTriesInAll {
		t.Errorf("%d tries were taken in a minute, want %d", taken, maxTriesInAll)
	}
	for n := range 3 * maxTriers {
		p.try("wrong", netip.AddrFrom4([4]byte{192, 0, byte(n >> 8), byte(n)}), now.Add(time.Duration(n)*tryWindow/maxTriesInAll*2))
	}
	if n := len(p.triers); n > maxTriers {
		t.Errorf("%d addresses are remembered, want %d at most", n, maxTriers)
	}
	// All of one network of IPv6 are one.
	for n := range freeTries {
		p.try("wrong", netip.MustParseAddr(fmt.Sprintf("2001:db8::%d", n+1)), now.Add(100*time.Hour))
	}
	if _, wait := p.try("wrong", netip.MustParseAddr("2001:db8::99"), now.Add(100*time.Hour)); wait == 0 {
		t.Error("another address of the network does not wait")
	}
}

// TestLogin: a Door with a password gives a session for it, to its own form alone.
func TestLogin(t *testing.T) {
	t.Parallel()
	h := newHouse(t, testPassword)
	answer, body := h.raw("GET / HTTP/1.1", asPage)
	if answer.StatusCode != http.StatusUnauthorized || !strings.Contains(body, `action="/login"`) || answer.Header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("the form: got %d, Referrer-Policy %q, %s", answer.StatusCode, answer.Header.Get("Referrer-Policy"), body)
	}
	h.shielded("the form", answer, body)
	form := "\r\npassword=" + url.QueryEscape(testPassword)
	for name, lines := range map[string][]string{
		"a form of another site":          {"POST /login HTTP/1.1", asForm, "Origin: http://evil.example", form},
		"a form of another port":          {"POST /login HTTP/1.1", asForm, "Origin: http://127.0.0.1:1", form},
		"a form that says nothing":        {"POST /login HTTP/1.1", asForm, form},
		"a form under another name":       {"POST /login HTTP/1.1", "Host: evil.example:PORT", asForm, "Origin: http://evil.example:PORT", form},
		"under an address that is no own": {"POST /login HTTP/1.1", "Host: 192.0.2.1:PORT", asForm, "Origin: http://192.0.2.1:PORT", form},
	} {
		answer, body := h.raw(lines...)
		if answer.StatusCode != http.StatusForbidden || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: got %d, cookie %q", name, answer.StatusCode, answer.Header.Get("Set-Cookie"))
		}
		h.shielded(name, answer, body)
	}
	for name, wrong := range map[string]string{
		"another": "\r\npassword=wrong", "a part of it": form[:len(form)-1], "none": "\r\n", "it in another field": "\r\npass=" + url.QueryEscape(testPassword),
		"much": "\r\npassword=" + strings.Repeat("x", 1<<16),
	} {
		answer, body := h.raw("POST /login HTTP/1.1", asPage, asForm, fromOwn, wrong)
		if answer.StatusCode != http.StatusUnauthorized || !strings.Contains(body, "That is not the password") || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: got %d, %.500s", name, answer.StatusCode, body)
		}
	}
	h.door.password.triers = map[netip.Prefix]*trier{}
	if answer, _ := h.raw("POST /login?password="+url.QueryEscape(testPassword)+" HTTP/1.1", asForm, fromOwn, "\r\n"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("the password in the address: got %d", answer.StatusCode)
	}
	answer, body = h.raw("POST /login HTTP/1.1", asForm, fromOwn, form)
	cookie, _, _ := strings.Cut(answer.Header.Get("Set-Cookie"), ";")
	key := handedOver.FindStringSubmatch(body)
	if answer.StatusCode != http.StatusOK || !strings.Contains(body, `href="/"`) || cookie == "" || key == nil {
		t.Fatalf("the password: got %d, %v, %s", answer.StatusCode, answer.Header, body)
	}
	h.shielded("the password", answer, body)
	if answer, _ := h.raw("GET /api/status HTTP/1.1", "Cookie: "+cookie, "Page-Key: "+key[1]); answer.StatusCode != http.StatusOK {
		t.Errorf("with its session: got %d", answer.StatusCode)
	}
	if answer, body := h.raw("GET /api/status HTTP/1.1", "Cookie: "+cookie, asPage); answer.StatusCode != http.StatusUnauthorized || !strings.Contains(body, `action="/login"`) {
		t.Errorf("with its cookie alone: got %d, %s; want the form", answer.StatusCode, body)
	}
	h.enter() // a link leads in all the same
}

// TestLoginLogs: who keeps trying fills no log.
func TestLoginLogs(t *testing.T) {
	var log bytes.Buffer
	door := NewPasswordDoor(&net.TCPAddr{IP: net.IPv4zero, Port: 6348}, testToken, testPassword, slog.New(slog.NewTextHandler(&log, nil)))
	for range 500 {
		r := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader("password=wrong"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://192.0.2.7:6348")
		door.login(httptest.NewRecorder(), r)
	}
	if lines := strings.Count(log.String(), "\n"); lines > 2*freeTries || !strings.Contains(log.String(), "wrong passwords are being tried") {
		t.Errorf("500 tries are logged in %d lines: %.1000s", lines, log.String())
	}
}

// TestOtherComputers: where others reach the page, they are told no counts without
// a session, and only the address that they came to is a name of it.
func TestOtherComputers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, testPassword)
	local := netip.MustParseAddr("192.0.2.7")
	for name, c := range map[string]struct {
		host string
		want bool
	}{
		"the address": {"192.0.2.7:", true}, "another": {"192.0.2.8:", false}, "a name": {"evil.example:", false},
		"none": {"0.0.0.0:", false}, "a name that resembles": {"192.0.2.7.evil.example:", false},
	} {
		r := requestAt(local, c.host+h.port)
		if got := h.door.names.has(r); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	r := requestAt(local, "192.0.2.7:"+h.port)
	for from, want := range map[string]bool{"192.0.2.9:5000": false, "127.0.0.1:5000": true, "[::ffff:127.0.0.1]:5000": true} {
		r.RemoteAddr = from
		if got := h.door.opensTo(r); got != want {
			t.Errorf("counts for %s: got %v, want %v", from, got, want)
		}
	}
	alone := newHouse(t, "")
	if alone.door.names.has(requestAt(local, "192.0.2.7:"+alone.port)) {
		t.Error("a page for this computer alone is reached by another address")
	}
	if alone.door.Elsewhere(alone.door.Link("")) != "" {
		t.Error("a page for this computer alone has an address for others")
	}
}
