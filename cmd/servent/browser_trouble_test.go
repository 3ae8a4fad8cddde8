//go:build browser

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// servePage serves a document on loopback, with the tests' own bad manners in it.
func servePage(t *testing.T, html string, headers ...string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		fmt.Fprintf(w, "<!doctype html>%s", html)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/"
}

// troubleNoticed shows that the watcher notices what fails a test.
func troubleNoticed(t *testing.T, b *browser) {
	const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'; img-src *; style-src 'none'; require-trusted-types-for 'script'"
	for _, c := range []struct{ name, html, want string }{
		{"exception", `<script>null.x</script>`, "exception: "},
		{"rejection", `<script>Promise.reject(new Error('nobody cares'))</script>`, "nobody cares"},
		{"console", `<script>console.error('bad')</script>`, "console.error: "},
		{"policy", `<p style="color: red">x</p>`, "style-src"},
		{"issue", `<p style="color: red">x</p>`, "issue ContentSecurityPolicyIssue"},
		{"trusted types", `<script>document.body.innerHTML = '<b>x</b>'</script>`, "TrustedHTML"},
		{"another origin", `<img alt="" src="http://127.0.0.2:9/x.png">`, "request to another: GET http://127.0.0.2:9/x.png"},
		{"dialog", `<script>setTimeout(() => alert(1))</script>`, "dialog: 1"},
	} {
		v := b.blank(t, servePage(t, "<html lang=en><title>x</title><body>"+c.html, "Content-Security-Policy", policy), desktop)
		v.allow("") // it is all trouble, and wanted
		v.open(v.origin + "/")
		deadline := time.Now().Add(visitPatience)
		for !anyHas(v.troubles(), c.want) {
			if time.Now().After(deadline) {
				t.Errorf("%s: noticed %q, want %q", c.name, v.troubles(), c.want)
				break
			}
			evaluate[int](v, "new Promise((resolve) => setTimeout(resolve, 10, 1))")
		}
	}
}

func anyHas(texts []string, part string) bool {
	for _, text := range texts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
