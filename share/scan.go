package share

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

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
		c.update(func(p *Progress) { *p = Progress{Scanning: true} })
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

// settle offers the files of a walk that are known, withdraws those that are
// gone or have changed, and returns the ones to be hashed.
func (c *Collection) settle(w *walk) (todo []found) {
	here := map[string]bool{}
	c.mu.Lock()
	defer c.mu.Unlock()
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
		here[f.place.String()] = true
		c.librarian.put(c.entryOf(f, r, c.librarian.at(f.place.String())))
	}
	if w.ctx.Err() != nil { // the walk was cut short: what it has not seen is not gone
		return nil
	}
	c.told, c.problems = c.problems, map[string]Problem{}
	for at := range c.librarian.all() {
		if !here[at] {
			c.librarian.drop(at)
		}
	}
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
		c.librarian.put(c.entryOf(f, r, c.librarian.at(at)))
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
	c.publishLocked()
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
