package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"servent/servent/api"
)

// A Door stands before the calls and the page on a port, which every user and
// every browser of this computer can reach. It turns away what the page of
// another site could have a browser ask, and whoever has neither the token nor a
// session. Any goroutine may call its methods.
type Door struct {
	hosts    map[string]bool // what a request may be asked for as, and be asked by
	url      string          // how to open the page
	token    [sha256.Size]byte
	sessions sessions
	log      *slog.Logger
	wrong    wrongTokens
}

// httpPort is the one that browsers leave out.
const httpPort = 80

// NewDoor returns the Door of the port that addr is of; token opens it to programs.
func NewDoor(addr *net.TCPAddr, token string, log *slog.Logger) *Door {
	port := strconv.Itoa(addr.Port)
	g := &Door{
		hosts:    map[string]bool{addr.String(): true},
		url:      "http://" + addr.String() + "/",
		token:    sha256.Sum256([]byte(token)),
		sessions: newSessions(addr.Port, token),
		log:      log,
	}
	for _, host := range []string{"127.0.0.1", "localhost", "::1"} {
		g.hosts[net.JoinHostPort(host, port)] = true
		if addr.Port == httpPort {
			g.hosts[strings.TrimSuffix(net.JoinHostPort(host, port), ":"+port)] = true
		}
	}
	return g
}

// URL returns the address of the page.
func (g *Door) URL() string { return g.url }

// Tabs are the names of the page's tabs, in its order; #NAME leads to one.
var Tabs = []string{"search", "downloads", "library", "network", "settings", "lab", "class"}

// Link returns an address of the page that is good for one visit, which gives the
// browser a session and leads to tab, one of [Tabs], or where it is empty to the
// page as it was left.
func (g *Door) Link(tab string) string {
	link := g.url + strings.TrimPrefix(openPath, "/") + "?link=" + g.sessions.newLink()
	if tab != "" {
		link += "&tab=" + tab
	}
	return link
}

const (
	openPath  = "/open"
	indexPath = "/index.html"
	// openedPage leads on to the page by a step of its own: a browser that came by
	// the link of another site would not send the new cookie with a redirect.
	openedPage = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=%[1]s"><title>servent</title><a href="%[1]s">servent</a>`
)

// answers reports whether r asks for the page or a file of it, and answers then.
func (g *Door) answers(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	known := g.sessions.has(r, time.Now())
	switch r.URL.Path {
	case openPath:
		g.open(w, r, known)
		return true
	case "/":
		if !known {
			return false
		}
		g.sessions.begin(w, time.Now()) // it lasts from the last visit on
		files()[indexPath].serve(w, r, http.StatusOK)
		return true
	}
	f, ok := files()[r.URL.Path]
	if ok {
		f.serve(w, r, http.StatusOK)
	}
	return ok
}

// open begins the session of a browser that follows a link.
func (g *Door) open(w http.ResponseWriter, r *http.Request, known bool) {
	if !known && !g.sessions.follow(r.URL.Query().Get("link")) {
		g.forbid(w, r, "this link was used already, or is of a servent that has ended")
		return
	}
	g.sessions.begin(w, time.Now())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	address := "/"
	if tab := r.URL.Query().Get("tab"); slices.Contains(Tabs, tab) {
		address += "#" + tab
	}
	_, _ = fmt.Fprintf(w, openedPage, address) // a browser that is gone reads nothing
}

// admits reports whether no other site can be behind r: it is asked for under
// a name of this computer, so that no name of another leads here (DNS
// rebinding), and by no page but our own. If not, it answers.
func (g *Door) admits(w http.ResponseWriter, r *http.Request) bool {
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	followed := r.Header.Get("Sec-Fetch-Mode") == "navigate" && (r.URL.Path == "/" || r.URL.Path == openPath) // a link, clicked by the user
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

func (g *Door) forbid(w http.ResponseWriter, r *http.Request, why string) {
	text := "refused: " + why + ". To open it, type " + g.url + " into the browser yourself; programs ask at that address"
	if strings.HasPrefix(r.URL.Path, "/api/") {
		AnswerError(w, http.StatusForbidden, api.CodeForbidden, text)
		return
	}
	http.Error(w, text, http.StatusForbidden)
}

// knows reports whether r bears the token or is of a session; if not, it answers. However many
// wrong ones come, the right one passes.
func (g *Door) knows(w http.ResponseWriter, r *http.Request) bool {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" && g.sessions.has(r, time.Now()) {
		return true
	}
	// The sums are compared, so that not even the length can be timed.
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	if strings.EqualFold(kind, "Bearer") && subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1 {
		return true
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="servent"`)
	text := `this takes the token of the servent, in the header "Authorization: Bearer TOKEN"; TOKEN is what the file api.token in its home holds`
	if token == "" {
		AnswerError(w, http.StatusUnauthorized, api.CodeUnauthorized, text)
		return false
	}
	first, many := g.wrong.add(time.Now())
	if first {
		g.log.Warn("wrong tokens are being tried on the web port", "url", g.url)
	}
	if many {
		w.Header().Set("Retry-After", strconv.Itoa(int(WrongWindow.Seconds())))
		AnswerError(w, http.StatusTooManyRequests, api.CodeBusy, "too many wrong tokens; wait a minute, then send the right one: "+text)
		return false
	}
	AnswerError(w, http.StatusUnauthorized, api.CodeUnauthorized, "that is not the token: "+text)
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
	MaxWrongTokens = 10 // in WrongWindow
	WrongWindow    = time.Minute
)

// add counts one more. It reports whether they are too many by now, and
// whether this one is the first of those.
func (n *wrongTokens) add(now time.Time) (first, many bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.since) > WrongWindow {
		n.count, n.since = 0, now
	}
	n.count++
	return n.count == MaxWrongTokens+1, n.count > MaxWrongTokens
}
