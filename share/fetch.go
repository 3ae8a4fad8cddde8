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
	plan     *plan
	assembly *assembly
	partial  *partial
	held     *holdings // what others get of it
	crew     *crew
	progress func(State)
	lostOne  func(source SourceState, why error)
	proven   func(hashes []Root)                        // is told the hashes of all pieces, where they had to be asked for; may be nil
	heard    func(source string, peers []peerwire.Peer) // nil: it is not asked for
	join     <-chan Source                              // nil: no more come
	patience time.Duration
	limit    *Limiter
	choker   *Choker // is told what each source gives

	sources []*source // those that are left
	last    sourceID
	events  chan []event
	lost    losses // of the others

	proofs   *proofs // the hashes of the pieces
	suspects []*suspect
	spares   map[peerwire.Block]spare
	changes  int // how often something came about that a source could be asked for, though it had nothing before

	verified int64 // bytes
	received int64 // likewise, of blocks
	wasted   int64 // of those, what was here already or was dropped
	told     State // the last
	measured time.Time
}

// start takes sources by the ways to them.
func (f *fetch) start(ctx context.Context, sources []Source) {
	if f.proofs = newProofs(f.plan); f.proofs.left == 0 {
		f.held.prove(f.proofs.hashes)
	}
	for _, s := range sources {
		f.add(ctx, s)
	}
}

// add takes a source and begins to dial it.
func (f *fetch) add(ctx context.Context, from Source) {
	name := f.plan.names[0]
	if from.InfoHash != [20]byte{} {
		name = from.InfoHash
	}
	conn := peerwire.NewConn(peerwire.ConnConfig{
		InfoHash: name, Names: f.plan.names, NoHashes: f.plan.sums != nil, Size: f.size, PieceLength: f.pieceLength, Client: clientName,
		HearPeers: f.heard != nil && from.Answer == nil,
	})
	f.last++
	var answer *answering
	if from.Answer != nil {
		answer = newAnswering(*from.Answer, f.held.offer(from.Name))
	}
	s := newSource(ctx, f.last, from, conn, answer, f.limit, f.events)
	s.fruitless = -1
	s.spare(time.Now(), f.patience)
	f.sources = append(f.sources, s)
}

// tickInterval is how often a download looks for what does not happen.
const tickInterval = time.Second / 4

