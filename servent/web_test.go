package servent

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// page returns what the page of s answers.
func page(t testing.TB, s *Servent, path string, set func(*http.Request)) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(s.web, "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if set != nil {
		set(r)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	if _, err := io.Copy(&body, answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, body.String()
}

func TestPage(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Web: "127.0.0.1:0"})
	code, head, body := page(t, s, "/", nil)
	if code != http.StatusOK || !strings.HasPrefix(body, "servent") || !strings.Contains(body, s.web+"api/status") {
		t.Errorf("got %d, %q, want how to call %s", code, body, s.web)
	}
	if head.Get("Content-Security-Policy") == "" || head.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("got headers %v, want a policy", head)
	}
	if code, _, _ := page(t, s, "/api/status", nil); code != http.StatusUnauthorized {
		t.Errorf("the API on the page's port: got %d, want 401 without the token", code)
	}
}

func TestPageIsForThisComputer(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Web: "localhost:0"})
	port := s.web[strings.LastIndex(s.web, ":")+1 : len(s.web)-1]
	for name, c := range map[string]struct {
		host, origin string
		code         int
	}{
		"by its address":     {"127.0.0.1:" + port, "", 200},
		"by its name":        {"localhost:" + port, "", 200},
		"by IPv6":            {"[::1]:" + port, "", 200},
		"of its own":         {"localhost:" + port, "http://localhost:" + port, 200},
		"by another name":    {"evil.example", "", 403},
		"name and port":      {"evil.example:" + port, "", 403},
		"another port":       {"127.0.0.1:1", "", 403},
		"no port":            {"127.0.0.1", "", 403},
		"of another origin":  {"127.0.0.1:" + port, "http://evil.example", 403},
		"of no origin":       {"127.0.0.1:" + port, "null", 403},
		"of another own one": {"127.0.0.1:" + port, "http://localhost:" + port, 403},
	} {
		for _, path := range []string{"/", "/metrics"} {
			code, _, _ := page(t, s, path, func(r *http.Request) {
				r.Host = c.host
				if c.origin != "" {
					r.Header.Set("Origin", c.origin)
				}
			})
			if code != c.code {
				t.Errorf("%s, %s: got %d, want %d", name, path, code, c.code)
			}
		}
	}
}

func TestPageTakesTheNextFreePort(t *testing.T) {
	t.Parallel()
	first := start(t, Config{Web: "127.0.0.1:0"})
	taken := strings.TrimSuffix(strings.TrimPrefix(first.web, "http://"), "/")
	second := start(t, Config{Web: taken})
	if second.web == first.web || second.web == "" {
		t.Errorf("got %q beside %q", second.web, first.web)
	}
	if off := start(t, Config{}); off.web != "" {
		t.Errorf("without a page: got %q", off.web)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 1000})
	far := ready(t, start(t, Config{Shares: []string{dir}, Web: "127.0.0.1:0"}))
	near := start(t, Config{Connect: []string{addr(far)}})
	if len(finds(t, near, "seblinux")) != 1 {
		t.Fatal("nothing found")
	}
	code, _, body := page(t, far, "/metrics", nil)
	if code != http.StatusOK {
		t.Fatalf("got %d: %s", code, body)
	}
	for _, want := range []string{
		`servent_links 1`, `servent_shared_files 1`, `servent_shared_bytes 1000`, `servent_hashing_files 0`, `servent_hashing_bytes 0`, `servent_unshared_paths 0`,
		`servent_uptime_seconds [0-9.e-]+`, `servent_transfers{direction="down"} 0`, `servent_uploaded_bytes_total 0`,
		`servent_messages_total{type="Query",verdict="fresh"} 1`, `servent_messages_total{type="Query",verdict="received"} 1`,
		`servent_messages_total{type="QueryHit",verdict="sent"} 1`,
	} {
		if !regexp.MustCompile(`(?m)^` + regexp.MustCompile(`([{}])`).ReplaceAllString(want, `\$1`) + `$`).MatchString(body) {
			t.Errorf("no line %s in\n%s", want, body)
		}
	}
}
