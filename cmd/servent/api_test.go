package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"servent/servent/api"
)

// A program asks "servent up" over TCP, with the token that lies in its home,
// before and after a restart.
func TestAPIOverTCP(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "home")
	var token string
	for _, again := range []bool{false, true} {
		p, err := launchUp(home, t.TempDir(), "--no-discovery", "--web", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer p.kill()
		b, err := os.ReadFile(filepath.Join(home, "api.token"))
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(home, "api.token")); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("api.token: got %v, %v, want mode 0600", info, err)
		}
		if again && token != string(b) {
			t.Errorf("the token after a restart: got another one")
		}
		token = string(b)
		for _, c := range []struct {
			path, authorization string
			status              int
			says                string
		}{
			{"", "", 200, "api.token"},
			{"metrics", "", 200, "servent_links 0"},
			{"api/openapi.json", "", 200, "/api/events"},
			{"api/status", "", 401, "api.token"},
			{"api/status", "Bearer " + strings.TrimSpace(token), 200, p.ready.Peer},
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.ready.Web+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || answer.StatusCode != c.status || !strings.Contains(string(body), c.says) {
				t.Errorf("/%s: got %s, %.200s, %v, want %d and %q in it", c.path, answer.Status, body, err, c.status, c.says)
			}
			if strings.Contains(string(body), strings.TrimSpace(token)) {
				t.Errorf("/%s tells the token", c.path)
			}
		}
		for event, err := range api.DialWeb(p.ready.Web, token).Events(t.Context()) {
			if hello, ok := event.(api.Hello); err != nil || !ok || hello.Status.Peer != p.ready.Peer {
				b, _ := json.Marshal(event)
				t.Errorf("the first event: got %s, %v, want a hello of %s", b, err, p.ready.Peer)
			}
			break
		}
		if err := p.interrupt(); err != nil {
			t.Error(err)
		}
	}
}
