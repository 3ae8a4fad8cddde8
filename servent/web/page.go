package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page load and call what its own servent serves, and nothing
// else; a script can make no elements from text.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// A pageFile is one file of the page, as it is sent.
type pageFile struct {
	kind          string // its Content-Type
	plain, packed []byte
	tag           string // ETag
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
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = w.Write(b) // a Buffer takes all
	_ = w.Close()
	return pageFile{
		kind: kinds[path.Ext(name)], plain: b, packed: packed.Bytes(),
		tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
	}
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
func (f pageFile) serve(w http.ResponseWriter, r *http.Request, status int) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", f.tag)
	h.Set("Vary", "Accept-Encoding")
	if status == http.StatusOK && r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.packed
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a browser that is gone reads nothing
	}
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err == nil && name == "gzip" && params["q"] != "0" {
			return true
		}
	}
	return false
}
