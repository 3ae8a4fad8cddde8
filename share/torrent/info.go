package torrent

import (
	"crypto/sha1"
	"math/bits"
	"slices"
	"strings"

	"github.com/anacrolix/torrent/bencode"

	"servent/share"
)

// An infoDict is the info dictionary as it came. Source: BEP 3, 47, 52.
type infoDict struct {
	Name        string        `bencode:"name"`
	NameUTF8    string        `bencode:"name.utf-8"`
	PieceLength int64         `bencode:"piece length"`
	Private     int64         `bencode:"private"`
	MetaVersion int64         `bencode:"meta version"`
	Pieces      string        `bencode:"pieces"`
	Length      *int64        `bencode:"length"`
	Attr        string        `bencode:"attr"`
	Files       []infoFile    `bencode:"files"`
	FileTree    bencode.Bytes `bencode:"file tree"`
}

// An infoFile is one of several files in the v1 view.
type infoFile struct {
	Length   int64    `bencode:"length"`
	Path     []string `bencode:"path"`
	PathUTF8 []string `bencode:"path.utf-8"`
	Attr     string   `bencode:"attr"`
}

// The letters of attr. Source: BEP 47.
const (
	attrPadding = "p"
	attrLink    = "l"
)

// swarm checks the dictionary and returns what it describes, but for the names
// of the swarm, which are hashes of it.
func (d *infoDict) swarm() (share.Swarm, error) {
	isV1, isV2 := d.Pieces != "" || d.Length != nil || d.Files != nil, d.MetaVersion == metaVersion
	switch {
	case d.MetaVersion > metaVersion:
		return share.Swarm{}, refuse("it is of meta version %d, this program knows 1 and 2", d.MetaVersion)
	case !isV1 && !isV2:
		return share.Swarm{}, refuse("it describes no file")
	case d.PieceLength < minPieceLength || d.PieceLength > maxPieceLength || d.PieceLength%minPieceLength != 0:
		return share.Swarm{}, refuse("pieces of %d bytes: only multiples of 16 KiB up to 16 MiB are supported", d.PieceLength)
	case isV2 && bits.OnesCount64(uint64(d.PieceLength)) != 1:
		return share.Swarm{}, refuse("pieces of %d bytes, which is no power of two (BEP 52)", d.PieceLength)
	case d.Name == "":
		return share.Swarm{}, refuse("it has no name")
	}
	var v1, v2 layout
	var err error
	if isV2 {
		if v2, err = d.layoutV2(); err != nil {
			return share.Swarm{}, err
		}
	}
	if isV1 {
		if v1, err = d.layoutV1(); err != nil {
			return share.Swarm{}, err
		}
	}
	l := v2
	switch {
	case !isV2:
		l = v1
	case isV1:
		if err := d.agree(v1, v2); err != nil {
			return share.Swarm{}, err
		}
		l.length = v1.length // which may end with padding
	}
	return d.finish(l)
}

// A layout is one view of the files, as it came.
type layout struct {
	folder bool
	files  []placed
	length int64 // of the stream
}

// A placed is a file with its place in the stream.
type placed struct {
	path   []string // below the folder; the name alone if there is none
	size   int64
	offset int64
	root   share.Root
}

