package share

import (
	"bufio"
	"context"
	"fmt"
	"io"
)

// HashPieces reads the size bytes that r holds and returns their root and the
// hash of every piece of pieceLength bytes: a power of two, at least 16 KiB. The
// layer is nil for one piece or none. It hands each block of 16 KiB to block,
// the last one shorter, which must not keep it.
//
// It returns the context's error, that of r or of block, or one that says that r
// holds another number of bytes.
func HashPieces(ctx context.Context, r io.Reader, size, pieceLength int64, block func([]byte) error) (Root, []Root, error) {
	tree := treeHasher{geometry: geometry{size: size, pieceLength: pieceLength}}
	in := bufio.NewReaderSize(r, readSize)
	var buffer [blockSize]byte
	total := int64(0)
	for {
		n, err := io.ReadFull(in, buffer[:])
		if n > 0 {
			if err := ctx.Err(); err != nil {
				return Root{}, nil, err
			}
			if total += int64(n); total > size {
				return Root{}, nil, ErrUnsteady
			}
			tree.write(buffer[:n])
			if err := block(buffer[:n]); err != nil {
				return Root{}, nil, err
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return Root{}, nil, err
		}
	}
	if total != size {
		return Root{}, nil, fmt.Errorf("%w: %d bytes, not %d", ErrUnsteady, total, size)
	}
	root, layer := tree.finish()
	return root, layer, nil
}

// LayerRoot returns the root of the file of that size to which the hashes of its
// pieces lead, and false if they are not as many as it has pieces of pieceLength
// bytes, a power of two of at least 16 KiB. The file has more than one piece.
//
// Source: BEP 52, "piece layers".
func LayerRoot(layer []Root, size, pieceLength int64) (Root, bool) {
	g := geometry{size: size, pieceLength: pieceLength}
	if len(layer) != g.pieces() || len(layer) < 2 {
		return Root{}, false
	}
	return layerRoot(g, layer), true
}
