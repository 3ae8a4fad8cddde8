package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// sessionTime is how long a browser stays known after its last visit.
	sessionTime = 30 * 24 * time.Hour
	// maxLinks is how many links to the page can be open at once; the oldest goes.
	maxLinks = 16
)

// sessions are the links that wait to be followed, and the cookies of browsers
// that have followed one. A cookie holds when it ends, signed: it is good after a
// restart of the servent too, and as long as the token of the local API is.
type sessions struct {
	cookie string // its name: cookies do not keep ports apart
	key    [sha256.Size]byte

	mu    sync.Mutex
	links []string
}

func newSessions(port int, token string) sessions {
	return sessions{
		cookie: "servent-" + strconv.Itoa(port),
		key:    sha256.Sum256([]byte("session of the page\x00" + token)),
	}
}

// newLink returns the secret of a new link.
func (s *sessions) newLink() string {
	link := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links = append(s.links, link)
	if len(s.links) > maxLinks {
		s.links = s.links[1:]
	}
	return link
}

// follow reports whether link waits to be followed, and that it does no longer.
func (s *sessions) follow(link string) bool {
	sum := sha256.Sum256([]byte(link))
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, known := range s.links {
		if expected := sha256.Sum256([]byte(known)); hmac.Equal(sum[:], expected[:]) {
			s.links = append(s.links[:i], s.links[i+1:]...)
			return true
		}
	}
	return false
}

// begin gives the browser behind w a session.
func (s *sessions) begin(w http.ResponseWriter, now time.Time) {
	end := strconv.FormatInt(now.Add(sessionTime).Unix(), 10)
	http.SetCookie(w, &http.Cookie{
		Name: s.cookie, Value: end + "." + s.sign(end), Path: "/", MaxAge: int(sessionTime.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// has reports whether r comes from a browser with a session.
func (s *sessions) has(r *http.Request, now time.Time) bool {
	cookie, err := r.Cookie(s.cookie)
	if err != nil {
		return false
	}
	end, signature, _ := strings.Cut(cookie.Value, ".")
	seconds, err := strconv.ParseInt(end, 10, 64)
	return err == nil && hmac.Equal([]byte(signature), []byte(s.sign(end))) && now.Unix() < seconds
}

func (s *sessions) sign(end string) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(end))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
