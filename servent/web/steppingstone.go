package web

import (
	"fmt"
	"net/http"
)

const (
	// steppingStone leads on to an address of the page by a step of its own: where a
	// browser follows the link of another site, or is sent on from one, it keeps a
	// strict cookie to itself.
	steppingStone = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=%[1]s"><title>servent</title><a href="%[1]s">servent</a>`
	// keyStone does so once the browser has stored the key of the page (js/enter.js).
	keyStone = `<!doctype html><meta charset="utf-8"><meta name="page-key" content="%[2]s"><script type="module" src="/js/enter.js"></script>` +
		`<noscript><meta http-equiv="refresh" content="0;url=%[1]s"></noscript><title>servent</title><a id="page" href="%[1]s">servent</a>`
)

// leadOn answers with a step to an address of the page.
func leadOn(w http.ResponseWriter, address string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = fmt.Fprintf(w, steppingStone, address) // a browser that is gone reads nothing
}

// handOver answers with the key of the page, and a step to an address of it. The key
// is in the body alone: addresses are kept by histories, which travel between the
// computers of a user.
func handOver(w http.ResponseWriter, address, key string) {
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = fmt.Fprintf(w, keyStone, address, key) // a browser that is gone reads nothing
}
