package servent

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"servent/messages"
	"servent/routing"
)

// givProtocol carries a transfer that a Push asked for: the source opens the
// stream and writes a [giv]; then who sent the Push speaks the peer wire as if it
// had opened a stream of peerWireProtocol.
const givProtocol protocol.ID = "/giv/1.0"

const (
	// pushWait is how long a source has to call back. Source: gnutella.md §6.4.
	pushWait = 20 * time.Second
	// pushRest is how long a source that did not is not asked again.
	// Source: RFC 0.6 draft §4.3, at most one retry a minute.
	pushRest = time.Minute
	// maxPushRests bounds how many of these are remembered.
	maxPushRests = 1024
	// givTimeout bounds the reading of a GIV.
	givTimeout = 10 * time.Second
)

// Why a Push came to nothing.
var (
	errNoNeighbour = errors.New("there is no neighbour to pass it on; see: servent peers")
	errRouteLost   = errors.New("the neighbour that its hit came by is gone")
	errNoGUID      = errors.New("its servent GUID is no good")
	errRested      = fmt.Errorf("it is not asked again within %v", pushRest)
)

// pushes are the Pushes of ours that were sent and not answered yet, and the
// sources that did not answer the last one. Any goroutine may use them.
type pushes struct {
	mu      sync.Mutex
	waiting map[peer.ID]*pushed
	rests   map[peer.ID]pushedInVain
}

// A pushedInVain is a Push that was not answered.
type pushedInVain struct {
	until time.Time // when the source may be asked again
	why   error
}

// A pushed waits for a source that was asked to call back.
type pushed struct {
	index uint32              // drawn by chance: which Push it was
	calls chan network.Stream // holds the one that answers it
	ended chan struct{}       // closed when nobody waits any more
}

// begin registers a Push to a source. Where one waits already it returns that
// and false.
func (p *pushes) begin(now time.Time, source peer.ID) (*pushed, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.waiting[source]; w != nil {
		return w, false, nil
	}
	if r := p.rests[source]; now.Before(r.until) {
		return nil, false, fmt.Errorf("%w; %w", r.why, errRested)
	}
	if p.waiting == nil {
		p.waiting = map[peer.ID]*pushed{}
	}
	w := &pushed{index: rand.Uint32(), calls: make(chan network.Stream, 1), ended: make(chan struct{})}
	p.waiting[source] = w
	return w, true, nil
}

// end forgets a Push, and the stream that answered it where nobody took that.
func (p *pushes) end(source peer.ID, w *pushed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting[source] == w {
		delete(p.waiting, source)
	}
	select {
	case unwanted := <-w.calls:
		unwanted.Reset()
	default:
	}
	close(w.ended)
}

// rest keeps a source from being asked again soon.
func (p *pushes) rest(now time.Time, source peer.ID, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rests == nil {
		p.rests = map[peer.ID]pushedInVain{}
	}
	for id, r := range p.rests {
		if !now.Before(r.until) || len(p.rests) >= maxPushRests {
			delete(p.rests, id)
		}
	}
	p.rests[source] = pushedInVain{now.Add(pushRest), why}
}

// take gives a stream to who waits for it. It is given once: a GIV that comes
// again, or that no Push asked for, is nobody's.
func (p *pushes) take(source peer.ID, index uint32, stream network.Stream) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.waiting[source]
	if w == nil || w.index != index {
		return false
	}
	delete(p.waiting, source)
	w.calls <- stream
	return true
}

