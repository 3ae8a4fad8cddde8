package servent

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"servent/messages"
	"servent/routing"
)

const (
	// uselessFor is how many useless messages a second a link may bring for each
	// token of Config.Rate: 10,000 at the default. A relay with 32 links of 200 fresh
	// queries a second brings at most 6,200 that others brought before.
	uselessFor = 50
	// uselessBurst is how much of that a link may save up.
	uselessBurst = 2 * time.Second
	// faultCost is what a fault counts: as many as 100 useless messages. No
	// honest servent sends 100 of them a second.
	faultCost = 100
	// floodPatience is how long a link may go on beyond that before it is closed
	// and its peer banned. It is read no faster meanwhile.
	floodPatience = 30 * time.Second
	// maxHold bounds one pause in reading, so that a link ends without delay.
	maxHold = time.Second
)

// conduct says how a link behaves: an allowance of useless messages, and since
// when it is used up. A message is useless if routing drops it, whatever for: most
// are copies of what others brought, and no fault. It is a fault if no honest
// servent sends it, as a query of its own beyond its rate. A link without
// allowance is read more slowly, so that it takes no more of the processor than
// one that behaves, and loses nothing but speed. The loop owns it.
type conduct struct {
	left    float64 // of the allowance; below zero: the link must wait
	at      time.Time
	limited time.Time              // since when without a rest; zero: it is not
	why     map[routing.Reason]int // why messages were dropped since then
}

// isFault reports whether an honest servent never sends what is dropped for
// reason, but for an accident, whatever others make it relay: who could make it,
// could have its links closed. So 255 hops are no fault, for a reply with 254 is
// passed on. hops are those that the message came with.
func isFault(reason routing.Reason, hops uint8) bool {
	switch reason {
	case routing.RateLimited:
		return hops == 0 // it is the neighbour's own: a relay counts a hop
	case routing.Forged, routing.TTLZero, routing.TTLTooLarge, routing.TooManyHops,
		routing.Travelled, routing.BannedGUID, routing.Malformed, routing.UnknownType:
		return true
	}
	return false
}

// charge takes a dropped message off the allowance, which grows by rate a
// second.
func (c *conduct) charge(now time.Time, rate float64, reason routing.Reason, fault bool) {
	if rate <= 0 {
		return
	}
	c.refill(now, rate)
	if fault {
		c.left -= faultCost
	} else {
		c.left--
	}
	if c.left < 0 && c.limited.IsZero() {
		c.limited, c.why = now, map[routing.Reason]int{}
	}
	if c.why != nil {
		c.why[reason]++
	}
}

// refill adds what has been earned. Half of the allowance ends the limit.
func (c *conduct) refill(now time.Time, rate float64) {
	most := rate * uselessBurst.Seconds()
	if c.at.IsZero() {
		c.left = most
	} else {
		c.left = min(most, c.left+rate*now.Sub(c.at).Seconds())
	}
	c.at = now
	if c.left > most/2 {
		c.limited, c.why = time.Time{}, nil
	}
}

// hold returns how long the link must not be read.
func (c *conduct) hold(rate float64) time.Duration {
	if c.left >= 0 || rate <= 0 {
		return 0
	}
	return min(maxHold, time.Duration(-c.left/rate*float64(time.Second)))
}

// tooLong reports whether the link was beyond its allowance for too long.
func (c *conduct) tooLong(now time.Time) bool {
	return !c.limited.IsZero() && now.Sub(c.limited) >= floodPatience
}

// reason returns what most of the messages were dropped for that the link is
// limited for; none if it is not.
func (c *conduct) reason() routing.Reason {
	if len(c.why) == 0 {
		return 0
	}
	return slices.MaxFunc(slices.Sorted(maps.Keys(c.why)), func(a, b routing.Reason) int { return cmp.Compare(c.why[a], c.why[b]) })
}

// byeFor returns the code of the Bye to a link that was limited for reason too
// long. Source: gnutella.md §7.1, §10.5.
func byeFor(reason routing.Reason) messages.ByeCode {
	switch reason {
	case routing.Duplicate, routing.Returned:
		return messages.ByeDuplicates
	case routing.RateLimited:
		return messages.ByeImproperQuery
	case routing.TTLTooLarge, routing.TooManyHops, routing.HopOverflow:
		return messages.ByeHighTTL
	case routing.UnknownType, routing.Unsupported:
		return messages.ByeUnknownMessages
	case routing.TTLZero:
		return messages.ByeZeroTTL
	}
	return messages.ByeErrors
}

// uselessRate is how many useless messages a second a link may bring; 0: any
// number.
func (s *Servent) uselessRate() float64 { return float64(max(0, uselessFor*s.cfg.Rate)) }

// dropped charges the link that brought a message which was dropped.
func (s *Servent) dropped(now time.Time, from routing.Link, reason routing.Reason, hops uint8) {
	if l := s.links.byID[from]; l != nil && reason != routing.KeepAliveAck {
		l.useless++
		l.conduct.charge(now, s.uselessRate(), reason, isFault(reason, hops))
	}
}

// restrain has a link that brought too much useless wait, or closes it.
func (s *Servent) restrain(now time.Time, l *link) {
	if l.conduct.limited.IsZero() {
		return
	}
	if l.conduct.tooLong(now) {
		reason := l.conduct.reason()
		s.ban(now, l, byeFor(reason), "Flood: "+reason.String())
		return
	}
	if wait := l.conduct.hold(s.uselessRate()); wait > 0 {
		l.holdTill.Store(now.Add(wait).UnixNano())
	}
}

// ban says Bye to a neighbour and leaves it alone for a while.
func (s *Servent) ban(now time.Time, l *link, code messages.ByeCode, text string) {
	s.bans.add(now, l.peer)
	s.bye(l, code, text)
}

// held returns how long the link's reader must wait.
func (l *link) held() time.Duration {
	till := l.holdTill.Load()
	if till == 0 {
		return 0
	}
	return time.Until(time.Unix(0, till))
}
