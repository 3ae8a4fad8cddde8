package servent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"

	"servent/routing"
	"servent/servent/api"
)

// maxDialing is how many offers of ours may be under way at once.
const maxDialing = 8

// pingEvery is how often a flooded Ping may ask for hosts.
const pingEvery = time.Minute

// tick does what is due each second.
func (s *Servent) tick(now time.Time) {
	s.keepAlive(now)
	s.keepTyped(now)
	s.keepDegree(now)
	s.keepCircuits(now)
}

// keepDegree dials known hosts while links are wanted, and asks for more hosts
// when there are none left to dial.
func (s *Servent) keepDegree(now time.Time) {
	room := maxDialing - len(s.links.offering)
	wanted := s.cfg.WantLinks - len(s.links.byID) - len(s.links.offering)
	if s.cfg.NoDiscovery {
		wanted = 0
	}
	busy := func(id peer.ID) bool {
		return s.links.byPeer[id] != nil || s.links.isOffering(id) || s.shunned.has(id) || s.bans.has(now, id)
	}
	due := s.hosts.due(now, wanted, busy)
	for _, info := range due[:max(0, min(room, len(due)))] {
		s.startOffer(info)
	}
	if wanted > 0 && len(due) == 0 && len(s.links.byID) > 0 && now.Sub(s.asked) >= pingEvery {
		// Every servent that the flooded Ping reaches answers with its address.
		s.asked = now
		s.step(now, routing.Self, s.newPing(uint8(s.cfg.TTL)))
	}
}

// connectWait is how long the start waits for the servents that are to be
// linked to; those that take longer, or fail, are tried again later.
const connectWait = 3 * time.Second

// connectAll dials the servents of the configuration and returns when each has
// been tried once, or the wait is over.
func (s *Servent) connectAll(ctx context.Context) {
	var tries sync.WaitGroup
	for _, addr := range s.cfg.Connect {
		tries.Go(func() {
			if _, err := s.Connect(ctx, api.ConnectRequest{Addr: addr}); err != nil {
				s.log.Warn("not connected yet", "addr", addr, "err", err)
			}
		})
	}
	tried := make(chan struct{})
	s.workers.Go(func() {
		tries.Wait()
		close(tried)
	})
	wait := time.NewTimer(connectWait)
	defer wait.Stop()
	select {
	case <-tried:
	case <-wait.C:
	case <-ctx.Done():
	}
}

// startOffer dials info in a goroutine of its own, unless that is being done
// already. Each of then is told by the loop how it went.
func (s *Servent) startOffer(info peer.AddrInfo, then ...func(error)) {
	waiting, underWay := s.links.offering[info.ID]
	s.links.offering[info.ID] = append(waiting, then...)
	if underWay {
		return
	}
	addrs := info.Addrs
	if !s.typed.leadsTo(info.ID) {
		addrs = s.tries.allow(time.Now(), addrs)
	}
	s.workers.Go(func() {
		begin := time.Now()
		err := s.offerLink(s.running, peer.AddrInfo{ID: info.ID, Addrs: addrs})
		s.call(context.Background(), func() {
			waiting := s.links.offering[info.ID]
			delete(s.links.offering, info.ID)
			s.offered(info, begin, err)
			for _, tell := range waiting {
				tell(err)
			}
		})
	})
}

// offered notes how an offer went that began at begin.
func (s *Servent) offered(info peer.AddrInfo, begin time.Time, err error) {
	now := time.Now()
	var refused *refusal
	at := s.reachedAt(info.ID)
	if errors.As(err, &refused) {
		here := slices.ContainsFunc(at, func(a ma.Multiaddr) bool { return !s.isFromOutside(a.String()) })
		s.learnTry(now, refused.try, !here)
	}
	// A refusal as a duplicate means that the other side has, or makes, the link.
	duplicate := errors.Is(err, errDuplicate) || refused != nil && refused.code == statusDuplicate.code
	if err == nil || refused != nil {
		s.tries.succeeded(at) // not all that it claims: they may be another's
	}
	linked := err == nil || duplicate && s.links.byPeer[info.ID] != nil
	if linked || begin.After(s.changedAt) { // what failed over another network says nothing
		s.hosts.tried(now, info.ID, linked)
	}
	if err != nil {
		s.log.Debug("no link", "peer", info.ID, "err", err)
	}
}

