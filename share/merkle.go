package share

import (
	"crypto/sha256"
	"math/bits"

	"servent/share/peerwire"
)

// Sizes of the tree. Source: BEP 52, and the piece length by which both sides
// compute the same swarm.
const (
	blockSize      = peerwire.BlockSize // bytes under a leaf
	minPieceLength = 64 << 10
	maxPieceLength = 16 << 20
	wantedPieces   = 2048 // a piece is no longer than it must be to have at most as many

	// MaxSize is the size of the largest file that is shared or fetched, in
	// bytes: its piece layer takes 32 MiB.
	MaxSize = maxPieceLength << 20
)

// PieceLength returns the piece length of a file of that size, in bytes: the
// smallest power of two that is at least size/2048, between 64 KiB and 16 MiB.
func PieceLength(size int64) int64 {
	length := int64(minPieceLength)
	for length < maxPieceLength && length*wantedPieces < size {
		length *= 2
	}
	return length
}

// A geometry is how a file of some size, or the stream of a torrent, falls into
// pieces and blocks.
type geometry struct {
	size        int64
	pieceLength int64

	// files are those that the stream holds, with padding between them. Nil: it is
	// one file.
	files []SwarmFile
	// aligned: each of files begins a piece, and ends its last one. Else pieces run
	// across files, and hold padding. Source: BEP 52; BEP 3.
	aligned bool
}

func geometryOf(size int64) geometry { return geometry{size: size, pieceLength: PieceLength(size)} }

// pieces returns the number of pieces, 0 for an empty file.
func (g geometry) pieces() int { return int((g.size + g.pieceLength - 1) / g.pieceLength) }

// pieceSize returns how many bytes piece i holds.
func (g geometry) pieceSize(i int) int {
	at := int64(i) * g.pieceLength
	end := g.size
	if g.aligned {
		f := g.files[fileAt(g.files, at)]
		end = f.Offset + f.Size
	}
	return int(min(g.pieceLength, end-at))
}

// paddedSize returns how long peers may take the stream for, in bytes: libtorrent
// 2.0 asks for blocks of a file in a folder whole, beyond the file's end and that
// of the last file too, and takes zeros for it.
func (g geometry) paddedSize() int64 {
	if g.aligned {
		return int64(g.pieces()) * g.pieceLength
	}
	return g.size
}

// contentSize returns how many bytes of files piece i holds: all but padding.
func (g geometry) contentSize(i int) (n int64) {
	at, size := int64(i)*g.pieceLength, int64(g.pieceSize(i))
	if g.files == nil || g.aligned {
		return size
	}
	for _, f := range g.files[fileAt(g.files, at):] {
		if f.Offset >= at+size {
			break
		}
		n += min(at+size, f.Offset+f.Size) - max(at, f.Offset)
	}
	return n
}

// content returns how many bytes the files hold.
func (g geometry) content() (n int64) {
	if g.files == nil {
		return g.size
	}
	for _, f := range g.files {
		n += f.Size
	}
	return n
}

// blocks returns how many blocks piece i holds.
func (g geometry) blocks(i int) int { return (g.pieceSize(i) + blockSize - 1) / blockSize }

// blockLength returns how many bytes block b of piece i holds.
func (g geometry) blockLength(i, b int) int { return min(blockSize, g.pieceSize(i)-b*blockSize) }

// pieceHeight returns the height of a piece's tree above its blocks, in the one
// file that there is: that of a full piece, but that of the file where there is
// only one. Of several files see [geometry.treeOf].
func (g geometry) pieceHeight() int {
	if g.pieces() == 1 {
		return heightOf(g.blocks(0))
	}
	return heightOf(int(g.pieceLength / blockSize))
}

// layerHeight returns the height of the tree above the piece layer.
func (g geometry) layerHeight() int { return heightOf(g.pieces()) }

// heightOf returns the height of the smallest tree with n leaves: 0 for one.
func heightOf(n int) int {
	if n <= 1 {
		return 0
	}
	return bits.Len(uint(n - 1))
}

// padding[h] is the root of a tree of height h that stands past the end of the
// file: its leaves are zero hashes. Source: BEP 52.
var padding = func() (p [64]Root) {
	for h := 1; h < len(p); h++ {
		p[h] = join(p[h-1], p[h-1])
	}
	return p
}()

// join returns the parent of two nodes.
func join(left, right Root) Root {
	var both [2 * sha256.Size]byte
	copy(both[:sha256.Size], left[:])
	copy(both[sha256.Size:], right[:])
	return sha256.Sum256(both[:])
}

// reduce returns the root of the tree of the given height over nodes, which
// stand at height base above the leaves; missing ones are padding. It
// overwrites nodes.
func reduce(nodes []Root, base, height int) Root {
	for h := range height {
		if len(nodes)%2 == 1 {
			nodes = append(nodes, padding[base+h])
		}
		for i := 0; i < len(nodes); i += 2 {
			nodes[i/2] = join(nodes[i], nodes[i+1])
		}
		nodes = nodes[:len(nodes)/2]
	}
	if len(nodes) == 0 {
		return padding[base+height]
	}
	return nodes[0]
}

// A tree is a whole Merkle tree: level 0 is its bottom, padded to a power of
// two; the last level is the root alone.
type tree [][]Root

// newTree builds the tree of the given height over nodes, which stand at height
// base above the leaves.
func newTree(nodes []Root, base, height int) tree {
	bottom := make([]Root, 1<<height)
	for i := copy(bottom, nodes); i < len(bottom); i++ {
		bottom[i] = padding[base]
	}
	t := tree{bottom}
	for len(bottom) > 1 {
		above := make([]Root, len(bottom)/2)
		for i := range above {
			above[i] = join(bottom[2*i], bottom[2*i+1])
		}
		t = append(t, above)
		bottom = above
	}
	return t
}

// root returns the top of the tree.
func (t tree) root() Root { return t[len(t)-1][0] }

// uncles appends to out what proves the node at index of a level against the
// root: the sibling of each of its ancestors and its own, lowest first.
func (t tree) uncles(out []Root, level, index int) []Root {
	for ; level < len(t)-1; level++ {
		out = append(out, t[level][index^1])
		index /= 2
	}
	return out
}

// prove climbs from a node at index of its level by its uncles, lowest first,
// and returns the root that they lead to.
func prove(node Root, index int, uncles []Root) Root {
	for _, uncle := range uncles {
		if index%2 == 0 {
			node = join(node, uncle)
		} else {
			node = join(uncle, node)
		}
		index /= 2
	}
	return node
}
