package share

import (
	"math/rand/v2"

	"servent/share/peerwire"
)

const (
	// chunkSize is how much of a piece is hashed and written at once, in bytes:
	// enough that a block costs no more than its bytes.
	chunkSize   = 256 << 10
	chunkBlocks = chunkSize / blockSize

	// maxOpenBytes bounds the memory of the pieces that are being put together: the
	// widest window, or the longest piece and the beginning of the next while it is
	// verified and written.
	maxOpenBytes = 18 << 20
	// backlog is how far hashing and writing may fall behind, in bytes.
	backlog = 4 << 20
)

// A sourceID tells the sources of a download apart; 0 is none.
type sourceID int32

// A blockState says where a block of an open piece stands.
type blockState uint8

const (
	blockMissing blockState = iota
	blockAsked
	blockHere
)

// A slot is the place of one block in an open piece.
type slot struct {
	state blockState
	from  sourceID // asked: whose it is to come from, straight to its place; here: who sent it
	also  sourceID // who was asked for it besides and brings it apart; 0: nobody
}

// A piece is put together in memory until it is verified. While a chunk is
// hashed or written its bytes and leaves belong to the crew.
type piece struct {
	index   int
	slots   []slot
	next    int      // no slot before it is missing
	chunks  [][]byte // nil: no block of it was asked for yet
	absent  []int    // of each chunk: how many blocks are not here
	leaves  []Root   // the hashes of the blocks whose chunk is hashed
	hashed  int      // chunks
	written int      // chunks, once it is verified

	wrong []sent   // what made it wrong before, block by block; nil: it was not
	only  sourceID // where it was wrong: who alone is asked for it now
}

// A sent says what a source sent as a block.
type sent struct {
	hash Root
	from sourceID
}

// An assembly says which pieces are verified and which blocks to ask for next,
// and knows who was asked for which. It does no I/O and knows of the sources no
// more than their numbers. The goroutine of the download owns it.
type assembly struct {
	geometry
	verified []bool
	left     int                // pieces that are not verified
	picker   *picker            // of those that are not begun
	open     []*piece           // in the order they were begun
	isShort  bool               // something could not be asked for since the last bound, for want of memory
	used     int64              // bytes of all chunks in use
	limit    int64              // of used
	memory   func(n int) []byte // where chunks come from first
	free     [][]byte           // chunks of finished pieces
	old      []*piece           // finished ones, to be used again
	scratch  []Root
}

func newAssembly(g geometry, verified []bool, random *rand.Rand) *assembly {
	a := &assembly{
		geometry: g, verified: verified, picker: newPicker(verified, random), limit: maxOpenBytes,
		memory: func(n int) []byte { return make([]byte, n) },
	}
	a.left = a.picker.left()
	return a
}

// bound takes as much memory as it needs to ask for so many bytes ahead, and no
// more than most. What was begun while there was more can still be finished: else
// each piece might wait for what the others hold.
func (a *assembly) bound(ahead int, most int64) {
	a.limit = min(max(a.pieceLength+backlog+int64(ahead), a.used+a.lacking()), most, maxOpenBytes)
	a.isShort = false
}

// lacking returns how many bytes of memory the open pieces still need.
func (a *assembly) lacking() (n int64) {
	for _, p := range a.open {
		for i, c := range p.chunks {
			if c == nil && p.absent[i] > 0 {
				n += a.chunkLength()
			}
		}
	}
	return n
}

// block returns the name that the wire gives to a block.
func (g geometry) block(piece, b int) peerwire.Block {
	return peerwire.Block{Piece: uint32(piece), Begin: uint32(b * blockSize), Length: uint32(g.blockLength(piece, b))}
}

