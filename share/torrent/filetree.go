package torrent

import (
	"slices"
	"strings"

	"servent/share"
)

// A treeFile is a leaf of the file tree. Source: BEP 52.
type treeFile struct {
	Length     int64  `bencode:"length"`
	PiecesRoot string `bencode:"pieces root"`
	Attr       string `bencode:"attr"`
}

// leafKey is the name of the entry that makes of a node a file.
const leafKey = ""

// layoutV2 returns the v2 view: the files in the order of the tree, each at the
// beginning of a piece.
func (d *infoDict) layoutV2() (layout, error) {
	if len(d.FileTree) == 0 {
		return layout{}, refuse("it is of meta version 2 and has no file tree")
	}
	w := treeWalk{walker: walker{in: d.FileTree}, pieceLength: d.PieceLength, sizes: map[share.Root]int64{}}
	if err := w.node(nil); err != nil {
		return layout{}, err
	}
	if len(w.files) == 0 {
		return layout{}, refuse("its file tree is empty")
	}
	// A single file is a tree of one file at the top that has the torrent's name.
	w.folder = len(w.files) > 1 || !slices.Equal(w.files[0].path, []string{d.Name})
	return w.layout, nil
}

// A treeWalk collects the files of a tree. It reads the bencoding in place, for
// a copy of each folder in each other would take the depth times the memory.
type treeWalk struct {
	walker
	layout
	pieceLength int64
	sizes       map[share.Root]int64 // of the files, by what they are
}

// node reads a folder or a file, in the order in which they came.
func (w *treeWalk) node(path []string) error {
	if w.at == len(w.in) || w.in[w.at] != 'd' {
		return refuse("the file tree at %q is no dictionary", path)
	}
	w.at++
	for !w.closes() {
		name, err := w.text()
		if err != nil {
			return refuse("the file tree at %q: %w", path, err)
		}
		if string(name) == leafKey { // it sorts before all others
			if err := w.leaf(path); err != nil {
				return err
			}
			if !w.closes() || len(path) == 0 {
				return refuse("%q is both a file and a folder", path)
			}
			return nil
		}
		if len(path) == maxPathNames {
			return refuse("a path of more than %d names", maxPathNames)
		}
		if err := w.node(append(path[:len(path):len(path)], string(name))); err != nil {
			return err
		}
	}
	return nil
}

func (w *treeWalk) leaf(path []string) error {
	n, err := prefixLength(w.in[w.at:])
	if err != nil {
		return refuse("the file tree at %q: %w", path, err)
	}
	var leaf treeFile
	if err := decode(w.in[w.at:w.at+n], &leaf); err != nil {
		return refuse("the file tree at %q: %w", path, err)
	}
	w.at += n
	f := placed{path: path, size: leaf.Length, offset: w.end(), root: share.EmptyRoot}
	if err := checkSize(f); err != nil {
		return err
	}
	switch {
	case strings.Contains(leaf.Attr, attrLink):
		return refuse("%q is a symbolic link", path)
	case len(w.files) == maxFiles:
		return refuse("more than %d files", maxFiles)
	case f.size > 0 && len(leaf.PiecesRoot) != len(f.root):
		return refuse("%q has a pieces root of %d bytes, not %d", path, len(leaf.PiecesRoot), len(f.root))
	case f.size > share.MaxSize-f.offset:
		return refuse("more than %d bytes", int64(share.MaxSize))
	case f.size > 0:
		copy(f.root[:], leaf.PiecesRoot)
		w.length = f.offset + f.size
	}
	if size, known := w.sizes[f.root]; known && size != f.size { // peers ask for hashes by the root alone
		return refuse("%q has %d bytes, and another file of the same root has %d", path, f.size, size)
	}
	w.sizes[f.root] = f.size
	w.files = append(w.files, f)
	return nil
}

// end returns where the next file begins.
func (w *treeWalk) end() int64 {
	return (w.length + w.pieceLength - 1) / w.pieceLength * w.pieceLength
}
