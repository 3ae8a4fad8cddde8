package share

import (
	"crypto/sha256"
	"errors"
	"fmt"
)

// maxOpenBytes bounds the memory of the pieces that are being put together; two
// of the longest fit.
const maxOpenBytes = 32 << 20

// A blockState says where a block of an open piece stands.
type blockState uint8

const (
	blockMissing blockState = iota
	blockAsked
	blockHere
)

// A piece is put together in memory until it is verified.
type piece struct {
	index  int
	data   []byte
	state  []blockState
	leaves []Root // the hashes of the blocks that are here
	left   int    // blocks that are not here
}

// An assembly says which pieces are verified and which blocks to ask for next.
// It does no I/O and knows no sources. The goroutine of the download owns it.
type assembly struct {
	geometry
	verified []bool
	open     []*piece // in the order they were begun
	next     int      // no piece before it waits to be begun
	free     [][]byte // buffers of finished pieces
}

func newAssembly(g geometry, verified []bool) *assembly {
	return &assembly{geometry: g, verified: verified}
}

// A blockID names a block: its piece and its number in there.
type blockID struct{ piece, block int }

// ask returns the next block to ask for and takes it as asked for. It returns
// false if there is none, or none for which there is memory now.
func (a *assembly) ask() (blockID, bool) {
	for _, p := range a.open {
		for b, state := range p.state {
			if state == blockMissing {
				p.state[b] = blockAsked
				return blockID{p.index, b}, true
			}
		}
	}
	if !a.begin() {
		return blockID{}, false
	}
	return a.ask()
}

// begin opens the next piece, if there is one and memory for it.
func (a *assembly) begin() bool {
	for a.next < len(a.verified) && a.verified[a.next] {
		a.next++
	}
	if a.next == len(a.verified) || int64(len(a.open)+1)*a.pieceLength > maxOpenBytes {
		return false
	}
	p := &piece{index: a.next, left: a.blocks(a.next)}
	p.state, p.leaves = make([]blockState, p.left), make([]Root, p.left)
	p.data = a.buffer(a.pieceSize(p.index))
	a.open = append(a.open, p)
	a.next++
	return true
}

func (a *assembly) buffer(size int) []byte {
	if n := len(a.free); n > 0 {
		b := a.free[n-1]
		a.free = a.free[:n-1]
		return b[:size]
	}
	return make([]byte, size, min(a.pieceLength, a.size))
}

// errUnasked: the source sends what it was not asked for.
var errUnasked = errors.New("sent a block that it was not asked for")

// find returns the open piece and the number of a block that was asked for.
func (a *assembly) find(index, begin uint32) (*piece, int, error) {
	for _, p := range a.open {
		if uint32(p.index) != index {
			continue
		}
		b := int(begin / blockSize)
		if begin%blockSize == 0 && b < len(p.state) && p.state[b] == blockAsked {
			return p, b, nil
		}
	}
	return nil, 0, errUnasked
}

// put takes in a block and returns its piece if that is complete now.
func (a *assembly) put(index, begin uint32, data []byte) (*piece, error) {
	p, b, err := a.find(index, begin)
	if err != nil {
		return nil, err
	}
	if want := a.blockLength(p.index, b); len(data) != want {
		return nil, fmt.Errorf("sent %d bytes for a block of %d", len(data), want)
	}
	copy(p.data[b*blockSize:], data)
	p.leaves[b] = sha256.Sum256(data)
	p.state[b] = blockHere
	if p.left--; p.left > 0 {
		return nil, nil
	}
	return p, nil
}

// giveBack makes a block that was asked for one to be asked for again.
func (a *assembly) giveBack(index, begin uint32) error {
	p, b, err := a.find(index, begin)
	if err == nil {
		p.state[b] = blockMissing
	}
	return err
}

// root returns the hash of a complete piece.
func (a *assembly) root(p *piece) Root {
	return reduce(append([]Root(nil), p.leaves...), 0, a.pieceHeight())
}

// close takes a piece as verified and lets go of its memory.
func (a *assembly) close(p *piece) {
	a.verified[p.index] = true
	for i, open := range a.open {
		if open == p {
			a.open = append(a.open[:i], a.open[i+1:]...)
			break
		}
	}
	a.free = append(a.free, p.data)
}

// isDone reports whether every piece is verified.
func (a *assembly) isDone() bool {
	for a.next < len(a.verified) && a.verified[a.next] {
		a.next++
	}
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
