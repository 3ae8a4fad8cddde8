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
		err = api.NewError(api.CodeUsage, fmt.Sprintf("get: cannot read the torrent %s: %v", req.Torrent, withoutPath(err)))
	}
	if err != nil {
		return wanted{}, err
	}
	if err := s.torrents.keep(m); err != nil {
		s.log.Info("torrent not remembered", "torrent", m.Name, "err", err)
	}
	return wanted{root: torrentKey(m), size: m.Size(), name: m.Name, sources: peers, torrent: m}, nil
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
		return nil, nil, api.NewError(api.CodeUsage, fmt.Sprintf("get: %v", err))
	}
	peers := s.wireContacts(resolvePeers(ctx, link.Peers), true)
	if m, err := s.torrents.find(swarmHash(link)); err == nil {
		return m, peers, nil
	}
	if len(peers) == 0 && len(link.Trackers) == 0 {
		return nil, nil, api.NewError(api.CodeNotFound, "get: the magnet link names neither a tracker nor a peer (x.pe), so nobody can be asked for what it is about; get its .torrent file, or a link with tr=URL")
	}
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	m, heard, err := s.findMetadata(ctx, link, peers)
	if err != nil && ctx.Err() == context.DeadlineExceeded {
		return nil, nil, api.NewError(api.CodeNotFound, fmt.Sprintf("get: nobody gave the metadata of the magnet link within %v: %v; try later, or get its .torrent file", metadataTimeout, err))
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

// findMetadata asks the peers that are known, and those that trackers name, until
// one gives the metadata. It returns that with all who were heard of.
func (s *Servent) findMetadata(ctx context.Context, link torrent.Magnet, peers []contact) (*torrent.Metainfo, []contact, error) {
	ctx, stop := context.WithCancel(ctx)
	heard := make(chan []netip.AddrPort)
	answers := make(chan metadataAnswer)
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	asked := &torrent.Metainfo{Trackers: [][]string{link.Trackers}}
	asked.Name, asked.V1, asked.V2 = link.Name, link.V1, link.V2
	left := func() torrent.Figures { return torrent.Figures{Left: unknownLeft} }
	trackers := &trackerWord{none: len(link.Trackers) == 0, found: func(addrs []netip.AddrPort) {
		select {
		case heard <- addrs:
		case <-ctx.Done():
		}
	}}
	group.Go(func() { s.announce(ctx, asked, left, nil, trackers) })
	names := map[string]bool{}
	for _, peer := range peers {
		names[peer.name()] = true
	}
	tried := map[string]int{}
	var again []contact
	retry := time.NewTicker(2 * time.Second)
	defer retry.Stop()
	next, busy := 0, 0
	var why error // the last peer gave none
	for {
		for ; next < len(peers) && busy < metadataAsked; next++ {
			busy++
			peer := peers[next]
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
			for _, peer := range s.wireContacts(addrs, false) {
				if !names[peer.name()] && len(peers) < maxCandidates {
					names[peer.name()] = true
					peers = append(peers, peer)
				}
			}
		case a := <-answers:
			busy--
			if a.err == nil {
				return a.m, peers, nil
			}
			why = fmt.Errorf("%s: %w", a.from.name(), a.err)
			s.log.Info("peer gave no metadata", "peer", a.from.name(), "err", a.err)
			tried[a.from.name()]++
			if tried[a.from.name()] < metadataTries { // it may try encrypted peers first, or not be ready
				again = append(again, a.from)
			}
		case <-retry.C:
			peers, again = append(peers, again...), nil
		case <-ctx.Done():
			if why == nil {
				why = trackers.nobody()
			}
			return nil, nil, why
		}
	}
}

func (s *Servent) askMetadata(ctx context.Context, peer contact, link torrent.Magnet) (*torrent.Metainfo, error) {
	conn, err := peer.reach(ctx, s)
	if err != nil {
		return nil, err
	}
	return fetchMetadata(ctx, conn, s.wire.id, link)
}
