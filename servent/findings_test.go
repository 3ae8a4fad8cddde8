package servent

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

// An answer is a QueryHit in the making.
type answer struct {
	from  peer.ID
	more  uint64
	guid  messages.GUID // zero: that of from
	files []messages.FileInfo
}

// hit returns a as it comes from a network.
func (a answer) hit(t testing.TB) messages.QueryHit {
	t.Helper()
	info := messages.PeerInfo{ID: []byte(a.from), Addrs: [][]byte{ma.StringCast("/ip4/192.0.2.7/tcp/6346").Bytes()}}
	trailer, err := messages.NewTrailer(info, a.more)
	if err != nil {
		t.Fatal(err)
	}
	hit := messages.QueryHit{Trailer: trailer, ServentGUID: a.guid}
	setDefault(&hit.ServentGUID, serventGUID(a.from))
	for _, f := range a.files {
		r, err := messages.NewResult(f)
		if err != nil { // no honest servent writes it
			r, err = messages.NewResult(messages.FileInfo{Index: f.Index, Name: "x", Size: f.Size, Root: f.Root})
			r.Name = f.Name
		}
		if err != nil {
			t.Fatal(err)
		}
		hit.Results = append(hit.Results, r)
	}
	m, err := messages.Parse(message(t, 3, hit))
	if err != nil {
		t.Fatal(err)
	}
	return m.(messages.QueryHit)
}

// file is a result named name whose root begins with the byte root.
func file(name string, root byte, size uint64) messages.FileInfo {
	return messages.FileInfo{Name: name, Root: [messages.RootSize]byte{root}, Size: size}
}

// collected keeps what findings emit.
type collected struct {
	*findings
	hits []api.Hit
}

func collect(req api.SearchRequest) *collected {
	c := &collected{}
	c.findings = newFindings("self", req, func(h api.Hit) { c.hits = append(c.hits, h) })
	if req.Words != "" {
		query, err := QueryOf(req)
		if err != nil {
			panic(err)
		}
		c.query = query
	}
	return c
}

func (c *collected) hear(t testing.TB, hops int, a answer) bool {
	t.Helper()
	return c.take(heard{hit: a.hit(t), hops: hops})
}

func TestFindingsAreGroupedByRoot(t *testing.T) {
	c := collect(api.SearchRequest{})
	a, b := newPeer(t), newPeer(t)
	c.hear(t, 2, answer{from: a, files: []messages.FileInfo{file("one.iso", 1, 10), file("two.iso", 2, 20)}})
	c.hear(t, 1, answer{from: b, files: []messages.FileInfo{file("eins.iso", 1, 10)}})
	if len(c.findings.hits) != 2 || len(c.peers) != 2 || len(c.hits) != 3 {
		t.Fatalf("got %d roots of %d peers in %d hits, want 2 of 2 in 3", len(c.findings.hits), len(c.peers), len(c.hits))
	}
	addrs := []string{"/ip4/192.0.2.7/tcp/6346"}
	want := api.Hit{
		Type: api.TypeUpdate, N: 1, Name: "one.iso", Names: []string{"one.iso", "eins.iso"}, Size: 10,
		Root: share.Root{1}.String(), Tags: []string{},
		Sources: []api.Source{{Peer: a.String(), Addrs: addrs, Hops: 2}, {Peer: b.String(), Addrs: addrs, Hops: 1}},
	}
	if diff := cmp.Diff(want, c.hits[2]); diff != "" {
		t.Errorf("the update (-want +got):\n%s", diff)
	}
	if c.hits[0].Type != api.TypeHit || c.hits[1].N != 2 || len(c.hits[0].Sources) != 1 {
		t.Errorf("first sights: got %+v", c.hits[:2])
	}
	if c.hear(t, 1, answer{from: b, files: []messages.FileInfo{file("eins.iso", 1, 10)}}) || len(c.hits) != 3 {
		t.Error("what is known already is news")
	}
}

