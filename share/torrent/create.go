package torrent

import (
	"cmp"
	"context"
	"crypto/sha1"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"servent/share"
)

// A Content is a file on this computer that a torrent is to hold.
type Content struct {
	// Path is where it lies below the folder, '/' between names. It is not looked
	// at if there is no folder: then the torrent's name is the file's.
	Path string
	Size int64      // bytes
	Root share.Root // what it must be; zero: not known

	Open func() (io.ReadCloser, error)
}

// A CreateConfig says what to make a torrent of.
type CreateConfig struct {
	Name     string // of the file or the folder
	Folder   bool   // the files lie in a folder; without it there is one
	Contents []Content

	Trackers  [][]string // in tiers: see [Metainfo]
	CreatedBy string     // the program
	CreatedAt time.Time  // zero: it is not told

	// Progress is told of the bytes read since the last time, and may be nil.
	Progress func(bytes int64)
}

// Create reads every file once and returns a hybrid torrent of version 1 and 2,
// which peers of either fetch. Names are written as they are, in the order that
// version 2 asks for; in a folder padding aligns files to pieces (BEP 47). The
// piece length is [share.PieceLength] of the whole size, so that a single file
// has the pieces, and their hashes, by which servents know it.
//
// It returns the context's error, a file's, one that says that a file has changed, or
// one that wraps [ErrTorrent]: of names that [Parse] would refuse, of nothing
// but empty files.
func Create(ctx context.Context, cfg CreateConfig) (*Metainfo, error) {
	if !cfg.Folder && len(cfg.Contents) != 1 {
		return nil, refuse("%d files without a folder, want one", len(cfg.Contents))
	}
	size := int64(0)
	for _, c := range cfg.Contents {
		size += c.Size
	}
	if size > share.MaxSize {
		return nil, refuse("more than %d bytes", int64(share.MaxSize))
	}
	c := creation{ctx: ctx, cfg: cfg, pieceLength: share.PieceLength(size), piece: sha1.New()}
	info, layers, err := c.run()
	if err != nil {
		return nil, fmt.Errorf("torrent: create %q: %w", cfg.Name, err)
	}
	m, err := ParseInfo(encode(info)) // what others would refuse is not written
	if err != nil {
		return nil, err
	}
	if err := m.takeLayers(layers); err != nil {
		return nil, err
	}
	m.Trackers, m.CreatedBy, m.CreatedAt = boundTiers(cfg.Trackers), cfg.CreatedBy, cfg.CreatedAt
	return m, nil
}

// A creation is a torrent that is being made.
type creation struct {
	ctx         context.Context
	cfg         CreateConfig
	pieceLength int64

	piece  hash.Hash // SHA-1 of the v1 piece that is being read
	filled int64     // bytes of it
	pieces []byte    // SHA-1 of the pieces before
}

func (c *creation) run() (info map[string]any, layers map[string]string, err error) {
	contents := slices.Clone(c.cfg.Contents)
	slices.SortStableFunc(contents, func(a, b Content) int { // as the tree's keys sort
		return slices.CompareFunc(strings.Split(a.Path, "/"), strings.Split(b.Path, "/"), cmp.Compare[string])
	})
	layers = map[string]string{}
	tree := map[string]any{}
	var files []any
	for _, content := range contents {
		path := []string{c.cfg.Name}
		if c.cfg.Folder {
			path = strings.Split(content.Path, "/")
		}
		if content.Size > 0 && c.filled > 0 {
			files = append(files, c.pad())
		}
		leaf, err := c.file(content, layers)
		if err != nil {
			return nil, nil, fmt.Errorf("%q: %w", strings.Join(path, "/"), err)
		}
		files = append(files, map[string]any{"length": content.Size, "path": path})
		if !plant(tree, path, leaf) {
			return nil, nil, refuse("two files have the name %q", strings.Join(path, "/"))
		}
	}
	if c.filled > 0 {
		c.endPiece()
	}
	info = map[string]any{
		"file tree": tree, "meta version": metaVersion, "name": c.cfg.Name, "piece length": c.pieceLength, "pieces": string(c.pieces),
	}
	if c.cfg.Folder {
		info["files"] = files
	} else {
		info["length"] = contents[0].Size
	}
	return info, layers, nil
}

// pad fills the piece with zeros and returns the file that stands for them.
func (c *creation) pad() map[string]any {
	n := c.pieceLength - c.filled
	zeros := [minPieceLength]byte{}
	for left := n; left > 0; left -= minPieceLength {
		c.write(zeros[:min(left, minPieceLength)])
	}
	return map[string]any{"attr": attrPadding, "length": n, "path": []string{".pad", strconv.FormatInt(n, 10)}}
}

// write takes the next bytes of the stream, which lie in one piece.
func (c *creation) write(b []byte) {
	c.piece.Write(b)
	if c.filled += int64(len(b)); c.filled == c.pieceLength {
		c.endPiece()
	}
}

func (c *creation) endPiece() {
	c.pieces = c.piece.Sum(c.pieces)
	c.piece.Reset()
	c.filled = 0
}

// file reads a file, which begins a piece, and returns its leaf of the tree.
func (c *creation) file(content Content, layers map[string]string) (map[string]any, error) {
	if content.Size == 0 {
		return map[string]any{"length": content.Size}, c.ctx.Err()
	}
	f, err := content.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	root, layer, err := share.HashPieces(c.ctx, f, content.Size, c.pieceLength, func(block []byte) error {
		c.write(block) // a block never runs over the end of a piece
		if c.cfg.Progress != nil {
			c.cfg.Progress(int64(len(block)))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if content.Root != (share.Root{}) && root != content.Root {
		return nil, share.ErrChanged
	}
	if layer != nil {
		layers[string(root[:])] = layerText(layer)
	}
	return map[string]any{"length": content.Size, "pieces root": string(root[:])}, nil
}

// plant puts a leaf into the tree; false if there is something at its path.
func plant(tree map[string]any, path []string, leaf map[string]any) bool {
	for _, name := range path[:len(path)-1] {
		below, ok := tree[name].(map[string]any)
		if !ok {
			below = map[string]any{}
			tree[name] = below
		}
		tree = below
	}
	name := path[len(path)-1]
	if tree[name] != nil {
		return false
	}
	tree[name] = map[string]any{leafKey: leaf}
	return true
}
