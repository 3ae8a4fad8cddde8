package servent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"sync"
	"time"

	"servent/servent/api"
	"servent/share/peerwire"
	"servent/share/torrent"
)

const (
	// metadataTimeout is how long the metadata of a magnet link is looked for.
	metadataTimeout = time.Minute
	// metadataAsked is how many peers are asked for it at once.
	metadataAsked = 4
	// metadataTries is how often each of them is.
	metadataTries = 5
	// metadataPause is how long those that gave none are left alone.
	metadataPause = 2 * time.Second
	// unknownLeft is what trackers are told is missing of a torrent whose size is not
	// known yet.
	unknownLeft = peerwire.MetadataPiece
)

// wantTorrent returns what a request for a torrent is about, once its metadata is
// here. It is remembered then, so that the download can go on in a later run.
func (s *Servent) wantTorrent(ctx context.Context, req api.GetRequest) (wanted, error) {
	var m *torrent.Metainfo
	var peers []contact
	var err error
	if torrent.IsMagnet(req.Torrent) {
		m, peers, err = s.wantMagnet(ctx, req.Torrent)
	} else if m, err = readMetainfo(req.Torrent, torrent.Parse); err != nil {
		err = api.Fail(api.CodeUsage, "torrent.unread", "get: cannot read the torrent {path}: {cause}", req.Torrent, Because(withoutPath(err)))
	}
	if err != nil {
		return wanted{}, err
	}
	if err := s.torrents.keep(m); err != nil {
		s.log.Info("torrent not remembered", "torrent", m.Name, "err", err)
	}
	want := wanted{name: m.Name, sources: peers}
	want.of(m)
	return want, nil
}

// withoutPath returns an error of the file system without the path, which was said.
func withoutPath(err error) error {
	if at := new(fs.PathError); errors.As(err, &at) {
		return at.Err
	}
	return err
}

// wantMagnet finds the metadata of a magnet link, and peers beside it.
func (s *Servent) wantMagnet(ctx context.Context, text string) (*torrent.Metainfo, []contact, error) {
	link, err := torrent.ParseMagnet(text)
	if err != nil {
		return nil, nil, api.Fail(api.CodeUsage, "torrent.wrong", "get: {cause}", Because(err))
	}
	peers := s.wireContacts(resolvePeers(ctx, link.Peers), true)
	if m, err := s.torrents.find(swarmHash(link)); err == nil {
		return m, peers, nil
	}
	if len(peers) == 0 && len(link.Trackers) == 0 {
		return nil, nil, api.Fail(api.CodeNotFound, "get.no-tracker", "get: the magnet link names neither a tracker nor a peer (x.pe), so nobody can be asked for what it is about; get its .torrent file, or a link with tr=URL")
	}
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	m, heard, err := s.findMetadata(ctx, link, peers)
	if err != nil && ctx.Err() == context.DeadlineExceeded {
		return nil, nil, api.Fail(api.CodeNotFound, "torrent.no-metadata", "get: nobody gave the metadata of the magnet link within {time}: {cause}; try later, or get its .torrent file", metadataTimeout, Because(err))
	}
	return m, heard, err
}

// resolvePeers returns the addresses that x.pe names.
func resolvePeers(ctx context.Context, peers []string) []netip.AddrPort {
	var out []netip.AddrPort
	for _, peer := range peers {
		if addr, err := netip.ParseAddrPort(peer); err == nil {
			out = append(out, addr)
			continue
		}
		host, port, err := net.SplitHostPort(peer)
		if err != nil {
			continue
		}
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host) // the user typed it
		if n, portErr := net.DefaultResolver.LookupPort(ctx, "tcp", port); err == nil && portErr == nil {
			for _, addr := range addrs {
				out = append(out, netip.AddrPortFrom(addr, uint16(n)))
			}
		}
	}
	return out
}

// A metadataAnswer is what came of asking one peer.
type metadataAnswer struct {
	from contact
	m    *torrent.Metainfo
	err  error
}

// metadataPeers are who is asked for metadata. The goroutine of findMetadata owns
// them.
type metadataPeers struct {
	all   []contact      // who were heard of
	todo  []contact      // of them, who are to be asked now
	later []contact      // likewise, who are to be asked again after a pause
	tried map[string]int // how often each gave none, by name
}

// learn takes in who was not heard of before.
func (p *metadataPeers) learn(peers []contact) {
	for _, peer := range peers {
		if _, known := p.tried[peer.name()]; !known && len(p.all) < maxCandidates {
			p.tried[peer.name()] = 0
			p.all, p.todo = append(p.all, peer), append(p.todo, peer)
		}
	}
}

// failed takes in that a peer gave none: it may try encrypted peers first, or not be
// ready.
func (p *metadataPeers) failed(peer contact) {
	p.tried[peer.name()]++
	if p.tried[peer.name()] < metadataTries {
		p.later = append(p.later, peer)
	}
}

// findMetadata asks the peers that are known, and those that trackers name, until
// one gives the metadata. It returns that with all who were heard of.
func (s *Servent) findMetadata(ctx context.Context, link torrent.Magnet, known []contact) (*torrent.Metainfo, []contact, error) {
	ctx, stop := context.WithCancel(ctx)
	heard := make(chan []netip.AddrPort)
	answers := make(chan metadataAnswer)
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	trackers := &trackerWord{none: len(link.Trackers) == 0, found: func(addrs []netip.AddrPort) {
		select {
		case heard <- addrs:
		case <-ctx.Done():
		}
	}}
	group.Go(func() { s.announceUnknown(ctx, link, trackers) })
	peers := metadataPeers{tried: map[string]int{}}
	peers.learn(known)
	retry := time.NewTicker(metadataPause)
	defer retry.Stop()
	busy := 0
	var why error // the last peer gave none
	for {
		for ; len(peers.todo) > 0 && busy < metadataAsked; peers.todo = peers.todo[1:] {
			busy++
			peer := peers.todo[0]
			group.Go(func() {
				m, err := s.askMetadata(ctx, peer, link)
				select {
				case answers <- metadataAnswer{peer, m, err}:
				case <-ctx.Done():
				}
			})
		}
		select {
		case addrs := <-heard:
			peers.learn(s.wireContacts(addrs, false))
		case a := <-answers:
			busy--
			if a.err == nil {
				return a.m, peers.all, nil
			}
			why = fmt.Errorf("%s: %w", a.from.name(), a.err)
			s.log.Info("peer gave no metadata", "peer", a.from.name(), "err", a.err)
			peers.failed(a.from)
		case <-retry.C:
			peers.todo, peers.later = append(peers.todo, peers.later...), nil
		case <-ctx.Done():
			if why == nil {
				why = trackers.nobody()
			}
			return nil, nil, why
		}
	}
}

// announceUnknown tells the trackers of a link of us, before it is known what it is
// about, and trackers of what they say, until ctx ends.
func (s *Servent) announceUnknown(ctx context.Context, link torrent.Magnet, trackers *trackerWord) {
	m := &torrent.Metainfo{Trackers: [][]string{link.Trackers}}
	m.Name, m.V1, m.V2 = link.Name, link.V1, link.V2
	left := func() torrent.Figures { return torrent.Figures{Left: unknownLeft} }
	s.announce(ctx, m, left, nil, trackers)
}

func (s *Servent) askMetadata(ctx context.Context, peer contact, link torrent.Magnet) (*torrent.Metainfo, error) {
	conn, err := peer.reach(ctx, s)
	if err != nil {
		return nil, err
	}
	return fetchMetadata(ctx, conn, s.wire.id, link)
}
