package share

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"servent/share/peerwire"
)

// A fetch is a running download: the pieces of one file and the sources they
// come from. One goroutine owns it and takes one event after the other.
type fetch struct {
	geometry
	root     Root
	assembly *assembly
	partial  *partial
	crew     *crew
	progress func(State)
	lostOne  func(source string, why error)
	join     <-chan Source // nil: no more come
	patience time.Duration
	limit    *Limiter

	sources []*source // those that are left
	last    sourceID
	events  chan event
	lost    error // why the others are not

	layer    []Root // the hashes of the pieces that are proven, from the first on
	layerBy  *source
	suspects []*suspect
	verified int64 // bytes
	received int64 // likewise, of blocks
}

// start takes sources by the ways to them.
func (f *fetch) start(ctx context.Context, sources []Source) {
	if f.pieces() == 1 { // then the root is the hash of the piece
		f.layer = []Root{f.root}
	}
	for _, s := range sources {
		f.add(ctx, s)
	}
}

// add takes a source and begins to dial it.
func (f *fetch) add(ctx context.Context, from Source) {
	conn := peerwire.NewConn(peerwire.ConnConfig{
		InfoHash: InfoHash(f.root, f.size), Size: f.size, PieceLength: f.pieceLength, Client: clientName,
	})
	f.last++
	s := newSource(ctx, f.last, from, conn, f.limit, f.events)
	s.spare(time.Now(), f.patience)
	f.sources = append(f.sources, s)
}

