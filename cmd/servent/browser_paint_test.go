//go:build browser

package main

import (
	"context"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"servent/servent/api"
)

// BenchmarkPaint measures how long after a browser asks for the page something of it
// is to be seen, and how long until its first tab stands: in a browser that has just
// begun, and when it is asked for again there. Beside that, in another that has just
// begun, a page of the same servent that is of one file: how it says that there is
// nothing at an address. What that one takes is the browser's own. Figures are medians.
func BenchmarkPaint(b *testing.B) {
	s := startWeb(b)
	all := map[string][]float64{}
	add := func(name string, ms float64) { all[name+"-ms"] = append(all[name+"-ms"], ms) }
	for b.Loop() {
		plain := beginBrowser(b)
		plain.times(b, s.ready.Web, "/") // as the link below leads on from a page, too
		for _, when := range []string{"begun", "again"} {
			painted, _ := plain.times(b, s.ready.Web+"none", "/none")
			add("plain-"+when, painted)
		}
		plain.end()

		link, err := s.client.PageLink(b.Context(), api.PageRequest{})
		if err != nil {
			b.Fatal(err)
		}
		browser, address := beginBrowser(b), link.URL
		for _, when := range []string{"begun", "again"} {
			painted, stood := browser.times(b, address, "/")
			add("page-"+when, painted)
			add("tab-"+when, stood)
			address = s.ready.Web
		}
		browser.end()
	}
	for name, times := range all {
		slices.Sort(times)
		b.Logf("%s: %.0f", name, times)
		b.ReportMetric(times[len(times)/2], name)
	}
	b.ReportMetric(0, "ns/op") // of browsers that begin
}

// beginBrowser starts a browser that notes in each document when its first tab stands.
func beginBrowser(b *testing.B) *browser {
	b.Helper()
	begun := startBrowser(b)
	_, err := chromedp.Call(begun.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		globalThis.servent_stood = 0;
		new MutationObserver((_, observer) => {
			if (document.querySelector('main > *') === null) return;
			servent_stood = performance.now();
			observer.disconnect();
		}).observe(document, {childList: true, subtree: true});`})
	if err != nil {
		b.Fatalf("add the observer: %v", err)
	}
	return begun
}

// times opens an address, which may lead on to path, and returns how many ms after
// the document there was asked for its first content was painted, and something
// stood in its main part.
func (b *browser) times(t *testing.B, address, path string) (painted, stood float64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, visitPatience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("open %s: %v", address, err)
	}
	expression := `(location.pathname === ` + jsString(path) + ` && servent_stood > 0) ?
		[performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, servent_stood] : [0, 0]`
	for {
		both, err := chromedp.Run(ctx, chromedp.Evaluate[[2]float64](expression))
		switch {
		case ctx.Err() != nil:
			t.Fatalf("%s: no paint within %v; last error: %v", address, visitPatience, err)
		case err == nil && both[0] > 0:
			return both[0], both[1]
		}
	}
}
