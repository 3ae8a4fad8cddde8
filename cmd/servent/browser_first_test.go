//go:build browser

package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// maxFirstLoad is how many bytes of documents, scripts and styles the first visit
// may need, unpacked.
const maxFirstLoad = 150 << 10

// firstLoad measures what a first visit costs, and what all tabs do.
func firstLoad(t *testing.T, b *browser) {
	v := startWeb(t).visit(b, desktop)
	v.await("a first paint", "servent_witness.painted > 0")
	first := v.cost()
	t.Logf("first load: %v; first paint after %.0f ms", first, evaluate[float64](v, "servent_witness.painted"))
	if first.plain == 0 || first.plain > maxFirstLoad {
		t.Errorf("the first load is %d bytes unpacked, want 1 to %d", first.plain, maxFirstLoad)
		for _, l := range v.transfers() {
			t.Logf("%8d bytes, %8.0f on the wire: %s", l.plain, l.wire, l.url)
		}
	}
	v.picture("first")
	for _, tab := range v.tabs() {
		v.tab(tab)
	}
	t.Logf("all tabs: %v", v.cost())
}

// A cost is what came of documents, scripts, styles, images and fonts.
type cost struct {
	requests int
	wire     float64 // bytes, headers included
	plain    int64   // bytes, unpacked
}

func (c cost) String() string {
	return fmt.Sprintf("%d requests, %.1f KiB on the wire, %.1f KiB unpacked", c.requests, c.wire/1024, float64(c.plain)/1024)
}

// cost is that of the visit so far.
func (v *visit) cost() (c cost) {
	for _, l := range v.transfers() {
		switch l.kind {
		case network.ResourceTypeDocument, network.ResourceTypeScript, network.ResourceTypeStylesheet, network.ResourceTypeImage, network.ResourceTypeFont:
			c.requests, c.wire, c.plain = c.requests+1, c.wire+l.wire, c.plain+l.plain
		}
	}
	return c
}
