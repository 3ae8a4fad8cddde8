package share

import "servent/share/peerwire"

// A hashTree is what the pieces of one file are proven by: its root, how it falls
// into pieces, and where in the stream of its torrent these begin.
//
// Source: BEP 52.
type hashTree struct {
	geometry // of the file
	root     Root
	first    int // its first piece
}

// treeOf returns the tree that proves a piece; root is that of the file where the
// stream is one file.
func (g geometry) treeOf(piece int, root Root) hashTree {
	if !g.aligned {
		return hashTree{geometry: g, root: root}
	}
	return g.fileTree(fileAt(g.files, int64(piece)*g.pieceLength))
}

// fileTree returns the tree of one of several files.
func (g geometry) fileTree(file int) hashTree {
	f := g.files[file]
	return hashTree{geometry{size: f.Size, pieceLength: g.pieceLength}, f.Root, int(f.Offset / g.pieceLength)}
}

// layerRequest returns the request for the hashes of pieces from the file's piece
// first on, with all uncles up to the root.
func (t hashTree) layerRequest(first int) peerwire.HashRange {
	return layerRequest(t.root, t.geometry, first)
}

// blockRequest returns the request for the hashes of all blocks of a piece of the
// stream.
func (t hashTree) blockRequest(piece int) peerwire.HashRange {
	return blockRequest(t.root, t.geometry, piece-t.first)
}

// layer returns the hash of each piece of the stream, nil if that of one is not
// known. Each file begins a piece.
func (s *Swarm) layer() []Root {
	var all []Root
	for _, f := range s.Files {
		switch {
		case f.Layer != nil:
			all = append(all, f.Layer...)
		case f.Size > s.PieceLength:
			return nil
		case f.Size > 0:
			all = append(all, f.Root)
		}
	}
	return all
}
