package servent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/discovery/mdns"
)

// mdnsRetry is how long discovery waits before it tries a computer that had no
// network again.
const mdnsRetry = 10 * time.Second

// mdnsName returns the discovery name of a network. Another network is another
// name, so that two on one switch do not even see each other. It is a hash,
// since a DNS label takes 63 letters and digits.
func mdnsName(network string) string {
	sum := sha256.Sum256([]byte(network))
	return "_servent-" + hex.EncodeToString(sum[:4]) + "._udp"
}

// discover looks for servents by multicast DNS, until ctx ends. A computer
// without a network is one that has none yet.
func (s *Servent) discover(ctx context.Context) {
	for {
		service := mdns.NewMdnsService(s.host, mdnsName(s.cfg.Network), found{s})
		err := service.Start()
		if err == nil {
			<-ctx.Done()
			if err := service.Close(); err != nil {
				s.log.Debug("end multicast discovery", "err", err)
			}
			return
		}
		s.log.Debug("no multicast yet", "err", err)
		retry := time.NewTimer(mdnsRetry)
		select {
		case <-retry.C:
		case <-ctx.Done():
			retry.Stop()
			return
		}
	}
}

// found takes what multicast discovery finds.
type found struct{ s *Servent }

// HandlePeerFound is called by the discovery for each servent, and again
// whenever it is heard of.
func (f found) HandlePeerFound(info peer.AddrInfo) {
	f.s.call(f.s.running, func() {
		now := time.Now()
		f.s.hosts.add(now, info, false)
		f.s.keepDegree(now)
	})
}
