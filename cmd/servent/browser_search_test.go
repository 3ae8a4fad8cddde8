//go:build browser

package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"servent/messages"
	"servent/servent"
)

// searchToVerified finds a file of another process on the page, fetches it with one
// click, and has its bytes.
func searchToVerified(t *testing.T, b *browser) {
	const name = "SEBLINUX handbook.epub"
	other := startSharing(t, 3<<20, sharedNames)
	s := startWeb(t, other.connected()...)
	v := s.visit(b, desktop)
	v.search("seblinux handbook")
	v.press("button", "Download "+name)
	v.awaitText("#main", "verified")
	v.picture("found")
	v.tab("downloads")
	v.awaitText("#main", name)
	v.awaitText("#main", "verified")
	v.picture("verified")
	sameFile(t, filepath.Join(s.home, servent.DownloadsFolder, name), filepath.Join(other.dir, name))
}

// noneFound searches for what nobody has: the page says how far the query went, and
// what to try.
func noneFound(t *testing.T, b *browser) {
	v := startWeb(t, startSharing(t, 1000, sharedNames).connected()...).visit(b, desktop)
	v.search("nothinghasthisname")
	for _, text := range []string{"No file matches.", "1 neighbour asked", "TTL 7", "What you can try"} {
		v.awaitText("#main", text)
	}
	v.picture("none")
	v.checkLayout("no hits")
}

const (
	// mostHits is as many as a search keeps; so many come from each of two peers.
	mostHits   = 10_000
	halfOfThem = mostHits / 2
	// longestTask is how long the page may hear no key, in ms, on a busy computer.
	longestTask = 1000
)

// manyHitsPage has two peers send as many hits as a search keeps. The page stays
// responsive, and sorts, filters and scrolls them.
func manyHitsPage(t *testing.T, b *browser) {
	s := startWeb(t)
	for part := range 2 {
		var results []messages.Result
		for i := range halfOfThem {
			n := part*halfOfThem + i
			results = append(results, claim(t, n, "linux "+strings.Repeat("volume ", n%7)+string(rune('a'+n%26))+".iso", "some/folder"))
		}
		newEnemy(t, s.ready.Addrs[0], "many/1", func(string) []messages.Result { return results })
	}
	v := s.visit(b, desktop)
	v.awaitText("#state", "2 links")
	begin := time.Now()
	v.search("linux")
	v.awaitText("#main", "10,000 hits")
	came := time.Since(begin)
	evaluate[int](v, "new Promise((resolve) => requestIdleCallback(() => resolve(1), {timeout: 10000}))")
	t.Logf("10,000 hits: counted %.2f s after Enter, idle %.2f s later; the longest task took %.0f ms, all long ones %.0f ms",
		came.Seconds(), (time.Since(begin) - came).Seconds(), evaluate[float64](v, "servent_witness.longest"), evaluate[float64](v, "servent_witness.busy"))
	for what, act := range map[string]func(){
		"sort":   func() { v.press("button", "Size") },
		"scroll": func() { v.keys(kb.End) },
		"narrow": func() { v.write("searchbox", "Narrow", "volume volume"); v.awaitText("#main", "volume volume") },
	} {
		begin := time.Now()
		act()
		evaluate[int](v, "new Promise((resolve) => requestIdleCallback(() => resolve(1), {timeout: 10000}))")
		t.Logf("%s: %.0f ms, until idle", what, time.Since(begin).Seconds()*1000)
	}
	v.picture("many")
	v.checkLayout("10,000 hits")
	if longest := evaluate[float64](v, "servent_witness.longest"); longest > longestTask {
		t.Errorf("the longest task took %.0f ms, want %d at most", longest, longestTask)
	}
}
