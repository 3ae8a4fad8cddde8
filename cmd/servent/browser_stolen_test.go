//go:build browser

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// cookieStolen leads a browser that is let in to a server on another port, which gets
// the session's cookie with its request, as every port of the host does, and calls the
// servent by it.
func cookieStolen(s *webServent, b *browser) {
	t := s.t
	v := s.visit(b, desktop)
	v.allow("") // the other port is trouble
	calls := evaluate[[]string](v, "fetch('/api/calls', {headers: {'Page-Key': "+pageKey+"}}).then((r) => r.json()).then((list) => list.calls)")
	key := evaluate[string](v, pageKey)
	for _, l := range v.transfers() {
		if strings.Contains(l.url, key) {
			t.Errorf("the key of the page is in an address: %s", l.url)
		}
	}
	loot := make(chan string, 16)
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case loot <- r.Header.Get("Cookie"):
		default: // what comes later is the same
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>thief</title><h1>thief</h1>")
	}))
	t.Cleanup(thief.Close)
	v.open(thief.URL)
	cookie := <-loot
	if !strings.HasPrefix(cookie, "servent-") || key == "" {
		t.Fatalf("the other port got the cookie %q; the page has the key %q", cookie, key)
	}
	if found := evaluate[bool](v, "localStorage.getItem('servent.key') !== null"); found {
		t.Error("the other port reads the key of the page")
	}
	ask := func(method, path, key string) (int, string) {
		t.Helper()
		return callAs(v, method, path, cookie, key)
	}
	refused := 0
	for _, call := range calls {
		method, path, _ := strings.Cut(call, " ")
		status, body := ask(method, path, "")
		if strings.Contains(body, key) {
			t.Errorf("%s with the cookie alone gives the key of the page away", call)
		}
		if path == "/" || path == "/metrics" || path == "/api/openapi.json" { // which are secret to nobody
			continue
		}
		if status != http.StatusUnauthorized || !strings.Contains(body, "The key of the page is not here") {
			t.Errorf("%s with the cookie alone: got %d, %.300s", call, status, body)
		}
		refused++
	}
	for _, path := range []string{"/open", "/open?link=x", "/open?link=x&tab=lab", "/keyless", "/login"} {
		if _, body := ask(http.MethodGet, path, ""); strings.Contains(body, key) {
			t.Errorf("%s with the cookie alone gives the key of the page away", path)
		}
	}
	if status, body := ask(http.MethodGet, "/api/status", key); status != http.StatusOK {
		t.Errorf("with the key: got %d, %.300s", status, body)
	}
	t.Logf("a cookie that another port got is refused by %d calls", refused)
	keyLost(v)
}

// callAs makes a call by a cookie, and a key if there is one, that says what a browser
// says.
func callAs(v *visit, method, path, cookie, key string) (status int, text string) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.origin+path, strings.NewReader("{}"))
	if err != nil {
		v.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Cookie": cookie, "Origin": v.origin, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", "Accept": "text/html",
	} {
		r.Header.Set(name, value)
	}
	if key != "" {
		r.Header.Set("Page-Key", key)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// keyLost has the page lose what its address stores, and the browser be let in anew.
func keyLost(v *visit) {
	v.open(v.origin + "/#library")
	v.await("the page", "!!document.querySelector('#state')")
	evaluate[bool](v, "(localStorage.clear(), true)")
	v.open(v.origin + "/")
	v.awaitText("h1", "The key of the page is not here")
	v.picture("keyless")
	v.checkLayout("keyless")
	v.checkAxe("keyless")
	for _, l := range []look{desktop.in("fr").inLarge(), phone.in("fr").inDark()} {
		v.put(l)
		v.open(v.origin + "/")
		v.awaitText("h1", "La clé de la page n’est pas ici")
		v.picture("keyless")
		v.checkLayout("keyless " + l.name)
	}
}
