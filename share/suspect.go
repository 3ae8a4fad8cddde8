package share

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"servent/share/peerwire"
)

// A suspect is a piece that is complete and wrong: which of its blocks is, and
// who sent that? A source, the witness, is asked for the hashes of all blocks,
// which prove themselves: nobody can have another source let go by them.
//
// Where no source tells them, the whole piece is fetched again from one source at
// a time. If that is wrong too, that source is to blame; if it is right, whoever
// sent other blocks before.
type suspect struct {
	piece   *piece
	witness *source // nil: nobody is asked yet
	since   time.Time
	mute    []sourceID // who did not tell
}

// suspect takes a piece as wrong and looks for the block.
func (f *fetch) suspect(p *piece) error {
	if f.tree(p).pieceHeight() == 0 && len(f.sources) > 0 { // the block is the piece
		return f.condemn(p, []int{0})
	}
	f.suspects = append(f.suspects, &suspect{piece: p})
	return f.callWitnesses()
}

// callWitnesses finds a witness for each suspect that has none: a source that is
// none already, one that sent nothing of the piece if possible. Where each that
// has the piece was one, it goes on without.
func (f *fetch) callWitnesses() error {
	for _, u := range slices.Clone(f.suspects) {
		if u.witness != nil && !u.witness.isLost || !slices.Contains(f.suspects, u) { // or it was settled meanwhile
			continue
		}
		u.witness = nil
		able := 0
		for _, s := range f.sources {
			if !f.canTell(s, u) {
				continue
			}
			able++
			if !f.isWitness(s) && (u.witness == nil || u.piece.isFrom(u.witness.id)) {
				u.witness = s
			}
		}
		if u.witness != nil {
			u.since = time.Now()
			u.witness.requestHashes(f.tree(u.piece).blockRequest(u.piece.index))
		} else if able == 0 && len(u.mute) > 0 {
			if err := f.tryAgain(u); err != nil {
				return err
			}
		}
	}
	return nil
}

// canTell reports whether a source may know the hashes of the blocks.
func (f *fetch) canTell(s *source, u *suspect) bool {
	return s.conn.Has(u.piece.index) && !slices.Contains(u.mute, s.id)
}

// recall asks others for what a source takes too long to prove.
func (f *fetch) recall(now time.Time) error {
	for _, s := range f.sources {
		if s.layersAsked == 0 || now.Sub(s.heard) < f.patience/snubs {
			continue
		}
		if slices.ContainsFunc(f.sources, func(other *source) bool { return other != s && !other.noLayer && other.wanted > 0 }) {
			s.noLayer = true
			f.proofs.releaseAll(s)
		}
	}
	for _, u := range f.suspects {
		if u.witness == nil || now.Sub(u.since) < f.patience/snubs {
			continue
		}
		if slices.ContainsFunc(f.sources, func(s *source) bool { return s != u.witness && f.canTell(s, u) && !f.isWitness(s) }) {
			u.mute = append(u.mute, u.witness.id)
			u.witness = nil
		}
	}
	return f.callWitnesses()
}

// settle takes a suspect from the list.
func (f *fetch) settle(u *suspect) {
	f.suspects = slices.DeleteFunc(f.suspects, func(other *suspect) bool { return other == u })
}

// tryAgain fetches a piece that is wrong from another source alone.
func (f *fetch) tryAgain(u *suspect) error {
	f.settle(u)
	p := u.piece
	from := p.slots[0].from
	alone := !slices.ContainsFunc(p.slots, func(s slot) bool { return s.from != from })
	f.assembly.throwAllAway(p)
	f.changes++
	if s := f.source(from); alone && s != nil {
		return f.lose(s, ErrLie, fmt.Errorf("sent piece %d, which is wrong", p.index))
	}
	return nil
}

// convict lets go of who sent wrong blocks of a piece that is right now.
func (f *fetch) convict(p *piece) error {
	for b, was := range p.wrong {
		if s := f.source(was.from); s != nil && was.hash != p.leaves[b] {
			if err := f.lose(s, ErrLie, fmt.Errorf("sent wrong bytes for block %d of piece %d", b, p.index)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *fetch) isWitness(s *source) bool {
	return slices.ContainsFunc(f.suspects, func(u *suspect) bool { return u.witness == s })
}

// doubts reports whether a piece is wrong of which a source sent a part: it is
// asked for nothing more until that is settled.
func (f *fetch) doubts(s *source) bool {
	return slices.ContainsFunc(f.suspects, func(u *suspect) bool { return u.piece.isFrom(s.id) })
}

// isFrom reports whether a source sent any block of the piece.
func (p *piece) isFrom(id sourceID) bool {
	return slices.ContainsFunc(p.slots, func(s slot) bool { return s.from == id })
}

// accuse returns why a source is lost. That it leaves a wrong piece behind
// weighs more than all else.
func (f *fetch) accuse(s *source, kind, reason error) error {
	for _, u := range f.suspects {
		if !errors.Is(kind, ErrVerify) && u.piece.isFrom(s.id) {
			return fmt.Errorf("%w: piece %d is not that of the file, and the source %w", ErrVerify, u.piece.index, reason)
		}
	}
	return fmt.Errorf("%w: the source %w", kind, reason)
}

// testimony returns the suspect that a message tells of; nil: none.
func (f *fetch) testimony(m peerwire.Message) *suspect {
	for _, u := range f.suspects {
		if m.Range == f.tree(u.piece).blockRequest(u.piece.index) {
			return u
		}
	}
	return nil
}

// takeTestimony compares a suspect with what its blocks should be.
func (f *fetch) takeTestimony(u *suspect, s *source, m peerwire.Message) error {
	p := u.piece
	if m.Kind == peerwire.HashReject { // it need not know them
		u.mute = append(u.mute, s.id)
		if u.witness == s {
			u.witness = nil
		}
		return f.callWitnesses()
	}
	hashes, ok := checkHashes(m.Range, m.Data, f.proofs.hashes[p.index], 0)
	if !ok {
		return f.lose(s, ErrLie, fmt.Errorf("sent hashes of the blocks of piece %d that are as wrong as the piece", p.index))
	}
	var bad []int
	for b, leaf := range p.leaves {
		if hashes[b] != leaf {
			bad = append(bad, b)
		}
	}
	if len(bad) == 0 { // the root is that of a tree with something past the end of the file
		return f.lose(s, ErrVerify, fmt.Errorf("proves blocks past the end of piece %d: no file has that root", p.index))
	}
	f.settle(u)
	if err := f.condemn(p, bad); err != nil {
		return err
	}
	return f.callWitnesses()
}

// condemn throws the wrong blocks of a piece away and lets go of who sent them.
// The right ones stay.
func (f *fetch) condemn(p *piece, bad []int) error {
	senders := make([]sourceID, len(bad))
	for i, b := range bad {
		senders[i] = p.slots[b].from
		f.assembly.throwAway(p, b)
	}
	f.changes++
	for i, b := range bad {
		s := f.source(senders[i])
		if s == nil {
			continue // lost already
		}
		if err := f.lose(s, ErrLie, fmt.Errorf("sent wrong bytes for block %d of piece %d", b, p.index)); err != nil {
			return err
		}
	}
	return nil
}
