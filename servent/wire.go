package servent

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"servent/servent/api"
	"servent/share"
	"servent/share/peerwire"
	"servent/share/torrent"
)

// Bounds of what ordinary BitTorrent clients may take of us. A client opens a
// connection or two for a torrent; several may come from one address.
const (
	maxWirePeers    = 128 // connections of the listener, all torrents together
	maxWirePeersOne = 16  // of one address
	// wireGreeting is how long a peer that has connected may take to say which
	// torrent it wants.
	wireGreeting = 10 * time.Second
)

// A plainWire is what a servent has for ordinary BitTorrent clients.
type plainWire struct {
	at netip.AddrPort // where we listen, set before the local API answers; zero: nowhere
	id [20]byte       // by which clients and trackers know this run of the servent

	mu       sync.Mutex
	fetching map[[20]byte]*fetching    // torrents that are being fetched, by each infohash
	seeding  map[[20]byte]bool         // torrents that are announced as whole, by their first infohash
	here     map[[20]byte][]share.File // the files of torrents that this run has fetched, likewise
}

// newPlainWire returns the wire of a run. Source of the ID: BEP 20.
func newPlainWire() *plainWire {
	w := &plainWire{fetching: map[[20]byte]*fetching{}, seeding: map[[20]byte]bool{}, here: map[[20]byte][]share.File{}}
	rand.Read(w.id[copy(w.id[:], "-SV0001-"):])
	return w
}

// address is where BitTorrent clients find us; empty: nowhere.
func (w *plainWire) address() string {
	if w == nil || !w.at.IsValid() { // nil: a servent whose open was not called
		return ""
	}
	return w.at.String()
}

// listenWire opens the listener for BitTorrent clients and serves them until ctx
// ends.
func (s *Servent) listenWire(ctx context.Context) error {
	if s.cfg.BitTorrent == "" {
		return nil
	}
	l, err := net.Listen("tcp", s.cfg.BitTorrent)
	if err != nil {
		return fmt.Errorf("servent: listen for BitTorrent clients: %w; use another --bittorrent HOST:PORT", err)
	}
	s.wire.at = l.Addr().(*net.TCPAddr).AddrPort()
	context.AfterFunc(ctx, func() { l.Close() })
	s.workers.Go(func() { s.acceptWire(ctx, l) })
	return nil
}

// acceptWire takes connections until the listener is closed.
func (s *Servent) acceptWire(ctx context.Context, l net.Listener) {
	peers := newSlots[netip.Addr](maxWirePeers, maxWirePeersOne)
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return
		case err != nil: // too many files are open, say: that passes
			s.log.Warn("accept a BitTorrent client", "err", err)
			if !sleep(ctx, time.Second) {
				return
			}
			continue
		}
		from := conn.RemoteAddr().(*net.TCPAddr).AddrPort()
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if !peers.take(from.Addr()) {
			s.log.Debug("BitTorrent client refused: too many", "peer", from)
			conn.Close()
			continue
		}
		s.workers.Go(func() {
			defer peers.give(from.Addr())
			s.meetWire(ctx, conn, from)
		})
	}
}

// sleep waits, and returns false where ctx ends before that.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// meetWire reads which torrent a peer wants, and has it join the download of that, or
// serves it. A client that tries to
// encrypt first does not get beyond the greeting; it comes again in the clear.
func (s *Servent) meetWire(ctx context.Context, conn net.Conn, from netip.AddrPort) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	conn.SetDeadline(time.Now().Add(wireGreeting))
	greeting := make([]byte, peerwire.HandshakeSize)
	_, err := io.ReadFull(conn, greeting)
	hello, parseErr := peerwire.ParseHandshake(greeting)
	if err := errors.Join(err, parseErr, conn.SetDeadline(time.Time{})); err != nil {
		s.log.Debug("BitTorrent client did not greet", "peer", from, "err", err)
		return
	}
	met := newWireConn(conn, greeting)
	if s.joinWire(ctx, hello.InfoHash, met, wireContact{from}) {
		return
	}
	m, err := s.torrents.find(hello.InfoHash)
	if err != nil {
		s.log.Debug("BitTorrent client wants a torrent that is not here", "peer", from, "infohash", fmt.Sprintf("%x", hello.InfoHash), "err", err)
		return
	}
	s.serveWire(ctx, met, from, m)
}

