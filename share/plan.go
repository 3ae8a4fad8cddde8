package share

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"path/filepath"
)

// A plan is what a download fetches: how its bytes fall into pieces, what proves
// them, and where they are put together.
type plan struct {
	geometry            // with the files of a folder
	root     Root       // of the one file; zero where SHA-1 alone proves the pieces, or there are several files
	layer    []Root     // the hashes of all pieces, if they are known before a source is asked
	sums     [][20]byte // SHA-1 of the pieces, where they prove them; nil: the layer does

	names [][20]byte // of the swarm: the first is what a source is greeted with that has no other
	key   string     // of the partial file
}

// plan returns what the download is to fetch.
func (d *Download) plan() (plan, error) {
	s := d.Torrent
	switch {
	case s == nil:
		return rootPlan(d.Root, d.Size)
	case s.HasV2() && !s.Folder:
		return s.filePlan()
	case !s.HasV2():
		return s.sumPlan(), nil
	}
	layer := s.layer()
	if layer == nil && s.HasV1() { // a magnet link led to it: nobody told the layers, and peers of v1 know none
		return s.sumPlan(), nil
	}
	return s.folderPlan(layer), nil
}

// rootPlan returns the plan for a file by its content alone, which both sides
// compute.
func rootPlan(root Root, size int64) (plan, error) {
	switch {
	case size < 0 || size > MaxSize:
		return plan{}, fmt.Errorf("%w: a size of %d bytes, the limit is %d", ErrVerify, size, int64(MaxSize))
	case size == 0 && root != EmptyRoot:
		return plan{}, fmt.Errorf("%w: the file is said to be empty, but its root is another", ErrVerify)
	}
	p := plan{geometry: geometryOf(size), root: root, names: [][20]byte{InfoHash(root, size)}, key: root.String()}
	if p.pieces() == 1 { // then the root is the hash of the piece
		p.layer = []Root{root}
	}
	return p, nil
}

// filePlan returns the plan for one file that has a root. Where its pieces are as
// long as servents have them, servents and BitTorrent peers serve one download.
func (s *Swarm) filePlan() (plan, error) {
	f := s.Files[0]
	p, err := rootPlan(f.Root, f.Size)
	if err != nil {
		return plan{}, err
	}
	if s.PieceLength == p.pieceLength {
		p.names = append(p.names, s.InfoHashes()...)
	} else {
		p.geometry, p.layer = geometry{size: f.Size, pieceLength: s.PieceLength}, nil
		p.names, p.key = s.InfoHashes(), s.key()
	}
	switch {
	case p.pieces() == 1:
		p.layer = []Root{f.Root}
	case f.Layer != nil:
		p.layer = f.Layer
	case s.HasV1(): // as with a folder
		p.root, p.sums = Root{}, s.Pieces
	}
	return p, nil
}

// sumPlan returns the plan for a torrent whose pieces are proven by their SHA-1
// and run across its files.
func (s *Swarm) sumPlan() plan {
	return plan{geometry: s.geometry(), sums: s.Pieces, names: [][20]byte{s.V1}, key: s.key()}
}

// folderPlan returns the plan for a torrent of several files, each of which has a
// root and pieces of its own. Layer is nil if it is not known.
func (s *Swarm) folderPlan(layer []Root) plan {
	p := plan{geometry: s.geometry(), layer: layer, names: s.InfoHashes(), key: s.key()}
	p.aligned = true
	return p
}

// geometry returns how the stream falls into pieces that SHA-1 proves.
func (s *Swarm) geometry() geometry {
	g := geometry{size: s.Length, pieceLength: s.PieceLength}
	if s.Folder {
		g.files = s.Files
	}
	return g
}

// key returns what the partial file of a torrent is called that servents do not
// know by a root: its first name in hex, which is shorter than a root.
func (s *Swarm) key() string {
	return s.infoHashKey()
}

func (s *Swarm) infoHashKey() string {
	name := s.InfoHashes()[0]
	return hex.EncodeToString(name[:])
}

// PartialKey returns what a [Download] of the torrent is called in its partial
// folder: see [Unfinished].
func (s *Swarm) PartialKey() string {
	p, err := (&Download{Torrent: s}).plan()
	if err != nil {
		return s.infoHashKey()
	}
	return p.key
}

// path returns where the plan is put together in dir.
func (p *plan) path(dir string) string {
	if p.files != nil {
		return filepath.Join(dir, p.key+partsSuffix)
	}
	return filepath.Join(dir, p.key+partialSuffix)
}

// hasSum reports whether the piece has the SHA-1 that it is to have.
func (p *piece) hasSum(sum [sha1.Size]byte) bool {
	h := sha1.New()
	for _, c := range p.chunks {
		h.Write(c)
	}
	return [sha1.Size]byte(h.Sum(nil)) == sum
}

// takeSum goes on with a piece that is proven by its SHA-1: which is taken when
// all of it is here, and then it is written or suspect.
func (f *fetch) takeSum(t task) error {
	p := t.piece
	if !t.sum {
		if p.hashed++; p.isHashed() {
			f.crew.give(task{piece: p, sum: true})
		}
		return nil
	}
	if !t.right { // which of its blocks is wrong nobody can tell before it is right
		return f.tryAgain(&suspect{piece: p})
	}
	if err := f.convict(p); err != nil {
		return err
	}
	f.write(p)
	return nil
}
