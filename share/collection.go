package share

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// What the callers of a Collection branch on.
var (
	// ErrLocked: another process has the catalogue open, a running servent.
	ErrLocked = errors.New("share: the catalogue is in use by another process")
	// ErrNotShared: a path lies in no shared folder, or is hidden there.
	ErrNotShared = errors.New("share: not in a shared folder")
	// ErrNotFolder: a path to share is something else.
	ErrNotFolder = errors.New("not a folder")
	// ErrNotFile: a path to tag is something else.
	ErrNotFile = errors.New("not a file")
	// ErrPrivate: a folder of which nothing may be shared, see [CollectionConfig].
	ErrPrivate = errors.New("it is the servent's own folder, with its key; only a folder in it can be shared")
	// ErrWholeDisk: the root of all folders.
	ErrWholeDisk = errors.New("share: that is the whole computer")
	// ErrBadTag: a keyword that nobody could search for.
	ErrBadTag = errors.New("share: a tag needs a letter or a digit, no control character, and at most 64 bytes")
)

// CollectionConfig says where a Collection keeps what it knows.
type CollectionConfig struct {
	// Catalog is the file of the catalogue; it is made if missing. Required.
	Catalog string

	// Private is a folder of which nothing is shared, wherever it lies, but what is
	// in a folder below it that was added for itself: a servent's home, with its
	// key, and with its downloads. None if empty.
	Private string

	// Rescan is the time between two scans of all folders while [Collection.Run]
	// watches them: for what was changed in place where nothing tells of it, as on
	// a network drive. Default 5 minutes.
	Rescan time.Duration

	// LockTimeout is how long Open waits for another process to let the
	// catalogue go. Default 1 second.
	LockTimeout time.Duration

	// OnProblem is told of each file or folder that cannot be shared, once, and
	// of what else goes wrong meanwhile, and may be nil. It is called by one goroutine at a time.
	OnProblem func(Problem)
}

const (
	defaultRescan      = 5 * time.Minute
	defaultLockTimeout = time.Second

	publishInterval = 300 * time.Millisecond // at least this between two snapshots while hashing
	publishShare    = 10                     // and at least so many times what the last one took

	saveInterval = time.Second // likewise between two writes of what was hashed: what kill -9 costs
	saveShare    = 10
)

// A Collection is the folders that a user shares and their catalogue. All its
// methods may be called by any goroutine.
type Collection struct {
	cfg       CollectionConfig
	catalog   *catalog
	library   atomic.Pointer[Library]
	queue     *queue
	meter     *meter
	problems  *problems
	editing   sync.Mutex              // held while tags or the list of folders are changed
	telling   sync.Mutex              // held while OnProblem is called
	demands   demands                 // what Run is to look at
	watcher   atomic.Pointer[watcher] // nil where no Run is under way
	publisher throttle
	saver     throttle
	calm      time.Duration // see the constant of this name
	ready     chan struct{} // closed after the first whole scan
	once      sync.Once     // closes it
	closing   context.Context
	close     context.CancelFunc
	closed    func() error // what Close does, once

	scanning chan struct{}   // holds one while a survey runs, which alone touches:
	dirs     map[string]bool // folders that were there

	mu        sync.Mutex
	folders   []string // absolute, links resolved, sorted
	librarian *librarian
}

// Repair says whether [Open] had to set the catalogue aside, and what was kept.
func (c *Collection) Repair() (Repair, bool) {
	if c.catalog.repair == nil {
		return Repair{}, false
	}
	return *c.catalog.repair, true
}

// Open opens the catalogue of cfg, or makes it. It returns [ErrLocked] if
// another process has it open. The [Library] is empty until a scan: [Collection.Run]
// or [Collection.Rescan].
func Open(cfg CollectionConfig) (*Collection, error) {
	if cfg.Rescan <= 0 {
		cfg.Rescan = defaultRescan
	}
	if cfg.LockTimeout <= 0 {
		cfg.LockTimeout = defaultLockTimeout
	}
	if cfg.Private != "" {
		private, err := canonical(cfg.Private)
		if err != nil {
			return nil, fmt.Errorf("share: private folder: %w", err)
		}
		cfg.Private = private
	}
	catalog, err := openCatalog(cfg.Catalog, cfg.LockTimeout)
	if err != nil {
		return nil, err
	}
	c := &Collection{
		cfg: cfg, catalog: catalog, meter: &meter{}, problems: newProblems(),
		demands:  demands{wake: make(chan struct{}, 1), paths: map[string]bool{}},
		scanning: make(chan struct{}, 1), dirs: map[string]bool{}, ready: make(chan struct{}),
		folders: catalog.sharedFolders(), calm: calm,
	}
	c.queue = newQueue(c.meter, runtime.GOMAXPROCS(0), func(small bool) { go c.work(small) })
	c.publisher = throttle{every: publishInterval, share: publishShare, do: c.publish}
	c.saver = throttle{every: saveInterval, share: saveShare, do: c.save}
	c.closing, c.close = context.WithCancel(context.Background())
	c.closed = sync.OnceValue(c.end)
	c.library.Store(new(Library))
	c.librarian = newLibrarian(&c.mu, c.publishLocked)
	return c, nil
}