// serveWire serves a peer what the library has of a torrent.
func (s *Servent) serveWire(ctx context.Context, conn net.Conn, from netip.AddrPort, m *torrent.Metainfo) {
	offer, files, err := s.torrentOffer(m)
	if err != nil {
		s.log.Info("torrent not served: not all its files are shared, as they were", "torrent", m.Name, "peer", from, "err", err)
		return
	}
	t := s.transfers.begin(api.Transfer{Direction: "up", Name: m.Name, Root: torrentKey(m).String(), Size: m.Size(), Peer: from.String()})
	defer t.end()
	lookUp := func([20]byte) (share.Offer, bool) { return offer, true }
	err = share.Serve(ctx, conn, lookUp, share.UploadConfig{
		Limit: s.up, Choker: s.choker, Peer: from.String(), Sent: func(n int) { t.sent(int64(n)) },
	})
	t.failed(err)
	switch {
	case err == nil, errors.Is(err, context.Canceled):
	case errors.Is(err, share.ErrChanged):
		s.log.Warn("a file of a torrent has changed on disk: its upload was ended before a wrong byte was sent", "torrent", m.Name, "peer", from)
		for _, f := range files {
			s.collection.Doubt(f)
		}
	default:
		s.log.Info("upload ended", "torrent", m.Name, "peer", from, "err", err)
	}
}

// torrentOffer returns what there is of a torrent, whatever its files are called
// now; [share.ErrChanged] where one is not shared, or has changed.
func (s *Servent) torrentOffer(m *torrent.Metainfo) (share.Offer, []share.File, error) {
	files := make([]share.File, len(m.Files))
	library := s.collection.Library()
	roots, known := s.torrents.roots(m)
	for i := range files {
		ok := false
		if known {
			files[i], ok = library.ByRoot(roots[i])
		}
		if !ok && known && m.Files[i].Size == 0 { // nobody need share an empty file
			ok = true
		}
		if !ok {
			files = s.wire.files(m.InfoHashes()[0])
			break
		}
	}
	if files == nil {
		return share.Offer{}, nil, share.ErrChanged
	}
	offer, err := m.Offer(files)
	return offer, files, err
}

// torrentKey returns by what a torrent is known among the transfers: the root of a
// file that servents cut into the same pieces, so that both worlds meet; else its
// infohash.
func torrentKey(m *torrent.Metainfo) share.Root {
	var key share.Root
	switch {
	case isOwnLayout(m):
		return m.Files[0].Root
	case m.HasV2():
		key = share.Root(m.V2)
	default:
		copy(key[:], m.V1[:])
	}
	return key
}

// isOwnLayout reports whether servents cut the content of a torrent into the same
// pieces: one file, by its root.
func isOwnLayout(m *torrent.Metainfo) bool {
	return m.HasV2() && !m.Folder && m.PieceLength == share.PieceLength(m.Size())
}

// seedTorrents announces every torrent that the home knows and whose files are
// shared, where there is a listener for those who come.
func (s *Servent) seedTorrents() {
	if !s.wire.at.IsValid() {
		return
	}
	for _, m := range s.torrents.all() {
		s.seed(m)
	}
}

// seed announces a torrent from when its files can be served on, until the servent
// ends.
func (s *Servent) seed(m *torrent.Metainfo) {
	if !s.wire.at.IsValid() || len(m.Trackers) == 0 || !s.wire.beginSeeding(m.InfoHashes()[0]) {
		return
	}
	s.workers.Go(func() {
		defer s.wire.endSeeding(m.InfoHashes()[0])
		select {
		case <-s.collection.Ready(): // what was hashed before is known
		case <-s.running.Done():
			return
		}
		if _, _, err := s.torrentOffer(m); err != nil {
			s.log.Info("torrent not announced: not all its files are shared, as they were", "torrent", m.Name, "err", err)
			return
		}
		s.announce(s.running, m, func() torrent.Figures { return torrent.Figures{} }, nil, nil)
	})
}

// fetched notes where the files of a torrent lie that has just been fetched.
func (w *plainWire) fetched(hash [20]byte, files []share.File) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.here[hash] = files
}

// files returns what fetched noted, or nil.
func (w *plainWire) files(hash [20]byte) []share.File {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.here[hash]
}

// beginSeeding reports whether nobody announces a torrent as whole yet; now the
// caller does.
func (w *plainWire) beginSeeding(hash [20]byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	begin := !w.seeding[hash]
	w.seeding[hash] = true
	return begin
}

// endSeeding notes that a torrent is announced as whole no more.
func (w *plainWire) endSeeding(hash [20]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.seeding, hash)
}

// announce tells the trackers of a torrent of us, and heard, which may be nil, of
// what they say, until ctx ends.
func (s *Servent) announce(ctx context.Context, m *torrent.Metainfo, left func() torrent.Figures, whole <-chan struct{}, heard *trackerWord) {
	if heard == nil {
		heard = &trackerWord{found: func([]netip.AddrPort) {}}
	}
	torrent.Announce(ctx, torrent.AnnounceConfig{
		Trackers: m.Trackers, InfoHashes: m.InfoHashes(), PeerID: s.wire.id, Port: s.wire.at.Port(),
		Figures: left, Completed: whole, Client: s.agent,
		Found: func(addrs []netip.AddrPort) {
			heard.note(nil)
			heard.found(addrs)
		},
		Failed: func(tracker string, err error) {
			heard.note(err)
			s.log.Info("tracker did not answer", "tracker", tracker, "torrent", m.Name, "err", err)
		},
	})
}
