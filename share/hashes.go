package share

import (
	"errors"
	"math/bits"

	"servent/share/peerwire"
)

const (
	// layerRun is how many hashes of the piece layer are asked for at once.
	layerRun = 512

	// A peer may ask for hashes a few times more often than a download needs:
	// each piece may be read for it.
	hashBudgetBase     = 64
	hashBudgetPerPiece = 2
)

// What a prover says no with.
var (
	errRefused    = errors.New("not such a hash request as is answered here")
	errHashBudget = errors.New("the peer asks for hashes without end")
)

// A prover answers the hash requests of one peer.
type prover struct {
	geometry
	root   Root
	layer  []Root // nil for a file of one piece
	leaves func(piece int) ([]Root, error)
	upper  tree // over the piece layer, once it was asked for
	budget int

	// Of a stream of several files, of which each has a prover of its own:
	provers map[int]*prover
	last    int // the file that was asked for last
}

// newProver returns the prover of a file, or of a stream of aligned files; leaves
// gives it the hashes of a piece's blocks.
func newProver(root Root, g geometry, layer []Root, leaves func(int) ([]Root, error)) prover {
	return prover{geometry: g, root: root, layer: layer, leaves: leaves, budget: hashBudgetBase + hashBudgetPerPiece*g.pieces()}
}

// answer returns the hashes of a range and the uncles that prove them. It
// answers for the piece layer and for the blocks of one piece; for all else it
// returns errRefused.
//
// Source: BEP 52, "hash request".
func (p *prover) answer(r peerwire.HashRange) ([]Root, error) {
	if p.budget--; p.budget < 0 {
		return nil, errHashBudget
	}
	if p.aligned {
		if p = p.ofFile(r.Root); p == nil {
			return nil, errRefused
		}
	}
	if r.Root != p.root || p.root == (Root{}) || r.Length < 2 || r.Length > maxRun || bits.OnesCount32(r.Length) != 1 || r.Index%r.Length != 0 || p.size == 0 {
		return nil, errRefused
	}
	var hashes, uncles []Root
	var err error
	switch {
	case r.BaseLayer == 0 && (p.layer == nil || p.pieceHeight() > 0):
		hashes, uncles, err = p.blockHashes(r)
	case p.layer != nil && int64(r.BaseLayer) == int64(p.pieceHeight()):
		hashes, uncles, err = p.layerHashes(r)
	default:
		err = errRefused
	}
	if err != nil {
		return nil, err
	}
	wanted := uncleCount(r)
	if wanted > len(uncles) {
		return nil, errRefused
	}
	return append(hashes, uncles[:wanted]...), nil
}

// ofFile returns the prover of the file of that root, nil if there is none. Peers
// ask for one file after the other.
func (p *prover) ofFile(root Root) *prover {
	for i := range p.files {
		file := (p.last + i) % len(p.files)
		if f := p.files[file]; f.Root != root || f.Size == 0 {
			continue
		}
		p.last = file
		if own := p.provers[file]; own != nil {
			return own
		}
		t := p.fileTree(file)
		own := &prover{geometry: t.geometry, root: root, leaves: func(piece int) ([]Root, error) { return p.leaves(t.first + piece) }}
		if t.pieces() > 1 {
			own.layer = p.layer[t.first:][:t.pieces()]
		}
		if p.provers == nil {
			p.provers = map[int]*prover{}
		}
		p.provers[file] = own
		return own
	}
	return nil
}

// maxRun is the longest range of hashes that is answered: the blocks of the
// longest piece.
const maxRun = maxPieceLength / blockSize

// uncleCount returns how many uncles a request wants: the peer computes the
// nodes above the range itself, so they are not sent. Source: BEP 52.
func uncleCount(r peerwire.HashRange) int {
	return max(0, int(min(r.ProofLayers, 64))-(bits.TrailingZeros32(r.Length)-1))
}

// run returns the range of a level of t and what proves it.
func (t tree) run(first, n int) (hashes, uncles []Root) {
	up := bits.TrailingZeros(uint(n))
	return append([]Root(nil), t[0][first:first+n]...), t.uncles(nil, up, first>>up)
}

func (p *prover) layerHashes(r peerwire.HashRange) (hashes, uncles []Root, err error) {
	if int64(r.Index)+int64(r.Length) > 1<<p.layerHeight() {
		return nil, nil, errRefused
	}
	hashes, uncles = p.top().run(int(r.Index), int(r.Length))
	return hashes, uncles, nil
}

// top returns the tree over the piece layer.
func (p *prover) top() tree {
	if p.upper == nil {
		p.upper = newTree(p.layer, p.pieceHeight(), p.layerHeight())
	}
	return p.upper
}

func (p *prover) blockHashes(r peerwire.HashRange) (hashes, uncles []Root, err error) {
	height := p.pieceHeight()
	piece := int64(r.Index) >> height
	if piece >= int64(p.pieces()) || r.Length > 1<<height {
		return nil, nil, errRefused
	}
	leaves, err := p.leaves(int(piece))
	if err != nil {
		return nil, nil, err
	}
	t := newTree(leaves, 0, height)
	if t.root() != p.pieceRoot(int(piece)) {
		return nil, nil, ErrChanged // though neither size nor time show it
	}
	hashes, uncles = t.run(int(r.Index)&(1<<height-1), int(r.Length))
	if p.layer != nil {
		uncles = p.top().uncles(uncles, 0, int(piece))
	}
	return hashes, uncles, nil
}

// pieceRoot returns the hash of a piece.
func (p *prover) pieceRoot(i int) Root {
	if p.layer == nil {
		return p.root
	}
	return p.layer[i]
}

// layerRequest returns the request for the piece layer from piece first on,
// with all uncles up to the root.
func layerRequest(root Root, g geometry, first int) peerwire.HashRange {
	return peerwire.HashRange{
		Root: root, BaseLayer: uint32(g.pieceHeight()), Index: uint32(first),
		Length:      uint32(min(layerRun, 1<<g.layerHeight())),
		ProofLayers: uint32(g.layerHeight() - 1),
	}
}

// blockRequest returns the request for the hashes of all blocks of a piece,
// which prove themselves against the hash of the piece.
func blockRequest(root Root, g geometry, piece int) peerwire.HashRange {
	n := 1 << g.pieceHeight()
	return peerwire.HashRange{Root: root, Index: uint32(piece * n), Length: uint32(n)}
}

// checkHashes returns the hashes in data, the answer to r, if they and their
// uncles lead to top. Position is where the range stands under top, in ranges.
func checkHashes(r peerwire.HashRange, data []byte, top Root, position int) ([]Root, bool) {
	all := decodeLayer(data)
	if len(all) != int(r.Length)+uncleCount(r) {
		return nil, false
	}
	hashes, uncles := all[:r.Length:r.Length], all[r.Length:]
	node := reduce(append([]Root(nil), hashes...), int(r.BaseLayer), bits.TrailingZeros32(r.Length))
	return hashes, prove(node, position, uncles) == top
}
