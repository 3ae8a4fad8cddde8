package share

import (
	"errors"
	"fmt"
	"slices"

	"servent/share/peerwire"
)

// layersAhead is how many requests for hashes of pieces a source is asked at a
// time: a folder has many files, and each takes at least one.
const layersAhead = 16

// A lacking is a file whose pieces have hashes that are not all known yet.
type lacking struct {
	hashTree
	also  []int   // where other files of the same content begin, in pieces of the stream
	known int     // how many hashes are proven, from the file's first piece on
	by    *source // who was asked for the next; nil: nobody
}

// isKnown reports whether all hashes are.
func (l *lacking) isKnown() bool { return l.known == l.pieces() }

// proofs are the hashes of all pieces of a download.
type proofs struct {
	hashes []Root     // of a piece whose file is in lacking it does not count
	lack   []*lacking // in the order of the stream; what is known among them is skipped
	left   int        // of lack: those that are not known
	asked  map[peerwire.HashRange]*lacking
}

// newProofs returns what a plan needs to know of the hashes of pieces.
func newProofs(plan *plan) *proofs {
	p := &proofs{hashes: plan.layer}
	if plan.sums != nil || p.hashes != nil {
		return p
	}
	p.hashes = make([]Root, plan.pieces())
	p.asked = map[peerwire.HashRange]*lacking{}
	if !plan.aligned {
		p.add(hashTree{geometry: plan.geometry, root: plan.root}, nil)
		return p
	}
	known := map[hashTreeKey]*lacking{}
	for i, f := range plan.files {
		if f.Size > 0 {
			p.add(plan.fileTree(i), known)
		}
	}
	return p
}

// A hashTreeKey says which files have one layer.
type hashTreeKey struct {
	root Root
	size int64
}

// add takes a file that is not empty; known are those before it.
func (p *proofs) add(t hashTree, known map[hashTreeKey]*lacking) {
	if t.pieces() == 1 { // then the root is the hash of the piece
		p.hashes[t.first] = t.root
		return
	}
	key := hashTreeKey{t.root, t.size}
	if same := known[key]; same != nil {
		same.also = append(same.also, t.first)
		return
	}
	file := &lacking{hashTree: t}
	p.lack, p.left = append(p.lack, file), p.left+1
	if known != nil {
		known[key] = file
	}
}

// take takes hashes of a file as proven.
func (p *proofs) take(file *lacking, hashes []Root) {
	hashes = hashes[:min(len(hashes), file.pieces()-file.known)]
	copy(p.hashes[file.first+file.known:], hashes)
	for _, first := range file.also {
		copy(p.hashes[first+file.known:], hashes)
	}
	if file.known += len(hashes); file.isKnown() {
		p.left--
	}
	for len(p.lack) > 0 && p.lack[0].isKnown() {
		p.lack = p.lack[1:]
	}
}

// release takes a file as asked of nobody.
func (p *proofs) release(file *lacking) {
	if file.by != nil {
		file.by.layersAsked--
		file.by = nil
	}
}

// releaseAll takes all files as asked of a source no more.
func (p *proofs) releaseAll(s *source) {
	for _, file := range p.lack {
		if file.by == s {
			p.release(file)
		}
	}
}

// tree returns what proves an open piece.
func (f *fetch) tree(p *piece) hashTree { return f.treeOf(p.index, f.root) }

// askLayers asks a source for the next hashes of pieces that nobody else is asked
// for.
func (f *fetch) askLayers(s *source) {
	if s.noLayer {
		return
	}
	for _, file := range f.proofs.lack {
		if s.layersAsked >= layersAhead {
			return
		}
		if file.by != nil || file.isKnown() {
			continue
		}
		r := file.layerRequest(file.known)
		f.proofs.asked[r] = file
		file.by = s
		s.layersAsked++
		s.requestHashes(r)
	}
}

// takeProof takes hashes, or that they do not come: those of pieces, or those
// that tell the blocks of a wrong one. What proves itself is taken from whoever
// sends it.
func (f *fetch) takeProof(s *source, m peerwire.Message) error {
	if u := f.testimony(m); u != nil {
		return f.takeTestimony(u, s, m)
	}
	file := f.proofs.asked[m.Range]
	if file == nil { // it has been settled without it
		return nil
	}
	if file.by == s {
		f.proofs.release(file)
	}
	if m.Kind == peerwire.HashReject {
		if pieces, _ := s.conn.HasTold(); pieces < f.pieces() { // another may know them
			s.noLayer = true
			return nil
		}
		return f.lose(s, ErrVerify, fmt.Errorf("refuses the piece hashes: %w", ErrChanged))
	}
	hashes, ok := checkHashes(m.Range, m.Data, file.root, int(m.Range.Index/m.Range.Length))
	if !ok {
		return f.lose(s, ErrLie, errors.New("sent piece hashes that do not lead to the root"))
	}
	delete(f.proofs.asked, m.Range)
	f.proofs.release(file)
	f.proofs.take(file, hashes)
	if f.proofs.left == 0 {
		f.held.prove(f.proofs.hashes)
		if f.proven != nil {
			f.proven(f.proofs.hashes)
		}
	}
	return nil
}

// withLayers returns the files of a torrent with the layers that the hashes of all
// its pieces make. Each file begins a piece.
func (s *Swarm) withLayers(hashes []Root) []SwarmFile {
	files := slices.Clone(s.Files)
	for i := range files {
		f := &files[i]
		if f.Size > s.PieceLength {
			first := int(f.Offset / s.PieceLength)
			f.Layer = slices.Clone(hashes[first:][:(geometry{size: f.Size, pieceLength: s.PieceLength}).pieces()])
		}
	}
	return files
}