// run takes events until every piece is verified. It returns an error when no
// source is left and none can come.
func (f *fetch) run(ctx context.Context) error {
	tick := time.NewTicker(min(f.patience, tickInterval))
	defer tick.Stop()
	f.measured = time.Now()
	for !f.assembly.isDone() {
		if len(f.sources) == 0 && f.join == nil {
			return also(f.lost.err(), f.lackSources())
		}
		if err := f.requestAll(); err != nil {
			return err
		}
		err := error(nil)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case burst := <-f.events:
			err = f.takeBurst(burst)
		case t := <-f.crew.done:
			err = f.takeDone(t)
		case err = <-f.partial.saving:
			f.partial.takeSaved()
		case s, ok := <-f.join:
			if !ok {
				f.join = nil
				continue
			}
			f.add(ctx, s)
		case now := <-tick.C:
			err = f.look(now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lackSources returns the error of a download that was given no source at all.
func (f *fetch) lackSources() error {
	if f.last > 0 {
		return nil
	}
	return fmt.Errorf("%w: there is no source", ErrUnfinished)
}

// look does what has to be done from time to time.
func (f *fetch) look(now time.Time) error {
	f.partial.saveIfDue(now, 0)
	if err := f.loseSlow(now); err != nil {
		return err
	}
	if now.Sub(f.measured) >= time.Second {
		f.measure(now)
		f.tell(0)
	}
	return f.recall(now)
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

// requestAll asks every source for all that it may be asked for now.
func (f *fetch) requestAll() error {
	ahead := 0
	for _, s := range f.sources {
		ahead += f.window(s) * blockSize
	}
	before := f.assembly.limit
	f.assembly.bound(ahead, f.partial.room())
	if f.assembly.limit > before {
		f.changes++
	}
	for i := 0; i < len(f.sources); i++ {
		s := f.sources[i]
		if err := f.request(s); err != nil {
			if err := f.lose(s, ErrUnfinished, err); err != nil {
				return err
			}
			i--
		}
	}
	if f.assembly.isShort { // what is on its way to the disk takes what could be asked for
		f.partial.save(time.Now())
	}
	if f.starves() && f.dropOrphan() {
		return f.requestAll()
	}
	return nil
}

// window returns how many blocks to have asked a source for: what it may be asked
// for, but no more than its part of the memory.
func (f *fetch) window(s *source) int {
	share := max(maxOpenBytes/blockSize/len(f.sources), peerwire.MinWindow/blockSize)
	return f.limit.window(min(s.conn.Window(), share))
}

// request asks a source: for the piece layer first, one source at a time, then
// for blocks as the assembly wants them, and then for those that others are late
// with.
func (f *fetch) request(s *source) error {
	if _, told := s.conn.HasTold(); !told || f.doubts(s) {
		return s.flush()
	}
	s.out = s.conn.SetInterested(s.wanted > 0, s.out)
	if s.wanted == 0 {
		return s.flush()
	}
	if f.proofs.left > 0 {
		f.askLayers(s)
		return s.flush()
	}
	if s.isSnubbed && s.conn.InFlight() == 0 { // it owes nothing any more: whether it answers is to be seen anew
		s.isSnubbed, s.heard = false, time.Now()
	}
	room := min(s.conn.Room(), f.window(s)-s.conn.InFlight())
	if room <= 0 || s.isSnubbed {
		return s.flush()
	}
	now := time.Now()
	if s.fruitless != f.changes {
		room = f.askNew(s, room, now)
	}
	if room > 0 {
		f.askCopies(s, room, now)
	}
	return s.flush()
}

// askNew asks a source for blocks that nobody was asked for, and returns how many
// more it may be asked for.
func (f *fetch) askNew(s *source, room int, now time.Time) int {
	before := f.assembly.isShort
	f.assembly.isShort, s.starves = false, false
	defer func() { f.assembly.isShort = f.assembly.isShort || before }()
	for ; room > 0; room-- {
		b, place, ok := f.assembly.ask(s.id, s.conn.Has)
		if !ok {
			s.fruitless, s.starves = f.changes, f.assembly.isShort
			break
		}
		if !s.request(now, b, place) { // it has yet to answer for that block since it was taken back
			f.assembly.giveBack(b, s.id)
			return 0
		}
	}
	return room
}

// takeBurst handles what a source did, in its order.
func (f *fetch) takeBurst(burst []event) error {
	for i := range burst {
		if err := f.take(burst[i]); err != nil {
			return err
		}
	}
	clear(burst)
	bursts.Put((*[maxBurst]event)(burst[:maxBurst]))
	return nil
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
		if err = s.conn.ReceiveHandshake(*e.greeting); s.answer != nil {
			s.out = s.conn.SetInterested(true, s.out)
		}
	default:
		meaning, s.out, err = s.conn.Receive(e.at, e.message, s.out)
	}
	answers := meaning == peerwire.Delivered || meaning == peerwire.Refused || meaning == peerwire.Cancelled
	if err == nil && e.early && answers {
		err = fmt.Errorf("answered for piece %d before it was asked", e.message.Index)
	}
	if err != nil {
		return f.takeEnd(s, err)
	}
	return f.takeMeaning(s, meaning, e)
}

// takeEnd handles the error that ended a source.
func (f *fetch) takeEnd(s *source, err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return f.lose(s, ErrUnfinished, err)
	}
	return f.lose(s, ErrUnfinished, ErrHungUp)
}

// takeMeaning handles a message by what it means.
func (f *fetch) takeMeaning(s *source, meaning peerwire.Meaning, e event) error {
	m := e.message
	switch meaning {
	case peerwire.PeerHas:
		f.takeHas(s, m)
	case peerwire.Choked:
		f.takeChoke(s)
	case peerwire.Delivered:
		f.choker.Gave(s.name, len(m.Data))
		s.brought(e.at, len(m.Data), f.patience)
		s.isSnubbed = false
		f.takeBlock(s, e)
	case peerwire.Refused, peerwire.Cancelled:
		f.assembly.giveBack(blockOf(m), s.id)
		f.changes++
		if meaning == peerwire.Cancelled || !s.conn.IsUnchoked() { // a choke takes requests back
			return nil
		}
		if s.refusals++; s.answer != nil && s.refusals <= maxRefusals {
			return nil // other clients have their own reasons
		}
		return f.lose(s, ErrVerify, fmt.Errorf("refuses piece %d: %w", m.Index, ErrChanged))
	case peerwire.Proof, peerwire.NoProof:
		s.brought(e.at, len(m.Data), f.patience)
		return f.takeProof(s, m)
	case peerwire.PeersHeard:
		f.heard(s.name, s.conn.Peers())
	}
	return nil
}

// takeChoke gives back what a source that does not know BEP 6 will not answer any
// more. Where the reader has the place of a block already, it is about to come.
func (f *fetch) takeChoke(s *source) {
	if s.conn.IsFast() {
		return // it refuses each
	}
	for i := s.conn.InFlight() - 1; i >= 0; i-- {
		b := s.conn.Outstanding(i)
		if _, waits := s.landing.take(b); waits {
			s.conn.Forget(b)
			f.assembly.giveBack(b, s.id)
			f.changes++
		}
	}
}

// takeHas counts what a source says that it has.
func (f *fetch) takeHas(s *source, m peerwire.Message) {
	s.fruitless = -1
	if pieces, _ := s.conn.HasTold(); pieces == f.pieces() { // what it did not know before, it does now
		s.noLayer = false
	}
	if m.Kind == peerwire.Have {
		s.isCounted = true
		f.count(s, int(m.Index))
		return
	}
	if pieces, _ := s.conn.HasTold(); pieces == f.pieces() && !s.isCounted {
		s.wanted = f.assembly.left
		f.tell(0)
		return
	}
	s.isCounted = true
	for piece := range f.assembly.verified {
		if s.conn.IsNews(piece) {
			f.count(s, piece)
		}
	}
	f.tell(0)
}

// count counts a piece of a source.
func (f *fetch) count(s *source, piece int) {
	f.assembly.picker.gain(piece)
	if !f.assembly.verified[piece] {
		s.wanted++
	}
}

// blockOf returns the block that a piece or reject message is about.
func blockOf(m peerwire.Message) peerwire.Block {
	if m.Kind == peerwire.Piece {
		m.Length = uint32(len(m.Data))
	}
	return peerwire.Block{Piece: m.Index, Begin: m.Begin, Length: m.Length}
}

// takeDone goes on with a piece after the crew did its part.
func (f *fetch) takeDone(t task) error {
	f.crew.busy--
	if t.write {
		return f.takeWritten(t)
	}
	p := t.piece
	if f.plan.sums != nil {
		return f.takeSum(t)
	}
	if p.hashed++; !p.isHashed() {
		return nil
	}
	if !f.assembly.isRight(p, f.tree(p).pieceHeight(), f.proofs.hashes[p.index]) {
		return f.suspect(p)
	}
	if err := f.convict(p); err != nil {
		return err
	}
	f.write(p)
	return nil
}

// write has a piece that is right written.
func (f *fetch) write(p *piece) {
	for chunk := range p.chunks {
		f.crew.give(task{piece: p, chunk: chunk, write: true})
	}
}

// takeWritten takes a chunk as on the disk, and its piece with the last one.
func (f *fetch) takeWritten(t task) error {
	p := t.piece
	if t.err != nil {
		return fmt.Errorf("write piece %d: %w", p.index, t.err)
	}
	f.assembly.release(p, t.chunk)
	f.changes++
	if p.written++; p.written < len(p.chunks) {
		return nil
	}
	f.assembly.close(p)
	f.held.add(p.index)
	for _, s := range f.sources {
		if s.conn.Has(p.index) {
			s.wanted--
		}
	}
	f.tell(f.contentSize(p.index))
	f.partial.saveIfDue(time.Now(), f.pieceSize(p.index))
	return nil
}

// lose lets go of a source, gives back what it was asked for, and returns an
// error if it was the last: of that kind, for a reason that reads on after "the
// source".
func (f *fetch) lose(s *source, kind, reason error) error {
	f.sources = slices.DeleteFunc(f.sources, func(left *source) bool { return left == s })
	s.isLost = true
	s.close()
	f.assembly.giveBackAll(s.id)
	f.useSpares()
	f.changes++
	if s.isCounted {
		for piece := range f.assembly.verified {
			if s.conn.Has(piece) {
				f.assembly.picker.lose(piece)
			}
		}
	}
	f.proofs.releaseAll(s)
	why := f.accuse(s, kind, reason)
	if f.lostOne != nil {
		f.lostOne(s.state(), why)
	}
	f.lost.add(why)
	f.tell(0)
	if len(f.sources) == 0 && f.join == nil {
		return f.lost.err()
	}
	return f.callWitnesses()
}

// source returns a source that is left; nil if it is not.
func (f *fetch) source(id sourceID) *source {
	for _, s := range f.sources {
		if s.id == id {
			return s
		}
	}
	return nil
}
