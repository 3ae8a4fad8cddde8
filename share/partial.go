package share

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	partialSuffix = ".part"   // the bytes, at their places
	recordSuffix  = ".pieces" // which of them are verified, and the lock of the download

	recordTimeout = 100 * time.Millisecond // for another download to let go
	recordTries   = 8                      // to lock a record that is not removed meanwhile

	// What is verified becomes durable after so many bytes, or so long.
	commitBytes    = 4 << 20
	commitInterval = 2 * time.Second
	// maxUnrecorded bounds what a process that is killed has asked for in vain, in
	// bytes: the blocks that it asked for and the pieces that are not recorded yet.
	// With what the end game asks for twice that is 16 MiB; with pieces over
	// longPiece, of which few fit, it is one piece more.
	maxUnrecorded = 15 << 20
	longPiece     = 4 << 20
)

var (
	bucketPartial = []byte("partial")
	keyPieces     = []byte("pieces")  // size, and a bit for each verified piece
	keyPurpose    = []byte("purpose") // what it was begun for, in JSON
)

// A partial is a file that is not finished: its bytes, and a record of the
// verified pieces that is never ahead of them on the disk. The record is also
// the lock that keeps a second download of the same content away; the system
// lets it go when the process ends, however that comes.
type partial struct {
	geometry
	path     string // of the one file, or the folder of several
	data     store
	record   *bbolt.DB
	purpose  []byte // as it is recorded, or is to be; it never changes during a download
	verified []bool // owned by the assembly
	unsaved  int64  // bytes written since the last save
	saved    time.Time
	saving   chan error // how the save that runs ended; nil: none runs
	inSave   int64      // bytes that it saves
	lost     error      // why what was written is in doubt; of who stores
}

// A store holds the bytes of a partial: an *os.File or a parts.
type store interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
	Close() error
}

// partialPath returns where the content is put together in dir.
func partialPath(dir string, root Root) string {
	return filepath.Join(dir, root.String()+partialSuffix)
}

// recordPath returns where the record of the partial file or folder at path lies.
func recordPath(path string) string {
	return strings.TrimSuffix(strings.TrimSuffix(path, partialSuffix), partsSuffix) + recordSuffix
}

// openPartial opens the partial file at path, or makes it and its folder; of
// several files, the folder in which those are put together. It returns ErrBusy
// if another download has it open.
func openPartial(path string, g geometry) (*partial, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	p := &partial{geometry: g, path: path, verified: make([]bool, g.pieces()), saved: time.Now()}
	var err error
	if p.record, err = openRecord(recordPath(path)); err != nil {
		return nil, err
	}
	if err := p.open(); err != nil {
		return nil, also(err, p.letGo()) // what is there may be whole: nothing is known of it
	}
	return p, nil
}

// open opens the data and reads the record.
func (p *partial) open() error {
	if p.files != nil {
		data, err := openParts(p.path, p.files)
		if err != nil {
			return err
		}
		p.data = data
		return p.load(data.holds())
	}
	data, err := os.OpenFile(p.path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	p.data = data
	info, err := data.Stat()
	if err != nil {
		return err
	}
	return p.load(shorterThan(info.Size()))
}

// shorterThan returns a function that reports whether a file of that many bytes
// can hold a run of it.
func shorterThan(fileSize int64) func(at, length int64) bool {
	return func(at, length int64) bool { return at+length <= fileSize }
}

// openRecord opens the record at path. One that is damaged proves nothing and is
// begun anew.
func openRecord(path string) (*bbolt.DB, error) {
	for range recordTries {
		err := dropDamaged(path)
		var record *bbolt.DB
		var file *os.File
		if err == nil {
			record, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: recordTimeout, OpenFile: func(path string, flag int, mode os.FileMode) (_ *os.File, err error) {
				file, err = os.OpenFile(path, flag, mode)
				return file, err
			}})
		}
		switch {
		case errors.Is(err, ErrLocked), errors.Is(err, bolterrors.ErrTimeout):
			return nil, ErrBusy
		case err != nil:
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		if info, err := file.Stat(); isAt(path, info, err) {
			return record, nil
		}
		if err := record.Close(); err != nil {
			return nil, err
		}
	}
	return nil, ErrBusy
}