// reachedAt returns the addresses at which a servent is, whatever else is said of
// it.
func (s *Servent) reachedAt(id peer.ID) []ma.Multiaddr {
	var out []ma.Multiaddr
	for _, conn := range s.host.Network().ConnsToPeer(id) {
		out = append(out, conn.RemoteMultiaddr())
	}
	return out
}

// offerLink connects to a servent and shakes hands.
func (s *Servent) offerLink(ctx context.Context, info peer.AddrInfo) error {
	if len(info.Addrs) == 0 {
		return fmt.Errorf("servent: dial %s: all its addresses were tried too often in the last %v", info.ID, triesWindow)
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout+handshakeTimeout)
	defer cancel()
	stream, err := s.openStream(ctx, info, linkProtocol)
	if err != nil {
		return err
	}
	unhurried := context.AfterFunc(ctx, func() { stream.Reset() })
	r := bufio.NewReaderSize(stream, handshakeRead)
	theirs, err := s.offerOver(stream, r)
	unhurried()
	if err == nil {
		err = s.establish(stream, r, theirs, true)
	}
	if err != nil {
		stream.Reset()
		return fmt.Errorf("servent: link to %s: %w", info.ID, err)
	}
	return nil
}

func (s *Servent) offerOver(stream network.Stream, r *bufio.Reader) (headers, error) {
	if err := stream.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return nil, err
	}
	theirs, err := offer(stream, r, s.ownHeaders())
	if err == nil && theirs.get(headerNetwork) != s.cfg.Network {
		err = &refusal{status: statusNetwork}
	}
	return theirs, err
}

// openStream connects to a servent, where there is no connection yet, and
// opens a stream of the protocol. It dials the addresses of info alone: a servent
// tells libp2p of as many as it likes, and they may be another's. It uses no relay:
// see throughCircuit.
func (s *Servent) openStream(ctx context.Context, info peer.AddrInfo, id protocol.ID) (network.Stream, error) {
	if s.host.Network().Connectedness(info.ID) != network.Connected {
		s.host.Peerstore().ClearAddrs(info.ID)
	}
	s.host.Peerstore().AddAddrs(info.ID, s.interfaces().dialable(s.withQUIC(info.Addrs)), peerstore.TempAddrTTL)
	if dialler, ok := s.host.Network().(*swarm.Swarm); ok {
		dialler.Backoff().Clear(info.ID) // when to dial is for the host cache to say
	}
	ctx = network.WithForceDirectDial(network.WithDialPeerTimeout(ctx, dialTimeout), "no relay")
	stream, err := s.host.NewStream(ctx, info.ID, id)
	if err != nil {
		return nil, fmt.Errorf("servent: dial %s: %w", info.ID, inOneLine(err))
	}
	return stream, nil
}

// A dialError says of each address of a servent why it cannot be reached, on one
// line.
type dialError struct{ each []swarm.TransportError }

// inOneLine returns the error of a dial as a [*dialError], if it has addresses.
func inOneLine(err error) error {
	var dial *swarm.DialError
	if !errors.As(err, &dial) || len(dial.DialErrors) == 0 {
		return err
	}
	return &dialError{dial.DialErrors}
}

func (e *dialError) Error() string {
	var each []string
	for _, one := range e.each {
		each = append(each, fmt.Sprintf("%s: %v", plainLocal(one.Address), one.Cause))
	}
	return strings.Join(each, "; ")
}

func (e *dialError) Unwrap() []error {
	var causes []error
	for _, one := range e.each {
		causes = append(causes, one.Cause)
	}
	return causes
}

// parseServent reads a multiaddr that ends in /p2p/PEER, of another servent.
func parseServent(addr string) (peer.AddrInfo, error) {
	info, err := peer.AddrInfoFromString(addr)
	if err != nil {
		return peer.AddrInfo{}, err
	}
	if len(info.Addrs) == 0 {
		return peer.AddrInfo{}, errors.New("a peer ID without a place")
	}
	return *info, nil
}