func TestFindingsOfForgers(t *testing.T) {
	good := newPeer(t)
	for name, a := range map[string]answer{
		"another's servent GUID": {from: good, guid: serventGUID(newPeer(t))},
		"no peer ID":             {from: "nonsense", guid: serventGUID(good)},
		"ourselves":              {from: "self"},
	} {
		a.files = []messages.FileInfo{file("x", 1, 1)}
		c := collect(api.SearchRequest{})
		if c.hear(t, 1, a) || len(c.hits) != 0 || len(c.peers) != 0 {
			t.Errorf("%s: got %+v, want nothing", name, c.hits)
		}
	}
	for name, f := range map[string]messages.FileInfo{
		"no root":       {Name: "x", Size: 1},
		"no name":       file("", 1, 1),
		"a slash":       file("../../etc/passwd", 1, 1),
		"dots":          file("..", 1, 1),
		"a backslash":   file(`..\x`, 1, 1),
		"a long name":   file(strings.Repeat("x", 256), 1, 1),
		"a size beyond": file("x", 1, share.MaxSize+1),
	} {
		c := collect(api.SearchRequest{})
		c.hear(t, 1, answer{from: good, files: []messages.FileInfo{f, file("good", 2, 1)}})
		if len(c.hits) != 1 || c.hits[0].Name != "good" {
			t.Errorf("%s: got %+v, want the result beside it alone", name, c.hits)
		}
	}
}

func TestFindingsWithoutATrailer(t *testing.T) {
	c := collect(api.SearchRequest{})
	hit := answer{from: newPeer(t), files: []messages.FileInfo{file("x", 1, 1)}}.hit(t)
	hit.Trailer = nil
	if c.take(heard{hit: hit, hops: 1}) || len(c.hits) != 0 {
		t.Errorf("got %+v of nobody", c.hits)
	}
}

// Two sizes under one root are two hits: who answers first with a lie hides nothing.
func TestFindingsOfAnotherSize(t *testing.T) {
	c := collect(api.SearchRequest{})
	c.hear(t, 1, answer{from: newPeer(t), files: []messages.FileInfo{file("x", 1, 10)}})
	if !c.hear(t, 1, answer{from: newPeer(t), files: []messages.FileInfo{file("y", 1, 11)}}) || len(c.hits) != 2 {
		t.Fatalf("got %+v, want two hits", c.hits)
	}
	if h := c.hits[1]; h.Type != api.TypeHit || h.N != 2 || h.Size != 11 || len(h.Sources) != 1 {
		t.Errorf("got %+v, want a hit of its own with 11 bytes and one source", h)
	}
}

func TestFindingsAreBound(t *testing.T) {
	c := collect(api.SearchRequest{})
	for n := range 40 {
		tags := make([]string, 10)
		for i := range tags {
			tags[i] = fmt.Sprintf("tag%d", 10*n+i)
		}
		f := file(fmt.Sprintf("name %d", n), 1, 1)
		f.Tags = tags
		for range 8 {
			c.hear(t, 1, answer{from: newPeer(t), files: []messages.FileInfo{f}})
		}
	}
	h := c.hits[len(c.hits)-1]
	if len(h.Names) != maxNames || len(h.Tags) > maxTagged || len(h.Sources) != maxSources {
		t.Errorf("got %d names, %d tags, %d sources, want %d, at most %d, %d", len(h.Names), len(h.Tags), len(h.Sources), maxNames, maxTagged, maxSources)
	}
	from := newPeer(t)
	for n := range maxFound/100 + 5 {
		var files []messages.FileInfo
		for i := range 100 {
			f := file("x", 2, 1)
			f.Root[1], f.Root[2] = byte(n), byte(i)
			files = append(files, f)
		}
		c.hear(t, 1, answer{from: from, files: files})
	}
	if len(c.findings.hits) != maxFound {
		t.Errorf("got %d roots, want %d", len(c.findings.hits), maxFound)
	}
}

