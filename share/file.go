package share

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A File is one shared file under one of its names. It is a value; its Tags
// are not to be changed.
type File struct {
	Name     string    // one path element, UTF-8 in NFC
	Path     string    // its folder below the shared one, '/' between names, NFC; "" at the top
	Size     int64     // bytes
	Root     Root      // what it is
	SHA1     [20]byte  // of the whole content, for urn:sha1
	Tags     []string  // the keywords that its owner gave to the content, case kept
	Modified time.Time // as the file system tells it

	changed  int64 // as in its identity
	place    place
	infoHash [20]byte
	layers   layers
}

// A place is where a file lies on this computer; it is told to nobody.
type place struct {
	folder string // the shared folder, absolute
	below  string // the way from there, as the file system writes it
}

func (p place) String() string {
	if strings.HasSuffix(p.folder, string(filepath.Separator)) { // the root of a disk
		return p.folder + p.below
	}
	return p.folder + string(filepath.Separator) + p.below
}

// layers finds the piece layer of a file that was hashed once.
type layers interface {
	layer(Root) ([]Root, error)
}

// Location returns the file's place on this computer, an absolute path. It is
// never sent to anyone; "" for a File that was not made from one on disk.
func (f File) Location() string {
	if f.place.folder == "" {
		return ""
	}
	return f.place.String()
}

// InfoHash returns the name of the file's swarm: see [InfoHash].
func (f File) InfoHash() [20]byte {
	if f.infoHash == [20]byte{} {
		return InfoHash(f.Root, f.Size)
	}
	return f.infoHash
}

// open opens the file for reading, never one that lies outside its folder:
// a symbolic link that was turned since the scan is refused by os.Root.
// What has become a pipe since is not waited for.
func (p place) open() (*os.File, error) {
	root, err := os.OpenRoot(p.folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.OpenFile(p.below, os.O_RDONLY|openAtOnce, 0)
	if err == nil {
		return file, nil
	}
	// A link to an absolute path is none for os.Root, even where it leads back in.
	real, resolving := filepath.EvalSymlinks(p.String())
	if resolving != nil || real == p.String() || !within(p.folder, real) {
		return nil, err
	}
	return root.OpenFile(belowOf(p.folder, real), os.O_RDONLY|openAtOnce, 0)
}

// isUnchanged reports whether info is still that of the file that was hashed.
func (f File) isUnchanged(info os.FileInfo) bool {
	return identityOf(info).isContentOf(identity{size: f.Size, modified: f.Modified.UnixNano(), changed: f.changed})
}

// pieceLayer returns the hash of every piece; none for a file of one piece.
func (f File) pieceLayer() ([]Root, error) {
	pieces := geometryOf(f.Size).pieces()
	if pieces <= 1 {
		return nil, nil
	}
	if f.layers == nil {
		return nil, fmt.Errorf("share: piece layer of %s: the file was not hashed here", f.Name)
	}
	layer, err := f.layers.layer(f.Root)
	if err != nil {
		return nil, fmt.Errorf("share: piece layer of %s: %w", f.Name, err)
	}
	if !isLayerOf(layer, f.Root, f.Size) { // the catalogue has rotted, or was made anew: the file is to be hashed again
		return nil, fmt.Errorf("share: piece layer of %s: the catalogue has another: %w", f.Name, ErrChanged)
	}
	return layer, nil
}
