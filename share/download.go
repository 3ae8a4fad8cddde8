package share

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"servent/share/peerwire"
)

// How a download can end, but for the end of its context: [Download.Run] wraps
// one of these, or what the file system says.
var (
	// ErrVerify: what came, or what the source has, is not the file that its
	// hit said. What was verified before is kept.
	ErrVerify = errors.New("verification failed")
	// ErrLie is an ErrVerify for which nobody but the source can be to blame: it
	// sent what is proven to be wrong.
	ErrLie = fmt.Errorf("%w", ErrVerify)
	// ErrExists: there is a file under the finished name, and it was not to be
	// overwritten.
	ErrExists = errors.New("there is a file of that name already")
	// ErrAlready is an ErrExists: the file there is the one that was wanted. What was
	// left of a download of it is removed.
	ErrAlready = fmt.Errorf("%w, and it is what was wanted", ErrExists)
	// ErrDiskFull: the partial file, the finished one or the catalogue does not
	// fit. It also wraps the system's error.
	ErrDiskFull = errors.New("the disk is full")
	// ErrUnfinished: the source vanished, broke the rules or fell silent. What
	// was verified is kept, and the next Run goes on from there.
	ErrUnfinished = errors.New("unfinished, the verified part is kept")
	// ErrBusy: another download of the same content is running.
	ErrBusy = errors.New("the same file is being fetched already")
)

// Why a source was lost, beside ErrLie, [ErrChanged], [ErrGone] and what the network
// and the peer wire say.
var (
	// ErrHungUp: it ended its stream, as one does that stops or has other things to do.
	ErrHungUp = errors.New("closed the stream")
	// ErrSilent: it owed something and sent nothing.
	ErrSilent = errors.New("sent nothing")
	// ErrSlow: others do without it, or it is hardly there.
	ErrSlow = errors.New("is too slow")
)

const defaultDownloadPatience = 30 * time.Second

// A Download fetches one file by its content. Fill in the fields, then call
// [Download.Run]; it may be run again after it failed.
type Download struct {
	Root Root   // what to fetch
	Size int64  // bytes, as the hit said; part of the swarm's name, so a wrong one finds nothing, and ErrVerify where bytes of another are here
	Name string // for error texts, where it is quoted

	// Torrent, unless nil, is what to fetch in place of Root and Size. A file of it
	// that servents know by its root, in pieces of the same length, is the download
	// of that root: it takes sources of both kinds, told apart by [Source.InfoHash].
	Torrent *Swarm

	// SHA1, unless zero, is what the finished file must have as well: the root of
	// a file that was asked for by its SHA-1 is only what a hit claimed. It costs
	// another read of the file.
	SHA1 [sha1.Size]byte

	// PartialDir is the folder of what is not finished yet: ROOT.part and
	// ROOT.pieces. It is made if missing. Best on the file system of Dest.
	PartialDir string

	// Dest is the path of the finished file, or folder for a Torrent that has one.
	// Its folder must exist. A name that a peer gave goes through [SafeName] first.
	Dest string

	// Overwrite allows Run to replace another file at Dest, or the files in the folder.
	Overwrite bool

	// Sources are the peers to fetch from, all at the same time. They are not
	// dialled for an empty file, nor if everything is there already.
	Sources []Source

	// Join brings further sources while Run goes on. As long as it is open Run
	// waits for one when none is left; default nil: the last one's end is Run's.
	Join <-chan Source

	// Opened is told of the content that this Run puts together, for [Serve] to
	// give to others while it arrives, from when the partial file is open on. It may
	// be nil. The offer ends with Run: uploads that have begun go on after a Run that
	// returns nil, and end with [ErrOfferEnded] after any other. It is called by the
	// goroutine of Run, and not for an empty file.
	Opened func(Offer)

	// Proven is told of the files of Torrent with their piece layers, once these were
	// proven from what sources told, because Torrent does not have them: who keeps
	// them can offer the torrent. It may be nil. It is called by the goroutine of Run.
	Proven func(files []SwarmFile)

	// Lost is told of each source that is let go before the end, how it stood then,
	// and why: [ErrLie] of one that sent what is not the file's, which is not to be
	// dialled again; [ErrVerify] and [ErrChanged] of one whose file is another now;
	// [ErrVerify] of one that left in the middle of a piece that is wrong; else
	// [ErrUnfinished]. It may be nil. It is called by the goroutine of Run, which it
	// must not keep.
	Lost func(source SourceState, why error)

	// Heard is told of peers that a source says have something of the content, by
	// name of the source: untrusted. Default nil: sources are not asked for that. It
	// is called by the goroutine of Run, which it must not keep.
	Heard func(source string, peers []peerwire.Peer)

	// Progress is told how far the download is, at the beginning, after each piece,
	// when sources come or go and once a second, and may be nil. It is called by the goroutine of
	// Run.
	Progress func(State)

	// Limit bounds the bytes a second that are read from the sources, together
	// with all downloads that share it. Default nil: no limit.
	Limit *Limiter

	// Choker is told what each source gives, by its name, so that those who give
	// are served before others. It may be nil.
	Choker *Choker

	// random chooses among pieces; nil: seeded by chance.
	random *rand.Rand

	// Patience is how long a source may send nothing that was asked for before
	// it is given up; so is, after some times that, one that goes on to send less
	// than 1 KiB a second. Default 30 seconds.
	Patience time.Duration
}

