package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/language"
)

// A reason is why a request is turned away.
type reason string

const (
	unknownBrowser reason = "unknown"  // neither token nor session
	sessionEnded   reason = "ended"    // a session that is over
	noPageKey      reason = "key"      // a good cookie without the key of its page
	usedLink       reason = "link"     // a link that does not wait to be followed
	askPassword    reason = "password" // no session, where a password gives one
	wrongPassword  reason = "wrong"    // of the form
	wrongToken     reason = "token"    //
	tooManyTries   reason = "tries"    // wrong ones
	wrongName      reason = "name"     // asked for under a name that is not ours
	otherPage      reason = "page"     // asked by the page of another site
	nobodysPage    reason = "nobody"   // a session's change that does not say which page asks
	notFound       reason = "nothing"  // no such path
)

// A refusal is one request turned away.
type refusal struct {
	reason reason
	asked  string        // the name, origin or path that was asked for; whoever asked chose it
	wait   time.Duration // until another try is taken
}

var statusOfReason = map[reason]int{
	unknownBrowser: http.StatusUnauthorized, sessionEnded: http.StatusUnauthorized, noPageKey: http.StatusUnauthorized, askPassword: http.StatusUnauthorized,
	wrongPassword: http.StatusUnauthorized, wrongToken: http.StatusUnauthorized,
	usedLink: http.StatusForbidden, wrongName: http.StatusForbidden, otherPage: http.StatusForbidden, nobodysPage: http.StatusForbidden,
	tooManyTries: http.StatusTooManyRequests, notFound: http.StatusNotFound,
}

// refuse answers a request that is turned away: a browser that shows the answer
// gets a page in words, all else an error in JSON.
func (g *Door) refuse(w http.ResponseWriter, r *http.Request, f refusal) {
	status := statusOfReason[f.reason]
	h := w.Header()
	h.Add("Vary", "Accept")
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="servent"`)
	}
	if f.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int((f.wait+time.Second-1)/time.Second)))
	}
	if !wantsPage(r) {
		writeJSON(w, status, f.errorOf(g))
		return
	}
	lang := languageOf(r)
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Language", lang)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", refusalStyle().policy)
	page := g.refusalPage(r, lang, f)
	if page.Form {
		// A browser that tells nobody where it was says so in Origin too, and that
		// is what the form is known by. There is no secret in this address.
		h.Set("Referrer-Policy", "same-origin")
	}
	var body bytes.Buffer
	if err := refusalTemplate().Execute(&body, page); err != nil {
		panic("web: write a refusal: " + err.Error()) // of our own texts
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // a browser that is gone reads nothing
	}
}

// wantsPage reports whether who asks shows the answer to a user.
func wantsPage(r *http.Request) bool {
	return strings.Contains(strings.ToLower(r.Header.Get("Accept")), "text/html")
}

// languages are those of the page; the first is that of who wants neither.
var languages = []language.Tag{language.English, language.French}

var matchLanguage = sync.OnceValue(func() language.Matcher { return language.NewMatcher(languages) })

// languageOf is which of the page's languages the browser's user reads.
func languageOf(r *http.Request) string {
	wanted, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language")) // what cannot be read is not wanted
	_, at, _ := matchLanguage().Match(wanted...)
	return languages[at].String()
}

// A refusalPage is what the template shows.
type refusalPage struct {
	Lang, Title string
	Why, Do     string
	Command     string // to be typed
	URL         string // to be opened
	Form        bool
	After       []string
	Words       formWords
	Style       template.CSS
}

func (g *Door) refusalPage(r *http.Request, lang string, f refusal) refusalPage {
	words := g.words(lang, f.reason)
	page := refusalPage{Lang: lang, Title: words.title, Do: words.do, After: words.after, Words: wordsOfForm[lang], Style: refusalStyle().css}
	asked := f.asked
	if f.reason == otherPage && asked == "" || asked == "null" {
		asked = wordsOfForm[lang].AnotherSite
	}
	if f.wait > 0 {
		asked = strconv.Itoa(int((f.wait + time.Second - 1) / time.Second))
	}
	page.Why = strings.ReplaceAll(words.why, "{}", shortened(asked))
	page.Form = words.form || (f.reason == tooManyTries || f.reason == noPageKey) && g.password != nil
	if words.command {
		page.Command = g.command()
	}
	if words.address {
		page.URL = g.names.urlFor(r)
	}
	return page
}

// command is what prints another link.
func (g *Door) command() string {
	if g.lab {
		return "servent lab --web"
	}
	return "servent page"
}

// words are those of a refusal.
func (g *Door) words(lang string, why reason) refusalText {
	if words, ok := labRefusalWords[lang][why]; ok && g.lab {
		return words
	}
	return refusalWords[lang][why]
}

// maxAsked is how many letters are shown of what a stranger chose.
const maxAsked = 100

// shortened returns text without what turns or hides the rest, and not long.
func shortened(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > maxAsked {
		return string(runes[:maxAsked]) + "…"
	}
	return text
}

//go:embed refusal.html
var refusalHTML string

var refusalTemplate = sync.OnceValue(func() *template.Template { return template.Must(template.New("refusal").Parse(refusalHTML)) })

// A pageStyle is what a refusal looks like, and the policy that lets it.
type pageStyle struct {
	css    template.CSS
	policy string
}

// refusalStyle puts the style into the page itself: it would not be given to who
// asks under a wrong name.
var refusalStyle = sync.OnceValue(func() pageStyle {
	css := string(files()["/css/base.css"].plain) + string(files()["/css/door.css"].plain)
	sum := sha256.Sum256([]byte(css))
	return pageStyle{
		css: template.CSS(css),
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; " +
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
	}
})