// finish makes of a layout the swarm.
func (d *infoDict) finish(l layout) (share.Swarm, error) {
	pieces := d.piecesOf(l)
	switch {
	case l.length == 0:
		return share.Swarm{}, refuse("its files are empty: there is nothing to fetch")
	case pieces > maxPieces:
		return share.Swarm{}, refuse("%d pieces, the limit is %d", pieces, maxPieces)
	}
	s := share.Swarm{Folder: l.folder, PieceLength: d.PieceLength, Length: l.length}
	s.Name = share.SafeName(d.Name)
	if d.NameUTF8 != "" && d.MetaVersion != metaVersion {
		s.Name = share.SafeName(d.NameUTF8)
	}
	if d.Pieces != "" {
		if int64(len(d.Pieces)) != pieces*sha1.Size {
			return share.Swarm{}, refuse("%d bytes of piece hashes, %d pieces take %d", len(d.Pieces), pieces, pieces*sha1.Size)
		}
		s.Pieces = make([][sha1.Size]byte, pieces)
		for i := range s.Pieces {
			copy(s.Pieces[i][:], d.Pieces[i*sha1.Size:])
		}
	} else if d.MetaVersion != metaVersion || d.Length != nil || d.Files != nil {
		return share.Swarm{}, refuse("it has no piece hashes")
	}
	paths := newPaths()
	for _, f := range l.files {
		path, err := paths.add(f.path)
		if err != nil {
			return share.Swarm{}, err
		}
		s.Files = append(s.Files, share.SwarmFile{Path: path, Size: f.size, Offset: f.offset, Root: f.root})
	}
	if !l.folder {
		s.Files[0].Path = s.Name
	}
	return s, nil
}

// layoutV1 returns the v1 view: the files one after the other, without those
// that are padding.
func (d *infoDict) layoutV1() (layout, error) {
	if d.Files == nil {
		if d.Length == nil {
			return layout{}, refuse("it has piece hashes, but neither a length nor files")
		}
		if strings.Contains(d.Attr, attrLink) {
			return layout{}, refuse("%q is a symbolic link", d.Name)
		}
		f := placed{path: []string{d.Name}, size: *d.Length}
		return layout{files: []placed{f}, length: f.size}, checkSize(f)
	}
	if d.Length != nil {
		return layout{}, refuse("it has both a length and files")
	}
	l := layout{folder: true}
	for _, file := range d.Files {
		f := placed{path: file.Path, size: file.Length, offset: l.length}
		if file.PathUTF8 != nil && d.MetaVersion != metaVersion {
			f.path = file.PathUTF8
		}
		if err := checkSize(f); err != nil {
			return layout{}, err
		}
		if l.length += f.size; l.length > share.MaxSize {
			return layout{}, refuse("more than %d bytes", int64(share.MaxSize))
		}
		switch {
		case strings.Contains(file.Attr, attrLink):
			return layout{}, refuse("%q is a symbolic link", file.Path)
		case !strings.Contains(file.Attr, attrPadding):
			l.files = append(l.files, f)
		}
		if len(l.files) > maxFiles {
			return layout{}, refuse("more than %d files", maxFiles)
		}
	}
	return l, nil
}

func checkSize(f placed) error {
	if f.size < 0 || f.size > share.MaxSize {
		return refuse("%q is said to have %d bytes, the limit is %d", f.path, f.size, int64(share.MaxSize))
	}
	return nil
}

// agree returns an error unless both views of a hybrid are of the same files in
// the same places: else peers of the two versions would fetch different bytes
// under one name. Source: BEP 52, "upgrade path".
func (d *infoDict) agree(v1, v2 layout) error {
	if v1.folder != v2.folder || len(v1.files) != len(v2.files) {
		return refuse("its v1 and v2 parts describe different files")
	}
	for i, f := range v1.files {
		other := v2.files[i]
		switch {
		case !slices.Equal(f.path, other.path) || f.size != other.size:
			return refuse("its v1 and v2 parts differ: %q of %d bytes and %q of %d", f.path, f.size, other.path, other.size)
		case f.size > 0 && f.offset != other.offset:
			return refuse("%q begins at byte %d in its v1 part, and at %d in its v2 part", f.path, f.offset, other.offset)
		}
	}
	if d.piecesOf(v1) != d.piecesOf(v2) { // padding behind the last file
		return refuse("%d pieces in its v1 part, and %d in its v2 part", d.piecesOf(v1), d.piecesOf(v2))
	}
	return nil
}

// piecesOf returns how many pieces a layout has.
func (d *infoDict) piecesOf(l layout) int64 { return (l.length + d.PieceLength - 1) / d.PieceLength }