// Run fetches the file. It asks for the piece layer first and proves it against
// the root, then for the pieces; each is verified before it is written, and
// recorded once it is on the disk, so that a later Run asks for the rest alone.
// The finished file gets its name all at once.
//
// It returns an error that is [ErrVerify], [ErrExists], [ErrAlready], [ErrDiskFull],
// [ErrUnfinished], [ErrBusy], the context's or the file system's.
func (d *Download) Run(ctx context.Context) error {
	if err := d.run(ctx); err != nil {
		if isDiskFull(err) {
			err = fmt.Errorf("%w: %w", ErrDiskFull, err)
		}
		return fmt.Errorf("share: fetch %q: %w", d.Name, err)
	}
	return nil
}

func (d *Download) run(ctx context.Context) (err error) {
	plan, err := d.plan()
	if err != nil {
		return err
	}
	path := plan.path(d.PartialDir)
	before := d.atDest(ctx, &plan, path)
	if before != nil && !errors.Is(before, ErrAlready) {
		return before
	}
	if _, err := os.Stat(filepath.Dir(d.Dest)); err != nil { // before the work, not after it
		return err
	}
	p, err := openPartial(path, plan.geometry)
	if err != nil {
		return err
	}
	defer func() { err = also(err, p.close()) }()
	if before == nil { // somebody else may have had the record until now
		before = d.atDest(ctx, &plan, path)
	}
	if errors.Is(before, ErrAlready) {
		clear(p.verified) // so that close leaves nothing
	}
	if before != nil {
		return before
	}
	p.intend(d.purpose(p.purpose))
	held, err := openHoldings(p, plan.root)
	if err != nil {
		return err
	}
	defer held.end()
	if d.Torrent != nil {
		held.info = d.Torrent.Info
	}
	if d.Opened != nil && p.size > 0 {
		d.Opened(held.offer(d.Name))
	}
	if err := d.fetch(ctx, &plan, p, held); err != nil {
		return also(err, p.commit())
	}
	if err := d.checkSHA1(ctx, p); err != nil {
		return also(err, p.commit())
	}
	if err := held.moveTo(d.Dest, func() error { return p.finish(ctx, d.Dest, d.Overwrite) }); err != nil {
		if errors.Is(err, ErrExists) && errors.Is(d.atDest(ctx, &plan, path), ErrAlready) { // just now
			clear(p.verified)
			return fmt.Errorf("%w: %s", ErrAlready, d.Dest)
		}
		return fmt.Errorf("move to %s: %w", d.Dest, err)
	}
	return nil
}

// atDest returns ErrAlready where the file lies at its place, as after a run that was
// killed between its end and whoever was to note that; ErrExists where another does
// that is to stay; nil where there is none, or one to be replaced.
func (d *Download) atDest(ctx context.Context, plan *plan, path string) error {
	if _, err := os.Lstat(d.Dest); err != nil || isSameFile(path, d.Dest) {
		return nil
	}
	if plan.files == nil && plan.root != (Root{}) {
		found, err := digestAt(ctx, d.Dest, plan.size)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && found.root == plan.root && (d.SHA1 == [sha1.Size]byte{} || found.sha1 == d.SHA1):
			return fmt.Errorf("%w: %s", ErrAlready, d.Dest)
		}
	}
	if !d.Overwrite {
		return fmt.Errorf("%w: %s", ErrExists, d.Dest)
	}
	return nil
}

// checkSHA1 reads the whole file once more where its SHA-1 is known. A file that has
// another stays as it is: the root proves it, and that it has this SHA-1 was but a
// claim.
func (d *Download) checkSHA1(ctx context.Context, p *partial) error {
	if d.SHA1 == [sha1.Size]byte{} {
		return nil
	}
	h := sha1.New()
	content := io.NewSectionReader(p.data, 0, p.size)
	for err := error(nil); err != io.EOF; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err = io.CopyN(h, content, checkSize); err != nil && err != io.EOF {
			return err
		}
	}
	if !bytes.Equal(h.Sum(nil), d.SHA1[:]) {
		return fmt.Errorf("%w: the file is whole, as its root says, and has another SHA-1 than the one asked for", ErrVerify)
	}
	return nil
}

// also adds to an error what went wrong after it, on the same line.
func also(err, after error) error {
	switch {
	case after == nil:
		return err
	case err == nil:
		return after
	}
	return fmt.Errorf("%w; then %w", err, after)
}

// fetch fills the partial file.
func (d *Download) fetch(ctx context.Context, plan *plan, p *partial, held *holdings) error {
	random := d.random
	if random == nil {
		random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	f := &fetch{
		geometry: p.geometry, root: plan.root, plan: plan, assembly: newAssembly(p.geometry, p.verified, random), partial: p, held: held,
		progress: d.Progress, lostOne: d.Lost, heard: d.Heard, join: d.Join, patience: d.Patience, limit: d.Limit, choker: d.Choker, events: make(chan []event, eventQueue),
	}
	if f.patience <= 0 {
		f.patience = defaultDownloadPatience
	}
	if d.Proven != nil && d.Torrent != nil {
		f.proven = func(hashes []Root) { d.Proven(d.Torrent.withLayers(hashes)) }
	}
	f.told.Size = p.content()
	f.tell(f.assembly.bytes())
	if f.assembly.isDone() || ctx.Err() != nil {
		return ctx.Err()
	}
	if p.size >= arenaLeast {
		a := newArena(maxOpenBytes)
		defer a.release()
		f.assembly.memory = a.take
	}
	f.crew = newCrew(p.geometry, p.data, plan.sums)
	f.start(ctx, d.Sources)
	err := f.end(f.run(ctx))
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
