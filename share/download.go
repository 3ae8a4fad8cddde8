package share

import (
	"context"
	"errors"
	"io"
	"time"
)

// How a download can end, but for the end of its context: [Download.Run] wraps
// one of these.
var (
	// ErrVerify: what came, or what the source has, is not the file that its
	// hit said. What was verified before is kept.
	ErrVerify = errors.New("verification failed")
	// ErrExists: there is a file under the finished name, and it was not to be
	// overwritten.
	ErrExists = errors.New("the file exists")
	// ErrDiskFull: the partial file or the finished one does not fit.
	ErrDiskFull = errors.New("the disk is full")
	// ErrUnfinished: the source vanished, broke the rules or fell silent. What
	// was verified is kept, and the next Run goes on from there.
	ErrUnfinished = errors.New("unfinished, the partial file is kept")
	// ErrBusy: another download of the same content is running.
	ErrBusy = errors.New("the same file is being fetched already")
)

// A Download fetches one file by its content. Fill in the fields, then call
// [Download.Run]; it may be run again after it failed.
type Download struct {
	Root Root   // what to fetch
	Size int64  // bytes, as the hit said; part of the swarm's name, so a wrong one finds nothing
	Name string // for error texts; shown escaped

	// PartialDir is the folder of what is not finished yet: ROOT.part and
	// ROOT.pieces. It is made if missing.
	PartialDir string

	// Dest is the path of the finished file. Its folder must exist. A name that
	// a peer gave goes through [SafeName] first.
	Dest string

	// Overwrite allows Run to replace a file at Dest.
	Overwrite bool

	// Dial opens a stream to the source. Run closes it.
	Dial func(ctx context.Context) (io.ReadWriteCloser, error)

	// Progress is told of the verified bytes, at the beginning and after each
	// piece, and may be nil. It is called by the goroutine of Run.
	Progress func(verified, total int64)

	// Patience is how long a source may send nothing that was asked for before
	// it is given up. Default 30 seconds.
	Patience time.Duration
}

// Run fetches the file.
func (d *Download) Run(ctx context.Context) error { return errors.ErrUnsupported }
