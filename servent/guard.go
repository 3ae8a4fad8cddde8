package servent

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"servent/servent/api"
)

// A guard stands before the local API on the web port, which every user and
// every browser of this computer can reach. It turns away what the page of
// another site could have a browser ask, and who does not know the token. Any
// goroutine may call its methods.
type guard struct {
	hosts map[string]bool // what a request may be asked for as, and be asked by
	url   string          // how to open the page
	token [sha256.Size]byte
	log   *slog.Logger
	wrong wrongTokens
}

// httpPort is the one that browsers leave out.
const httpPort = 80

// newGuard guards the port that addr is of.
func newGuard(addr *net.TCPAddr, token string, log *slog.Logger) *guard {
	port := strconv.Itoa(addr.Port)
	g := &guard{
		hosts: map[string]bool{addr.String(): true},
		url:   "http://" + addr.String() + "/",
		token: sha256.Sum256([]byte(token)),
		log:   log,
	}
	for _, host := range []string{"127.0.0.1", "localhost", "::1"} {
		g.hosts[net.JoinHostPort(host, port)] = true
		if addr.Port == httpPort {
			g.hosts[strings.TrimSuffix(net.JoinHostPort(host, port), ":"+port)] = true
		}
	}
	return g
}

// admits reports whether no other site can be behind r: it is asked for under
// a name of this computer, so that no name of another leads here (DNS
// rebinding), and by no page but our own. If not, it answers.
func (g *guard) admits(w http.ResponseWriter, r *http.Request) bool {
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	followed := r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.URL.Path == "/" // a link, clicked by the user
	switch {
	case !g.hosts[strings.ToLower(r.Host)]:
		g.forbid(w, r, fmt.Sprintf("it was asked for as %.100q, which is no name of this servent: another site may be using your browser to get at it", r.Host))
	case len(r.Header["Origin"]) > 1 || origin != "" && origin != "http://"+r.Host:
		g.forbid(w, r, fmt.Sprintf("the page of %.100q asked for it, and only the servent's own may", origin))
	case (site == "cross-site" || site == "same-site") && !followed:
		g.forbid(w, r, "the page of another site asked for it, and only the servent's own may")
	default:
		return true
	}
	return false
}

func (g *guard) forbid(w http.ResponseWriter, r *http.Request, why string) {
	text := "refused: " + why + ". To open it, type " + g.url + " into the browser yourself; programs ask at that address"
	if strings.HasPrefix(r.URL.Path, "/api/") {
		answerError(w, http.StatusForbidden, api.CodeForbidden, text)
		return
	}
	http.Error(w, text, http.StatusForbidden)
}

// knows reports whether r bears the token; if not, it answers. However many
// wrong ones come, the right one passes.
func (g *guard) knows(w http.ResponseWriter, r *http.Request) bool {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	// The sums are compared, so that not even the length can be timed.
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	if strings.EqualFold(kind, "Bearer") && subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1 {
		return true
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="servent"`)
	text := `this takes the token of the servent, in the header "Authorization: Bearer TOKEN"; TOKEN is what the file ` + tokenFile + ` in its home holds`
	if token == "" {
		answerError(w, http.StatusUnauthorized, api.CodeUnauthorized, text)
		return false
	}
	first, many := g.wrong.add(time.Now())
	if first {
		g.log.Warn("wrong tokens are being tried on the web port", "url", g.url)
	}
	if many {
		w.Header().Set("Retry-After", strconv.Itoa(int(wrongWindow.Seconds())))
		answerError(w, http.StatusTooManyRequests, api.CodeBusy, "too many wrong tokens; wait a minute, then send the right one: "+text)
		return false
	}
	answerError(w, http.StatusUnauthorized, api.CodeUnauthorized, "that is not the token: "+text)
	return false
}

// wrongTokens counts the wrong tokens of a while. A token of 256 bits is not
// guessed; but whoever tries shall be seen, and not often answered.
type wrongTokens struct {
	mu    sync.Mutex
	count int
	since time.Time
}

const (
	maxWrongTokens = 10 // in wrongWindow
	wrongWindow    = time.Minute
)

// add counts one more. It reports whether they are too many by now, and
// whether this one is the first of those.
func (n *wrongTokens) add(now time.Time) (first, many bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.since) > wrongWindow {
		n.count, n.since = 0, now
	}
	n.count++
	return n.count == maxWrongTokens+1, n.count > maxWrongTokens
}