// push asks a source that cannot be dialled to call back, and returns the stream
// that it opens, on which we are the one that asks. It returns nil and no error
// where there is a connection: the source called back for another transfer.
func (s *Servent) push(ctx context.Context, source peer.ID) (network.Stream, error) {
	w, first, err := s.pushes.begin(time.Now(), source)
	if err != nil {
		return nil, err
	}
	if !first {
		return nil, s.awaitOther(ctx, source, w)
	}
	defer s.pushes.end(source, w)
	if s.host.Network().Connectedness(source) == network.Connected {
		return nil, nil
	}
	routed, err := s.sendPush(ctx, source, w.index)
	if err != nil {
		return nil, err
	}
	wait := time.NewTimer(pushWait)
	defer wait.Stop()
	select {
	case stream := <-w.calls:
		return stream, nil
	case <-wait.C:
		err := s.noCallback(ctx, routed)
		s.pushes.rest(time.Now(), source, err)
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// awaitOther waits for a Push that another transfer sent to the same source.
func (s *Servent) awaitOther(ctx context.Context, source peer.ID, w *pushed) error {
	select {
	case <-w.ended:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.host.Network().Connectedness(source) != network.Connected {
		return s.noCallback(ctx, true)
	}
	return nil
}

// sendPush sends a Push by the way that hits of the source came, or, where none
// came lately, to every neighbour: one may know a way. It reports whether a way
// was known. Source: gnutella.md §6.4.
func (s *Servent) sendPush(ctx context.Context, source peer.ID, index uint32) (routed bool, err error) {
	me := s.self.Load()
	area, err := me.info.Extensions()
	if err != nil {
		return false, fmt.Errorf("own addresses do not fit a Push: %w", err)
	}
	m, err := messages.New(s.newGUID(), MaxTTL, messages.Push{
		ServentGUID: serventGUID(source), Index: index, IP: me.ip, Port: me.port, Extensions: area,
	})
	if err != nil {
		return false, err
	}
	called := s.call(ctx, func() { routed, err = s.routePush(time.Now(), m) })
	if !called {
		return false, ended(ctx)
	}
	return routed, err
}

// routePush routes a Push of our own, and says why it goes nowhere.
func (s *Servent) routePush(now time.Time, m messages.Message) (routed bool, err error) {
	effects := s.router.Step(now, routing.Self, m, s.takeEffects())
	var why routing.Reason
	for _, e := range effects {
		if e.Kind == routing.Drop {
			why = e.Reason
		}
	}
	s.performAll(now, routing.Self, effects)
	switch {
	case why == 0:
		return true, nil
	case why == routing.RouteLost:
		return false, errRouteLost
	case why != routing.NoRoute:
		return false, errNoGUID
	case len(s.links.byID) == 0:
		return false, errNoNeighbour
	}
	for _, l := range s.links.byID {
		s.sendTo(now, l, m)
	}
	return false, nil
}

// noCallback says that a source did not call back, and what may be the reason.
func (s *Servent) noCallback(ctx context.Context, routed bool) error {
	reached := false
	s.call(ctx, func() { reached = s.fromOutside > 0 })
	why := fmt.Sprintf("it did not call back in %v: it is gone, or ", pushWait)
	if !routed {
		why += fmt.Sprintf("no neighbour knows the way to it, for no hit of it came by here in the last %v, or ", routing.DefaultLifetime)
	}
	if reached {
		return errors.New(why + "a firewall keeps it from doing so")
	}
	return errors.New(why + "firewalls keep others from both, for no other computer has ever linked to this one (see: servent doctor)")
}

// called takes a stream that a source opened because a Push asked for it.
func (s *Servent) called(stream network.Stream) {
	source := stream.Conn().RemotePeer()
	unhurried := context.AfterFunc(s.running, func() { stream.Reset() })
	defer unhurried()
	err := stream.SetReadDeadline(time.Now().Add(givTimeout))
	var g giv
	if err == nil {
		g, err = readGIV(stream)
	}
	if err == nil {
		err = stream.SetReadDeadline(time.Time{})
	}
	if err == nil && g.guid != serventGUID(source) {
		err = fmt.Errorf("%w of the servent that it comes from", errGIV)
	}
	if err == nil && !s.pushes.take(source, g.index, stream) {
		err = errors.New("no Push of ours waits for it")
	}
	if err != nil {
		s.log.Debug("call not taken", "peer", source, "err", err)
		stream.Reset()
	}
}