// A source that says it left out more than there are files on earth breaks no
// sum.
func TestFindingsLeftOut(t *testing.T) {
	c := collect(api.SearchRequest{})
	c.hear(t, 1, answer{from: newPeer(t), more: 3, files: []messages.FileInfo{file("x", 1, 1)}})
	a := newPeer(t)
	c.hear(t, 1, answer{from: a, more: 4, files: []messages.FileInfo{file("x", 1, 1)}})
	c.hear(t, 1, answer{from: a, more: 4, files: []messages.FileInfo{file("y", 2, 1)}})
	if c.leftOut() != 7 {
		t.Errorf("got %d left out, want 3 and 4, each source once", c.leftOut())
	}
	for range 5 {
		c.hear(t, 1, answer{from: newPeer(t), more: 1<<64 - 1, files: []messages.FileInfo{file("x", 1, 1)}})
	}
	if n := c.leftOut(); n < 7 || n > 1<<31 {
		t.Errorf("got %d left out of a source that lies", n)
	}
}

func TestFindingsFilter(t *testing.T) {
	for name, c := range map[string]struct {
		filter api.Filter
		want   bool // is "a.ISO" of 100 bytes wanted
	}{
		"nothing asked":  {api.Filter{}, true},
		"type":           {api.Filter{Type: "iso"}, true},
		"type with dot":  {api.Filter{Type: ".iso"}, true},
		"one of types":   {api.Filter{Type: "img,iso"}, true},
		"kind":           {api.Filter{Type: "disk"}, true},
		"another type":   {api.Filter{Type: "txt"}, false},
		"least size":     {api.Filter{MinSize: 100}, true},
		"over the least": {api.Filter{MinSize: 101}, false},
		"most size":      {api.Filter{MaxSize: 100}, true},
		"over the most":  {api.Filter{MaxSize: 99}, false},
	} {
		f := collect(api.SearchRequest{Words: "a", Filter: c.filter})
		f.hear(t, 1, answer{from: newPeer(t), files: []messages.FileInfo{file("a.ISO", 1, 100)}})
		if got := len(f.hits) == 1; got != c.want || len(f.dropped) != 1-len(f.hits) {
			t.Errorf("%s: got %v and %d dropped, want %v", name, got, len(f.dropped), c.want)
		}
	}
}

// Each result is judged by itself: a hit has the names that pass, and their
// sources. What is dropped is news once, and nothing once it passes.
func TestFindingsOfNamesThatPass(t *testing.T) {
	c := collect(api.SearchRequest{Words: `"red hat" not:beta`})
	a, b := newPeer(t), newPeer(t)
	beta := answer{from: a, more: 7, files: []messages.FileInfo{file("red hat beta", 1, 10)}}
	if !c.hear(t, 1, beta) || c.hear(t, 1, beta) {
		t.Error("what is dropped is news the first time alone")
	}
	if len(c.hits) != 0 || len(c.dropped) != 1 || len(c.peers) != 0 || c.leftOut() != 7 {
		t.Errorf("got %d hits, %d dropped, %d sources, %d left out, want 0, 1, 0, 7", len(c.hits), len(c.dropped), len(c.peers), c.leftOut())
	}
	c.hear(t, 1, answer{from: b, files: []messages.FileInfo{file("Red Hat 9", 1, 10)}})
	c.hear(t, 1, beta)
	if len(c.hits) != 1 || len(c.dropped) != 0 || c.hits[0].Name != "Red Hat 9" || c.hits[0].Sources[0].Peer != b.String() {
		t.Errorf("got %+v, %d dropped, want the name that passes alone", c.hits, len(c.dropped))
	}
}

// A search that is to end with its third hit gets no fourth.
func TestFindingsUpToTheMaximum(t *testing.T) {
	c := collect(api.SearchRequest{Max: 3})
	var files []messages.FileInfo
	for n := range 10 {
		files = append(files, file("x", byte(n+1), 1))
	}
	c.hear(t, 1, answer{from: newPeer(t), files: files})
	if len(c.hits) != 3 || len(c.findings.hits) != 3 {
		t.Errorf("got %d hits of %d roots, want 3", len(c.hits), len(c.findings.hits))
	}
}
