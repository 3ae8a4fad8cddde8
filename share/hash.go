package share

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// ErrUnsteady: a file is not what it was when its hash was begun.
var ErrUnsteady = errors.New("the file changes while it is read; it will be tried again")

// ErrNoSize: the system says one size and reads another, as with what it makes
// up below /proc and /sys.
var ErrNoSize = errors.New("it has not the size that the system tells")

const (
	// readSize is how much of a file is read at once: few system calls, and
	// still in the processor's cache when it is hashed.
	readSize = 128 << 10

	// hashStep is how much both hashes take in before the next: what SHA-1 has
	// fetched into the nearest cache is there for SHA-256.
	hashStep = blockSize

	// checkSize is how much of a file is hashed before it is looked at whether
	// the work is still worth doing, in bytes.
	checkSize = 32 << 20
)

// A digest is all that is computed of a file's content.
type digest struct {
	size  int64
	root  Root
	sha1  [20]byte
	layer []Root // the hash of every piece; nil for a file of one piece or none
}

// A hasher hashes one file after the other in the same memory.
type hasher struct {
	buffer []byte
	stream hash.Hash
	leaves []Root
}

func newHasher() *hasher { return &hasher{buffer: make([]byte, readSize), stream: sha1.New()} }

// file reads the open file once and returns its digest. Now and then it calls
// check with the bytes read since, and ends with its error. A file of which
// the system says something else afterwards has no digest.
func (h *hasher) file(f *os.File, check func(bytes int64) error) (digest, error) {
	before, err := f.Stat()
	if err != nil {
		return digest{}, err
	}
	if before.Size() > MaxSize {
		return digest{}, fmt.Errorf("%d bytes, over the limit of %d", before.Size(), int64(MaxSize))
	}
	was := identityOf(before)
	unchanged := func() error {
		now, err := f.Stat()
		if err != nil {
			return err
		}
		if !identityOf(now).isContentOf(was) {
			return ErrUnsteady
		}
		return nil
	}
	left := int64(checkSize)
	d, err := h.read(io.LimitReader(f, was.size+1), was.size, func(n int64) error {
		if left -= n; left <= 0 { // a file that grows for hours is given up early
			left = checkSize
			if err := unchanged(); err != nil {
				return err
			}
		}
		return check(n)
	})
	if err != nil && err != ErrUnsteady {
		return digest{}, err
	}
	if now := unchanged(); now != nil {
		return digest{}, now
	}
	if err == ErrUnsteady {
		return digest{}, ErrNoSize
	}
	return d, nil
}

// hashStream returns the digest of the size bytes that r holds. advance is told
// of the bytes read and may be nil.
func hashStream(ctx context.Context, r io.Reader, size int64, advance func(int64)) (digest, error) {
	return newHasher().read(r, size, func(n int64) error {
		if advance != nil {
			advance(n)
		}
		return ctx.Err()
	})
}

// read returns the digest of the size bytes that r holds, unless check refuses.
func (h *hasher) read(r io.Reader, size int64, check func(bytes int64) error) (digest, error) {
	tree := treeHasher{geometry: geometryOf(size), leaves: h.leaves[:0]}
	h.stream.Reset()
	total := int64(0)
	for {
		n, err := io.ReadFull(r, h.buffer)
		h.take(&tree, h.buffer[:n])
		total += int64(n)
		if err := check(int64(n)); err != nil {
			return digest{}, err
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return digest{}, err
		}
	}
	if total != size {
		return digest{}, ErrUnsteady
	}
	d := digest{size: size}
	h.stream.Sum(d.sha1[:0])
	d.root, d.layer = tree.finish()
	h.leaves = tree.leaves
	return d, nil
}

// take has both hashes take in b.
func (h *hasher) take(tree *treeHasher, b []byte) {
	for len(b) > 0 {
		step := b[:min(hashStep, len(b))]
		h.stream.Write(step)
		tree.write(step)
		b = b[len(step):]
	}
}

// A treeHasher computes the root and the piece layer of a file whose blocks
// are written in order.
type treeHasher struct {
	geometry
	leaves []Root // of the piece that is being written
	layer  []Root
}

// write hashes the blocks of b, which begins at a block's beginning; only the
// last write of a file may end within a block.
func (h *treeHasher) write(b []byte) {
	full := int(h.pieceLength / blockSize)
	for len(b) > 0 {
		n := min(len(b), blockSize)
		h.leaves = append(h.leaves, sha256.Sum256(b[:n]))
		b = b[n:]
		if len(h.leaves) == full {
			h.endPiece()
		}
	}
}

func (h *treeHasher) endPiece() {
	h.layer = append(h.layer, reduce(h.leaves, 0, h.pieceHeight()))
	h.leaves = h.leaves[:0]
}

func (h *treeHasher) finish() (root Root, layer []Root) {
	if h.size == 0 {
		return EmptyRoot, nil
	}
	if len(h.leaves) > 0 {
		h.endPiece()
	}
	if len(h.layer) == 1 {
		return h.layer[0], nil
	}
	return layerRoot(h.geometry, h.layer), h.layer
}

// layerRoot returns the root that a piece layer belongs to.
func layerRoot(g geometry, layer []Root) Root {
	return reduce(append([]Root(nil), layer...), g.pieceHeight(), g.layerHeight())
}

// isLayerOf reports whether layer is the piece layer of the file of that root
// and size.
func isLayerOf(layer []Root, root Root, size int64) bool {
	g := geometryOf(size)
	return len(layer) == g.pieces() && layerRoot(g, layer) == root
}
