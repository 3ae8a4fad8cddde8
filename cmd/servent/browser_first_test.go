//go:build browser

package main

import (
	"testing"

	"github.com/chromedp/cdproto/network"
)

// maxFirstLoad is how many bytes of documents, scripts and styles the first visit
// may need, unpacked.
const maxFirstLoad = 150 << 10

// firstLoad measures what a first visit costs.
func firstLoad(t *testing.T, b *browser) {
	v := startWeb(t).visit(b, desktop)
	v.await("a first paint", "servent_witness.painted > 0")
	var wire float64
	var plain int64
	for _, l := range v.transfers() {
		switch l.kind {
		case network.ResourceTypeDocument, network.ResourceTypeScript, network.ResourceTypeStylesheet, network.ResourceTypeImage, network.ResourceTypeFont:
			t.Logf("%8d bytes, %8.0f on the wire: %s", l.plain, l.wire, l.url)
			wire, plain = wire+l.wire, plain+l.plain
		}
	}
	t.Logf("first load: %.1f KiB on the wire, %.1f KiB unpacked; first paint after %.0f ms", wire/1024, float64(plain)/1024, evaluate[float64](v, "servent_witness.painted"))
	if plain == 0 || plain > maxFirstLoad {
		t.Errorf("the first load is %d bytes unpacked, want 1 to %d", plain, maxFirstLoad)
	}
	v.picture("first")
}
