package servent

import (
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/share"
	"servent/share/peerwire"
)

// Peer exchange: who fetches a file from us, and who gives us of it, hear of each
// other through us.
const (
	// swarmPeerStays is how long after its last byte a peer is told of: who is done
	// shares the file, and who was cut off comes back.
	swarmPeerStays = 30 * time.Second
	// maxSwarms bounds the files whose peers are known, maxSwarmPeers the peers of
	// one, and maxSwarmTold of how many one is told.
	maxSwarms     = 256
	maxSwarmPeers = 128
	maxSwarmTold  = 50
	// maxHearsay is of how many peers one source may tell one download: each costs
	// dials that may come to nothing.
	maxHearsay = 100
)

// swarmPeers are the peers that have something of a file and get more of it from
// us, or give us of it, by root. Any goroutine may call its methods.
type swarmPeers struct {
	mu     sync.Mutex
	byRoot map[share.Root][]swarmPeer // in the order in which they came
}

// A swarmPeer is one of them.
type swarmPeer struct {
	id      peer.ID
	streams int       // on which we serve it
	seen    time.Time // when it was noted last
}

func (p swarmPeer) isGone(now time.Time) bool {
	return p.streams == 0 && now.Sub(p.seen) >= swarmPeerStays
}

// note notes that a peer has something of a file.
func (p *swarmPeers) note(now time.Time, root share.Root, id peer.ID) { p.add(now, root, id, 0) }

// begin does the same, and holds until end is called.
func (p *swarmPeers) begin(now time.Time, root share.Root, id peer.ID) (end func(now time.Time)) {
	if !p.add(now, root, id, 1) {
		return func(time.Time) {}
	}
	return func(now time.Time) { p.add(now, root, id, -1) }
}

// add notes a peer, with so many streams more. It reports whether there was room.
func (p *swarmPeers) add(now time.Time, root share.Root, id peer.ID, streams int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, known := p.byRoot[root]
	if i := slices.IndexFunc(all, func(one swarmPeer) bool { return one.id == id }); i >= 0 {
		all[i].seen, all[i].streams = now, all[i].streams+streams
		return true
	}
	if !known && len(p.byRoot) >= maxSwarms || len(all) >= maxSwarmPeers {
		p.expire(now)
		all, known = p.byRoot[root]
	}
	if !known && len(p.byRoot) >= maxSwarms || len(all) >= maxSwarmPeers {
		return false
	}
	if p.byRoot == nil {
		p.byRoot = map[share.Root][]swarmPeer{}
	}
	p.byRoot[root] = append(all, swarmPeer{id, streams, now})
	return true
}

// expire forgets those that are gone. The caller holds the mutex.
func (p *swarmPeers) expire(now time.Time) {
	for root, all := range p.byRoot {
		if all = slices.DeleteFunc(all, func(one swarmPeer) bool { return one.isGone(now) }); len(all) == 0 {
			delete(p.byRoot, root)
		} else {
			p.byRoot[root] = all
		}
	}
}

// A servedFile has a peer told of that got enough of a file from us to give some of
// it on. The goroutine of the upload owns it.
type servedFile struct {
	swarms *swarmPeers
	root   share.Root
	piece  int64 // bytes
	peer   peer.ID
	bytes  int64
	leave  func(time.Time) // nil: it is not told of yet
}

func (f *servedFile) sent(bytes int64) {
	if f.bytes += bytes; f.bytes >= f.piece && f.leave == nil {
		f.leave = f.swarms.begin(time.Now(), f.root, f.peer)
	}
}

func (f *servedFile) end() {
	if f.leave != nil {
		f.leave(time.Now())
	}
}

// gave notes the sources of a download that have given it a piece.
func (p *swarmPeers) gave(now time.Time, root share.Root, size int64, sources []share.SourceState) {
	for _, one := range sources {
		id, err := peer.Decode(one.Name)
		if err == nil && one.Received >= share.PieceLength(size) {
			p.note(now, root, id)
		}
	}
}

// others returns the peers of a file but for one, those that came last first.
func (p *swarmPeers) others(now time.Time, root share.Root, but peer.ID) (out []peer.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range slices.Backward(p.byRoot[root]) {
		if one.id != but && !one.isGone(now) {
			out = append(out, one.id)
		}
	}
	return out
}

// swarmOthers returns what the servent at the far end of a connection is told of
// others that have something of a file.
func (s *Servent) swarmOthers(root share.Root, to network.Conn) (out []peerwire.Peer) {
	now, mayTell := time.Now(), tellable(to.RemoteMultiaddr().String())
	for _, id := range s.swarms.others(now, root, to.RemotePeer()) {
		if s.liars.has(now, id.String()) {
			continue
		}
		told := peerwire.Peer{ID: id.String()}
		for _, a := range s.host.Peerstore().Addrs(id) {
			if text := a.String(); mayTell(a) && manet.IsThinWaist(a) && len(text) <= peerwire.MaxPeerAddr && len(told.Addrs) < peerwire.MaxPeerAddrs {
				told.Addrs = append(told.Addrs, text)
			}
		}
		if len(told.Addrs) > 0 {
			out = append(out, told)
		}
		if len(out) == maxSwarmTold {
			break
		}
	}
	return out
}

// swarmHearsay counts of how many peers each source has told a download. The
// goroutine of the download owns it.
type swarmHearsay map[string]int

// take returns what is to be made of what a source says of others: as little is
// believed as of hits, see [addrInfo].
func (h swarmHearsay) take(s *Servent, source string, told []peerwire.Peer) (heard []contact) {
	from, err := peer.Decode(source)
	if err != nil || len(h) >= maxCandidates && h[source] == 0 {
		return nil
	}
	outside := !slices.ContainsFunc(s.reachedAt(from), func(a ma.Multiaddr) bool { return !s.isFromOutside(a.String()) })
	for _, p := range told {
		if h[source] >= maxHearsay {
			break
		}
		h[source]++
		if c, ok := toldContact(p, outside); ok && c.info.ID != s.host.ID() {
			heard = append(heard, c)
		}
	}
	return heard
}

// toldContact reads what is told of a peer; false where that is no servent with a
// place.
func toldContact(p peerwire.Peer, outside bool) (serventContact, bool) {
	id, err := peer.Decode(p.ID)
	if err != nil {
		return serventContact{}, false
	}
	c := serventContact{info: peer.AddrInfo{ID: id}, hearsay: true}
	for _, text := range p.Addrs {
		if a, err := ma.NewMultiaddr(text); err == nil && isPlain(a) && manet.IsThinWaist(a) {
			c.info.Addrs = append(c.info.Addrs, a)
		}
	}
	c.info.Addrs = meantHere(c.info.Addrs, outside)
	return c, len(c.info.Addrs) > 0
}

// swarmed notes that a peer fetches from us what we fetch ourselves: it has other
// pieces than we, most likely.
func (s *Servent) swarmed(root share.Root, id peer.ID) {
	s.downloads.mu.Lock()
	defer s.downloads.mu.Unlock()
	if d := s.downloads.find(root); d != nil && d.run != nil {
		d.run.learn([]contact{serventContact{info: peer.AddrInfo{ID: id}, hearsay: true, partial: true}})
	}
}
