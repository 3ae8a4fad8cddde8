package share

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// hiddenPrefix and hiddenSuffix stand around the name that a file has while it
// is put into a [Deposit].
const (
	hiddenPrefix = ".servent-"
	hiddenSuffix = ".new"
	// staleAfter is how long nothing was written to a hidden file that is taken for
	// what a process that was killed has left.
	staleAfter = time.Hour
)

// A Deposit is a folder that verified files are put into, each under its name all
// at once and after its bytes are on the disk. Nothing is ever written outside of
// the folder, whatever links are in it. Any goroutine may call its methods.
type Deposit struct {
	root *os.Root
	last atomic.Uint64

	mu    sync.Mutex
	dirs  map[string]bool // that are there, to be synced when it is closed
	folds bool
}

// OpenDeposit opens a folder that is there, and removes what a process that
// was killed has left half written.
func OpenDeposit(folder string) (*Deposit, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("share: open %s: %w", folder, err)
	}
	d := &Deposit{root: root, dirs: map[string]bool{}}
	if err := d.tidy(); err != nil {
		root.Close()
		return nil, fmt.Errorf("share: open %s: %w", folder, err)
	}
	return d, nil
}

// tidy removes hidden files that nobody writes, and finds out whether case
// matters in names here.
func (d *Deposit) tidy() error {
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		names, err := dir.Readdirnames(1000)
		for _, name := range names {
			if isHalf(name) && d.isStale(name) {
				d.root.Remove(name) // what stays does no harm
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	hidden, f, err := d.hidden()
	if err != nil {
		return err
	}
	f.Close()
	_, err = d.root.Lstat(strings.ToUpper(hidden))
	d.folds = err == nil
	return d.root.Remove(hidden)
}

// isHalf reports whether a Deposit made that name.
func isHalf(name string) bool {
	return strings.HasPrefix(name, hiddenPrefix) && strings.HasSuffix(name, hiddenSuffix)
}

// isStale reports whether nobody writes the hidden file of that name any more.
func (d *Deposit) isStale(name string) bool {
	info, err := d.root.Lstat(name)
	return err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > staleAfter
}

// Folds reports whether names that differ in case alone are one name here.
func (d *Deposit) Folds() bool { return d.folds }

// hidden makes a file under a name of its own.
func (d *Deposit) hidden() (name string, f *os.File, err error) {
	for {
		name = fmt.Sprintf("%s%d-%d%s", hiddenPrefix, os.Getpid(), d.last.Add(1), hiddenSuffix)
		f, err = d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return name, f, err
		}
	}
}

// Put writes a file. It returns [ErrExists] where there is one of that name,
// unless that is a file and to be replaced, and [ErrDiskFull]. Place has '/' between its
// parts; its folders are made where they are missing.
func (d *Deposit) Put(place string, content []byte, overwrite bool) error {
	return d.put(place, overwrite, func(f *os.File) error {
		_, err := f.Write(content)
		return err
	})
}

// Copy writes what from holds, if it is what root says: else it returns
// [ErrVerify], and nothing is written. For the rest it is as Put.
func (d *Deposit) Copy(ctx context.Context, place string, from io.Reader, root Root, size int64, overwrite bool) error {
	return d.put(place, overwrite, func(f *os.File) error {
		if size == 0 {
			return nil
		}
		found, err := hashStream(ctx, io.TeeReader(io.LimitReader(from, size), f), size, nil)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, ErrUnsteady) || err == nil && found.root != root {
			return fmt.Errorf("%w: what was to be copied has changed", ErrVerify)
		}
		return err
	})
}

func (d *Deposit) put(place string, overwrite bool, fill func(*os.File) error) error {
	err := d.write(place, overwrite, fill)
	if err == nil {
		return nil
	}
	if isDiskFull(err) {
		err = fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return fmt.Errorf("share: write %q: %w", place, err)
}

func (d *Deposit) write(place string, overwrite bool, fill func(*os.File) error) error {
	if err := d.MakeFolder(path.Dir(place)); err != nil {
		return err
	}
	if err := d.MayPut(place, overwrite); err != nil {
		return err
	}
	hidden, f, err := d.hidden()
	if err != nil {
		return err
	}
	if err = fill(f); err == nil {
		err = f.Sync()
	}
	if err = also(err, f.Close()); err == nil {
		err = d.reveal(hidden, place, overwrite)
	}
	if err != nil {
		d.root.Remove(hidden)
	}
	return err
}

// MayPut returns [ErrExists] where there is something of that name, unless it is
// a file that is to be replaced: a folder or a link never is.
func (d *Deposit) MayPut(place string, overwrite bool) error {
	info, err := d.root.Lstat(place)
	switch {
	case err != nil:
		return nil // there is nothing, or writing says why not
	case !overwrite:
		return ErrExists
	case info.IsDir():
		return fmt.Errorf("%w: it is a folder, and only files are replaced", ErrExists)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: it is a link or a device, and only files are replaced", ErrExists)
	}
	return nil
}

// reveal gives a hidden file its name.
func (d *Deposit) reveal(hidden, place string, overwrite bool) error {
	if overwrite {
		return d.root.Rename(hidden, place)
	}
	err := d.root.Link(hidden, place)
	switch {
	case err == nil:
		return d.root.Remove(hidden)
	case errors.Is(err, fs.ErrExist):
		return ErrExists
	}
	// A file system without links: see reserveAndRename.
	reserved, err := d.root.OpenFile(place, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return err
	}
	reserved.Close()
	if err := d.root.Rename(hidden, place); err != nil {
		d.root.Remove(place)
		return err
	}
	return nil
}

// MakeFolder makes a folder and those above it, where they are missing. It fails
// where one of them is a link that leads out.
func (d *Deposit) MakeFolder(folder string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dirs[folder] {
		return nil
	}
	if err := d.root.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for d.dirs[folder] = true; folder != "."; d.dirs[folder] = true { // their names are in those above
		folder = path.Dir(folder)
	}
	return nil
}

// Holds reports whether there is something of that name, and whether that is a
// file of that content.
func (d *Deposit) Holds(ctx context.Context, place string, root Root, size int64) (there, same bool, err error) {
	info, err := d.root.Lstat(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, false, nil
	case err != nil:
		return false, false, fmt.Errorf("share: look at %q: %w", place, err)
	case !info.Mode().IsRegular() || info.Size() != size:
		return true, false, nil
	case size == 0:
		return true, root == EmptyRoot, nil
	}
	f, err := d.root.Open(place)
	if err != nil {
		return true, false, fmt.Errorf("share: look at %q: %w", place, err)
	}
	defer f.Close()
	found, err := hashStream(ctx, io.LimitReader(f, size), size, nil)
	if err != nil && !errors.Is(err, ErrUnsteady) {
		return true, false, fmt.Errorf("share: look at %q: %w", place, err)
	}
	return true, err == nil && found.root == root, nil
}

// Close makes the names durable and lets go of the folder. Its error says that
// some may not be.
func (d *Deposit) Close() (err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for dir := range d.dirs {
		if e := d.syncNames(dir); e != nil && err == nil {
			err = fmt.Errorf("share: make the names in %q durable: %w", dir, e)
		}
	}
	clear(d.dirs)
	return also(err, d.root.Close())
}

// syncNames makes the names in a folder durable, if it is still there.
func (d *Deposit) syncNames(folder string) error {
	f, err := d.root.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return also(syncNames(f), f.Close())
}
