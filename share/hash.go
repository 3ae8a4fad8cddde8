package share

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
)

// errChanged: the file is not what it was when its hash was begun.
var errChanged = errors.New("the file changes while it is read; it will be tried again")

// readSize is how much of a file is read at once: small enough to stay in the
// processor's cache for the second hash.
const readSize = 64 << 10

// A digest is all that is computed of a file's content.
type digest struct {
	size  int64
	root  Root
	sha1  [20]byte
	layer []Root // the hash of every piece; nil for a file of one piece or none
}

// hashFile reads the open file once and returns its digest. advance is told of
// the bytes read and may be nil. A file whose size or time of change differs
// afterwards has no digest.
func hashFile(ctx context.Context, f *os.File, advance func(bytes int64)) (digest, error) {
	before, err := f.Stat()
	if err != nil {
		return digest{}, err
	}
	if before.Size() > MaxSize {
		return digest{}, fmt.Errorf("%d bytes, over the limit of %d", before.Size(), int64(MaxSize))
	}
	d, err := hashStream(ctx, io.LimitReader(f, before.Size()+1), before.Size(), advance)
	if err != nil {
		return digest{}, err
	}
	after, err := f.Stat()
	if err != nil {
		return digest{}, err
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return digest{}, errChanged
	}
	return d, nil
}

// hashStream returns the digest of the size bytes that r holds.
func hashStream(ctx context.Context, r io.Reader, size int64, advance func(int64)) (digest, error) {
	var (
		h      = treeHasher{geometry: geometryOf(size)}
		stream = sha1.New()
		buffer = make([]byte, readSize)
		total  int64
	)
	for {
		if err := ctx.Err(); err != nil {
			return digest{}, err
		}
		n, err := io.ReadFull(r, buffer)
		stream.Write(buffer[:n])
		h.write(buffer[:n])
		total += int64(n)
		if advance != nil {
			advance(int64(n))
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return digest{}, err
		}
	}
	if total != size {
		return digest{}, errChanged
	}
	d := digest{size: size, sha1: [20]byte(stream.Sum(nil))}
	d.root, d.layer = h.finish()
	return d, nil
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
