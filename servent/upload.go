package servent

import (
	"context"
	"errors"

	"github.com/libp2p/go-libp2p/core/network"

	"servent/servent/api"
	"servent/share"
	"servent/share/peerwire"
)

const (
	// maxUploadsOne is how many streams one peer may have us serve, and
	// uploadsWaiting how many all peers may for each upload slot: those that have
	// none are connected, choked, and wait for their turn.
	maxUploadsOne  = 4
	uploadsWaiting = 8
)

// upload serves one file, or what is verified of a download, over a stream that another servent opened.
func (s *Servent) upload(stream network.Stream) {
	peer := stream.Conn().RemotePeer()
	if !s.uploads.take(peer) {
		s.log.Info("upload refused: too many wait for a slot already, or this peer has its part", "peer", peer)
		stream.Reset()
		return
	}
	defer s.uploads.give(peer)
	defer s.valueTransfer(peer)()
	t := s.transfers.begin(api.Transfer{Direction: "up", Peer: peer.String()})
	defer t.end()
	library := s.collection.Library()
	var file share.File
	var served servedFile
	defer func() { served.end() }()
	lookUp := func(hash [20]byte) (share.Offer, bool) {
		var ok bool
		offer := share.Offer{}
		if file, ok = library.ByInfoHash(hash); ok {
			offer = file.Offer()
		} else if offer, ok = s.offers.find(hash); ok { // of what we are fetching ourselves
			file = share.File{}
			s.swarmed(offer.Root, peer)
		}
		if ok {
			served = servedFile{swarms: &s.swarms, root: offer.Root, piece: share.PieceLength(offer.Size), peer: peer}
			t.is(offer.Name, offer.Root.String(), offer.Size)
		}
		return offer, ok
	}
	err := share.Serve(s.running, stream, lookUp, share.UploadConfig{
		Limit: s.up, Choker: s.choker, Peer: peer.String(),
		Sent:  func(n int) { t.sent(int64(n)); served.sent(int64(n)) },
		Peers: func() []peerwire.Peer { return s.swarmOthers(served.root, stream.Conn()) },
	})
	t.failed(err)
	switch {
	case err == nil, errors.Is(err, context.Canceled):
	case errors.Is(err, share.ErrOfferEnded):
		s.log.Debug("upload ended with the download that it was of", "peer", peer)
	case errors.Is(err, share.ErrChanged):
		s.log.Warn("a shared file has changed on disk: its upload was ended before a wrong byte was sent, and it is hashed again",
			"file", file.Location(), "peer", peer)
		s.collection.Doubt(file)
	default:
		s.log.Info("upload ended", "peer", peer, "err", err)
	}
}
