package servent

import (
	"path"
	"slices"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/messages"
	"servent/servent/api"
	"servent/share"
)

// Bounds of what one search keeps, whatever is answered.
const (
	maxFound   = 10_000 // roots
	maxNames   = 32     // of one root
	maxTagged  = 64     // tags of one root
	maxSources = 256    // of one root
)

// findings are the hits of one search, by root. The goroutine of the search
// owns them.
type findings struct {
	self   peer.ID
	filter api.Filter
	limit  int // roots
	emit   func(api.Hit)
	byRoot map[share.Root]*api.Hit
	peers  map[peer.ID]uint64 // sources, and how many results each left out
}

func newFindings(self peer.ID, req api.SearchRequest, emit func(api.Hit)) *findings {
	limit := maxFound
	if req.Max > 0 {
		limit = min(limit, req.Max)
	}
	return &findings{
		self:   self,
		filter: req.Filter,
		limit:  limit,
		emit:   emit,
		byRoot: map[share.Root]*api.Hit{},
		peers:  map[peer.ID]uint64{},
	}
}

// full reports whether no more files are wanted.
func (f *findings) full() bool { return len(f.byRoot) >= f.limit }

// take adds what a QueryHit tells and reports whether any of it is new. A hit
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
		if f.add(r.FileInfo(), source) {
			f.peers[from.ID] = max(f.peers[from.ID], private.More())
			news = true
		}
	}
	return news
}

// add takes one result, and emits its file if any of it is new.
func (f *findings) add(info messages.FileInfo, source api.Source) bool {
	if info.Root == [messages.RootSize]byte{} || !messages.ValidName(info.Name) || info.Size > share.MaxSize || !f.passes(info) {
		return false
	}
	h := f.byRoot[info.Root]
	if h == nil {
		return f.addFirst(info, source)
	}
	if uint64(h.Size) != info.Size {
		return false // of two sizes under one root, one is a lie; get would find out which
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
		N:       len(f.byRoot) + 1,
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
	f.byRoot[info.Root] = h
	f.emit(clone(h))
	return true
}

// addSource adds a peer, or its shorter way.
func addSource(h *api.Hit, source api.Source) bool {
	for i, known := range h.Sources {
		if known.Peer == source.Peer {
			if source.Hops < known.Hops {
				h.Sources[i] = source
			}
			return false
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

// passes reports whether the searcher wants the file.
func (f *findings) passes(info messages.FileInfo) bool {
	size := int64(info.Size)
	if size < f.filter.MinSize || f.filter.MaxSize > 0 && size > f.filter.MaxSize {
		return false
	}
	ext := strings.TrimPrefix(path.Ext(info.Name), ".")
	return f.filter.Type == "" || strings.EqualFold(ext, strings.TrimPrefix(f.filter.Type, "."))
}

// leftOut returns how many results the sources had and did not send.
func (f *findings) leftOut() int {
	const most = 1 << 31 // a source may claim anything
	sum := uint64(0)
	for _, n := range f.peers {
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