// lockRecord locks the record at path, or one that it makes, as bbolt does. It
// returns ErrLocked while another has it.
func lockRecord(path string) (*flock.Flock, error) {
	for range recordTries {
		lock, err := lockFile(path, recordTimeout)
		if err != nil {
			return nil, err
		}
		if info, err := lock.Stat(); isAt(path, info, err) {
			return lock, nil
		}
		if err := lock.Unlock(); err != nil {
			return nil, err
		}
	}
	return nil, ErrLocked
}

// isAt reports whether a file that was locked is still the one at path: who had it
// before may have removed it, and another may have made a new one.
func isAt(path string, locked os.FileInfo, err error) bool {
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(there, locked)
}

// dropDamaged removes the database at path if it is damaged, which bbolt would
// not survive: see [boltFile]. It holds the lock that bbolt takes, so that it does
// not see what another download is writing, and returns ErrLocked while one does.
func dropDamaged(path string) error {
	lock, err := lockRecord(path)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() == 0 { // just made
		return err
	}
	err = readBolt(file, info.Size(), nil)
	if damaged := (*corruptError)(nil); errors.As(err, &damaged) {
		return os.Remove(path)
	}
	return err
}

// load reads the record. What it says of pieces that the file is too short
// for is not believed, and taken out of it before the file grows and makes it look
// true. Where it proves pieces of a file of another size, one of the sizes is a
// lie: nothing is touched, and the error is [ErrVerify].
func (p *partial) load(holds func(at, length int64) bool) error {
	var record []byte
	err := p.record.View(func(tx *bbolt.Tx) error {
		if bucket := tx.Bucket(bucketPartial); bucket != nil {
			record = bytes.Clone(bucket.Get(keyPieces))
			p.purpose = bytes.Clone(bucket.Get(keyPurpose))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if other, verified := recorded(record, holds); other != p.size && verified > 0 {
		return fmt.Errorf("%w: %d bytes of it are here already, verified as of a file of %d bytes, not %d", ErrVerify, verified, other, p.size)
	}
	if record == nil {
		return nil
	}
	p.verified = p.decodeVerified(record, holds)
	if believed := p.encode(); !bytes.Equal(record, believed) {
		return p.store(believed)
	}
	return nil
}

// decodeVerified returns the pieces that a record says are verified and that the
// disk holds.
func (g geometry) decodeVerified(record []byte, holds func(at, length int64) bool) []bool {
	verified := make([]bool, g.pieces())
	if len(record) != 8+(len(verified)+7)/8 || int64(binary.BigEndian.Uint64(record)) != g.size {
		return verified
	}
	for i := range verified {
		verified[i] = record[8+i/8]&(1<<(i%8)) != 0 && holds(int64(i)*g.pieceLength, int64(g.pieceSize(i)))
	}
	return verified
}

// recorded returns the size of the file that a record tells of by its root, and how
// many bytes are verified and on the disk; size -1: it tells of none.
func recorded(record []byte, holds func(at, length int64) bool) (size, verified int64) {
	if len(record) < 8 {
		return -1, 0
	}
	size = int64(binary.BigEndian.Uint64(record))
	if size <= 0 || size > MaxSize {
		return -1, 0
	}
	g := geometryOf(size)
	for i, ok := range g.decodeVerified(record, holds) {
		if ok {
			verified += int64(g.pieceSize(i))
		}
	}
	return size, verified
}

// intend makes the record say what the download is for, if it takes long enough
// to be asked for that.
func (p *partial) intend(purpose []byte) {
	if p.pieces() <= 1 || bytes.Equal(p.purpose, purpose) {
		return
	}
	p.purpose = purpose
	p.saving = make(chan error, 1)
	record := p.encode() // of what is recorded already
	go func(done chan<- error) { done <- p.write(record) }(p.saving)
}

// saveIfDue is told of bytes that were written and verified. When it is time, it
// begins to make them durable on a goroutine of its own; how that ended comes
// by saving, after which the caller calls takeSaved.
func (p *partial) saveIfDue(now time.Time, written int) {
	p.unsaved += int64(written)
	if p.unsaved >= commitBytes || now.Sub(p.saved) >= commitInterval {
		p.save(now)
	}
}

// save is saveIfDue when it is time.
func (p *partial) save(now time.Time) {
	if p.saving != nil || p.unsaved == 0 {
		return
	}
	p.saved, p.inSave, p.unsaved = now, p.unsaved, 0
	p.saving = make(chan error, 1)
	record := p.encode()
	go func(done chan<- error) { done <- p.store(record) }(p.saving)
}

// takeSaved takes the save as ended.
func (p *partial) takeSaved() { p.saving, p.inSave = nil, 0 }

// room returns how many bytes may be asked for or here and not written yet.
func (p *partial) room() int64 {
	most := int64(maxUnrecorded)
	if p.pieceLength > longPiece {
		most += p.pieceLength
	}
	return most - p.unsaved - p.inSave
}

// commit makes durable what was written, and only then that it was.
func (p *partial) commit() error {
	if err := p.await(); err != nil || p.unsaved == 0 {
		return err
	}
	p.unsaved = 0
	return p.store(p.encode())
}

// await waits for the save that runs, if one does.
func (p *partial) await() error {
	if p.saving == nil {
		return nil
	}
	err := <-p.saving
	p.takeSaved()
	return err
}

// encode returns the record of the verified pieces.
func (p *partial) encode() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(p.size))
	b = append(b, make([]byte, (len(p.verified)+7)/8)...)
	for i, ok := range p.verified {
		if ok {
			b[8+i/8] |= 1 << (i % 8)
		}
	}
	return b
}

// store writes a record after the data that it tells of is on the disk. Once
// that has failed it always fails: the system tells of a write that was lost one
// time, and the next Sync would succeed without it. Source: fsync(2), NOTES.
func (p *partial) store(record []byte) error {
	if p.lost == nil {
		p.lost = p.data.Sync()
	}
	if p.lost != nil {
		return p.lost
	}
	return p.write(record)
}

// write writes a record, and what the download is for.
func (p *partial) write(record []byte) error {
	return p.record.Update(func(tx *bbolt.Tx) error {
		bucket, err := tx.CreateBucketIfNotExists(bucketPartial)
		if err != nil {
			return err
		}
		if err := bucket.Put(keyPieces, record); err != nil || p.purpose == nil {
			return err
		}
		return bucket.Put(keyPurpose, p.purpose)
	})
}

// finish moves the whole file or folder to dest and removes the record.
func (p *partial) finish(ctx context.Context, dest string, overwrite bool) error {
	if err := p.commit(); err != nil {
		return err
	}
	if err := p.move(ctx, dest, overwrite); err != nil {
		return err
	}
	record := p.record.Path()
	if !movesOpen {
		return also(p.record.Close(), os.Remove(record))
	}
	// Before the lock is let go: afterwards it may be that of another download.
	return also(os.Remove(record), p.record.Close())
}

func (p *partial) move(ctx context.Context, dest string, overwrite bool) error {
	if data, ok := p.data.(*parts); ok {
		return data.finish(ctx, p.path, dest, overwrite)
	}
	if err := p.data.Close(); err != nil {
		return err
	}
	return moveInto(ctx, p.path, dest, overwrite)
}

// close lets go of the files. It keeps them if anything is verified.
func (p *partial) close() error {
	if !slices.Contains(p.verified, true) {
		os.RemoveAll(p.path)       // where that is not possible while they are open,
		os.Remove(p.record.Path()) // they stay and do no harm
	}
	return also(p.await(), p.letGo())
}

// letGo closes the files and leaves them as they are.
func (p *partial) letGo() (err error) {
	if p.data != nil {
		if err = p.data.Close(); errors.Is(err, os.ErrClosed) { // by finish
			err = nil
		}
	}
	return also(err, p.record.Close())
}
