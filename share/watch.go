package share

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

const (
	// maxWatches is how many folders are watched: each takes about 1 KiB of the
	// kernel's memory and half as much here.
	maxWatches = 1 << 16

	// pollEvery is how often the shared folders themselves, mount points and the
	// folders that cannot be watched are looked at. It is longer where that takes
	// more than 1/pollShare of the time.
	pollEvery = 2 * time.Second
	pollShare = 50
)

// A watcher has the collection look at what changes in the shared folders. A
// [notifier] tells it, as far as there is one and it lets so many folders be
// watched. The other folders are polled: their time of modification shows that
// something came or went. What is written into a file there shows at the next
// scan, or once the file that was just made has come to rest.
type watcher struct {
	c      *Collection
	notify notifier // nil where there is none

	mu      sync.Mutex
	folders map[string]*watchedFolder // by path: those that a walk has visited
	paths   map[fileID]string         // where each was visited last
	watches int
	limit   Problem // why some folder is not watched; no Err if none
	mounts  []string
}

// A watchedFolder is a folder as it was when it was last visited.
type watchedFolder struct {
	id       fileID
	watched  bool // the notifier tells of it
	modified int64
}

// A notifier tells of what changes in single folders, not in those below.
type notifier interface {
	add(folder string) error
	remove(folder string)
	close()
}

func newWatcher(c *Collection) *watcher {
	w := &watcher{c: c, folders: map[string]*watchedFolder{}, paths: map[fileID]string{}}
	var err error
	if w.notify, err = newNotifier(w); err != nil {
		w.notify = nil
		w.limit = Problem{c.cfg.Catalog, fmt.Errorf("share: watch: %w", err)}
		if folders := c.Folders(); len(folders) > 0 {
			w.limit.Path = folders[0]
		}
	}
	w.mounts = mountsBelow(c.Folders())
	return w
}

func (w *watcher) close() {
	if w.notify != nil {
		w.notify.close()
	}
}

// visit is told of each folder that a walk is about to read.
func (w *watcher) visit(path string, info os.FileInfo) {
	id := identityOf(info)
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.folders[path]
	if f != nil && f.id != (fileID{id.device, id.inode}) { // another folder, or another disk, in its place
		w.forget(path, f)
		f = nil
	}
	if f == nil {
		f = &watchedFolder{id: fileID{id.device, id.inode}}
		w.folders[path] = f
	}
	f.modified = id.modified
	// One that was renamed has its old watch still, which ends when that is told of,
	// or forgotten: a new one beside it would be the same, and end with it.
	if old := w.paths[f.id]; old != path && w.folders[old] != nil {
		w.forget(old, w.folders[old])
	}
	w.paths[f.id] = path
	if f.watched || w.notify == nil {
		return
	}
	err := errTooManyWatches
	if w.watches < maxWatches {
		err = w.notify.add(path)
	}
	switch {
	case err == nil:
		f.watched = true
		w.watches++
	case w.limit.Err == nil && isWatchLimit(err):
		w.limit = Problem{path, fmt.Errorf("share: watch: %w", watchLimit(err))}
	}
}

// forget ends the watch of one folder. The caller holds mu.
func (w *watcher) forget(path string, f *watchedFolder) {
	if f.watched {
		w.watches--
		w.notify.remove(path)
	}
	delete(w.folders, path)
	if w.paths[f.id] == path {
		delete(w.paths, f.id)
	}
}

// lost is told that a folder is at the path no more, though another may be. One
// that was deleted was empty, one that was renamed took others with it.
func (w *watcher) lost(path string, withAllBelow bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.folders[path]; f != nil {
		w.forget(path, f)
		if !withAllBelow { // not even looked at: many folders are deleted at once
			return
		}
		for below, f := range w.folders {
			if within(path, below) {
				w.forget(below, f)
			}
		}
	}
}

// prune forgets the folders that a walk of everything has not met.
func (w *watcher) prune(met map[string]dir) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for path, f := range w.folders {
		if _, ok := met[path]; !ok {
			w.forget(path, f)
		}
	}
	if w.notify != nil && w.watches == len(w.folders) {
		w.limit = Problem{}
	}
}

// changed is told of a path where something has happened.
func (w *watcher) changed(path string) { w.c.demands.ask(path) }

// overflowed is told that the notifier has lost count.
func (w *watcher) overflowed() { w.c.demands.ask() }

// problem says why some folder is not watched, if one is not.
func (w *watcher) problem() (Problem, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.limit, w.limit.Err != nil
}

// poll looks at what nobody tells of, and returns when it is to be done again.
func (w *watcher) poll() time.Duration {
	start := time.Now()
	shared := w.c.Folders()
	for _, folder := range shared {
		w.mu.Lock()
		f := w.folders[folder]
		w.mu.Unlock()
		info, err := os.Lstat(folder)
		switch {
		case f == nil && err == nil: // it has come, or come back
			w.changed(folder)
		case f == nil:
		case err != nil || f.id != idOf(info):
			w.lost(folder, true)
			w.changed(folder)
		}
	}
	for _, path := range w.unwatched() {
		w.look(path)
	}
	if mounts := mountsBelow(shared); !slices.Equal(mounts, w.mounts) {
		for _, path := range append(slices.Clone(mounts), w.mounts...) {
			if slices.Contains(mounts, path) != slices.Contains(w.mounts, path) {
				w.lost(path, true)
				w.changed(path)
			}
		}
		w.mounts = mounts
	}
	return max(pollEvery, pollShare*time.Since(start))
}

func idOf(info os.FileInfo) fileID {
	id := identityOf(info)
	return fileID{id.device, id.inode}
}

// unwatched returns the folders that are polled.
func (w *watcher) unwatched() (paths []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.notify != nil && w.watches == len(w.folders) {
		return nil
	}
	for path, f := range w.folders {
		if !f.watched {
			paths = append(paths, path)
		}
	}
	return paths
}

// look polls one folder.
func (w *watcher) look(path string) {
	info, err := os.Lstat(path)
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.folders[path]
	switch {
	case f == nil:
	case err != nil:
		w.forget(path, f)
		w.changed(path)
	case f.modified != info.ModTime().UnixNano() || f.id != idOf(info):
		w.changed(path)
	}
}

// isIgnored reports whether what happens at the path concerns nobody: it is
// hidden, and no folder that is watched.
func (w *watcher) isIgnored(path string) bool {
	w.mu.Lock()
	_, known := w.folders[path]
	w.mu.Unlock()
	return !known && isHidden(filepath.Base(path), func() (os.FileInfo, error) { return os.Lstat(path) })
}
