package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page load and call what its own servent serves, and nothing
// else; a script can make no elements from text.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// A pageFile is one file of the page, as it is sent.
type pageFile struct {
	kind   string // its Content-Type
	tag    string // ETag, without its quotes
	plain  []byte
	packed func() []byte // with gzip; nil where that gains nothing
}

// files are those of the page by their paths: /js/main.js.
var files = sync.OnceValue(func() map[string]pageFile {
	all := map[string]pageFile{}
	err := fs.WalkDir(pageFiles, "page", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) == ".json" {
			return err
		}
		b, err := pageFiles.ReadFile(name)
		if err != nil {
			return err
		}
		all[strings.TrimPrefix(name, "page")] = newPageFile(name, b)
		return nil
	})
	if err != nil {
		panic("web: the files of the page cannot be read: " + err.Error())
	}
	return all
})

func newPageFile(name string, b []byte) pageFile {
	sum := sha256.Sum256(b)
	return pageFile{
		kind: kinds[path.Ext(name)], plain: b, packed: sync.OnceValue(func() []byte { return pack(b) }),
		tag: base64.RawURLEncoding.EncodeToString(sum[:12]),
	}
}

// pack returns b with gzip, or nil where that is not smaller.
func pack(b []byte) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = w.Write(b) // a Buffer takes all
	_ = w.Close()
	if packed.Len() >= len(b) {
		return nil
	}
	return packed.Bytes()
}

// kinds are the types of the files of the page; those that the system knows may be
// wrong.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// serve sends f, unless the browser has it.
func (f pageFile) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache") // kept, and asked for again each time
	h.Set("Vary", "Accept-Encoding")
	body, tag := f.plain, f.tag
	if acceptsGzip(r) {
		if packed := f.packed(); packed != nil {
			h.Set("Content-Encoding", "gzip")
			body, tag = packed, tag+"-gzip"
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip reports whether r names gzip, and not to refuse it. Source: RFC 9110
// §12.5.3.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		key, value, weighted := strings.Cut(strings.TrimSpace(params), "=")
		if !weighted || !strings.EqualFold(strings.TrimSpace(key), "q") {
			return true
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return err == nil && q > 0
	}
	return false
}