// ask returns the next block that a source is to be asked for, takes it as asked
// for, and says where its bytes go. It returns false if the source has none that
// is wanted and was asked of nobody, or if there is no memory for more now.
//
// A piece that was begun comes before one that was not, so that pieces are done
// soon and can be given to others. Source: BEP 3.
func (a *assembly) ask(from sourceID, has func(piece int) bool) (b peerwire.Block, place []byte, ok bool) {
	for _, p := range a.open {
		if p.next < len(p.slots) && p.isFor(from) && has(p.index) {
			if place = a.place(p, p.next); place == nil {
				continue
			}
			p.slots[p.next].state, p.slots[p.next].from = blockAsked, from
			if p.wrong != nil {
				p.only = from
			}
			b = a.block(p.index, p.next)
			p.seek()
			return b, place, true
		}
	}
	if a.begin(has) {
		return a.ask(from, has)
	}
	return b, nil, false
}

// isFor reports whether a source may be asked for blocks of the piece.
func (p *piece) isFor(from sourceID) bool { return p.only == 0 || p.only == from }

// seek moves next to the first slot from there on that is missing.
func (p *piece) seek() {
	for p.next < len(p.slots) && p.slots[p.next].state != blockMissing {
		p.next++
	}
}

// begin opens the piece of the source that is the next to be begun, if there is
// one and memory for its beginning.
func (a *assembly) begin(has func(int) bool) bool {
	index, ok := a.picker.choose(has)
	if !ok || !a.fitsAnother() {
		return false
	}
	a.picker.begin(index)
	a.open = append(a.open, a.piece(index))
	return true
}

// piece returns a piece of which nothing is here.
func (a *assembly) piece(index int) *piece {
	p := new(piece)
	if n := len(a.old); n > 0 {
		p, a.old = a.old[n-1], a.old[:n-1]
	}
	blocks := a.blocks(index)
	chunks := (blocks + chunkBlocks - 1) / chunkBlocks
	*p = piece{
		index: index, slots: fresh(p.slots, blocks), leaves: fresh(p.leaves, blocks),
		chunks: fresh(p.chunks, chunks), absent: fresh(p.absent, chunks),
	}
	for i := range p.absent {
		p.absent[i] = min(blocks-i*chunkBlocks, chunkBlocks)
	}
	return p
}

// fresh returns n zero values, in the memory of old ones if they have it.
func fresh[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n)
	}
	old = old[:n]
	clear(old)
	return old
}

// fitsAnother reports whether there is memory to begin a piece: for a chunk of it
// where all others have their memory, for all of it where some still need more,
// so that never each of two waits for what the other holds.
func (a *assembly) fitsAnother() bool {
	more := a.chunkLength()
	if lacking := a.lacking(); lacking > 0 {
		more = lacking + a.pieceLength
	}
	if a.used+more > a.limit {
		a.isShort = true
		return false
	}
	return true
}

// find returns an open piece, or nil.
func (a *assembly) find(index int) *piece {
	for _, p := range a.open {
		if p.index == index {
			return p
		}
	}
	return nil
}

// chunkLength is the memory of one chunk.
func (a *assembly) chunkLength() int64 { return min(chunkSize, a.pieceLength) }

// place returns where a block's bytes go; nil if there is no memory for them.
func (a *assembly) place(p *piece, b int) []byte {
	i := b / chunkBlocks
	if p.chunks[i] == nil {
		if a.used+a.chunkLength() > a.limit {
			a.isShort = true
			return nil
		}
		p.chunks[i] = a.chunk(min(chunkSize, a.pieceSize(p.index)-i*chunkSize))
	}
	at := b % chunkBlocks * blockSize
	return p.chunks[i][at : at+a.blockLength(p.index, b)]
}

func (a *assembly) chunk(size int) []byte {
	a.used += a.chunkLength()
	if n := len(a.free); n > 0 {
		c := a.free[n-1]
		a.free = a.free[:n-1]
		return c[:size]
	}
	return a.memory(int(a.chunkLength()))[:size]
}

// look returns the piece and the slot of a block; nil if the piece is not open.
func (a *assembly) look(b peerwire.Block) (*piece, *slot) {
	p := a.find(int(b.Piece))
	if p == nil {
		return nil, nil
	}
	return p, &p.slots[b.Begin/blockSize]
}

