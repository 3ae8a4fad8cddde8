package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"servent/servent/api"
)

// A Door stands before the calls and the page on a port, which every user and
// every browser of this computer can reach. It turns away what the page of
// another site could have a browser ask, and whoever has neither the token nor a
// session. Any goroutine may call its methods.
type Door struct {
	names    names
	token    [sha256.Size]byte
	links    links
	sessions sessions
	password *password // nil: none opens it
	lab      bool      // it is that of a lab alone, where no servent runs
	log      *slog.Logger

	wrongTokens, wrongCookies, wrongKeys, wrongLinks, wrongPasswords tries
}

// NewDoor returns the Door of the port that addr is of; token opens it to programs.
func NewDoor(addr *net.TCPAddr, token string, log *slog.Logger) *Door {
	return &Door{
		names:          newNames(addr),
		token:          sha256.Sum256([]byte(token)),
		sessions:       newSessions(addr.Port, token, ""),
		log:            log,
		wrongTokens:    tries{what: "tokens"},
		wrongCookies:   tries{what: "sessions"},
		wrongKeys:      tries{what: "page keys"},
		wrongLinks:     tries{what: "links"},
		wrongPasswords: tries{what: "passwords"},
	}
}

// NewPasswordDoor returns a Door that a password opens, too: on an address that
// other computers reach there must be one. Sessions end where it changes.
func NewPasswordDoor(addr *net.TCPAddr, token, secret string, log *slog.Logger) *Door {
	g := NewDoor(addr, token, log)
	g.sessions = newSessions(addr.Port, token, secret)
	g.password = newPassword(secret)
	return g
}

// NewLabDoor returns the Door of a lab alone, where no servent runs: its links alone
// lead in, and sessions end with it.
func NewLabDoor(addr *net.TCPAddr, log *slog.Logger) *Door {
	g := NewDoor(addr, rand.Text(), log)
	g.lab = true
	return g
}

// URL returns the address of the page for a browser of this computer.
func (g *Door) URL() string { return g.names.url }

// Tabs are the names of the page's tabs, in its order; #NAME leads to one.
var Tabs = []string{"search", "downloads", "library", "network", "settings", "lab", "class"}

// Link returns an address of the page that is good for one visit, which gives the
// browser a session and leads to a place, see [IsPlace], or where it is empty to the
// page as it was left.
func (g *Door) Link(place string) string {
	link := strings.TrimPrefix(openPath, "/") + "?link=" + g.links.add(time.Now())
	if place != "" {
		link += "&tab=" + url.QueryEscape(place)
	}
	return g.names.url + link
}

// Elsewhere returns what a [Door.Link] is for a browser of another computer; empty
// where none reaches the page.
func (g *Door) Elsewhere(link string) string {
	all := g.names.elsewhere()
	if len(all) == 0 {
		return ""
	}
	return all[0] + strings.TrimPrefix(link, g.names.url)
}

const (
	openPath  = "/open"
	loginPath = "/login"
	indexPath = "/index.html"
	// keylessPath is where the page goes that cannot call: what it says there is why.
	keylessPath = "/keyless"
)

