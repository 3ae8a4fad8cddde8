package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestPageIsOwn: the page loads nothing from elsewhere, and no script of it makes
// elements from text.
func TestPageIsOwn(t *testing.T) {
	elsewhere := regexp.MustCompile(`https?://[\w.-]+`)
	unsafe := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\sstyle="|\son\w+="`)
	for name, f := range files() {
		text := string(f.plain)
		for _, url := range elsewhere.FindAllString(text, -1) {
			if url != "http://www.w3.org" { // the name of a namespace
				t.Errorf("%s speaks of %s", name, url)
			}
		}
		if found := unsafe.FindString(text); found != "" {
			t.Errorf("%s has %q", name, found)
		}
		if f.kind == "" {
			t.Errorf("%s is of no known kind", name)
		}
	}
	if _, ok := files()[indexPath]; !ok {
		t.Error("there is no " + indexPath)
	}
}

// TestModulesAreThere: every module that one imports is a file of the page.
func TestModulesAreThere(t *testing.T) {
	imported := regexp.MustCompile(`(?m)from '(\.[^']+)'|import\('(\.[^']+)'\)`)
	for name, f := range files() {
		if path.Ext(name) != ".js" {
			continue
		}
		for _, m := range imported.FindAllStringSubmatch(string(f.plain), -1) {
			module := path.Join(path.Dir(name), m[1]+m[2])
			if _, ok := files()[module]; !ok {
				t.Errorf("%s imports %s, which is not there", name, module)
			}
		}
	}
	if n := strings.Count(string(files()[indexPath].plain), "<script"); n != 1 {
		t.Errorf("%s has %d scripts, want the one that comes before the first paint", indexPath, n)
	}
	if _, err := fs.Stat(pageFiles, "page/js/main.js"); err != nil {
		t.Error(err)
	}
}

const (
	// maxFirstLoad bounds what a browser fetches until the first tab stands, and
	// maxPage all tabs together, in bytes, as a browser is sent them.
	maxFirstLoad = 150 << 10
	maxPage      = 200 << 10
)

// TestPageIsSmall measures the page: what the first tab needs, and all of it in one
// language, plain and as it is sent.
func TestPageIsSmall(t *testing.T) {
	first := map[string]bool{indexPath: true, "/icon.svg": true, "/js/text/en/main.js": true, "/js/text/en/search.js": true, "/css/search.css": true}
	named := map[string]bool{} // by the page itself
	for _, m := range regexp.MustCompile(`(?:href|src)="(/[^"]+)"`).FindAllStringSubmatch(string(files()[indexPath].plain), -1) {
		named[m[1]], first[m[1]] = true, true
	}
	imported := regexp.MustCompile(`(?m)^(?:import|export|\}).*from '(\.[^']+)'|^import '(\.[^']+)'`)
	var follow func(name string)
	follow = func(name string) {
		first[name] = true
		if !named[name] {
			t.Errorf("%s does not name %s, which comes late then", indexPath, name)
		}
		for _, m := range imported.FindAllStringSubmatch(string(files()[name].plain), -1) {
			if module := path.Join(path.Dir(name), m[1]+m[2]); !first[module] {
				follow(module)
			}
		}
	}
	for _, name := range []string{"/js/main.js", "/js/tabs/search.js"} {
		follow(name)
	}
	var firstPlain, firstSent, allPlain, allSent int
	for name, f := range files() {
		sent := len(f.packed())
		if sent == 0 {
			sent = len(f.plain)
		}
		if first[name] {
			firstPlain, firstSent = firstPlain+len(f.plain), firstSent+sent
		}
		if !strings.HasPrefix(name, "/js/text/fr/") && name != "/css/door.css" {
			allPlain, allSent = allPlain+len(f.plain), allSent+sent
		}
	}
	t.Logf("first load: %d bytes, %d as sent; all tabs: %d bytes, %d as sent", firstPlain, firstSent, allPlain, allSent)
	if firstPlain > maxFirstLoad || allSent > maxPage {
		t.Errorf("the page is too large: first load %d bytes, want %d at most; all tabs as sent %d, want %d", firstPlain, maxFirstLoad, allSent, maxPage)
	}
}

// TestPageFileIsSent: compressed where that is understood, once, and to nobody who
// has it; another encoding has another tag.
func TestPageFileIsSent(t *testing.T) {
	f := files()["/css/base.css"]
	ask := func(method string, headers ...string) *http.Response {
		r := httptest.NewRequest(method, "/css/base.css", nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Add(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		f.serve(w, r)
		return w.Result()
	}
	plain, packed := ask("GET"), ask("GET", "Accept-Encoding", "br, gzip;q=0.8")
	tags := []string{plain.Header.Get("Etag"), packed.Header.Get("Etag")}
	if tags[0] == tags[1] || tags[0] == "" {
		t.Errorf("got tags %q, want one for each encoding", tags)
	}
	for encoding, want := range map[string]string{
		"gzip": "gzip", "GZIP": "gzip", "br;q=1, gzip; q=0.5": "gzip", "": "", "br": "", "gzip;q=0": "", "gzip; q=0.000": "", "gzip;q=x": "", "identity": "", "x-gzip": "", "gzipped": "",
	} {
		answer := ask("GET", "Accept-Encoding", encoding)
		body := io.Reader(answer.Body)
		if got := answer.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: got %q, want %q", encoding, got, want)
		} else if got == "gzip" {
			r, err := gzip.NewReader(body)
			if err != nil {
				t.Fatal(err)
			}
			body = r
		}
		if b, err := io.ReadAll(body); err != nil || !bytes.Equal(b, f.plain) {
			t.Errorf("%q: got %d bytes, %v, want the file", encoding, len(b), err)
		}
		if answer.Header.Get("Vary") != "Accept-Encoding" || answer.Header.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/css") {
			t.Errorf("%q: got %v", encoding, answer.Header)
		}
	}
	for _, c := range []struct {
		match, encoding string
		status          int
	}{
		{tags[0], "", 304}, {tags[1], "gzip", 304}, {tags[0], "gzip", 200}, {tags[1], "", 200}, {`"x", W/` + tags[0], "", 304}, {"*", "", 304}, {`"x"`, "", 200},
	} {
		answer := ask("GET", "If-None-Match", c.match, "Accept-Encoding", c.encoding)
		if b, _ := io.ReadAll(answer.Body); answer.StatusCode != c.status || c.status == 304 && len(b) > 0 {
			t.Errorf("If-None-Match %s, %q: got %d, %d bytes, want %d", c.match, c.encoding, answer.StatusCode, len(b), c.status)
		}
	}
	for _, encoding := range []string{"", "gzip"} {
		if answer := ask("HEAD", "Accept-Encoding", encoding); answer.StatusCode != 200 || answer.Header.Get("Etag") == "" {
			t.Errorf("HEAD: got %d, %v", answer.StatusCode, answer.Header)
		} else if b, _ := io.ReadAll(answer.Body); len(b) > 0 {
			t.Errorf("HEAD: got %d bytes", len(b))
		}
	}
}
