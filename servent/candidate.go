package servent

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"servent/servent/api"
	"servent/share"
)

const (
	// maxCandidates bounds the sources that are known of one download, maxJoined
	// those it fetches from at once.
	maxCandidates = 256
	maxJoined     = 32
	// maxJoinedHearsay is how many of those may be known from other sources alone, so
	// that one that makes up peers does not keep out those that hits name.
	maxJoinedHearsay = maxJoined / 2
	// maxJoinedCallers is how many of those may have connected to us, so that they do not
	// keep out the ones that trackers name.
	maxJoinedCallers = maxJoined / 2
	// A source that cannot be reached, or has gone, is dialled again after
	// redialFirst, then twice as long each time, up to redialMost.
	redialFirst = time.Second
	redialMost  = time.Minute
	// changedRest is how long a source is left alone whose file is another now.
	changedRest = 10 * time.Minute
	// maxDoubts is how often a source may leave in the middle of a piece that is
	// wrong before it is taken for the cause.
	maxDoubts = 3
)

// A candidate is a source that a download knows of. Its swarm owns it.
type candidate struct {
	contact
	joined bool      // it is being dialled, or fetched from
	banned bool      // it sent what is not the file's
	doubts int       // times it left in the middle of a piece that is wrong
	fails  int       // dials in a row that came to nothing, and losses soon after one
	since  time.Time // when it was joined
	next   time.Time // when it may be joined next
	why    error     // it was lost last; nil: it never was
	early  *approach // the way to it that is tried already; nil: none is
}

// isDue reports whether the candidate may be joined now.
func (c *candidate) isDue(now time.Time) bool {
	return !c.joined && !c.banned && !now.Before(c.next)
}

// lose notes that the candidate was lost, and reports whether it lied.
func (c *candidate) lose(now time.Time, why error) (lied bool) {
	if now.Sub(c.since) > redialMost { // it was of use for long
		c.fails = 0
	}
	c.joined, c.why = false, why
	switch {
	case errors.Is(why, share.ErrLie):
		c.banned = true
	case errors.Is(why, share.ErrChanged):
		c.next = now.Add(changedRest)
		return false
	case errors.Is(why, errSourceTaken):
		c.next = now.Add(redialFirst)
		return false
	case errors.Is(why, share.ErrVerify):
		c.doubts++
		c.banned = c.doubts >= maxDoubts
	}
	c.fails++
	c.next = now.Add(redialAfter(c.fails))
	return c.banned
}

// redialAfter returns how long to wait after so many failures: less than a
// quarter more or less, so that those who lost the same source do not come back
// to it together.
func redialAfter(fails int) time.Duration {
	wait := redialMost
	if fails < 7 {
		wait = min(wait, redialFirst<<max(0, fails-1))
	}
	return wait - wait/8 + rand.N(wait/4)
}

// told returns what is told of the candidate, but for its figures.
func (c *candidate) told() api.DownloadSource {
	out := api.DownloadSource{Source: c.tell(), State: api.SourceKnown}
	switch {
	case c.banned:
		out.State = api.SourceBanned
	case c.joined:
		out.State = api.SourceDialled
	case c.why != nil:
		out.State = api.SourceLost
	}
	if c.why != nil && !c.joined {
		out.Reason, out.Sentence = Because(c.why).Parts()
		out.Reason = strings.TrimPrefix(out.Reason, share.ErrUnfinished.Error()+": ") // that is the state
	}
	return out
}

// forgive lets the candidate be joined at once.
func (c *candidate) forgive(now time.Time) {
	c.next, c.fails = now, 0
}

// A candidates is those of one download.
type candidates []*candidate

func (l candidates) named(name string) *candidate {
	i := slices.IndexFunc(l, func(c *candidate) bool { return c.name() == name })
	if i < 0 {
		return nil
	}
	return l[i]
}

// learn takes in sources that were heard of now, and reports whether any is new,
// or has a new place. Where there is no room the one with the most failures goes.
func (l *candidates) learn(now time.Time, heard []contact) (news bool) {
	for _, fresh := range heard {
		c := l.named(fresh.name())
		if c == nil {
			if len(*l) >= maxCandidates && !l.makeRoom() {
				return news
			}
			*l = append(*l, &candidate{contact: fresh, next: now})
			news = true
			continue
		}
		both, moved := fresh.and(c.contact)
		c.contact = both
		if moved && !errors.Is(c.why, share.ErrChanged) {
			c.forgive(now)
			news = true
		}
	}
	return news
}

func (l *candidates) makeRoom() bool {
	worst := -1
	for i, c := range *l {
		if !c.joined && !c.banned && c.fails > 0 && (worst < 0 || c.fails > (*l)[worst].fails) {
			worst = i
		}
	}
	if worst < 0 {
		return false
	}
	*l = slices.Delete(*l, worst, worst+1)
	return true
}

// isHearsay reports whether the candidate is known from other sources alone.
func (c *candidate) isHearsay() bool {
	to, ok := c.contact.(serventContact)
	return ok && to.hearsay
}

// isCaller reports whether the candidate has connected to us.
func (c *candidate) isCaller() bool {
	_, ok := c.contact.(callerContact)
	return ok
}

// due returns the candidate to be joined next: of those that may be, the one that
// failed least, and of such one that a hit names first; nil where there is none, or
// where enough are joined.
func (l candidates) due(now time.Time) *candidate {
	var best *candidate
	joined, callers, hearsay := l.joined(), l.countJoined((*candidate).isCaller), l.countJoined((*candidate).isHearsay)
	for _, c := range l {
		if c.isCaller() && callers >= maxJoinedCallers || c.isHearsay() && hearsay >= maxJoinedHearsay {
			continue
		}
		if c.isDue(now) && (best == nil || c.fails < best.fails || c.fails == best.fails && best.isHearsay() && !c.isHearsay()) {
			best = c
		}
	}
	if joined >= maxJoined {
		return nil
	}
	return best
}

// joined counts those that are being dialled, or fetched from.
func (l candidates) joined() int { return l.countJoined(func(*candidate) bool { return true }) }

// countJoined counts those of a kind that are.
func (l candidates) countJoined(of func(*candidate) bool) (n int) {
	for _, c := range l {
		if c.joined && of(c) {
			n++
		}
	}
	return n
}

func (l *candidates) forget(c *candidate) {
	*l = slices.DeleteFunc(*l, func(one *candidate) bool { return one == c })
}

// untried reports whether one was never lost, nor is banned.
func (l candidates) untried() bool {
	return slices.ContainsFunc(l, func(c *candidate) bool { return c.why == nil && !c.banned })
}

// useless reports whether there are some and none of them has the file: each
// lied, or has another file now.
func (l candidates) useless() bool {
	return len(l) > 0 && !slices.ContainsFunc(l, func(c *candidate) bool { return !c.banned && !errors.Is(c.why, share.ErrChanged) })
}
