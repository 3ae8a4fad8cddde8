package web

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"servent/servent/api"
)

const (
	// sessionTime is how long a browser stays known after its last visit.
	sessionTime = 30 * 24 * time.Hour
	// maxEnded is how many sessions that a user has ended are remembered; the one
	// that would have ended first goes.
	maxEnded = 1024
	// maxCookies is how many cookies of our name a request may bring. Another port
	// of this computer can set some of its own beside ours.
	maxCookies = 8
	// pageKeyHeader bears the key of the page, the second secret of a session.
	pageKeyHeader = "Page-Key"
)

// sessions are the cookies of browsers that have been let in. Nothing is kept of
// them: a cookie says when it ends and which session it is of, and bears a MAC
//
//	END.SESSION.MAC   END in seconds since 1970; MAC: HMAC-SHA256 of name and both
//
// whose key comes from the token of the local API and the password. So it is good
// after a restart, and as long as these stay the same.
//
// A browser sends a cookie to every port of its host, and so to the programs of
// other users. So a session has a second secret, the key of the page: the page keeps
// it in the storage of its origin, which no other port reads, and sends it with each
// call, in a header. It is a MAC of the SESSION, by a key of its own.
type sessions struct {
	name     string // of the cookie
	key      []byte // of cookies
	pageKeys []byte // the key of those

	mu    sync.Mutex
	ended map[string]int64 // of sessions that were ended before their END
}

func newSessions(port int, token, password string) sessions {
	salt := sha256.Sum256([]byte(password))
	derive := func(use string) []byte {
		key, err := hkdf.Key(sha256.New, []byte(token), salt[:], use, sha256.Size)
		if err != nil {
			panic("web: derive the key of sessions: " + err.Error()) // of a length that is ours
		}
		return key
	}
	return sessions{
		name: "servent-" + strconv.Itoa(port), ended: map[string]int64{},
		key: derive("servent: sessions of the page"), pageKeys: derive("servent: keys of the page"),
	}
}

// begin gives the browser behind w a session, or more time for the one of that ID.
// It returns the key of its page, which stays the same.
func (s *sessions) begin(w http.ResponseWriter, id string, now time.Time) (pageKey string) {
	if id == "" {
		id = rand.Text()
	}
	end := strconv.FormatInt(now.Add(sessionTime).Unix(), 10)
	s.set(w, end+"."+id+"."+s.sign(end, id), int(sessionTime.Seconds()))
	return s.pageKey(id)
}

func (s *sessions) set(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// A sessionState says what the cookies of a request, and its page key, are worth.
type sessionState int

const (
	sessionNone   sessionState = iota
	sessionWrong               // not ours, or of another token
	sessionOver                // was good once
	sessionGood                // by its cookie alone, which another port may have got
	sessionProven              // by the key of its page, too
)

// of returns what session r is of: the best that its cookies say.
func (s *sessions) of(r *http.Request, now time.Time) (id string, best sessionState) {
	for i, cookie := range r.CookiesNamed(s.name) {
		if i == maxCookies {
			break
		}
		got, state := s.read(cookie.Value, now)
		if state == sessionGood && hmac.Equal([]byte(r.Header.Get(pageKeyHeader)), []byte(s.pageKey(got))) {
			state = sessionProven
		}
		if state > best {
			id, best = got, state
		}
	}
	return id, best
}

// read returns what one cookie is worth.
func (s *sessions) read(value string, now time.Time) (id string, _ sessionState) {
	end, rest, _ := strings.Cut(value, ".")
	id, mac, _ := strings.Cut(rest, ".")
	if !hmac.Equal([]byte(mac), []byte(s.sign(end, id))) {
		return "", sessionWrong
	}
	seconds, err := strconv.ParseInt(end, 10, 64) // ours, but for a token that others know
	s.mu.Lock()
	_, ended := s.ended[id]
	s.mu.Unlock()
	if err != nil || now.Unix() >= seconds || ended {
		return "", sessionOver
	}
	return id, sessionGood
}

func (s *sessions) sign(end, id string) string { return mac(s.key, s.name+"."+end+"."+id) }

// pageKey is that of a session.
func (s *sessions) pageKey(id string) string { return mac(s.pageKeys, s.name+"."+id) }

func mac(key []byte, text string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// end takes the session from the browser behind r, and refuses it from now on.
func (s *sessions) end(w http.ResponseWriter, r *http.Request, now time.Time) {
	s.set(w, "", -1)
	id, state := s.of(r, now)
	if state < sessionGood {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ended) == maxEnded {
		first := ""
		for known, end := range s.ended {
			if first == "" || end < s.ended[first] {
				first = known
			}
		}
		delete(s.ended, first)
	}
	s.ended[id] = now.Add(sessionTime).Unix() // no cookie of it ends later
}

// EndSession is the route by which the page signs its browser out. Who asks
// otherwise has no session to end.
func EndSession() Route {
	return Route{
		Method: http.MethodPost, Path: "/api/page/end", About: "Sign the browser that asks out of the page.",
		Takes: reflect.TypeFor[api.PageEnd](), Answers: reflect.TypeFor[api.PageEnd](),
		Handle: func(w http.ResponseWriter, r *http.Request) {
			in, err := readJSON[api.PageEnd](w, r)
			if door, ok := r.Context().Value(doorKey{}).(*Door); ok && err == nil {
				door.sessions.end(w, r, time.Now())
			}
			AnswerJSON(w, in, err)
		},
	}
}

// doorKey is where the context of a request has the Door that it came by.
type doorKey struct{}
