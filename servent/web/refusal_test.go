package web

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// requestAt is a request for host that came to an address of this computer.
func requestAt(local netip.Addr, host string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = host
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: local.AsSlice(), Port: 1})))
}

// TestRefusalsInWords: each reason has its words in each language, and what a
// stranger chose stands in them as text, and not long.
func TestRefusalsInWords(t *testing.T) {
	const hostile = `"><script>alert(1)</script>{{.Why}}` + "\u202e\xff"
	door := NewPasswordDoor(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 6348}, testToken, testPassword, nil)
	titles := map[string]string{}
	for why, status := range statusOfReason {
		for _, lang := range []string{"en", "fr"} {
			text, ok := refusalWords[lang][why]
			if english := refusalWords["en"][why]; !ok || text.title == "" || text.do == "" ||
				strings.Count(text.why, "{}") != strings.Count(english.why, "{}") || len(text.after) != len(english.after) ||
				text.command != english.command || text.address != english.address || text.form != english.form {
				t.Errorf("%s, %s: there are no words, or not those of English", why, lang)
			}
			if other := titles[text.title]; other != "" {
				t.Errorf("%s and %s have one title", other, why)
			}
			titles[text.title] = lang + " " + string(why)
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept", "text/html")
			r.Header.Set("Accept-Language", map[string]string{"en": "de, en-GB;q=0.8", "fr": "fr-CA, en;q=0.5"}[lang])
			w := httptest.NewRecorder()
			door.refuse(w, r, refusal{reason: why, asked: hostile + strings.Repeat("x", 1<<16), wait: 90 * time.Second})
			body := w.Body.String()
			if w.Code != status || w.Header().Get("Content-Language") != lang || !strings.Contains(body, `<html lang="`+lang+`">`) || !strings.Contains(body, "<h1>") {
				t.Errorf("%s, %s: got %d, %v, %s", why, lang, w.Code, w.Header(), body)
			}
			if strings.Contains(body, "<script") || strings.Contains(body, "style=") || strings.Contains(body, "ZgotmplZ") || strings.Contains(body, "\u202e") || strings.Contains(body, "\xff") || strings.Contains(body, strings.Repeat("x", 2*maxAsked)) {
				t.Errorf("%s, %s: what was asked is not shown as text: %s", why, lang, body)
			}
			if text.command != strings.Contains(body, "<code>servent page</code>") || text.address != strings.Contains(body, `href="http://127.0.0.1:6348/"`) {
				t.Errorf("%s, %s: it does not say what to do: %s", why, lang, body)
			}
		}
	}
	for _, words := range refusalWords {
		if len(words) != len(statusOfReason) {
			t.Errorf("there are words for %d reasons, of %d", len(words), len(statusOfReason))
		}
	}
}

// TestLabRefusals: where no servent runs, none is named that could print a link,
// in words or to a program, whatever the reason.
func TestLabRefusals(t *testing.T) {
	door := NewLabDoor(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 6348}, nil)
	for why := range statusOfReason {
		if why == askPassword || why == wrongPassword {
			continue // there is none
		}
		for _, lang := range []string{"en", "fr"} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept", "text/html")
			r.Header.Set("Accept-Language", lang)
			w := httptest.NewRecorder()
			door.refuse(w, r, refusal{reason: why, asked: "x", wait: time.Minute})
			body, general := w.Body.String(), refusalWords[lang][why]
			if strings.Contains(body, "servent page") || strings.Contains(body, "api.token") || strings.Contains(body, "servent up") ||
				general.command != strings.Contains(body, "<code>servent lab --web</code>") || general.address != strings.Contains(body, `href="http://127.0.0.1:6348/"`) {
				t.Errorf("%s, %s: got %s", why, lang, body)
			}
		}
		w := httptest.NewRecorder()
		door.refuse(w, httptest.NewRequest(http.MethodGet, "/", nil), refusal{reason: why, asked: "x", wait: time.Minute})
		if body := w.Body.String(); strings.Contains(body, "servent page") || strings.Contains(body, "api.token") {
			t.Errorf("%s: a program got %s", why, body)
		}
	}
}

// TestRefusalsLanguage takes what browsers and attackers send as languages.
func TestRefusalsLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "fr": "fr", "fr-CH, fr;q=0.9, en;q=0.8": "fr", "en, fr;q=0.9": "en", "de": "en", "*": "en",
		"fr;q=0, en": "en", "de, fr;q=0.5": "fr", strings.Repeat("x-", 8000): "en", "\x00\xff": "en",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", header)
		if got := languageOf(r); got != want {
			t.Errorf("%.50q: got %s, want %s", header, got, want)
		}
	}
}

// TestRefusalStyle: the style stands in the page as the policy has it.
func TestRefusalStyle(t *testing.T) {
	css := string(refusalStyle().css)
	if css == "" || strings.Contains(css, "</") || strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the style is empty, ends early or loads something")
	}
}
