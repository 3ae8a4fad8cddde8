package servent

import (
	"slices"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

// Bounds of what one search keeps, whatever is answered.
const (
	maxFound   = 10_000 // files
	maxNames   = 32     // of one
	maxTagged  = 64     // tags of one
	maxSources = 256    // of one
	maxPaths   = 8      // of one at one source
	maxAsked   = 10_000 // peers whose results were looked at
)

// A content is a file as hits tell of it. Of several sizes under one root all but
// one are lies, and which one is not nobody knows before it has been fetched: who
// answers first decides nothing.
type content struct {
	root share.Root
	size uint64
}

// findings are the hits of one search, by content. The goroutine of the search
// owns them.
type findings struct {
	self    peer.ID
	query   Query // what the searcher wants of that which comes
	limit   int   // contents
	emit    func(api.Hit)
	hits    map[content]*api.Hit
	dropped map[content]bool   // those that no filter let pass so far, maxFound at most
	peers   map[peer.ID]bool   // sources
	left    map[peer.ID]uint64 // how many results each that answered left out
}

func newFindings(self peer.ID, req api.SearchRequest, emit func(api.Hit)) *findings {
	limit := maxFound
	if req.Max > 0 {
		limit = min(limit, req.Max)
	}
	if emit == nil {
		emit = func(api.Hit) {}
	}
	return &findings{
		self:    self,
		limit:   limit,
		emit:    emit,
		hits:    map[content]*api.Hit{},
		dropped: map[content]bool{},
		peers:   map[peer.ID]bool{},
		left:    map[peer.ID]uint64{},
	}
}

// full reports whether no more files are wanted.
func (f *findings) full() bool { return len(f.hits) >= f.limit }

// take adds what a QueryHit tells and reports whether any of it is new, be it
// for the filters to drop: where one comes, others may be on their way. A hit
// that does not say who answers, or says so of another servent than the one
// whose GUID it bears, is of no use.
func (f *findings) take(h heard) bool {
	private := h.hit.Trailer.Extensions()
	told, ok := private.PeerInfo()
	if !ok {
		return false
	}
	from, ok := addrInfo(told)
	if !ok || from.ID == f.self || serventGUID(from.ID) != h.hit.ServentGUID {
		return false
	}
	source := api.Source{Peer: from.ID.String(), Hops: h.hops, Addrs: []string{}}
	for _, a := range from.Addrs {
		source.Addrs = append(source.Addrs, a.String())
	}
	news := false
	for _, r := range h.hit.Results {
		info := r.FileInfo()
		if !sound(info) {
			continue
		}
		if _, known := f.left[from.ID]; known || len(f.left) < maxAsked {
			f.left[from.ID] = max(f.left[from.ID], private.More())
		}
		if !f.query.passes(info) {
			news = f.drop(content{info.Root, info.Size}) || news
			continue
		}
		if f.add(info, source) {
			if len(f.peers) < maxAsked {
				f.peers[from.ID] = true
			}
			news = true
		}
	}
	return news
}

// sound reports whether a result is one that an honest servent may send.
func sound(info messages.FileInfo) bool {
	return info.Root != [messages.RootSize]byte{} && messages.ValidName(info.Name) && info.Size <= share.MaxSize
}

// drop notes a result that the filters do not want, and reports whether it is
// new.
func (f *findings) drop(c content) bool {
	if f.hits[c] != nil || f.dropped[c] || len(f.dropped) >= maxFound {
		return false
	}
	f.dropped[c] = true
	return true
}

// add takes one result, and emits its file if any of it is new.
func (f *findings) add(info messages.FileInfo, source api.Source) bool {
	source.Partial = info.Partial != nil
	if info.Path != "" {
		source.Paths = []string{info.Path}
	}
	h := f.hits[content{info.Root, info.Size}]
	if h == nil {
		return f.addFirst(info, source)
	}
	news := addDistinct(&h.Names, info.Name, maxNames)
	for _, tag := range info.Tags {
		news = addDistinct(&h.Tags, tag, maxTagged) || news
	}
	news = addSource(h, source) || news
	if news {
		h.Type = api.TypeUpdate
		f.emit(clone(h))
	}
	return news
}

func (f *findings) addFirst(info messages.FileInfo, source api.Source) bool {
	if f.full() {
		return false
	}
	h := &api.Hit{
		Type:    api.TypeHit,
		N:       len(f.hits) + 1,
		Name:    info.Name,
		Names:   []string{info.Name},
		Size:    int64(info.Size),
		Root:    share.Root(info.Root).String(),
		Path:    info.Path,
		Tags:    []string{},
		Sources: []api.Source{source},
	}
	for _, tag := range info.Tags {
		addDistinct(&h.Tags, tag, maxTagged)
	}
	if info.SHA1 != [messages.SHA1Size]byte{} {
		h.SHA1 = strings.TrimPrefix(string(messages.SHA1URN(info.SHA1)), "urn:sha1:")
	}
	c := content{info.Root, info.Size}
	f.hits[c] = h
	delete(f.dropped, c)
	f.emit(clone(h))
	return true
}

// addSource adds a peer, its shorter way, or another folder that it has the file
// in, and reports whether the peer or the folder is new.
func addSource(h *api.Hit, source api.Source) (news bool) {
	for i, known := range h.Sources {
		if known.Peer == source.Peer {
			paths, partial := known.Paths, known.Partial && source.Partial
			news = known.Partial && !partial
			for _, path := range source.Paths {
				news = addDistinct(&paths, path, maxPaths) || news
			}
			if source.Hops < known.Hops {
				h.Sources[i] = source
			}
			h.Sources[i].Paths, h.Sources[i].Partial = paths, partial
			return news
		}
	}
	if len(h.Sources) == maxSources {
		return false
	}
	h.Sources = append(h.Sources, source)
	return true
}

// addDistinct appends value where it is new and there is room for it.
func addDistinct(list *[]string, value string, limit int) bool {
	if len(*list) >= limit || slices.Contains(*list, value) {
		return false
	}
	*list = append(*list, value)
	return true
}

// leftOut returns how many results the sources had and did not send.
func (f *findings) leftOut() int {
	const most = 1 << 31 // a source may claim anything
	sum := uint64(0)
	for _, n := range f.left {
		sum = min(sum+min(n, most), most)
	}
	return int(sum)
}

// clone copies h, so that whoever gets it may keep it.
func clone(h *api.Hit) api.Hit {
	c := *h
	c.Names, c.Tags, c.Sources = slices.Clone(h.Names), slices.Clone(h.Tags), slices.Clone(h.Sources)
	return c
}
