package web

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// cookieAt begins a session and returns a request with its cookie.
func cookieAt(s *sessions, now time.Time) *http.Request {
	w := discardHeaders{}
	s.begin(w, "", now)
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return &http.Request{Header: http.Header{"Cookie": {cookie}}}
}

// TestSessionLasts: a session is good until its end, after a restart too, and not
// with another token, password or port.
func TestSessionLasts(t *testing.T) {
	s, now := newSessions(6348, testToken, ""), time.Now()
	r := cookieAt(&s, now)
	for name, c := range map[string]struct {
		port            int
		token, password string
		after           time.Duration
		want            sessionState
	}{
		"at once":          {6348, testToken, "", 0, sessionGood},
		"at its last":      {6348, testToken, "", sessionTime - 2*time.Second, sessionGood},
		"after its end":    {6348, testToken, "", sessionTime + time.Second, sessionOver},
		"another token":    {6348, testToken + "x", "", 0, sessionWrong},
		"another password": {6348, testToken, testPassword, 0, sessionWrong},
		"another port":     {6349, testToken, "", 0, sessionNone},
	} {
		other := newSessions(c.port, c.token, c.password)
		if _, got := other.of(r, now.Add(c.after)); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
	moved := newSessions(6349, testToken, "")
	r.Header.Set("Cookie", strings.Replace(r.Header.Get("Cookie"), "6348", "6349", 1))
	if _, got := moved.of(r, now); got != sessionWrong {
		t.Errorf("under the name of another port: got %d, want %d", got, sessionWrong)
	}
}

func FuzzSession(f *testing.F) {
	s, now := newSessions(6348, testToken, ""), time.Unix(1e9, 0)
	good := strings.TrimPrefix(cookieAt(&s, now).Header.Get("Cookie"), "servent-6348=")
	f.Add(good + ".")
	f.Add("9999999999..")
	f.Add("")
	f.Fuzz(func(t *testing.T, value string) {
		id, state := s.read(value, now)
		end, _, _ := strings.Cut(value, ".")
		// A mutation of a good one can be a good one again.
		if signed := end + "." + id + "." + s.sign(end, id); state != sessionWrong && value != signed {
			t.Errorf("%q: got %d, and signed was %q", value, state, signed)
		}
	})
}
