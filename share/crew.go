package share

import (
	"crypto/sha1"
	"crypto/sha256"
	"io"
	"sync"
)

const (
	crewSize = 2 // one hashes while the other waits for the disk
	// crewQueue holds every chunk of an assembly at once, so that the download
	// never waits for its crew.
	crewQueue = 2 * maxOpenBytes / blockSize
)

// A task is one chunk of a piece, to be hashed or, once the piece is verified,
// to be written; or a whole piece, of which the SHA-1 is to be taken.
type task struct {
	piece *piece
	chunk int
	write bool
	sum   bool
	right bool  // the sum is the one that it is to be, when it is done
	err   error // of the write, when it is done
}

// A crew does for one download what would keep it from its sources: it hashes,
// and writes to the disk.
type crew struct {
	geometry
	to    io.WriterAt
	sums  [][sha1.Size]byte // of the pieces; nil: their chunks are hashed
	tasks chan task
	done  chan task
	busy  int // tasks that are not done; the download's goroutine counts
	group sync.WaitGroup
}

func newCrew(g geometry, to io.WriterAt, sums [][sha1.Size]byte) *crew {
	c := &crew{geometry: g, to: to, sums: sums, tasks: make(chan task, crewQueue), done: make(chan task, crewQueue)}
	for range crewSize {
		c.group.Go(c.work)
	}
	return c
}

func (c *crew) give(t task) {
	c.busy++
	c.tasks <- t
}

func (c *crew) work() {
	for t := range c.tasks {
		switch {
		case t.sum:
			t.right = t.piece.hasSum(c.sums[t.piece.index])
			if !t.right || t.piece.wrong != nil { // the blocks are compared with those of another time
				for chunk := range t.piece.chunks {
					t.piece.hashChunk(chunk)
				}
			}
		case t.write:
			at := int64(t.piece.index)*c.pieceLength + int64(t.chunk)*chunkSize
			_, t.err = c.to.WriteAt(t.piece.chunks[t.chunk], at)
		case c.sums == nil:
			t.piece.hashChunk(t.chunk)
		}
		c.done <- t
	}
}

func (p *piece) hashChunk(chunk int) {
	data := p.chunks[chunk]
	for b := chunk * chunkBlocks; len(data) > 0; b++ {
		n := min(len(data), blockSize)
		p.leaves[b] = sha256.Sum256(data[:n])
		data = data[n:]
	}
}

// end waits until all that was given is done.
func (c *crew) end() {
	close(c.tasks)
	c.group.Wait()
}