// run takes events until every piece is verified. It returns an error when no
// source is left and none can come.
func (f *fetch) run(ctx context.Context) error {
	tick := time.NewTicker(min(f.patience, time.Second))
	defer tick.Stop()
	for !f.assembly.isDone() {
		if len(f.sources) == 0 && f.join == nil {
			return f.lost
		}
		if err := f.requestAll(); err != nil {
			return err
		}
		err := error(nil)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-f.events:
			err = f.take(e)
		case t := <-f.crew.done:
			err = f.takeDone(t)
		case err = <-f.partial.saving:
			f.partial.saving = nil
		case s, ok := <-f.join:
			if !ok {
				f.join = nil
				continue
			}
			f.add(ctx, s)
		case now := <-tick.C:
			err = f.loseSlow(now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// end lets go of the sources and, after it brought to an end what the crew has
// begun, of the crew. It returns why the download ended, which is err unless a
// piece turned out to be wrong only now.
func (f *fetch) end(err error) error {
	for _, s := range f.sources {
		s.close()
	}
	f.sources = nil
	for f.crew.busy > 0 && f.takeDone(<-f.crew.done) == nil {
	}
	f.crew.end()
	if len(f.suspects) > 0 && errors.Is(err, ErrUnfinished) && !errors.Is(err, ErrVerify) {
		return fmt.Errorf("%w: piece %d is not that of the file; %w", ErrVerify, f.suspects[0].piece.index, err)
	}
	return err
}

// tell adds to the verified bytes and tells of them.
func (f *fetch) tell(bytes int64) {
	f.verified += bytes
	if f.progress == nil {
		return
	}
	state := State{Verified: f.verified, Size: f.size, Received: f.received}
	for _, s := range f.sources {
		if _, told := s.conn.HasTold(); told {
			state.Sources++
		}
	}
	f.progress(state)
}

// requestAll asks every source for all that it may be asked for now.
func (f *fetch) requestAll() error {
	ahead := 0
	for _, s := range f.sources {
		ahead += f.limit.window(s.conn.Window()) * blockSize
	}
	f.assembly.bound(ahead)
	for i := 0; i < len(f.sources); i++ {
		s := f.sources[i]
		if err := f.request(s); err != nil {
			if err := f.lose(s, ErrUnfinished, err); err != nil {
				return err
			}
			i--
		}
	}
	return nil
}

// request asks a source: for the piece layer first, one source at a time, then
// for blocks as the assembly wants them.
func (f *fetch) request(s *source) error {
	if _, told := s.conn.HasTold(); !told || f.doubts(s) {
		return s.flush()
	}
	if len(f.layer) < f.pieces() {
		if f.layerBy == nil {
			f.layerBy = s
			s.requestHashes(layerRequest(f.root, f.geometry, len(f.layer)))
		}
		return s.flush()
	}
	most := f.limit.window(s.conn.Window())
	if room := min(s.conn.Room(), most-s.conn.InFlight()); room > 0 {
		now := time.Now()
		for ; room > 0; room-- {
			b, place, ok := f.assembly.ask(s.id, s.conn.Has)
			if !ok {
				break
			}
			if !s.request(now, b, place) {
				return errors.New("cannot be asked")
			}
		}
	}
	return s.flush()
}

// take handles what a source did.
func (f *fetch) take(e event) error {
	s := e.from
	if s.isLost {
		return nil
	}
	err := e.err
	meaning := peerwire.Nothing
	switch {
	case err != nil:
	case e.greeting != nil:
		s.spare(e.at, f.patience) // so long it may take to be reached, and as long again
		err = s.conn.ReceiveHandshake(*e.greeting)
	default:
		meaning, s.out, err = s.conn.Receive(e.at, e.message, s.out)
	}
	if err == nil && e.early && (meaning == peerwire.Delivered || meaning == peerwire.Refused) {
		err = fmt.Errorf("answered for piece %d before it was asked", e.message.Index)
	}
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("closed the stream")
		}
		return f.lose(s, ErrUnfinished, err)
	}
	return f.takeMeaning(s, meaning, e)
}

// takeMeaning handles a message by what it means.
func (f *fetch) takeMeaning(s *source, meaning peerwire.Meaning, e event) error {
	m := e.message
	switch meaning {
	case peerwire.PeerHas:
		if pieces, _ := s.conn.HasTold(); pieces == 0 {
			return f.lose(s, ErrVerify, fmt.Errorf("has the file no more as its hit said: %w", ErrChanged))
		}
		f.tell(0)
	case peerwire.Delivered:
		s.brought(e.at, len(m.Data), f.patience)
		f.received += int64(len(m.Data))
		p, chunk, complete := f.assembly.put(blockOf(m))
		if complete {
			f.crew.give(task{piece: p, chunk: chunk})
		}
	case peerwire.Refused:
		f.assembly.giveBack(blockOf(m))
		if s.conn.IsUnchoked() { // else a choke takes requests back
			return f.lose(s, ErrVerify, fmt.Errorf("refuses piece %d: %w", m.Index, ErrChanged))
		}
	case peerwire.Proof, peerwire.NoProof:
		s.brought(e.at, len(m.Data), f.patience)
		return f.takeProof(s, m)
	}
	return nil
}

// blockOf returns the block that a piece or reject message is about.
func blockOf(m peerwire.Message) peerwire.Block {
	return peerwire.Block{Piece: m.Index, Begin: m.Begin, Length: m.Length}
}

// takeProof takes the piece layer, or what tells the blocks of a wrong piece.
func (f *fetch) takeProof(s *source, m peerwire.Message) error {
	if u := f.testimony(s, m); u != nil {
		return f.takeTestimony(u, m)
	}
	f.layerBy = nil
	if m.Kind == peerwire.HashReject {
		return f.lose(s, ErrVerify, fmt.Errorf("refuses the piece hashes: %w", ErrChanged))
	}
	hashes, ok := checkHashes(m.Range, m.Data, f.root, int(m.Range.Index/m.Range.Length))
	if !ok {
		return f.lose(s, ErrLie, errors.New("sent piece hashes that do not lead to the root"))
	}
	f.layer = append(f.layer, hashes[:min(len(hashes), f.pieces()-len(f.layer))]...)
	return nil
}

// takeDone goes on with a piece after the crew did its part.
func (f *fetch) takeDone(t task) error {
	f.crew.busy--
	if t.write {
		return f.takeWritten(t)
	}
	p := t.piece
	if p.hashed++; !p.isHashed() {
		return nil
	}
	if !f.assembly.isRight(p, f.layer[p.index]) {
		return f.suspect(p)
	}
	for chunk := range p.chunks {
		f.crew.give(task{piece: p, chunk: chunk, write: true})
	}
	return nil
}

// takeWritten takes a chunk as on the disk, and its piece with the last one.
func (f *fetch) takeWritten(t task) error {
	p := t.piece
	if t.err != nil {
		return fmt.Errorf("write piece %d: %w", p.index, t.err)
	}
	f.assembly.release(p, t.chunk)
	if p.written++; p.written < len(p.chunks) {
		return nil
	}
	f.assembly.close(p)
	f.tell(int64(f.pieceSize(p.index)))
	f.partial.saveIfDue(time.Now(), f.pieceSize(p.index))
	return nil
}

// loseSlow loses the sources that owe something and have brought nothing of it
// for too long, or too little. One that was asked for nothing because others, or
// the crew, have all there is to do is not late.
func (f *fetch) loseSlow(now time.Time) error {
	working := f.crew.busy > 0 || slices.ContainsFunc(f.sources, f.owes)
	for _, s := range slices.Clone(f.sources) {
		s.excuse()
		if working && !f.owes(s) {
			s.spare(now, f.patience)
		}
		if now.Before(s.late) {
			continue
		}
		reason := fmt.Errorf("sent nothing that was asked for in %v", f.patience)
		if now.Sub(s.heard) < f.patience {
			reason = fmt.Errorf("sends what it is asked for at less than %d bytes a second", leastRate)
		}
		if err := f.lose(s, ErrUnfinished, reason); err != nil {
			return err
		}
	}
	return nil
}

// owes reports whether a source has to say something.
func (f *fetch) owes(s *source) bool {
	_, told := s.conn.HasTold()
	return !told || !s.conn.IsUnchoked() || s.conn.InFlight() > 0 || f.layerBy == s || f.isWitness(s)
}

// lose lets go of a source, gives back what it was asked for, and returns an
// error if it was the last: of that kind, for a reason that reads on after "the
// source".
func (f *fetch) lose(s *source, kind, reason error) error {
	f.sources = slices.DeleteFunc(f.sources, func(left *source) bool { return left == s })
	s.isLost = true
	s.close()
	f.assembly.giveBackAll(s.id)
	if f.layerBy == s {
		f.layerBy = nil
	}
	why := f.accuse(s, kind, reason)
	if f.lostOne != nil {
		f.lostOne(s.name, why)
	}
	if f.join != nil { // as many may come and go as there are peers
		f.lost = why
	} else {
		f.lost = also(f.lost, why)
	}
	f.tell(0)
	if len(f.sources) == 0 && f.join == nil {
		return f.lost
	}
	f.callWitnesses()
	return nil
}
