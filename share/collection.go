package share

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	// ErrBadTag: a keyword that nobody could search for.
	ErrBadTag = errors.New("share: a tag needs a letter or a digit, no control character, and at most 64 bytes")
)

// CollectionConfig says where a Collection keeps what it knows.
type CollectionConfig struct {
	// Catalog is the file of the catalogue; it is made if missing. Required.
	Catalog string

	// Rescan is the time between two scans of all folders. Default 5 minutes.
	Rescan time.Duration

	// LockTimeout is how long Open waits for another process to let the
	// catalogue go. Default 1 second.
	LockTimeout time.Duration

	// OnProblem is told of each file or folder that cannot be shared, once, and
	// may be nil. It is called by the goroutine that scans.
	OnProblem func(Problem)
}

const (
	defaultRescan      = 5 * time.Minute
	defaultLockTimeout = time.Second
	retryChanged       = 5 * time.Second // until a file that changed while it was hashed is tried again

	publishInterval = 300 * time.Millisecond // at least this between two snapshots while hashing
	publishShare    = 10                     // and at least so many times what the last one took
)

// A Problem is a file or folder that is not shared although it should be.
type Problem struct {
	Path string // absolute
	Err  error
}

// A Collection is the folders that a user shares and their catalogue. All its
// methods may be called by any goroutine.
type Collection struct {
	cfg     CollectionConfig
	catalog *catalog
	library atomic.Pointer[Library]

	requests atomic.Uint64 // counts the demands for a scan; a scan that sees it grow walks again
	restless atomic.Bool   // a file changed while it was hashed
	wake     chan struct{} // holds one when Run should scan
	scanning chan struct{} // holds one while a scan runs
	hashing  chan struct{} // holds one while a file is hashed
	ready    chan struct{} // closed after the first whole scan
	closing  context.Context
	close    context.CancelFunc

	mu        sync.Mutex
	folders   []string // absolute, links resolved, sorted
	librarian *librarian
	problems  map[string]Problem // of this scan
	told      map[string]Problem // of the last
	progress  Progress
}

// Progress says how far a scan has come.
type Progress struct {
	Scanning    bool
	Files       int   // found to be hashed in this scan
	Hashed      int   // of these, done
	Bytes       int64 // of all Files
	BytesHashed int64
	Current     string        // the place of the file that is being hashed
	Rate        float64       // bytes hashed a second, lately
	ETA         time.Duration // until all Files are hashed; negative: not known
}

// A Repair says what became of a catalogue that could not be read.
type Repair struct {
	SetAside string // where the old file lies now
	Cause    error  // what was wrong with it
	Folders  int    // shared folders that could be read from it
	Tags     int    // contents whose tags could
}

// Repair says whether [Open] had to set the catalogue aside, and what was kept.
func (c *Collection) Repair() (Repair, bool) { return Repair{}, false }

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
	catalog, err := openCatalog(cfg.Catalog, cfg.LockTimeout)
	if err != nil {
		return nil, err
	}
	folders, err := catalog.folders()
	if err != nil {
		catalog.close()
		return nil, fmt.Errorf("share: read the shared folders: %w", err)
	}
	c := &Collection{
		cfg: cfg, catalog: catalog,
		wake: make(chan struct{}, 1), scanning: make(chan struct{}, 1), hashing: make(chan struct{}, 1),
		ready:   make(chan struct{}),
		folders: folders, problems: map[string]Problem{},
	}
	c.closing, c.close = context.WithCancel(context.Background())
	c.library.Store(new(Library))
	c.librarian = newLibrarian(&c.mu, c.publishLocked)
	return c, nil
}

// Library returns the files as they are known now.
func (c *Collection) Library() *Library { return c.library.Load() }

// Ready is closed once the first scan is over and every file that can be
// shared is findable. Files are findable before, each as soon as it is hashed.
func (c *Collection) Ready() <-chan struct{} { return c.ready }

// Progress says how far the scan that runs has come, or the last one came.
func (c *Collection) Progress() Progress {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.progress
}

// Problems returns what the last scan could not share, by path.
func (c *Collection) Problems() []Problem {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Values(c.problems), func(a, b Problem) int {
		return strings.Compare(a.Path, b.Path)
	})
}

// Folders returns the shared folders, sorted.
func (c *Collection) Folders() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.folders)
}

// AddFolder shares the folder at path, now and after a restart. Its files are
// findable after the next scan, which Run begins at once. A folder that is
// shared already, or lies in one that is, is no error.
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
		return fmt.Errorf("share: add folder %s: not a folder", path)
	}
	if err := c.catalog.addFolder(folder); err != nil {
		return err
	}
	c.mu.Lock()
	if at, found := slices.BinarySearch(c.folders, folder); !found {
		c.folders = slices.Insert(c.folders, at, folder)
	}
	c.mu.Unlock()
	c.request()
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
	c.request() // its files may lie in another shared folder too
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

// request asks for a scan, of the one that runs too.
func (c *Collection) request() {
	c.requests.Add(1)
	select {
	case c.wake <- struct{}{}:
	default: // Run has been told already
	}
}

// Run scans the folders at once, whenever asked and every [CollectionConfig.Rescan],
// until ctx ends, and returns its error. What goes wrong with a file is a
// [Problem]; Run returns an error of its own only if the catalogue fails.
func (c *Collection) Run(ctx context.Context) error {
	for {
		if err := c.scan(ctx); err != nil {
			return err
		}
		pause := c.cfg.Rescan
		if c.restless.Swap(false) {
			pause = min(pause, retryChanged)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.closing.Done():
			return ErrClosed
		case <-c.wake:
		case <-time.After(pause):
		}
	}
}

// Rescan scans the folders at the paths, each a shared one or one in it, or
// all shared folders if none is named. It returns when every file there is
// findable, with or without Run. For a path that is not shared it returns
// [ErrNotShared].
func (c *Collection) Rescan(ctx context.Context, paths ...string) error {
	for _, path := range paths {
		folder, err := canonical(path)
		if err != nil {
			return fmt.Errorf("share: rescan %s: %w", path, err)
		}
		if !slices.ContainsFunc(c.Folders(), func(f string) bool { return within(f, folder) }) {
			return fmt.Errorf("share: rescan %s: %w", path, ErrNotShared)
		}
	}
	c.requests.Add(1)
	return c.scan(ctx)
}

// publishLocked makes what is offered the Library. The caller holds mu.
func (c *Collection) publishLocked() {
	if c.librarian.stale {
		c.library.Store(c.librarian.publish())
	}
}

// ErrClosed is returned by what a Collection was asked to do after Close.
var ErrClosed = errors.New("share: the collection is closed")

// Close stops a scan that runs, waits for it and closes the catalogue. The
// last [Library] remains usable, but files of many pieces are served no more.
func (c *Collection) Close() error {
	if c.closing.Err() != nil {
		return nil
	}
	c.close()
	c.scanning <- struct{}{}
	c.hashing <- struct{}{}
	return c.catalog.close()
}

// within reports whether path is folder or lies below it.
func within(folder, path string) bool {
	below, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(below)
}
