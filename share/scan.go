package share

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// What keeps a file from being shared, beside what the system says.
var (
	errLeaves  = errors.New("the link leads out of the shared folder, or to a hidden file")
	errTooLong = errors.New("folders nested too deep")
)

// maxPathSize is the longest Path of a file, in bytes.
const maxPathSize = 4096

// A found is a file as a scan meets it.
type found struct {
	place    place
	info     os.FileInfo
	identity identity
}

// A walk is one pass over the folders.
type walk struct {
	ctx      context.Context
	files    []found
	seen     map[string]bool // places of files and folders
	dirs     map[string]int  // folders that could be read, and their number of entries
	problems []Problem
}

// scan walks the folders and hashes what is not known, until everything that
// can be shared is. One scan runs at a time; a scan that is asked for meanwhile
// makes it walk again, so that a new folder does not wait for all hashes of
// the others.
func (c *Collection) scan(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(c.closing, stop)()
	select {
	case c.scanning <- struct{}{}:
		defer func() { <-c.scanning }()
	case <-ctx.Done():
		return c.endOf(ctx)
	}
	for {
		asked := c.requests.Load()
		w := c.walk(ctx)
		todo := c.settle(w)
		for _, p := range w.problems {
			c.note(p)
		}
		done, err := c.hashAll(ctx, todo, asked)
		if err != nil {
			return err
		}
		if err := c.finishPass(ctx, w); err != nil {
			return err
		}
		if done {
			c.isReady()
			return nil
		}
	}
}

// endOf returns why ctx, that of a scan, has ended.
func (c *Collection) endOf(ctx context.Context) error {
	if c.closing.Err() != nil {
		return ErrClosed
	}
	return ctx.Err()
}

// isReady closes ready. The caller holds the scan's turn.
func (c *Collection) isReady() {
	select {
	case <-c.ready:
	default:
		close(c.ready)
	}
}

// walk visits every shared folder.
func (c *Collection) walk(ctx context.Context) *walk {
	w := &walk{ctx: ctx, seen: map[string]bool{}, dirs: map[string]int{}}
	for _, folder := range c.Folders() { // sorted: a folder comes before those in it
		w.folder(folder, ".")
	}
	return w
}

func (w *walk) problem(at string, err error) {
	w.problems = append(w.problems, Problem{at, fmt.Errorf("share: scan: %w", err)})
}

// folder visits what lies below the shared folder at the place.
func (w *walk) folder(shared, below string) {
	at := filepath.Join(shared, below)
	if w.ctx.Err() != nil || w.seen[at] {
		return
	}
	w.seen[at] = true
	if len(below) > maxPathSize {
		w.problem(at, errTooLong)
		return
	}
	entries, err := os.ReadDir(at)
	if err != nil {
		w.problem(at, err)
		return
	}
	w.dirs[at] = len(entries)
	for _, e := range entries {
		if isHidden(e.Name(), e.Info) {
			continue
		}
		p := place{shared, filepath.Join(below, e.Name())}
		if e.IsDir() {
			w.folder(shared, p.below)
			continue
		}
		w.file(p, e)
	}
}

// file takes in a regular file, or a link to one that is shared too.
func (w *walk) file(p place, e fs.DirEntry) {
	at := p.String()
	if w.seen[at] {
		return
	}
	info, err := e.Info()
	if err == nil && e.Type()&fs.ModeSymlink != 0 {
		info, err = follow(p)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.Type()&fs.ModeSymlink == 0: // deleted since
	case err != nil:
		w.problem(at, err)
	case info.Mode().IsRegular():
		w.seen[at] = true
		w.files = append(w.files, found{p, info, identityOf(info)})
	}
}

// follow returns the file that a symbolic link leads to, if that lies in the
// same shared folder and is not hidden there.
func follow(p place) (os.FileInfo, error) {
	real, err := filepath.EvalSymlinks(p.String())
	if err != nil {
		return nil, err
	}
	below, err := filepath.Rel(p.folder, real)
	if err != nil || !filepath.IsLocal(below) {
		return nil, errLeaves
	}
	for at := below; at != "."; at = filepath.Dir(at) {
		here := filepath.Join(p.folder, at)
		if isHidden(filepath.Base(at), func() (os.FileInfo, error) { return os.Lstat(here) }) {
			return nil, errLeaves
		}
	}
	return os.Lstat(real)
}

// settle offers the files of a walk that are known, withdraws those that are
// gone or have changed, and returns the ones to be hashed.
func (c *Collection) settle(w *walk) (todo []found) {
	offered := map[string]*entry{}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress = Progress{Scanning: true}
	for _, f := range w.files {
		if !slices.Contains(c.folders, f.place.folder) {
			continue // it was removed meanwhile
		}
		r, known := c.catalog.find(f.place.String(), f.identity)
		if !known {
			todo = append(todo, f)
			c.progress.Files++
			c.progress.Bytes += f.info.Size()
			continue
		}
		offered[f.place.String()] = c.entryOf(f, r, c.offered[f.place.String()])
	}
	if w.ctx.Err() != nil { // the walk was cut short: what it has not seen is not gone
		return nil
	}
	c.told, c.problems = c.problems, map[string]Problem{}
	c.offered = offered
	c.publishLocked()
	return todo
}

