package share

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"servent/share/peerwire"
)

// A fetch is a running download: the pieces of one file and the source they
// come from. One goroutine owns it and takes one event after the other.
type fetch struct {
	geometry
	root     Root
	assembly *assembly
	partial  *partial
	progress func(verified, total int64)
	patience time.Duration
	events   chan event

	layer    []Root              // the hashes of the pieces that are proven, from the first on
	asking   *peerwire.HashRange // the hash request that waits for its answer
	suspect  *piece              // complete and wrong: which of its blocks is?
	verified int64               // bytes
}

// run takes events until every piece is verified. The source's first message
// is waited for as long as any other.
func (f *fetch) run(ctx context.Context, s *source) error {
	silence := time.NewTimer(f.patience)
	defer silence.Stop()
	for !f.assembly.isDone() {
		if err := f.request(s); err != nil {
			return f.blame(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-silence.C:
			return f.blame(fmt.Errorf("sent nothing that was asked for in %v", f.patience))
		case e := <-f.events:
			useful, err := f.take(e)
			if err != nil {
				return err
			}
			if useful {
				silence.Reset(f.patience)
			}
		}
		if err := f.partial.commitIfDue(time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// tell adds to the verified bytes and tells of them.
func (f *fetch) tell(bytes int64) {
	f.verified += bytes
	if f.progress != nil {
		f.progress(f.verified, f.size)
	}
}

// blame names the source as the reason of the end.
func (f *fetch) blame(err error) error {
	if f.suspect != nil { // the piece was wrong, whatever came after
		return fmt.Errorf("%w: piece %d is not that of the file, and the source %w", ErrVerify, f.suspect.index, err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("closed the stream")
	}
	return fmt.Errorf("%w: the source %w", ErrUnfinished, err)
}

// request asks the source for all that it may be asked for now.
func (f *fetch) request(s *source) error {
	if !s.hasAll || f.suspect != nil {
		return nil
	}
	if len(f.layer) < f.pieces() {
		return f.requestLayer(s)
	}
	for !s.choked && s.inFlight < s.queue {
		id, ok := f.assembly.ask()
		if !ok {
			return nil
		}
		err := s.tell(peerwire.Message{
			Kind: peerwire.Request, Index: uint32(id.piece),
			Begin: uint32(id.block * blockSize), Length: uint32(f.blockLength(id.piece, id.block)),
		})
		if err != nil {
			return err
		}
		s.inFlight++
	}
	return nil
}

// requestLayer asks for the next hashes of the piece layer. A file of one piece
// has none: the root is the hash of the piece.
func (f *fetch) requestLayer(s *source) error {
	if f.pieces() == 1 {
		f.layer = []Root{f.root}
		return f.request(s)
	}
	if f.asking != nil {
		return nil
	}
	return f.ask(s, layerRequest(f.root, f.geometry, len(f.layer)))
}

func (f *fetch) ask(s *source, r peerwire.HashRange) error {
	f.asking = &r
	return s.tell(peerwire.Message{Kind: peerwire.HashRequest, Range: r})
}

// take handles one event and reports whether it is of use.
func (f *fetch) take(e event) (useful bool, err error) {
	if e.err != nil {
		return false, f.blame(e.err)
	}
	s, m := e.from, e.message
	defer s.reuse(m.Data)
	switch m.Kind {
	case peerwire.HaveAll:
		useful, s.hasAll = !s.hasAll, true
	case peerwire.HaveNone:
		return false, fmt.Errorf("%w: the source has the file no more as its hit said", ErrVerify)
	case peerwire.Choke:
		s.choked = true
	case peerwire.Unchoke:
		useful, s.choked = s.choked, false
	case peerwire.Extended:
		err = f.takeExtended(s, m)
	case peerwire.Piece:
		return true, f.takeBlock(s, m)
	case peerwire.Reject:
		return false, f.takeReject(s, m)
	case peerwire.Hashes:
		return true, f.takeHashes(s, m)
	case peerwire.HashReject:
		return false, f.takeHashReject(m)
	case peerwire.Bitfield: // this download knows only whole sources
		err = errors.New("has only a part of the file")
	}
	if err != nil {
		err = f.blame(err)
	}
	return useful, err
}

// takeExtended learns how many requests the source keeps waiting.
func (f *fetch) takeExtended(s *source, m peerwire.Message) error {
	if m.ID != 0 {
		return nil
	}
	h, err := peerwire.ParseExtendedHandshake(m.Data)
	if err != nil {
		return err
	}
	if h.RequestQueue > 0 {
		s.queue = min(window, h.RequestQueue)
	}
	return nil
}

// takeBlock takes in a block, and its piece if that is complete.
func (f *fetch) takeBlock(s *source, m peerwire.Message) error {
	p, err := f.assembly.put(m.Index, m.Begin, m.Data)
	if err != nil {
		return f.blame(fmt.Errorf("%w: piece %d at %d", err, m.Index, m.Begin))
	}
	s.inFlight--
	if p == nil || f.suspect != nil {
		return nil
	}
	if f.assembly.root(p) != f.layer[p.index] {
		return f.doubt(s, p)
	}
	if err := f.partial.write(p.index, p.data); err != nil {
		return fmt.Errorf("write piece %d: %w", p.index, err)
	}
	f.assembly.close(p)
	f.tell(int64(len(p.data)))
	return nil
}

// doubt asks for the hashes of a piece's blocks, so that the bad one is known.
func (f *fetch) doubt(s *source, p *piece) error {
	f.suspect = p
	if f.pieceHeight() == 0 { // the block is the piece
		return f.condemn(0)
	}
	if err := f.ask(s, blockRequest(f.root, f.geometry, p.index)); err != nil {
		return f.blame(err)
	}
	return nil
}

// condemn names the block of the suspect that is wrong.
func (f *fetch) condemn(block int) error {
	return fmt.Errorf("%w: the source sent wrong bytes for block %d of piece %d", ErrVerify, block, f.suspect.index)
}

// takeReject: a choke may take requests back; else the source refuses what it
// said it has.
func (f *fetch) takeReject(s *source, m peerwire.Message) error {
	if err := f.assembly.giveBack(m.Index, m.Begin); err != nil {
		return f.blame(fmt.Errorf("refused what it was not asked for: piece %d at %d", m.Index, m.Begin))
	}
	s.inFlight--
	if s.choked {
		return nil
	}
	return fmt.Errorf("%w: the source refuses piece %d: its file is not any more what its hit said", ErrVerify, m.Index)
}

// takeHashes takes the answer to the one hash request that is out.
func (f *fetch) takeHashes(s *source, m peerwire.Message) error {
	r := f.asking
	if r == nil || m.Range != *r {
		return f.blame(errors.New("sent hashes that it was not asked for"))
	}
	f.asking = nil
	if f.suspect != nil {
		return f.takeBlockHashes(*r, m.Data)
	}
	hashes, ok := checkHashes(*r, m.Data, f.root, int(r.Index/r.Length))
	if !ok {
		return fmt.Errorf("%w: the source's piece hashes do not lead to the root", ErrVerify)
	}
	f.layer = append(f.layer, hashes[:min(len(hashes), f.pieces()-len(f.layer))]...)
	return nil
}

// takeBlockHashes compares the suspect with what its blocks should be.
func (f *fetch) takeBlockHashes(r peerwire.HashRange, data []byte) error {
	hashes, ok := checkHashes(r, data, f.layer[f.suspect.index], 0)
	if !ok {
		return fmt.Errorf("%w: piece %d is wrong, and so are the hashes the source sent of its blocks", ErrVerify, f.suspect.index)
	}
	for b, leaf := range f.suspect.leaves {
		if hashes[b] != leaf {
			return f.condemn(b)
		}
	}
	return fmt.Errorf("%w: piece %d is wrong", ErrVerify, f.suspect.index)
}

func (f *fetch) takeHashReject(m peerwire.Message) error {
	if f.asking == nil || m.Range != *f.asking {
		return f.blame(errors.New("refused hashes that it was not asked for"))
	}
	if f.suspect != nil {
		return fmt.Errorf("%w: piece %d is wrong, and the source does not prove its blocks", ErrVerify, f.suspect.index)
	}
	return fmt.Errorf("%w: the source refuses the piece hashes: its file is not any more what its hit said", ErrVerify)
}