// put takes a block as here, from a source that it was asked of and whose bytes
// are in its place, and returns its piece, its chunk and whether that is complete
// now.
func (a *assembly) put(b peerwire.Block, from sourceID) (p *piece, chunk int, complete bool) {
	p, s := a.look(b)
	s.state, s.from = blockHere, from
	p.seek()
	chunk = int(b.Begin) / chunkSize
	p.absent[chunk]--
	return p, chunk, p.absent[chunk] == 0
}

// giveBack takes a block as asked of a source no more: neither for its place nor
// apart. It is to be asked of another where nobody's answer is to come to its
// place.
func (a *assembly) giveBack(b peerwire.Block, from sourceID) {
	p, s := a.look(b)
	if p == nil {
		return
	}
	if s.also == from {
		s.also = 0
	}
	if s.state == blockAsked && s.from == from {
		s.state, s.from = blockMissing, 0
		p.next = min(p.next, int(b.Begin)/blockSize)
		if p.only == from && !p.isFrom(from) { // it never began
			p.only = 0
		}
	}
}

// giveBackAll gives back all blocks that a source was asked for and did not
// send.
func (a *assembly) giveBackAll(from sourceID) {
	for _, p := range a.open {
		if p.only == from {
			p.only = 0
		}
		for i, s := range p.slots {
			if s.also == from || s.state == blockAsked && s.from == from {
				a.giveBack(a.block(p.index, i), from)
			}
		}
	}
}

// throwAway makes a block that is here and wrong one to be asked for again.
func (a *assembly) throwAway(p *piece, b int) {
	chunk := b / chunkBlocks
	if p.absent[chunk] == 0 {
		p.hashed--
	}
	p.absent[chunk]++
	p.slots[b] = slot{state: blockMissing, also: p.slots[b].also}
	p.next = min(p.next, b)
}

// throwAllAway makes all blocks of a piece that is wrong ones to be asked for
// again, of one source, and keeps what they were.
func (a *assembly) throwAllAway(p *piece) {
	p.wrong = make([]sent, len(p.slots))
	for b := range p.slots {
		p.wrong[b] = sent{p.leaves[b], p.slots[b].from}
		a.throwAway(p, b)
	}
	p.only = 0
}

// isRight reports whether a piece, all of whose chunks are hashed, has that
// hash, where its tree has that height.
func (a *assembly) isRight(p *piece, height int, hash Root) bool {
	a.scratch = append(a.scratch[:0], p.leaves...)
	return reduce(a.scratch, 0, height) == hash
}

// isHashed reports whether all chunks of the piece are.
func (p *piece) isHashed() bool { return p.hashed == len(p.chunks) }

// close takes a piece as verified and lets go of its memory.
func (a *assembly) close(p *piece) {
	a.verified[p.index] = true
	a.left--
	a.forget(p)
}

// drop makes a piece of which nobody owes anything one that is not begun.
func (a *assembly) drop(p *piece) {
	a.forget(p)
	a.picker.restore(p.index)
}

// forget takes a piece from the open ones and lets go of its memory.
func (a *assembly) forget(p *piece) {
	for i, open := range a.open {
		if open == p {
			a.open = append(a.open[:i], a.open[i+1:]...)
			break
		}
	}
	for i := range p.chunks {
		a.release(p, i)
	}
	a.old = append(a.old, p)
}

// release lets go of the memory of a chunk that is on the disk.
func (a *assembly) release(p *piece, chunk int) {
	if c := p.chunks[chunk]; c != nil {
		a.used -= a.chunkLength()
		a.free = append(a.free, c)
		p.chunks[chunk] = nil
	}
}

// isDone reports whether every piece is verified.
func (a *assembly) isDone() bool { return a.left == 0 }

// bytes returns how many bytes are verified.
func (a *assembly) bytes() (n int64) {
	for i, ok := range a.verified {
		if ok {
			n += a.contentSize(i)
		}
	}
	return n
}
