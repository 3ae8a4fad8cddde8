package share

import "slices"

// An orphan is an open piece that no source has any more. Its blocks wait for one
// that has it, unless a source of other pieces starves for the memory they take:
// then they are fetched again some day.

// starves reports whether a source that would send is asked for nothing for want
// of memory, and nothing is under way to the disk that would free some.
func (f *fetch) starves() bool {
	return slices.ContainsFunc(f.sources, func(s *source) bool {
		return s.starves && s.conn.InFlight() == 0 && s.conn.IsUnchoked() && !f.doubts(s)
	}) && f.crew.busy == 0 && f.partial.saving == nil
}

// dropOrphan drops the orphan of which the least is here; false if there is none.
// Its blocks came for nothing. One that is wrong is forgotten with it: whoever
// sent any of it is no source any more.
func (f *fetch) dropOrphan() bool {
	p := f.assembly.orphan(func(piece int) bool {
		return slices.ContainsFunc(f.sources, func(s *source) bool { return s.conn.Has(piece) })
	})
	if p == nil {
		return false
	}
	f.wasted += f.assembly.here(p)
	f.suspects = slices.DeleteFunc(f.suspects, func(u *suspect) bool { return u.piece == p })
	f.assembly.drop(p)
	f.changes++
	return true
}

// orphan returns the open piece that nobody has of which the least is here; nil if
// there is none.
func (a *assembly) orphan(isHad func(piece int) bool) (least *piece) {
	for _, p := range a.open {
		if !isHad(p.index) && (least == nil || a.here(p) < a.here(least)) {
			least = p
		}
	}
	return least
}

// here returns how many bytes of a piece are here.
func (a *assembly) here(p *piece) (n int64) {
	for b, s := range p.slots {
		if s.state == blockHere {
			n += int64(a.blockLength(p.index, b))
		}
	}
	return n
}
