package servent

import (
	"context"
	"errors"

	"github.com/libp2p/go-libp2p/core/network"

	"servent/servent/api"
	"servent/share"
)

// maxUploadsOne is how many of the upload slots one peer may hold.
const maxUploadsOne = 4

// upload serves one file over a stream that another servent opened.
func (s *Servent) upload(stream network.Stream) {
	peer := stream.Conn().RemotePeer()
	if !s.uploads.take(peer) {
		s.log.Info("upload refused: no slot is free", "peer", peer)
		stream.Reset()
		return
	}
	defer s.uploads.give(peer)
	defer s.valueTransfer(peer)()
	t := s.transfers.begin(api.Transfer{Direction: "up", Peer: peer.String()})
	defer t.end()
	library := s.collection.Library()
	var file share.File
	lookUp := func(hash [20]byte) (share.Offer, bool) {
		f, ok := library.ByInfoHash(hash)
		if ok {
			file = f
			t.is(f.Name, f.Root.String(), f.Size)
		}
		return f.Offer(), ok
	}
	err := share.Serve(s.running, stream, lookUp, share.UploadConfig{Limit: s.up, Sent: func(n int) { t.sent(int64(n)) }})
	t.failed(err)
	switch {
	case err == nil, errors.Is(err, context.Canceled):
	case errors.Is(err, share.ErrChanged):
		s.log.Warn("a shared file has changed on disk: its upload was ended before a wrong byte was sent, and it is hashed again",
			"file", file.Location(), "peer", peer)
		s.collection.Doubt(file)
	default:
		s.log.Info("upload ended", "peer", peer, "err", err)
	}
}
