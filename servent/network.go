package servent

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	manet "github.com/multiformats/go-multiaddr/net"
)

const (
	// lookEvery is how often the network interfaces are looked at. A look costs
	// less than 1 ms of processor time on a computer with few of them.
	lookEvery = time.Second
	// lookShare bounds that cost where there are hundreds: a look is followed by
	// at least so many times its own length without one.
	lookShare = 200
	// sleepGap is by how much the wall clock, or the next look, must be late for
	// the computer to have slept.
	sleepGap = 10 * time.Second
	// hasSlept is why the network is another one when it has.
	hasSlept = "the computer has slept"
)

// interfaces returns the last survey.
func (s *Servent) interfaces() survey {
	if v := s.survey.Load(); v != nil {
		return *v
	}
	return nil
}

// watchNetwork looks at the network interfaces until ctx ends, and tells the
// loop and discovery when they changed or the computer slept. Polling is the
// one thing that all systems can, and no event is missed.
func (s *Servent) watchNetwork(ctx context.Context) {
	next := time.NewTimer(lookEvery)
	defer next.Stop()
	last := time.Now()
	for {
		select {
		case <-next.C:
		case <-ctx.Done():
			return
		}
		begin := time.Now()
		v, err := look(s.cfg.choice())
		if err != nil {
			s.log.Debug("network interfaces", "err", err)
			v = s.interfaces()
		}
		switch before := s.interfaces(); {
		case !v.relevant().equal(before.relevant()):
			s.changeNetwork(v, "network interfaces have changed")
		case slept(last, begin):
			s.changeNetwork(v, hasSlept)
		case !v.equal(before):
			s.survey.Store(&v)
		}
		last = begin
		next.Reset(max(lookEvery, lookShare*time.Since(begin)))
	}
}

// slept reports whether the computer slept between two looks: the clock that
// times the looks may stop meanwhile, the wall clock does not.
func slept(last, now time.Time) bool {
	steady, wall := now.Sub(last), now.Round(0).Sub(last.Round(0))
	return wall-steady > sleepGap || steady > lookEvery+sleepGap
}

// changeNetwork tells the loop and discovery of a network that is another one.
func (s *Servent) changeNetwork(v survey, why string) {
	before := s.survey.Swap(&v)
	var used []string
	for _, i := range v.used() {
		used = append(used, i.Name)
	}
	s.log.Debug(why, "used", strings.Join(used, " "))
	s.call(s.running, func() { s.networkChanged(time.Now(), *before, v) })
	s.downloads.wake(why == hasSlept)
	select {
	case s.changed <- struct{}{}:
	default: // it will find the newest survey as it is
	}
}

// networkChanged tells others the new addresses, closes what ran over old
// ones, asks every neighbour for a word, and has hosts dialled anew.
func (s *Servent) networkChanged(now time.Time, before, after survey) {
	s.know()
	gone := func(ip netip.Addr) bool { return before.has(ip) && !after.has(ip) }
	for _, conn := range s.host.Network().Conns() {
		if ip, ok := localIP(conn); ok && gone(ip) {
			s.workers.Go(func() { conn.Close() }) // it may wait
		}
	}
	for _, l := range s.links.byID {
		s.probe(now, l)
	}
	s.changedAt = now
	s.hosts.forgive(now)
	clear(s.tries)
	s.typed.forgive()
}

// localIP returns this end of a connection. That of QUIC is often unspecified,
// which is nobody's address.
func localIP(conn network.Conn) (netip.Addr, bool) {
	at, err := manet.ToIP(conn.LocalMultiaddr())
	if err != nil {
		return netip.Addr{}, false
	}
	ip, ok := netip.AddrFromSlice(at)
	return ip.Unmap(), ok
}
