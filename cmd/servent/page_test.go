package main

import (
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPageVerb: the links of "up" and of "page" let a browser in, each once, and
// the browser is known after a restart.
func TestPageVerb(t *testing.T) {
	home, port := filepath.Join(t.TempDir(), "home"), "0"
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	known := &http.Client{Jar: jar}
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
