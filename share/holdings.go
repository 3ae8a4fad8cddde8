package share

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
)

// ErrOfferEnded: the download whose pieces were served has ended, or its file is
// not its own any more. What it was going to give is to be had again when it goes
// on, or from the finished file.
var ErrOfferEnded = errors.New("the download that was served has ended")

// movesOpen says whether the system lets a file be moved that is open. Windows
// does not where it was opened as Go opens files, without FILE_SHARE_DELETE.
const movesOpen = runtime.GOOS != "windows"

// holdings is what is verified of a download under way, for all uploads that
// give it on while it arrives. Nothing is told of before the hashes of all pieces
// are known, so that who gets a piece can verify it. The download adds to it; the
// mutexes let the uploads read.
//
// A download that ends well leaves the file to its uploads, as long as nothing
// changes it; one that ends otherwise ends them.
type holdings struct {
	geometry
	root Root
	info []byte // see Offer

	reading sync.RWMutex // held to write while the file is moved, where that has to be closed
	file    *os.File     // a handle of its own
	parts   *parts       // likewise, in place of file, of several files

	mu       sync.Mutex
	verified []byte    // a bit for each piece, as a bitfield message carries them
	bytes    int64     // of those pieces
	gained   []int     // the pieces that came after the start, in their order
	isProven bool      // it is known how to prove each piece
	layer    []Root    // the hashes of all pieces, once they are known; nil where SHA-1 proves them
	finished *identity // of the whole file, once nobody of us writes to it
	ended    error     // why nothing more is to be had
	closed   bool      // to new uploads
	wakers   map[*arriving]func()
}

// openHoldings returns the holdings of a partial file.
func openHoldings(p *partial, root Root) (*holdings, error) {
	h := &holdings{
		geometry: p.geometry, root: root,
		verified: make([]byte, (p.pieces()+7)/8), wakers: map[*arriving]func(){},
	}
	for i, ok := range p.verified {
		if ok {
			h.set(i)
		}
	}
	var err error
	if p.files != nil {
		h.parts, err = openParts(p.path, p.files)
	} else {
		h.file, err = os.Open(p.path)
	}
	return h, err
}

func setBit(bits []byte, i int)      { bits[i/8] |= 0x80 >> (i % 8) }
func hasBit(bits []byte, i int) bool { return bits[i/8]&(0x80>>(i%8)) != 0 }

// offer returns the holdings as content to be served.
func (h *holdings) offer(name string) Offer {
	return Offer{Name: name, Root: h.root, Size: h.size, shape: h.geometry, info: h.info, available: h.available, open: h.open}
}

// available returns how many bytes uploads that begin now could give.
func (h *holdings) available() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.isProven || h.closed {
		return 0
	}
	return h.bytes
}

func (h *holdings) set(piece int) {
	if !hasBit(h.verified, piece) {
		setBit(h.verified, piece)
		h.bytes += h.contentSize(piece)
	}
}

func (h *holdings) open(wake func()) (offered, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrOfferEnded
	}
	a := &arriving{holdings: h}
	h.wakers[a] = wake
	return a, nil
}

// add takes a piece as verified and written.
func (h *holdings) add(piece int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.set(piece)
	h.gained = append(h.gained, piece)
	h.wake()
}

// prove takes the hashes of all pieces as known, which must not change any more;
// nil: their SHA-1 are.
func (h *holdings) prove(layer []Root) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.isProven, h.layer = true, layer
	h.wake()
}

// wake tells all uploads that there is news. The caller holds the mutex.
func (h *holdings) wake() {
	for _, wake := range h.wakers {
		wake()
	}
}

// moveTo has finish move the whole file to dest, and goes on with it there.
func (h *holdings) moveTo(dest string, finish func() error) error {
	if h.parts != nil { // the uploads end: the files are offered one by one from now on
		h.end()
	}
	if !movesOpen {
		h.reading.Lock()
		defer h.reading.Unlock()
		h.close()
	}
	if err := finish(); err != nil {
		return err
	}
	if h.parts != nil {
		return nil
	}
	if !movesOpen {
		var err error
		if h.file, err = os.Open(dest); err != nil {
			return nil // its uploads end; the download is done
		}
	}
	info, err := h.file.Stat()
	if err != nil {
		return nil
	}
	id := identityOf(info)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.finished = &id
	return nil
}

// end lets no more uploads begin and, unless the file is finished, ends those
// there are.
func (h *holdings) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.finished == nil {
		h.ended = ErrOfferEnded
		h.wake()
	}
	if len(h.wakers) == 0 {
		h.close()
	}
}

// close lets go of what is on the disk.
func (h *holdings) close() error {
	if h.parts != nil {
		return h.parts.Close()
	}
	return h.file.Close()
}

// An arriving is a download under way that is being served to one peer.
type arriving struct {
	*holdings
	told int // of gained
}

// ReadAt reads from pieces that are verified alone.
func (a *arriving) ReadAt(b []byte, at int64) (int, error) {
	last := int((at + int64(len(b)) - 1) / a.pieceLength)
	for i := int(at / a.pieceLength); i <= last; i++ {
		if !a.has(i) {
			return 0, fmt.Errorf("piece %d is not verified yet", i)
		}
	}
	a.reading.RLock()
	defer a.reading.RUnlock()
	if a.parts != nil {
		return a.parts.ReadAt(b, at)
	}
	return a.file.ReadAt(b, at)
}

// Close lets go of the file, if the download and all others did.
func (a *arriving) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.wakers, a)
	if a.closed && len(a.wakers) == 0 {
		return a.close()
	}
	return nil
}

// check returns ErrOfferEnded when the download ended before its end, or when
// the finished file is touched by anybody: it is the user's then.
func (a *arriving) check() error {
	a.mu.Lock()
	finished, ended := a.finished, a.ended
	a.mu.Unlock()
	if finished == nil || ended != nil {
		return ended
	}
	a.reading.RLock()
	defer a.reading.RUnlock()
	info, err := a.file.Stat()
	if err == nil && !identityOf(info).isContentOf(*finished) {
		err = ErrOfferEnded
	}
	return err
}

func (a *arriving) layer() []Root {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.holdings.layer
}

func (a *arriving) has(piece int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.isProven && hasBit(a.verified, piece)
}

// held returns the pieces that can be told of; what is not told then comes by
// gained.
func (a *arriving) held() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	bits := make([]byte, len(a.verified))
	if a.isProven {
		copy(bits, a.verified)
		a.told = len(a.holdings.gained)
		return bits
	}
	a.told = -1
	return bits
}

func (a *arriving) gained() []int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.isProven {
		return nil
	}
	var news []int
	if a.told < 0 { // nothing could be told of before the layer was here
		for i := range a.pieces() {
			if hasBit(a.verified, i) {
				news = append(news, i)
			}
		}
	} else {
		news = append(news, a.holdings.gained[a.told:]...)
	}
	a.told = len(a.holdings.gained)
	return news
}