func (c *Collection) publish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.publishLocked()
}

// save makes what has been hashed durable. A disk that is full now may not be
// later.
func (c *Collection) save() {
	if err := c.catalog.save(); err != nil {
		c.note(Problem{c.cfg.Catalog, err})
		return
	}
	c.problems.solve(c.cfg.Catalog)
}

// Library returns the files as they are known now.
func (c *Collection) Library() *Library { return c.library.Load() }

// Ready is closed once the first scan is over and every file that can be
// shared is findable. Files are findable before, each as soon as it is hashed.
func (c *Collection) Ready() <-chan struct{} { return c.ready }

// Folders returns the shared folders, sorted.
func (c *Collection) Folders() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.folders)
}

// AddFolder shares the folder at path, now and after a restart. Its files are
// findable after the next scan, which Run begins at once. A folder that is
// shared already, or lies in one that is, is no error; the root of all folders is
// [ErrWholeDisk], the private one [ErrPrivate].
func (c *Collection) AddFolder(path string) error {
	folder, err := canonical(path)
	if err != nil {
		return fmt.Errorf("share: add folder %s: %w", path, err)
	}
	info, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("share: add folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("share: add folder %s: %w", path, ErrNotFolder)
	}
	switch folder {
	case string(filepath.Separator): // a disk of Windows is its D:\
		return fmt.Errorf("share: add folder %s: %w", path, ErrWholeDisk)
	case c.cfg.Private:
		return fmt.Errorf("share: add folder %s: %w", path, ErrPrivate)
	}
	c.editing.Lock()
	defer c.editing.Unlock()
	if err := c.catalog.addFolder(folder); err != nil {
		return err
	}
	c.mu.Lock()
	if at, found := slices.BinarySearch(c.folders, folder); !found {
		c.folders = slices.Insert(c.folders, at, folder)
	}
	c.mu.Unlock()
	c.demands.ask(folder)
	return nil
}

// RemoveFolder stops sharing the folder at path, at once. What is known of its
// files stays in the catalogue, so that adding it again hashes nothing. It
// returns [ErrNotShared] for a folder that was not added.
func (c *Collection) RemoveFolder(path string) error {
	folder, err := canonical(path)
	if err != nil { // it may have gone from the disk
		if folder, err = filepath.Abs(path); err != nil {
			return fmt.Errorf("share: remove folder %s: %w", path, err)
		}
	}
	c.editing.Lock()
	defer c.editing.Unlock()
	if !slices.Contains(c.Folders(), folder) {
		return fmt.Errorf("share: remove folder %s: %w", path, ErrNotShared)
	}
	if err := c.catalog.removeFolder(folder); err != nil {
		return err
	}
	c.mu.Lock()
	c.folders = slices.DeleteFunc(c.folders, func(f string) bool { return f == folder })
	for at, e := range c.librarian.all() {
		if e.place.folder == folder {
			c.librarian.drop(at)
		}
	}
	c.publishLocked()
	c.mu.Unlock()
	c.queue.cancel(func(f found) bool { return f.folder == folder })
	c.demands.ask(folder) // its files may lie in another shared folder too
	return nil
}

// canonical returns the absolute path without symbolic links, so that one
// folder has one name.
func canonical(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// canonicalShared returns the canonical path of a folder or file that lies in
// a shared folder, be it there or not.
func (c *Collection) canonicalShared(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(filepath.Dir(at)); err == nil { // the last may be a link that is shared as itself
		at = filepath.Join(real, filepath.Base(at))
	}
	isShared := func(path string) bool {
		return slices.ContainsFunc(c.Folders(), func(folder string) bool { return within(folder, path) })
	}
	if info, err := os.Lstat(at); err == nil && info.Mode()&os.ModeSymlink != 0 {
		if real, err := filepath.EvalSymlinks(at); err == nil && isShared(real) {
			if info, err := os.Stat(real); err == nil && info.IsDir() {
				return real, nil
			}
		}
	}
	if !isShared(at) {
		return "", ErrNotShared
	}
	return at, nil
}

// ErrClosed is returned by what a Collection was asked to do after Close.
var ErrClosed = errors.New("share: the collection is closed")

// Close stops a scan that runs, waits for it and closes the catalogue. The
// last [Library] remains usable, but files of many pieces are served no more.
func (c *Collection) Close() error { return c.closed() }

func (c *Collection) end() error {
	c.close()
	c.scanning <- struct{}{} // the survey that runs ends, and there is none after it
	c.queue.close()
	c.publisher.close()
	c.saver.close()
	return c.catalog.close()
}
