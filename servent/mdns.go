package servent

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
	mrand "math/rand/v2"

	"servent/servent/api"
)

const (
	// mdnsRetry is how long a servent waits before it opens its sockets again
	// where that failed, unless the network changes before.
	mdnsRetry = 5 * time.Second
	// askEvery is how often it asks on a quiet network, up to a quarter sooner or
	// later, and only where nobody else asks for it.
	askEvery = time.Minute
	// An answer leaves up to answerSpread after a question, and never twice within
	// answerPause on one interface. Source: RFC 6762 §6.
	answerSpread = 100 * time.Millisecond
	answerPause  = time.Second
	// maxInstances bounds the servents that we say we know.
	maxInstances = 256
)

// burst is when, after a start or a change of the network, a servent asks and
// announces itself: often enough that one of three packets may get lost.
var burst = []time.Duration{0, 250 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}

// A multicastDNS looks for servents, and announces this one, on a set of
// network interfaces that does not change. One goroutine uses it.
//
// It speaks as much of RFC 6762 and 6763 as that takes: questions that list who
// is known, so that those need not answer; answers and announcements to
// everybody.
type multicastDNS struct {
	service  string
	instance string
	self     peer.ID
	wires    *mdnsWires
	stations []*station
	known    map[string]time.Time // instances of others, and until when they are believed
	flood    floodGate
	hear     func(peer.AddrInfo)
	count    func(name string) // is told of packets of other computers

	begin time.Time
	step  int       // of the burst
	next  time.Time // when to ask
}

// A station is one network interface that we ask and answer on.
type station struct {
	surveyed
	says   announcement
	answer [2]time.Time // when an answer is due, by family; zero: none is
	last   [2]time.Time // when the last one left
}

// newMulticastDNS opens what a survey and the addresses that we listen on
// allow.
func (s *Servent) newMulticastDNS(v survey) (*multicastDNS, error) {
	m := &multicastDNS{
		service:  mdnsName(s.cfg.Network),
		instance: strings.ToLower(rand.Text()[:12]),
		self:     s.host.ID(),
		known:    map[string]time.Time{},
		hear:     func(info peer.AddrInfo) { s.hear(info, wayMulticast) },
		count:    s.discovery.count,
	}
	used := v.used()
	places := v.places(s.listens)
	for _, i := range used {
		m.stations = append(m.stations, &station{surveyed: i, says: m.announce(i, places)})
	}
	if len(m.stations) == 0 {
		return nil, errNoLAN
	}
	var err error
	m.wires, err = openMDNS(used)
	return m, err
}

// errNoLAN says that this computer is on no network yet.
var errNoLAN = errors.New("servent: multicast: there is no network interface to use yet")

// announce returns what to say on an interface: the addresses that we have
// there and no others, since those are what its network reaches.
func (m *multicastDNS) announce(i surveyed, places []place) announcement {
	a := announcement{service: m.service, instance: m.instance}
	for _, p := range places {
		ip := p.ip.WithZone("")
		local := p.ip.Zone() != ""
		if !i.owns(ip) || local && p.ip.Zone() != i.Name || len(a.texts) == maxHostAddrs {
			continue
		}
		addr := p.addr
		if local {
			_, addr = ma.SplitFirst(addr)
		}
		port, err := addr.ValueForProtocol(ma.P_TCP)
		if err != nil && local {
			continue // QUIC is not dialled there
		}
		a.texts = append(a.texts, dnsaddrPrefix+fullAddr(addr, m.self))
		if err == nil && a.port == 0 {
			fmt.Sscan(port, &a.port)
		}
		if !slices.Contains(a.ips, ip) {
			a.ips = append(a.ips, ip)
		}
	}
	return a
}

// multicastDNS announces this servent and hears of others until ctx ends. It
// begins anew whenever the network changes, and where it failed.
func (s *Servent) multicastDNS(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-s.changed: // what we are about to look at
		default:
		}
		m, err := s.newMulticastDNS(s.interfaces())
		if s.discovery.set(func(d *discoveryTold) *api.Said { return &d.multicast }, err) && err != nil {
			s.log.Debug("no multicast yet", "err", err)
		}
		if err == nil {
			err = m.run(ctx, s.changed)
			m.wires.close()
		}
		if err != nil {
			s.awaitNetwork(ctx, err)
		}
	}
}

