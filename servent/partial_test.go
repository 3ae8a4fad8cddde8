package servent

import (
	"path/filepath"
	"testing"
	"time"

	"servent/servent/api"
)

// A servent that fetches a file gives on what it has of it to one that knows
// nobody else, and is found by the root of the file, not by its words.
func TestPartialFileIsFound(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"big.iso": slowSize})
	whole := ready(t, start(t, Config{Shares: []string{dir}}))
	b := start(t, Config{Home: t.TempDir()})
	c := start(t, Config{Home: t.TempDir(), Connect: []string{addr(b)}})
	eventually(t, "they are linked", func() bool { return len(peers(t, b)) == 1 && len(peers(t, c)) == 1 })
	req := request(t, whole, "big.iso")
	_, err := c.locate(t.Context(), api.GetRequest{Root: req.Root})
	failed(t, err, api.CodeNotFound)

	fromWhole := req
	slow, goOn := slowSource(t, whole, slowSize)
	fromWhole.Sources = []api.Source{slow}
	first := getBehind(t, b, fromWhole)
	first.begun(t)
	hits, err := c.locate(t.Context(), api.GetRequest{Root: req.Root})
	if err != nil || len(hits) != 1 {
		t.Fatalf("found %+v, %v, want one", hits, err)
	}
	hit := hits[0]
	if hit.Size != slowSize || len(hit.Sources) != 1 || hit.Sources[0].Peer != b.host.ID().String() || !hit.Sources[0].Partial {
		t.Errorf("found %+v, want a part of the file at %s", hit, b.host.ID().String())
	}
	summary, err := c.Search(t.Context(), api.SearchRequest{Words: "big", Timeout: 500 * time.Millisecond}, func(api.Hit) {})
	if err != nil || summary.Hits != 0 {
		t.Errorf("words find %d, %v, want nothing", summary.Hits, err)
	}

	second := getBehind(t, c, api.GetRequest{Root: req.Root})
	second.begun(t)
	goOn()
	for _, g := range []*getter{first, second} {
		if err := <-g.ended; err != nil {
			t.Fatal(err)
		}
		same(t, g.done.Path, filepath.Join(dir, "big.iso"))
	}
	if b.transfers.allUploaded() == 0 {
		t.Error("nothing came from the servent that fetched the file itself")
	}
}
