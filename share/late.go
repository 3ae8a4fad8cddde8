package share

import (
	"fmt"
	"slices"
	"time"
)

// loseSlow loses the sources that owe something and have brought nothing of it
// for too long, or too little. One that was asked for nothing because others, or
// the crew, have all there is to do is not late; nor, while others may join, one
// that chokes or has nothing that is wanted.
func (f *fetch) loseSlow(now time.Time) error {
	working := f.crew.busy > 0 || f.partial.saving != nil || f.join != nil || slices.ContainsFunc(f.sources, f.owes)
	for _, s := range slices.Clone(f.sources) {
		s.excuse()
		switch {
		case s.isLost:
			continue
		case working && !f.owes(s):
			s.spare(now, f.patience)
		case !s.isSnubbed && s.conn.InFlight() > 0 && now.Sub(s.heard) >= f.patience/snubs:
			f.snub(s)
		}
		if reason := f.lateness(s, now); reason != nil {
			if err := f.lose(s, ErrUnfinished, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// lateness returns why a source is to be lost; nil if it is neither late nor so
// slow that it is of no use beside the others.
func (f *fetch) lateness(s *source, now time.Time) error {
	switch {
	case f.holdsUp(s, now):
		return fmt.Errorf("%w: another has brought a block that it owes", ErrSlow)
	case !s.slowSince.IsZero() && now.Sub(s.slowSince) >= f.patience && !f.isNeeded(s):
		return fmt.Errorf("%w: it sends %d bytes a second, and the others are enough", ErrSlow, s.rate)
	case now.Before(s.late):
		return nil
	case now.Sub(s.heard) < f.patience:
		if f.join != nil && f.isNeeded(s) { // little is more than nothing, until another joins
			s.late = now.Add(tickInterval)
			return nil
		}
		return fmt.Errorf("%w: it sends what it is asked for at less than %d bytes a second", ErrSlow, leastRate)
	}
	return fmt.Errorf("%w that was asked for in %v", ErrSilent, f.patience)
}

// owes reports whether a source has to say something.
func (f *fetch) owes(s *source) bool {
	_, told := s.conn.HasTold()
	return !told || s.conn.InFlight() > 0 || s.layersAsked > 0 || f.isWitness(s)
}

// slowest is how many times slower than the fastest a source may be for long, if
// the others have all that it has.
const slowest = 100

// compare notes which sources are far slower than the fastest, and since when.
func (f *fetch) compare(now time.Time) {
	fastest := int64(0)
	for _, s := range f.sources {
		fastest = max(fastest, s.rate)
	}
	for _, s := range f.sources {
		switch {
		case s.rate*slowest >= fastest || s.conn.InFlight() == 0:
			s.slowSince = time.Time{}
		case s.slowSince.IsZero():
			s.slowSince = now
		}
	}
}