// entryOf returns the entry of a file, the old one if nothing of it changed.
func (c *Collection) entryOf(f found, r record, old *entry) *entry {
	tags := c.catalog.tags(r.root)
	if old != nil && old.Root == r.root && old.place == f.place && old.Modified.Equal(f.info.ModTime()) && slices.Equal(old.Tags, tags) {
		return old
	}
	dir, name := path.Split(filepath.ToSlash(f.place.below))
	return newEntry(File{
		Name: publicName(name), Path: publicPath(dir), Size: r.size, Root: r.root, SHA1: r.sha1,
		Tags: tags, Modified: f.info.ModTime(), place: f.place, layers: c.catalog,
	})
}

// publicPath returns the folders of a file as others see them.
func publicPath(dir string) string {
	names := strings.FieldsFunc(dir, func(r rune) bool { return r == '/' })
	for i, name := range names {
		names[i] = publicName(name)
	}
	return strings.Join(names, "/")
}

// hashAll hashes files one after the other and offers each as soon as it is
// done. It returns done = false if another scan was asked for since.
func (c *Collection) hashAll(ctx context.Context, todo []found, asked uint64) (done bool, err error) {
	next := time.Now()
	for i, f := range todo {
		if ctx.Err() != nil {
			return false, nil
		}
		if i > 0 && c.requests.Load() != asked {
			return false, nil // at least one file was hashed: no storm of requests keeps us from the end
		}
		if err := c.hashOne(ctx, f); err != nil && ctx.Err() == nil {
			c.note(Problem{f.place.String(), fmt.Errorf("share: hash: %w", err)})
			c.restless.Store(c.restless.Load() || errors.Is(err, errChanged))
		}
		c.update(func(p *Progress) { p.Hashed++ })
		if now := time.Now(); now.After(next) {
			if err := c.publish(); err != nil {
				return false, err
			}
			next = time.Now().Add(max(publishInterval, publishShare*time.Since(now)))
		}
	}
	return c.requests.Load() == asked, nil
}

// hashOne hashes a file, unless it was hashed while it waited for its turn,
// and offers it.
func (c *Collection) hashOne(ctx context.Context, f found) error {
	at := f.place.String()
	select {
	case c.hashing <- struct{}{}:
		defer func() { <-c.hashing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	r, known := c.catalog.find(at, f.identity)
	if !known {
		c.update(func(p *Progress) { p.Current = at })
		d, err := c.digest(ctx, f)
		if err != nil {
			return err
		}
		r = c.catalog.add(at, f.identity, d)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.folders, f.place.folder) { // else it was removed meanwhile
		c.offered[at] = c.entryOf(f, r, c.offered[at])
		c.stale = true
	}
	return nil
}

// digest hashes the file that a walk met, if it is still the same.
func (c *Collection) digest(ctx context.Context, f found) (digest, error) {
	file, err := f.place.open()
	if err != nil {
		return digest{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return digest{}, err
	}
	if !identityOf(info).isSameAt(f.identity) {
		return digest{}, errChanged
	}
	return hashFile(ctx, file, func(n int64) {
		c.update(func(p *Progress) { p.BytesHashed += n })
	})
}

func (c *Collection) update(change func(*Progress)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.progress)
}

// note keeps a problem of the scan that runs, and tells of it if the last scan
// did not have it.
func (c *Collection) note(p Problem) {
	c.mu.Lock()
	_, noted := c.problems[p.Path]
	_, told := c.told[p.Path]
	c.problems[p.Path] = p
	c.mu.Unlock()
	if !noted && !told && c.cfg.OnProblem != nil {
		c.cfg.OnProblem(p)
	}
}

// publish makes what has been hashed durable and findable.
func (c *Collection) publish() error {
	if err := c.catalog.save(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stale {
		c.publishLocked()
	}
	return nil
}

// finishPass ends a pass over the folders, whole or cut short.
func (c *Collection) finishPass(ctx context.Context, w *walk) error {
	c.update(func(p *Progress) { p.Scanning, p.Current = false, "" })
	if err := c.publish(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return c.endOf(ctx)
	}
	return c.catalog.forget(w.isGone)
}

// isGone reports whether the file that was at the path has been deleted: its
// folder, or the nearest one above that is left, could be read and is not
// empty. An empty one may be where a disk will be plugged in again.
func (w *walk) isGone(path string) bool {
	if w.seen[path] {
		return false
	}
	for at := filepath.Dir(path); at != filepath.Dir(at); at = filepath.Dir(at) {
		if entries, read := w.dirs[at]; read {
			return entries > 0
		}
		if w.seen[at] {
			return false // it is there and cannot be read
		}
	}
	return false
}
