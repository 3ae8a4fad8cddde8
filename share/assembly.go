package share

import "servent/share/peerwire"

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

// A sourceID tells the sources of a download apart.
type sourceID int

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
	from  sourceID // who was asked for it, or sent it
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
}

// An assembly says which pieces are verified and which blocks to ask for next,
// and knows who was asked for which. It does no I/O and knows of the sources no
// more than their numbers. The goroutine of the download owns it.
type assembly struct {
	geometry
	verified []bool
	open     []*piece           // in the order they were begun
	next     int                // no piece before it waits to be begun
	used     int64              // bytes of all chunks in use
	limit    int64              // of used
	memory   func(n int) []byte // where chunks come from first
	free     [][]byte           // chunks of finished pieces
	old      []*piece           // finished ones, to be used again
	scratch  []Root
}

func newAssembly(g geometry, verified []bool) *assembly {
	return &assembly{
		geometry: g, verified: verified, limit: maxOpenBytes,
		memory: func(n int) []byte { return make([]byte, n) },
	}
}

// bound takes as much memory as it needs to ask for so many bytes ahead, and no
// more.
func (a *assembly) bound(ahead int) {
	a.limit = min(a.pieceLength+backlog+int64(ahead), maxOpenBytes)
}

// block returns the name that the wire gives to a block.
func (g geometry) block(piece, b int) peerwire.Block {
	return peerwire.Block{Piece: uint32(piece), Begin: uint32(b * blockSize), Length: uint32(g.blockLength(piece, b))}
}

// ask returns the next block that a source is to be asked for, takes it as asked
// for, and says where its bytes go. It returns false if the source has none that
// is wanted, or if there is no memory for more now.
//
// Pieces are begun in the order of the file.
func (a *assembly) ask(from sourceID, has func(piece int) bool) (b peerwire.Block, place []byte, ok bool) {
	for _, p := range a.open {
		if p.next < len(p.slots) && has(p.index) {
			if place = a.place(p, p.next); place == nil {
				continue
			}
			p.slots[p.next] = slot{blockAsked, from}
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

// seek moves next to the first slot from there on that is missing.
func (p *piece) seek() {
	for p.next < len(p.slots) && p.slots[p.next].state != blockMissing {
		p.next++
	}
}

// begin opens the next piece that the source has, if there is one and memory
// for its beginning.
func (a *assembly) begin(has func(int) bool) bool {
	a.skipVerified()
	index := a.next
	for index < len(a.verified) && (a.verified[index] || !has(index) || a.find(index) != nil) {
		index++
	}
	if index == len(a.verified) || !a.fitsAnother() {
		return false
	}
	p := a.piece(index)
	a.open = append(a.open, p)
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
	lacking := int64(0)
	for _, p := range a.open {
		for i, c := range p.chunks {
			if c == nil && p.absent[i] > 0 {
				lacking += a.chunkLength()
			}
		}
	}
	if lacking == 0 {
		return a.used+a.chunkLength() <= a.limit
	}
	return a.used+lacking+a.pieceLength <= a.limit
}

// skipVerified moves next over the pieces that are done or open.
func (a *assembly) skipVerified() {
	for a.next < len(a.verified) && (a.verified[a.next] || a.find(a.next) != nil) {
		a.next++
	}
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

// put takes a block that a source was asked for as here, and returns its piece,
// its chunk and whether that is complete now.
func (a *assembly) put(b peerwire.Block) (p *piece, chunk int, complete bool) {
	p = a.find(int(b.Piece))
	i := int(b.Begin) / blockSize
	p.slots[i].state = blockHere
	chunk = i / chunkBlocks
	p.absent[chunk]--
	return p, chunk, p.absent[chunk] == 0
}

// giveBack makes a block that a source was asked for one to be asked for again.
func (a *assembly) giveBack(b peerwire.Block) {
	p := a.find(int(b.Piece))
	i := int(b.Begin) / blockSize
	p.slots[i].state = blockMissing
	p.next = min(p.next, i)
}

// giveBackAll gives back all blocks that a source was asked for and did not
// send.
func (a *assembly) giveBackAll(from sourceID) {
	for _, p := range a.open {
		for i, s := range p.slots {
			if s == (slot{blockAsked, from}) {
				a.giveBack(a.block(p.index, i))
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
	a.giveBack(a.block(p.index, b))
}

// isRight reports whether a piece, all of whose chunks are hashed, has that
// hash.
func (a *assembly) isRight(p *piece, hash Root) bool {
	a.scratch = append(a.scratch[:0], p.leaves...)
	return reduce(a.scratch, 0, a.pieceHeight()) == hash
}

// isHashed reports whether all chunks of the piece are.
func (p *piece) isHashed() bool { return p.hashed == len(p.chunks) }

// close takes a piece as verified and lets go of its memory.
func (a *assembly) close(p *piece) {
	a.verified[p.index] = true
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
func (a *assembly) isDone() bool {
	a.skipVerified()
	return a.next == len(a.verified) && len(a.open) == 0
}

// bytes returns how many bytes are verified.
func (a *assembly) bytes() (n int64) {
	for i, ok := range a.verified {
		if ok {
			n += int64(a.pieceSize(i))
		}
	}
	return n
}