// answers reports whether r asks for the page, a file of it or the way in, and
// answers then.
func (g *Door) answers(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path == loginPath && g.password != nil {
		g.login(w, r)
		return true
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	switch r.URL.Path {
	case openPath:
		g.open(w, r)
		return true
	case keylessPath:
		_, known := g.sessions.of(r, time.Now())
		g.turnAway(w, r, known)
		return true
	case "/":
		return g.index(w, r)
	}
	f, ok := files()[r.URL.Path]
	if !ok || r.URL.Path == indexPath { // which is at / alone, for sessions
		return false
	}
	f.serve(w, r)
	return true
}

// index answers with the page itself to a browser with a session, and with how to
// get one to another. It leaves programs to the route.
func (g *Door) index(w http.ResponseWriter, r *http.Request) bool {
	id, known := g.sessions.of(r, time.Now())
	switch {
	case known >= sessionGood:
		g.sessions.begin(w, id, time.Now()) // it lasts from the last visit on
		files()[indexPath].serve(w, r)
	case !wantsPage(r):
		return false
	case comesFromAnotherSite(r):
		leadOn(w, "/")
	default:
		g.turnAway(w, r, known)
	}
	return true
}

// open begins the session of a browser that follows a link. One that only fetches
// ahead does not follow it. A used link leads on who has a session, and gives nothing.
func (g *Door) open(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead || fetchesAhead(r) {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	now := time.Now()
	id, known := g.sessions.of(r, now)
	followed := g.links.follow(r.URL.Query().Get("link"), now)
	if !followed && known < sessionGood {
		if first, many := g.wrongLinks.add(now); many {
			g.tooMany(w, r, &g.wrongLinks, first)
			return
		}
		g.refuse(w, r, refusal{reason: usedLink})
		return
	}
	if known < sessionGood {
		id = ""
	}
	key, address := g.sessions.begin(w, id, now), addressOf(r.URL.Query().Get("tab"))
	if followed {
		handOver(w, address, key)
		return
	}
	leadOn(w, address)
}

// fetchesAhead reports whether a browser asks before its user does. Source:
// Nav Speculation (Sec-Purpose), and what browsers sent before it.
func fetchesAhead(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		value := strings.ToLower(r.Header.Get(name))
		if strings.HasPrefix(value, "prefetch") || strings.HasPrefix(value, "prerender") || value == "preview" {
			return true
		}
	}
	return false
}

// admits reports whether no other site can be behind r: it is asked for under
// a name of this computer, so that no name of another leads here (DNS
// rebinding), and by no page but our own, unless the user follows a link to the
// page. If not, it answers.
func (g *Door) admits(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	switch {
	case !g.names.has(r):
		g.refuse(w, r, refusal{reason: wrongName, asked: r.Host})
	case len(r.Header["Origin"]) > 1 || origin != "" && origin != "http://"+r.Host:
		g.refuse(w, r, refusal{reason: otherPage, asked: origin})
	case comesFromAnotherSite(r) && !isFollowed(r):
		g.refuse(w, r, refusal{reason: otherPage})
	default:
		return true
	}
	return false
}

// comesFromAnotherSite reports whether the browser says so. One on another
// computer does not say, for there is no TLS.
func comesFromAnotherSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "cross-site" || site == "same-site" // the second: another port of this computer
}

// isFollowed reports whether r is a link to the page that the user followed, in a
// window of its own and no frame.
func isFollowed(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && (r.URL.Path == "/" || r.URL.Path == openPath) &&
		r.Header.Get("Sec-Fetch-Mode") == "navigate" && (dest == "" || dest == "document")
}

// isFromOwnPage reports whether the browser says that our own page asks: a cookie
// goes along with whatever any page asks. All browsers say so of what changes
// something; those of this century's teens by Origin alone.
func isFromOwnPage(r *http.Request) bool {
	return r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") == "same-origin" // of another origin none is admitted
}

// knows reports whether r bears the token or is of a session; if not, it answers. However many
// wrong ones come, the right one passes.
func (g *Door) knows(w http.ResponseWriter, r *http.Request) bool {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); token == "" {
		return g.knowsSession(w, r)
	}
	// The sums are compared, so that not even the length can be timed.
	sum := sha256.Sum256([]byte(token))
	if strings.EqualFold(kind, "Bearer") && subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1 {
		return true
	}
	if first, many := g.wrongTokens.add(time.Now()); many {
		g.tooMany(w, r, &g.wrongTokens, first)
		return false
	}
	g.refuse(w, r, refusal{reason: wrongToken})
	return false
}

