package share

import (
	"time"

	"servent/share/peerwire"
)

const (
	// copyGain and copyMargin say when a block is asked for a second time: when it
	// will come so many times as soon, and at least so much sooner. Sources that are
	// as fast as each other end at the same time and are asked for nothing twice.
	copyGain   = 2
	copyMargin = 100 * time.Millisecond
	// longMargin is that where memory is short before the end, for so long it may be
	// for our disk alone; and once more than wastedShare of what came was for nothing.
	longMargin  = time.Second
	wastedShare = 0.001
	// copyInterval is the least time between two looks for what to ask for twice, and
	// copyBurst how many blocks that is at most.
	copyInterval = 20 * time.Millisecond
	copyBurst    = 8

	// snubs is how many times in its patience a download notes that a source which
	// owes blocks is silent, and has others bring them. Source: BEP 3, which calls
	// it anti-snubbing.
	snubs = 6
)

// A spare is a block that came apart while the bytes of another source were on
// the way to its place: it is of use if that source is lost first.
type spare struct {
	data []byte
	from sourceID
	at   time.Time
}

// askCopies asks a source that has room and is wanted for nothing that is not
// asked for yet for what others will take too long to bring: the end game, and
// while memory is short whatever a slow source holds up. At most two are asked
// for a block at a time.
//
// Source: BEP 3.
func (f *fetch) askCopies(s *source, room int, now time.Time) {
	if now.Sub(s.copied) < copyInterval {
		return
	}
	s.copied = now
	for range min(room, copyBurst) {
		b, sl := f.mostLate(s, now)
		if sl == nil || !s.request(now, b, nil) {
			return
		}
		sl.also = s.id
	}
}

// mostLate returns the block that will take its source the longest to bring, and
// this one not half as long; a nil slot if there is none.
func (f *fetch) mostLate(s *source, now time.Time) (late peerwire.Block, at *slot) {
	ours := copyGain*s.conn.Expect(now, s.conn.InFlight()+1) + copyMargin
	if f.assembly.picker.left() > 0 || float64(f.wasted) > wastedShare*float64(f.received) {
		ours += longMargin - copyMargin
	}
	for _, other := range f.sources {
		if other == s {
			continue
		}
		for i := other.conn.InFlight() - 1; i >= 0; i-- { // the last is the latest
			takes := other.conn.Expect(now, i+1)
			if takes <= ours {
				break
			}
			b := other.conn.Outstanding(i)
			p, sl := f.assembly.look(b)
			if sl != nil && sl.state == blockAsked && sl.from == other.id && sl.also == 0 && p.isFor(s.id) && s.conn.Has(int(b.Piece)) {
				late, at, ours = b, sl, takes
				break
			}
		}
	}
	return late, at
}

// takeBlock takes a block that a source sent: into its place, or apart, and then
// it is of use only where nobody's bytes are in the place or on the way to it.
func (f *fetch) takeBlock(s *source, e event) {
	b, n := blockOf(e.message), int64(len(e.message.Data))
	f.received += n
	s.received += n
	p, sl := f.assembly.look(b)
	if p == nil || sl.state == blockHere {
		f.wasted += n
		return
	}
	if e.apart {
		if sl.state == blockAsked { // of another, for the place is not this one's
			owner := f.source(sl.from)
			if !owner.landing.revoke(b) {
				f.keepSpare(b, spare{e.message.Data, s.id, e.at})
				return
			}
			owner.cancel(b)
		}
		copy(f.assembly.place(p, int(b.Begin)/blockSize), e.message.Data)
	} else if kept, ok := f.spares[b]; ok {
		f.wasted += int64(len(kept.data))
		delete(f.spares, b)
	}
	if sl.also != 0 && sl.also != s.id {
		f.source(sl.also).cancel(b)
	}
	sl.also = 0
	f.put(b, s.id)
}

// put takes a block as here, and has its chunk hashed with the last one.
func (f *fetch) put(b peerwire.Block, from sourceID) {
	if p, chunk, complete := f.assembly.put(b, from); complete {
		f.crew.give(task{piece: p, chunk: chunk})
	}
}

// keepSpare keeps a block that came apart, unless one is kept already.
func (f *fetch) keepSpare(b peerwire.Block, kept spare) {
	if _, ok := f.spares[b]; ok {
		f.wasted += int64(len(kept.data))
		return
	}
	if f.spares == nil {
		f.spares = map[peerwire.Block]spare{}
	}
	f.spares[b] = kept
}

// useSpares puts what came apart into places that are nobody's any more.
func (f *fetch) useSpares() {
	for b, kept := range f.spares {
		p, sl := f.assembly.look(b)
		if p != nil && sl.state == blockAsked {
			continue
		}
		delete(f.spares, b)
		if p == nil || sl.state == blockHere {
			f.wasted += int64(len(kept.data))
			continue
		}
		copy(f.assembly.place(p, int(b.Begin)/blockSize), kept.data)
		f.put(b, kept.from)
	}
}

// snub has others bring what a source owes that has been silent for a while. What
// it sends yet goes apart.
func (f *fetch) snub(s *source) {
	s.isSnubbed = true
	for i := range s.conn.InFlight() {
		b := s.conn.Outstanding(i)
		p, sl := f.assembly.look(b)
		if sl == nil || sl.state != blockAsked || sl.from != s.id || !f.canBring(int(b.Piece), s) || !s.landing.revoke(b) {
			continue
		}
		f.assembly.giveBack(b, s.id)
		sl.also = s.id
		if p.only == s.id {
			p.only = 0
		}
		f.changes++
	}
}

// canBring reports whether a source other than s would send blocks of a piece.
func (f *fetch) canBring(piece int, s *source) bool {
	for _, other := range f.sources {
		if other != s && other.conn.IsUnchoked() && !other.isSnubbed && other.conn.Has(piece) {
			return true
		}
	}
	return false
}

// isNeeded reports whether a source has a piece that is wanted and that no other
// would send.
func (f *fetch) isNeeded(s *source) bool {
	for piece, ok := range f.assembly.verified {
		if !ok && s.conn.Has(piece) && !f.canBring(piece, s) {
			return true
		}
	}
	return false
}

// holdsUp reports whether the bytes of a source have been on the way to a place
// for so long that another brought them meanwhile, a while ago.
func (f *fetch) holdsUp(s *source, now time.Time) bool {
	for b, kept := range f.spares {
		_, sl := f.assembly.look(b)
		if sl != nil && sl.state == blockAsked && sl.from == s.id && now.Sub(kept.at) >= f.patience/snubs {
			return true
		}
	}
	return false
}
