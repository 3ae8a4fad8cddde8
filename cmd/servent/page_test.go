package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// newBrowser is a client that keeps what a browser does: cookies, and the key of the
// page that comes with a link.
func newBrowser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // no options
	}
	return &http.Client{Jar: jar, Transport: &keyKeeper{}}
}

// A keyKeeper sends the key of the page along, as the page does.
type keyKeeper struct{ key string }

var handedOver = regexp.MustCompile(`<meta name="page-key" content="([\w-]+)">`)

func (k *keyKeeper) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Page-Key", k.key)
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || r.URL.Path != "/open" && r.URL.Path != "/login" {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	if found := handedOver.FindSubmatch(body); found != nil {
		k.key = string(found[1])
	}
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, err
}

// TestPageVerb: the links of "up" and of "page" let a browser in, each once, and
// the browser is known after a restart.
func TestPageVerb(t *testing.T) {
	home, port := filepath.Join(t.TempDir(), "home"), "0"
	known := newBrowser()
	visit := func(browser *http.Client, url string, want int) {
		t.Helper()
		answer, err := browser.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: got %s, want %d", url, answer.Status, want)
		}
	}
	for _, again := range []bool{false, true} {
		p, err := launchUp(home, t.TempDir(), "--no-discovery", "--web", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		defer p.kill()
		if _, after, _ := strings.Cut(strings.TrimSuffix(p.ready.Web, "/"), "1:"); after != "" {
			port = after
		}
		if !again {
			visit(known, p.ready.Web+"api/status", http.StatusUnauthorized)
			visit(known, p.ready.Open, http.StatusOK)
			visit(&http.Client{}, p.ready.Open, http.StatusForbidden)
		}
		visit(known, p.ready.Web+"api/status", http.StatusOK)
		visit(&http.Client{Jar: known.Jar}, p.ready.Web+"api/status", http.StatusUnauthorized) // its cookies alone
		printed, err := exec.Command("servent", "page", "lab", "--home", home).Output()
		if link := strings.TrimSpace(string(printed)); err != nil || !strings.HasPrefix(link, p.ready.Web+"open?link=") || !strings.HasSuffix(link, "&tab=lab") {
			t.Errorf("servent page lab: got %q, %v", printed, err)
		} else {
			visit(&http.Client{}, link, http.StatusOK)
		}
		for code, args := range map[int][]string{exitUsage: {"page", "none"}, exitNotRunning: {"page", "--home", t.TempDir()}} {
			if args[1] == "none" {
				args = append(args, "--home", home)
			}
			if got := exitCode(exec.Command("servent", args...).Run()); got != code {
				t.Errorf("servent %s: got exit code %d, want %d", strings.Join(args, " "), got, code)
			}
		}
		if err := p.interrupt(); err != nil {
			t.Error(err)
		}
	}
}
