package share

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// FileAt returns the file at path as it lies there now. Nothing of it is read: who
// calls it knows that its content is right at this moment, as after a download.
// Whatever changes it later is noticed, as with a shared file.
func FileAt(path string) (File, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return File{}, err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return File{}, err
	}
	if !info.Mode().IsRegular() {
		return File{}, fmt.Errorf("share: %s is no regular file", path)
	}
	id := identityOf(info)
	return File{
		Name: filepath.Base(path), Size: info.Size(), Modified: info.ModTime(), changed: id.changed,
		place: place{folder: filepath.Dir(path), below: filepath.Base(path)},
	}, nil
}

// Offer returns the torrent as content to be served under any of its names:
// files[i], from a [Library] or [FileAt], has the bytes of s.Files[i]. It returns
// an error if there are not as many, or not of those sizes and, where both tell
// one, roots.
//
// Peers of every version are served. Of one whose piece layers are not known no
// hashes are told, so that it needs to have a v1 view.
func (s *Swarm) Offer(files []File) (Offer, error) {
	if len(files) != len(s.Files) {
		return Offer{}, fmt.Errorf("share: offer the torrent %q: %d files, it has %d", s.Name, len(files), len(s.Files))
	}
	for i, f := range files {
		want := s.Files[i]
		if f.Size != want.Size || f.Root != (Root{}) && want.Root != (Root{}) && f.Root != want.Root {
			return Offer{}, fmt.Errorf("share: offer the torrent %q: %q is not what it says", s.Name, f.Name)
		}
	}
	o := Offer{Name: s.Name, Size: s.Length, shape: s.geometry(), info: s.Info}
	whole := wholeTorrent{files: files, places: s.Files}
	if s.HasV2() {
		whole.hashes = s.layer()
	}
	switch {
	case whole.hashes == nil && !s.HasV1():
		return Offer{}, fmt.Errorf("share: offer the torrent %q: it is of BitTorrent version 2 alone, and its piece layers are not known", s.Name)
	case whole.hashes == nil:
	case s.Folder:
		o.shape.aligned = true
	default:
		o.Root, o.Size, o.shape.size = s.Files[0].Root, s.Files[0].Size, s.Files[0].Size
		if len(whole.hashes) == 1 { // the root is the hash of the one piece
			whole.hashes = nil
		}
	}
	o.open = func(func()) (offered, error) {
		own := whole
		own.faults = new(faults)
		return own, own.checkAll()
	}
	return o, nil
}

// A wholeTorrent is a torrent that is being served to one peer. Its files are
// open only while they are read: there may be many.
type wholeTorrent struct {
	files  []File
	places []SwarmFile
	hashes []Root
	*faults
}

// faults keeps what a read met, for the check after it.
type faults struct {
	mu    sync.Mutex
	first error
}

func (f *faults) note(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = err
	}
	return err
}

// ReadAt reads from the stream. A file that is not as it was is an error before
// its bytes are anybody's.
func (w wholeTorrent) ReadAt(b []byte, at int64) (n int, err error) {
	stream := parts{files: w.places}
	err = stream.each(b, at, func(file int, within int64, b []byte) error {
		if file < 0 {
			clear(b)
		} else if err := w.read(file, within, b); err != nil {
			return w.note(err)
		}
		n += len(b)
		return nil
	})
	return n, err
}

func (w wholeTorrent) read(file int, within int64, b []byte) error {
	f, err := w.files[file].place.open()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %q is gone", ErrChanged, w.files[file].Name)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.ReadAt(b, within); err != nil {
		return also(ErrChanged, err) // it is shorter
	}
	info, err := f.Stat()
	if err == nil && !w.files[file].isUnchanged(info) {
		err = ErrChanged
	}
	return err
}

// checkAll looks at every file once.
func (w wholeTorrent) checkAll() error {
	for _, f := range w.files {
		if f.Size == 0 { // nobody reads it, and it need not be there
			continue
		}
		info, err := os.Stat(f.place.String())
		if err != nil || !f.isUnchanged(info) {
			return fmt.Errorf("%w: %q", ErrChanged, f.Name)
		}
	}
	return nil
}

func (w wholeTorrent) check() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.first
}

func (w wholeTorrent) Close() error  { return nil }
func (w wholeTorrent) layer() []Root { return w.hashes }
func (w wholeTorrent) held() []byte  { return nil }
func (w wholeTorrent) gained() []int { return nil }
func (w wholeTorrent) has(int) bool  { return true }