// awaitNetwork waits until multicast is worth another try after err: another
// network or, unless there is none at all, a while.
func (s *Servent) awaitNetwork(ctx context.Context, err error) {
	var again <-chan time.Time
	if !errors.Is(err, errNoLAN) {
		retry := time.NewTimer(mdnsRetry)
		defer retry.Stop()
		again = retry.C
	}
	select {
	case <-again:
	case <-s.changed:
	case <-ctx.Done():
	}
}

// run asks and answers until the network changes, ctx ends or a socket fails.
func (m *multicastDNS) run(ctx context.Context, changed <-chan struct{}) error {
	now := time.Now()
	m.begin, m.step, m.next = now, 0, now.Add(mrand.N(answerSpread/2))
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case p := <-m.wires.packets:
			m.take(time.Now(), p)
		case <-timer.C:
			m.work(time.Now())
		case err := <-m.wires.failed:
			return err
		case <-changed:
			m.takeLeave()
			return nil
		case <-ctx.Done():
			m.takeLeave()
			return nil
		}
		timer.Reset(time.Until(m.due()))
	}
}

// due returns when there is something to send.
func (m *multicastDNS) due() time.Time {
	at := m.next
	for _, st := range m.stations {
		for _, answer := range st.answer {
			if !answer.IsZero() && answer.Before(at) {
				at = answer
			}
		}
	}
	return at
}

// work sends what is due.
func (m *multicastDNS) work(now time.Time) {
	if !now.Before(m.next) {
		m.ask(now)
		if m.step++; m.step < len(burst) {
			m.next = m.begin.Add(burst[m.step] + mrand.N(answerSpread))
		} else {
			m.next = now.Add(askEvery*3/4 + mrand.N(askEvery/2))
		}
	}
	for _, st := range m.stations {
		for family, at := range st.answer {
			if !at.IsZero() && !now.Before(at) {
				m.say(now, st, family, recordTTL)
			}
		}
	}
}

// ask asks on every interface and, while the burst lasts, announces.
func (m *multicastDNS) ask(now time.Time) {
	var known []string
	for instance, till := range m.known {
		switch {
		case !now.Before(till):
			delete(m.known, instance)
		case till.Sub(now) > recordTTL*time.Second/2: // the others are to answer again
			known = append(known, instance)
		}
	}
	slices.Sort(known)
	for _, st := range m.stations {
		b, err := mdnsQuestion(m.service, known, st.broadcast)
		if err != nil {
			continue // a network's name makes a DNS name, always
		}
		for _, family := range [...]int{family4, family6} {
			if m.step < len(burst) {
				m.say(now, st, family, recordTTL)
			}
			m.wires.send(st.surveyed, family, b)
		}
	}
}

// say announces us on an interface.
func (m *multicastDNS) say(now time.Time, st *station, family int, ttl uint32) {
	st.answer[family], st.last[family] = time.Time{}, now
	if len(st.says.texts) == 0 {
		return
	}
	if b, err := st.says.bytes(ttl); err == nil {
		m.wires.send(st.surveyed, family, b)
	}
}

// takeLeave takes back what we announced.
func (m *multicastDNS) takeLeave() {
	for _, st := range m.stations {
		for _, family := range [...]int{family4, family6} {
			m.say(time.Now(), st, family, 0)
		}
	}
}

// take takes a packet: a question that we are to answer, or an announcement.
func (m *multicastDNS) take(now time.Time, p mdnsPacket) {
	st := m.stationOf(p)
	if st == nil {
		return
	}
	if !st.owns(p.from.Addr().WithZone("")) {
		m.count(st.Name)
	}
	heard := readPacket(p.data, m.service)
	family := family4
	if p.from.Addr().Is6() {
		family = family6
	}
	if heard.asks {
		m.answer(now, st, family, p.from, heard)
	}
	for _, said := range heard.says {
		m.believe(now, st, p.from.Addr(), said)
	}
}

// stationOf returns the interface that a packet came in by, or nil where the
// sender is not on its network, which a packet from afar could be. Windows does
// not tell the interface.
func (m *multicastDNS) stationOf(p mdnsPacket) *station {
	from := p.from.Addr()
	for _, st := range m.stations {
		local := from.Is6() && from.IsLinkLocalUnicast()
		switch {
		case p.index != 0 && p.index != st.Index:
		case p.index == 0 && local && from.Zone() != st.Name:
		case local || st.reaches(from.WithZone("")):
			return st
		}
	}
	return nil
}

