package share

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// An Offer is content that [Serve] can give to peers: a shared file, or what is
// verified of a download under way.
type Offer struct {
	Name string // for logs and error texts; untrusted where a peer chose it
	Root Root   // zero for a torrent of several files, or whose pieces SHA-1 proves
	Size int64  // bytes; of a torrent of several files, of the stream

	shape     geometry     // how it falls into pieces; zero: geometryOf(Size)
	available func() int64 // bytes; nil: Size
	info      []byte       // the info dictionary of the torrent, for peers that ask; nil: there is none

	// open opens it for one upload. Wake is called, by any goroutine, when there
	// is something new to see: it must not wait.
	open func(wake func()) (offered, error)
}

// An offered is an Offer that is open for one peer. The goroutine of [Serve] owns
// it.
type offered interface {
	io.ReaderAt
	io.Closer
	// check returns ErrChanged if what was read is not what was verified, and
	// ErrOfferEnded if it is to be had no more. It is asked after each read, before
	// a byte of it is sent, and when there is news.
	check() error
	// layer returns the hash of every piece: none for a file of one piece, nor
	// where it is not known yet.
	layer() []Root
	// held returns the pieces that there are, as a bitfield message has them; nil:
	// all.
	held() []byte
	// gained returns the pieces that came since it or held was asked last.
	gained() []int
	has(piece int) bool
}

// Available returns how many bytes of it peers can have now.
func (o Offer) Available() int64 {
	if o.available == nil {
		return o.Size
	}
	return o.available()
}

// geometry returns how it falls into pieces.
func (o Offer) geometry() geometry {
	if o.shape.pieceLength == 0 {
		return geometryOf(o.Size)
	}
	return o.shape
}

// hasHashes reports whether it answers hash requests.
func (o Offer) hasHashes() bool { return o.Root != Root{} || o.shape.aligned }

// Offer returns the file as content to be served.
func (f File) Offer() Offer {
	return Offer{Name: f.Name, Root: f.Root, Size: f.Size, open: func(func()) (offered, error) { return openFile(f) }}
}

// A changedFile is a file that has changed before it was served: it was offered as a
// whole, and who asks for anything of it is refused and so told.
type changedFile struct{ cause error }

func (c changedFile) ReadAt([]byte, int64) (int, error) { return 0, c.cause }
func (c changedFile) Close() error                      { return nil }
func (c changedFile) check() error                      { return c.cause }
func (c changedFile) layer() []Root                     { return nil }
func (c changedFile) held() []byte                      { return nil }
func (c changedFile) gained() []int                     { return nil }
func (c changedFile) has(int) bool                      { return true }

// Offer finds content by the name of its swarm: see [InfoHash].
func (l *Library) Offer(infoHash [20]byte) (Offer, bool) {
	f, ok := l.ByInfoHash(infoHash)
	return f.Offer(), ok
}

// A wholeFile is a shared file that is being served.
type wholeFile struct {
	*os.File
	file   File
	hashes []Root
}

// openFile opens a shared file and its piece layer. It returns ErrChanged if the
// file is not the one that was hashed.
func openFile(f File) (offered, error) {
	layer, err := f.pieceLayer()
	if err != nil {
		return nil, err
	}
	disk, err := f.place.open()
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: it is gone", ErrChanged)
	}
	if err != nil {
		return nil, err
	}
	whole := wholeFile{disk, f, layer}
	if err := whole.check(); err != nil {
		disk.Close()
		return nil, err
	}
	return whole, nil
}

func (w wholeFile) check() error {
	info, err := w.Stat()
	if err != nil {
		return err
	}
	if !w.file.isUnchanged(info) {
		return ErrChanged
	}
	return nil
}

func (w wholeFile) layer() []Root { return w.hashes }
func (w wholeFile) held() []byte  { return nil }
func (w wholeFile) gained() []int { return nil }
func (w wholeFile) has(int) bool  { return true }
