package share

import (
	"errors"
	"fmt"
	"slices"

	"servent/share/peerwire"
)

// A suspect is a piece that is complete and wrong: which of its blocks is, and
// who sent that? A source, the witness, is asked for the hashes of all blocks,
// which prove themselves.
type suspect struct {
	piece   *piece
	witness *source // nil: nobody is asked yet
}

// suspect takes a piece as wrong and looks for the block.
func (f *fetch) suspect(p *piece) error {
	if f.pieceHeight() == 0 && len(f.sources) > 0 { // the block is the piece
		return f.condemn(p, []int{0})
	}
	f.suspects = append(f.suspects, &suspect{piece: p})
	f.callWitnesses()
	return nil
}

// callWitnesses finds a witness for each suspect that has none: a source that is
// none already, one that sent nothing of the piece if possible.
func (f *fetch) callWitnesses() {
	for _, u := range f.suspects {
		if u.witness != nil && !u.witness.isLost {
			continue
		}
		u.witness = nil
		for _, s := range f.sources {
			if !f.isWitness(s) && s.conn.Has(u.piece.index) && (u.witness == nil || u.piece.isFrom(u.witness.id)) {
				u.witness = s
			}
		}
		if u.witness != nil {
			u.witness.requestHashes(blockRequest(f.root, f.geometry, u.piece.index))
		}
	}
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

// testimony returns the suspect that a source was to tell of, if the message is
// its answer.
func (f *fetch) testimony(s *source, m peerwire.Message) *suspect {
	for _, u := range f.suspects {
		if u.witness == s && m.Range == blockRequest(f.root, f.geometry, u.piece.index) {
			return u
		}
	}
	return nil
}

// takeTestimony compares a suspect with what its blocks should be.
func (f *fetch) takeTestimony(u *suspect, m peerwire.Message) error {
	p := u.piece
	if m.Kind == peerwire.HashReject {
		return f.lose(u.witness, ErrVerify, fmt.Errorf("does not prove the blocks of piece %d, which is wrong", p.index))
	}
	hashes, ok := checkHashes(m.Range, m.Data, f.layer[p.index], 0)
	if !ok {
		return f.lose(u.witness, ErrLie, fmt.Errorf("sent hashes of the blocks of piece %d that are as wrong as the piece", p.index))
	}
	var bad []int
	for b, leaf := range p.leaves {
		if hashes[b] != leaf {
			bad = append(bad, b)
		}
	}
	if len(bad) == 0 { // the root is that of a tree with something past the end of the file
		return f.lose(u.witness, ErrVerify, fmt.Errorf("proves blocks past the end of piece %d: no file has that root", p.index))
	}
	f.suspects = slices.DeleteFunc(f.suspects, func(other *suspect) bool { return other == u })
	if err := f.condemn(p, bad); err != nil {
		return err
	}
	f.callWitnesses()
	return nil
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