// answer has an answer sent, unless the asker knows us. Our own next question
// is put off where this one asks for all that we would.
func (m *multicastDNS) answer(now time.Time, st *station, family int, from netip.AddrPort, heard heardPacket) {
	if heard.unicast && len(st.says.texts) > 0 && !slices.Contains(heard.knows, m.instance) {
		if b, err := st.says.bytes(recordTTL); err == nil && m.flood.pass(now) {
			m.wires.sendTo(family, b, from)
		}
	}
	if !slices.Contains(heard.knows, m.instance) && st.answer[family].IsZero() {
		at := now.Add(mrand.N(answerSpread))
		if soonest := st.last[family].Add(answerPause); at.Before(soonest) {
			at = soonest
		}
		st.answer[family] = at
	}
	asksMore := slices.ContainsFunc(heard.knows, func(i string) bool {
		_, ok := m.known[i]
		return !ok && i != m.instance
	})
	if m.step >= len(burst) && !asksMore && len(m.stations) == 1 && !st.owns(from.Addr().WithZone("")) {
		m.next = now.Add(askEvery*3/4 + mrand.N(askEvery/2))
	}
}

// believe takes what was said of a servent on an interface as far as it is
// plausible, and no more of it than the floodGate lets pass.
func (m *multicastDNS) believe(now time.Time, st *station, from netip.Addr, s said) {
	if s.instance == m.instance {
		return
	}
	if s.gone {
		delete(m.known, s.instance)
		return
	}
	info, ok := plausible(st.surveyed, from, s.texts)
	if !ok || info.ID == m.self || !m.flood.admit(now, from, info.ID) {
		return
	}
	if _, ok := m.known[s.instance]; ok || len(m.known) < maxInstances {
		m.known[s.instance] = now.Add(recordTTL * time.Second)
	}
	m.hear(info)
}

// plausible returns what texts say of one servent: the addresses that are on
// the network of the interface, or the sender's own. So nobody has us dial
// somebody who is elsewhere. A link-local address gets its zone.
func plausible(i surveyed, from netip.Addr, texts []string) (peer.AddrInfo, bool) {
	var out peer.AddrInfo
	for _, text := range texts {
		addr, ok := strings.CutPrefix(text, dnsaddrPrefix)
		if !ok {
			continue
		}
		info, err := peer.AddrInfoFromString(addr)
		if err != nil || out.ID != "" && info.ID != out.ID || len(info.Addrs) != 1 || len(out.Addrs) == maxHostAddrs {
			continue
		}
		out.ID = info.ID
		a := info.Addrs[0]
		at, err := manet.ToIP(a)
		ip, ok := netip.AddrFromSlice(at)
		if err != nil || !ok || !dialled(a) {
			continue
		}
		switch ip = ip.Unmap(); {
		case ip.IsLoopback() || ip.IsUnspecified() || ip.IsMulticast():
			continue
		case ip.Is6() && ip.IsLinkLocalUnicast():
			zone, err := ma.NewComponent("ip6zone", i.Name)
			if err != nil {
				continue
			}
			a = zone.Encapsulate(a)
		case !i.reaches(ip) && ip != from.WithZone(""):
			continue
		}
		out.Addrs = append(out.Addrs, a)
	}
	return out, len(out.Addrs) > 0
}

// dialled reports whether a is of a kind that we dial: an IP address with TCP
// or QUIC, and nothing more.
func dialled(a ma.Multiaddr) bool {
	var codes []int
	for _, p := range a.Protocols() {
		codes = append(codes, p.Code)
	}
	return len(codes) > 1 && (codes[0] == ma.P_IP4 || codes[0] == ma.P_IP6) &&
		(slices.Equal(codes[1:], []int{ma.P_TCP}) || slices.Equal(codes[1:], []int{ma.P_UDP, ma.P_QUIC_V1}))
}

// broadcasts returns where to send what is for everybody on the IPv4 networks
// of an interface.
func (s surveyed) broadcasts() []net.IP {
	var out []net.IP
	for _, p := range s.prefixes {
		if !p.Addr().Is4() || p.Bits() >= 31 {
			continue
		}
		ip := p.Masked().Addr().As4()
		mask := net.CIDRMask(p.Bits(), 32)
		for i := range ip {
			ip[i] |= ^mask[i]
		}
		out = append(out, ip[:])
	}
	return out
}