// knowsSession is knows for a request without a token.
func (g *Door) knowsSession(w http.ResponseWriter, r *http.Request) bool {
	_, known := g.sessions.of(r, time.Now())
	switch {
	case known != sessionProven:
		g.turnAway(w, r, known)
	case r.Method != http.MethodGet && r.Method != http.MethodHead && !isFromOwnPage(r):
		g.refuse(w, r, refusal{reason: nobodysPage})
	default:
		return true
	}
	return false
}

// turnAway tells who has no good session how to get one.
func (g *Door) turnAway(w http.ResponseWriter, r *http.Request, known sessionState) {
	var wrong *tries
	switch {
	case known == sessionWrong:
		wrong = &g.wrongCookies
	case known == sessionGood && r.Header.Get(pageKeyHeader) != "":
		wrong = &g.wrongKeys
	}
	if wrong != nil {
		if first, many := wrong.add(time.Now()); many {
			g.tooMany(w, r, wrong, first)
			return
		}
	}
	g.refuse(w, r, refusal{reason: g.unknown(known)})
}

// unknown is why a browser without a session is not let in.
func (g *Door) unknown(known sessionState) reason {
	switch {
	case known >= sessionGood:
		return noPageKey
	case g.password != nil:
		return askPassword
	case known == sessionOver:
		return sessionEnded
	}
	return unknownBrowser
}

// opensTo reports whether r may have what needs neither token nor session. Other
// computers have nothing.
func (g *Door) opensTo(r *http.Request) bool {
	return !g.names.beyond || isLoopback(r.RemoteAddr)
}

// tooMany answers one more of too many tries, and has the log say so of the first.
func (g *Door) tooMany(w http.ResponseWriter, r *http.Request, t *tries, first bool) {
	if first {
		g.logTries(t)
	}
	g.refuse(w, r, refusal{reason: tooManyTries, wait: tryWindow})
}

func (g *Door) logTries(t *tries) {
	g.log.Warn("wrong "+t.what+" are being tried on the web port", "url", g.names.url)
}

// errorOf is what a program is told of f.
func (f refusal) errorOf(g *Door) *api.Error {
	how := `this takes the token of the servent, in the header "Authorization: Bearer TOKEN"; TOKEN is what the file api.token in its home holds`
	if g.lab {
		how = "this takes the session of a browser that has opened the address which the lab has printed; programs have the command servent lab"
	}
	switch f.reason {
	case wrongToken:
		return api.NewError(api.CodeUnauthorized, "that is not the token: "+how)
	case noPageKey:
		return api.NewError(api.CodeUnauthorized, "the cookie of a session came without the key of its page, the header "+pageKeyHeader+
			": a browser that was let in keeps that for itself, and sends it to nobody else. Let the browser in anew: "+g.command()+". For programs, "+how)
	case unknownBrowser, sessionEnded, askPassword, wrongPassword:
		return api.NewError(api.CodeUnauthorized, how)
	case tooManyTries:
		return api.NewError(api.CodeBusy, "too many wrong ones were tried; wait "+f.wait.String()+", then send the right one: "+how)
	case notFound:
		return api.Fail(api.CodeUsage, "request.no-call", "there is no {path} here; the calls are listed at {list}", fmt.Sprintf("%.100q", f.asked), DescriptionPath)
	}
	why := "the page of another site asked for it, and only the servent's own may"
	switch {
	case f.reason == wrongName:
		why = fmt.Sprintf("it was asked for as %.100q, which is no name of this servent: another site may be using your browser to get at it", f.asked)
	case f.reason == nobodysPage:
		why = "a session's call that changes something says which page it comes from, and this one does not: send Origin or Sec-Fetch-Site, as browsers do"
	case f.reason == usedLink:
		why = "this link was used already, has grown too old, or is of a servent that has ended; another one: " + g.command()
	case f.asked != "":
		why = fmt.Sprintf("the page of %.100q asked for it, and only the servent's own may", f.asked)
	}
	return api.NewError(api.CodeForbidden, "refused: "+why+". To open the page, type "+g.names.url+" into the browser yourself; programs ask at that address")
}
