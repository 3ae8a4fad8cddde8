package servent

import (
	"math/rand/v2"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	manet "github.com/multiformats/go-multiaddr/net"

	"servent/messages"
)

// Which link is given up for another, and when:
//
//   - Only where all places are taken, and only a link that the other side offered
//     and that nobody asked for by name. We choose those that we dial: whoever
//     comes in numbers cannot push them out.
//   - For a servent with no other link, which is worth more than our 32nd: the
//     link that brought least lately of those that had fairAge to prove
//     themselves, and one each displaceEvery.
//   - For a servent of another address, where one address holds more than half of
//     all places: the least useful of that address, whatever its age.
//
// The one given up is told other servents to go to.
const (
	fairAge       = 2 * time.Minute
	displaceEvery = 10 * time.Second
	// worthHalf is after how long a fresh message counts half.
	worthHalf = time.Minute
)

// worth is how useful a link was lately: the messages that it was the first to
// bring, or that answered, see [routing.Router.Fresh].
type worth struct {
	at     time.Time // of the last look
	seen   uint64    // fresh messages until then
	lately float64
}

// look counts what has come; it is called often, and acts each worthHalf.
func (w *worth) look(now time.Time, fresh uint64) {
	if now.Sub(w.at) < worthHalf {
		return
	}
	w.lately = w.of(fresh) / 2
	w.at, w.seen = now, fresh
}

// of returns the worth of a link that has brought so many fresh messages.
func (w *worth) of(fresh uint64) float64 { return w.lately + float64(fresh-w.seen) }

// hasRoom reports whether there is a place for n, or would be.
func (s *Servent) hasRoom(now time.Time, n neighbour) bool {
	return len(s.links.byID) < s.cfg.MaxLinks || s.leastUseful(now, n) != nil
}

// makeRoom gives up the least useful link for n, if there must be one, and
// reports whether there is a place then.
func (s *Servent) makeRoom(now time.Time, n neighbour) bool {
	if len(s.links.byID) < s.cfg.MaxLinks {
		return true
	}
	l := s.leastUseful(now, n)
	if l == nil {
		return false
	}
	s.displaced = now
	s.bye(l, messages.ByeLocal, "Another Servent Needs The Place")
	return true
}

// leastUseful returns the link to be given up for n, or nil. Its rule stands
// above.
func (s *Servent) leastUseful(now time.Time, n neighbour) *link {
	crowd := s.links.crowd(s.cfg.MaxLinks / 2)
	if crowd != "" && crowd != n.ip {
		if l := s.leastOf(func(l *link) bool { return l.ip == crowd }); l != nil {
			return l
		}
	}
	if n.lonely && now.Sub(s.displaced) >= displaceEvery {
		return s.leastOf(func(l *link) bool { return now.Sub(l.since) >= fairAge })
	}
	return nil
}

// leastOf returns the least useful of the links that may be given up and that
// are meant.
func (s *Servent) leastOf(meant func(*link) bool) (least *link) {
	for _, l := range s.links.byID {
		if l.outbound || s.typed.leadsTo(l.peer) || !meant(l) {
			continue
		}
		if least == nil || s.worthOf(l) < s.worthOf(least) {
			least = l
		}
	}
	return least
}

func (s *Servent) worthOf(l *link) float64 { return l.worth.of(s.router.Fresh(l.id)) }

// crowd returns the address that more than most links come from, or "".
func (t *linkTable) crowd(most int) string {
	count := map[string]int{}
	for _, l := range t.byID {
		if l.ip == "" {
			continue
		}
		if count[l.ip]++; count[l.ip] > most {
			return l.ip
		}
	}
	return ""
}

// elsewhere returns up to [maxTry] multiaddrs of other servents for one that
// cannot stay: our neighbours first, for they are there; in any order, so that not
// all go to the same.
func (s *Servent) elsewhere(n neighbour) []string {
	var out []string
	now, near := time.Now(), tellable(n.addr)
	named := map[peer.ID]bool{n.peer: true}
	for _, l := range s.links.byID {
		if addr := s.hosts.known[l.peer].tell(near); addr != "" && !named[l.peer] {
			named[l.peer] = true
			out = append(out, addr)
		}
	}
	rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	for _, addr := range s.hosts.try(n.peer, near) {
		if info, err := parseServent(addr); err == nil && !named[info.ID] && !s.bans.has(now, info.ID) {
			out = append(out, addr)
		}
	}
	return out[:min(maxTry, len(out))]
}

// learnTry puts the servents that a refusal or a Bye names into the host cache.
// outside says that it came from another computer.
func (s *Servent) learnTry(now time.Time, try []string, outside bool) {
	for _, addr := range try {
		if other, err := parseServent(addr); err == nil && isPlain(other.Addrs[0]) && manet.IsThinWaist(other.Addrs[0]) {
			other.Addrs = meantHere(other.Addrs, outside)
			s.hosts.add(now, other, wayTold)
		}
	}
}
