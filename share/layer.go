package share

import (
	"errors"
	"fmt"
	"slices"

	"servent/share/peerwire"
)

// layersAhead is how many requests for hashes of pieces a source is asked at a
// time: all of the layer of a file that servents know by its root, in one round
// trip; a folder has many files, each of which takes at least one.
const layersAhead = 16

// A lacking is a run of hashes of the pieces of one file that is not known yet. It
// proves itself, whatever is known of the file's others.
type lacking struct {
	hashTree
	at      *[]int  // where files of this content begin, in pieces of the stream
	from    int     // the piece of the file that it begins with
	isKnown bool    // it is lacking no more
	by      *source // who was asked for it; nil: nobody
}

// proofs are the hashes of all pieces of a download.
type proofs struct {
	hashes []Root     // of a piece in lack it does not count
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
	known := map[hashTreeKey]*[]int{}
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

// add takes a file that is not empty; known says where those before it begin.
func (p *proofs) add(t hashTree, known map[hashTreeKey]*[]int) {
	if t.pieces() == 1 { // then the root is the hash of the piece
		p.hashes[t.first] = t.root
		return
	}
	key := hashTreeKey{t.root, t.size}
	if same := known[key]; same != nil {
		*same = append(*same, t.first)
		return
	}
	at := &[]int{t.first}
	if known != nil {
		known[key] = at
	}
	for from := 0; from < t.pieces(); from += layerRun {
		p.lack, p.left = append(p.lack, &lacking{hashTree: t, at: at, from: from}), p.left+1
	}
}

// take takes a run of hashes as proven.
func (p *proofs) take(run *lacking, hashes []Root) {
	hashes = hashes[:min(len(hashes), run.pieces()-run.from)]
	for _, first := range *run.at {
		copy(p.hashes[first+run.from:], hashes)
	}
	run.isKnown = true
	p.left--
	for len(p.lack) > 0 && p.lack[0].isKnown {
		p.lack = p.lack[1:]
	}
}

// release takes a run as asked of nobody.
func (p *proofs) release(run *lacking) {
	if run.by != nil {
		run.by.layersAsked--
		run.by = nil
	}
}

// releaseAll takes all runs as asked of a source no more.
func (p *proofs) releaseAll(s *source) {
	for _, run := range p.lack {
		if run.by == s {
			p.release(run)
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
	for _, run := range f.proofs.lack {
		if s.layersAsked >= layersAhead {
			return
		}
		if run.by != nil || run.isKnown {
			continue
		}
		r := run.layerRequest(run.from)
		f.proofs.asked[r] = run
		run.by = s
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
	run := f.proofs.asked[m.Range]
	if run == nil { // it has been settled without it
		return nil
	}
	if run.by == s {
		f.proofs.release(run)
	}
	if m.Kind == peerwire.HashReject {
		if pieces, _ := s.conn.HasTold(); pieces < f.pieces() { // another may know them
			s.noLayer = true
			return nil
		}
		return f.lose(s, ErrVerify, fmt.Errorf("refuses the piece hashes: %w", ErrChanged))
	}
	hashes, ok := checkHashes(m.Range, m.Data, run.root, int(m.Range.Index/m.Range.Length))
	if !ok {
		return f.lose(s, ErrLie, errors.New("sent piece hashes that do not lead to the root"))
	}
	delete(f.proofs.asked, m.Range)
	f.proofs.release(run)
	f.proofs.take(run, hashes)
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
