package servent

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"sync"
	"time"

	"servent/servent/api"
	"servent/share"
	"servent/share/torrent"
)

// trackerWait is how long a download that has no source waits for what the
// trackers of its torrent name.
const trackerWait = 20 * time.Second

// A trackerWord is what the trackers of a torrent say. Any goroutine may note and
// read it.
type trackerWord struct {
	none  bool                   // the torrent names no tracker
	found func([]netip.AddrPort) // is told of the peers that they name

	mu       sync.Mutex
	answered bool
	failed   error // of the one that did not answer last
}

func (t *trackerWord) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.answered = true
	} else {
		t.failed = err
	}
}

// nobody says why they name nobody who has a torrent.
func (t *trackerWord) nobody() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	why := "no tracker of it has answered"
	switch {
	case t.none:
		why = "it names no tracker"
	case t.answered:
		return errors.New("its trackers name nobody who has it")
	case t.failed != nil:
		return api.Wrap(t.failed, api.Say("torrent.no-tracker", "no tracker of it answers: {cause}", t.failed))
	}
	return errors.New(why + ", and nobody connected to give it; a magnet link with x.pe=HOST:PORT names a peer")
}

// announce tells the trackers of the torrent of this download, and the download of
// the peers that they name. What it returns is called at the end: a torrent that
// is whole and served here stays announced.
func (w *downloadSwarm) announce(ctx context.Context) (end func(whole bool)) {
	s, m, r := w.s, w.want.torrent, w.r
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(s.running, stop)
	left := func() torrent.Figures {
		s.downloads.mu.Lock()
		defer s.downloads.mu.Unlock()
		return torrent.Figures{Left: m.Size() - w.d.verified}
	}
	w.trackers.found = func(addrs []netip.AddrPort) { r.learn(s.wireContacts(addrs, false)) }
	whole := make(chan struct{})
	s.work(func() {
		s.announce(ctx, m, left, whole, w.trackers)
	})
	return func(isWhole bool) {
		if isWhole && s.wire.at.IsValid() && s.wire.beginSeeding(m.InfoHashes()[0]) {
			close(whole)
			return
		}
		stop()
	}
}

// keepProven keeps and returns a torrent whose piece layers are known now.
func (s *Servent) keepProven(m *torrent.Metainfo, files []share.SwarmFile) *torrent.Metainfo {
	proven := *m
	proven.Files = files
	if err := s.torrents.keep(&proven); err != nil {
		s.log.Info("torrent not remembered", "torrent", m.Name, "err", err)
	}
	return &proven
}

// keepFetched has a torrent that was just fetched to dest served: at once, and
// after a restart where dest lies in a shared folder.
func (s *Servent) keepFetched(m *torrent.Metainfo, dest string) {
	paths := make([]string, len(m.Files))
	files := make([]share.File, len(m.Files))
	for i, f := range m.Files {
		paths[i] = dest
		if m.Folder {
			paths[i] = filepath.Join(dest, filepath.FromSlash(f.Path))
		}
		var err error
		if files[i], err = share.FileAt(paths[i]); err != nil {
			s.log.Warn("torrent not served", "torrent", m.Name, "err", err)
			return
		}
	}
	s.wire.fetched(m.InfoHashes()[0], files)
	s.work(func() {
		shared, err := s.collection.TagAll(s.running, paths) // with no keyword: hashed, no more
		if errors.Is(err, share.ErrNotShared) || s.running.Err() != nil {
			return
		}
		roots := make([]share.Root, len(shared))
		for i, f := range shared {
			roots[i] = f.Root
		}
		if err == nil {
			err = s.torrents.keepRoots(m, roots)
		}
		if err != nil {
			s.log.Warn("torrent not served after a restart", "torrent", m.Name, "err", err)
		}
	})
}
