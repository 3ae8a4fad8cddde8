package share

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// survey walks what the scope covers, offers what is known, withdraws what is
// gone or has changed and has the rest hashed: the batch that it returns, if s
// is awaited, is done when that is. One survey runs at a time; hashing does not
// hold it up.
func (c *Collection) survey(ctx context.Context, s scope) (*batch, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(c.closing, stop)()
	select {
	case c.scanning <- struct{}{}:
		defer func() { <-c.scanning }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return nil, c.endOf(ctx)
	}
	c.meter.walk(true)
	defer c.meter.walk(false)
	c.catalog.beginScan()
	w := c.walk(ctx, s)
	if ctx.Err() != nil { // cut short: what it has not seen is not gone
		return nil, c.endOf(ctx)
	}
	c.problems.renew(s)
	todo := c.settle(w)
	c.saver.ask()
	for _, p := range w.problems {
		c.note(p)
	}
	if watcher := c.watcher.Load(); watcher != nil {
		if s.all {
			watcher.prune(w.dirs)
		}
		if p, limited := watcher.problem(); limited && s.covers(p.Path) {
			c.note(p)
		}
	}
	var b *batch
	if s.awaited {
		b = c.queue.addAwaited(todo, s.calm)
	} else {
		c.queue.add(todo, s.calm, nil)
	}
	c.cancelRemoved(w.folders)
	return b, nil
}

// cancelRemoved drops from the queue what lies in those of the folders that are not
// shared any more: who removed one cancelled only what waited then.
func (c *Collection) cancelRemoved(folders []string) {
	shared := c.Folders()
	isRemoved := func(folder string) bool { return !slices.Contains(shared, folder) }
	if slices.ContainsFunc(folders, isRemoved) {
		c.queue.cancel(func(f found) bool { return isRemoved(f.folder) })
	}
}

// endOf returns why ctx, that of a scan, has ended.
func (c *Collection) endOf(ctx context.Context) error {
	if c.closing.Err() != nil {
		return ErrClosed
	}
	return ctx.Err()
}

// A sighting is a file that a walk met and that the catalogue knows.
type sighting struct {
	found
	record record
	where  string // the path that the record stands under
	isHere bool   // which is the file's own
	old    *entry // what is offered there now; nil for nothing
	entry  *entry // what is to be offered
}

// settle takes in what a walk met and returns what is to be hashed. The caller
// holds the survey's turn.
func (c *Collection) settle(w *walk) (todo []found) {
	version := c.catalog.tagVersion()
	known := make([]sighting, 0, len(w.files))
	for _, f := range w.files {
		s := sighting{found: f}
		if s.record, s.where, s.isHere = c.lookUp(f); s.where == "" {
			todo = append(todo, f)
			if f.identity.links > 1 && !w.scope.all {
				c.askOthers(f)
			}
			continue
		}
		known = append(known, s)
	}
	for i := range known { // after all were looked up: two files may have changed places
		if s := &known[i]; !s.isHere {
			s.record, s.where = c.catalog.adopt(s.at, s.identity, s.record)
		}
		known[i].at = known[i].where
	}
	c.mu.Lock()
	for i := range known {
		known[i].old = c.librarian.at(known[i].at)
	}
	c.mu.Unlock()
	inParts(len(known), func(i int) {
		s := &known[i]
		s.entry = c.entryOf(s.found, s.record, s.old)
	})

	c.mu.Lock()
	defer c.mu.Unlock()
	retagged := c.catalog.tagVersion() != version
	for _, s := range known {
		if !slices.Contains(c.folders, s.folder) || !c.catalog.holds(s.at, s.record) {
			continue // removed, or hashed anew, meanwhile
		}
		if retagged {
			s.entry = c.entryOf(s.found, s.record, s.entry)
		}
		if s.entry != s.old {
			c.librarian.put(s.entry)
		}
	}
	c.withdraw(w)
	c.publishLocked()
	return todo
}

// askOthers has the other names of a file that has changed looked at: a watch
// tells only of the one by which it was written to.
func (c *Collection) askOthers(f found) {
	for _, path := range c.catalog.stale(f.at, f.identity) {
		if !c.queue.has(path) {
			c.demands.ask(path)
		}
	}
}

// lookUp returns what the catalogue knows of the file and the path where it
// stands, "" for nowhere. The record is to be adopted unless it is here.
func (c *Collection) lookUp(f found) (r record, where string, here bool) {
	r, where, finding := c.catalog.find(f.at, f.identity)
	if finding == unknown || finding == doubtful && !isRenamed(f.at, f.identity, where, r) {
		return record{}, "", false
	}
	return r, where, finding == knownNow
}

// recognize is lookUp for one file: what it finds elsewhere it adopts.
func (c *Collection) recognize(f found) (r record, where string, ok bool) {
	r, where, here := c.lookUp(f)
	if where != "" && !here {
		r, where = c.catalog.adopt(f.at, f.identity, r)
	}
	return r, where, where != ""
}

// inParts calls each with the numbers below n, on all processors if it is worth it.
func inParts(n int, each func(i int)) {
	parts := min(runtime.GOMAXPROCS(0), 1+n/1000)
	var group sync.WaitGroup
	for part := range parts {
		group.Go(func() {
			for i := n * part / parts; i < n*(part+1)/parts; i++ {
				each(i)
			}
		})
	}
	group.Wait()
}

// withdraw stops offering, and forgets, what the walk should have met and did
// not. Where no folder is concerned it looks at the paths alone.
func (c *Collection) withdraw(w *walk) {
	s := w.scope
	isFolder := func(path string) bool { _, read := w.dirs[path]; return read || c.dirs[path] }
	if !s.all && !slices.ContainsFunc(s.paths, isFolder) {
		for _, at := range s.paths {
			if c.librarian.at(at) != nil && !c.catalog.isCurrent(at) {
				c.librarian.drop(at)
			}
		}
		c.catalog.forget(w.isGone, s.paths...)
		return
	}
	for at := range c.librarian.all() {
		if s.covers(at) && !c.catalog.isCurrent(at) {
			c.librarian.drop(at)
		}
	}
	c.catalog.forget(func(path string, device uint64) bool { return s.covers(path) && w.isGone(path, device) })
	for path := range c.dirs {
		if s.covers(path) {
			delete(c.dirs, path)
		}
	}
	for path := range w.dirs {
		c.dirs[path] = true
	}
}

// entryOf returns the entry of a file, the old one if nothing of it changed.
func (c *Collection) entryOf(f found, r record, old *entry) *entry {
	tags := c.catalog.tags(r.root)
	if old != nil && old.Root == r.root && old.place.folder == f.folder && old.changed == r.changed &&
		old.Modified.UnixNano() == r.modified && slices.Equal(old.Tags, tags) {
		return old
	}
	p := f.place()
	dir, name := path.Split(filepath.ToSlash(p.below))
	return newEntry(File{
		Name: publicName(name), Path: publicPath(dir), Size: r.size, Root: r.root, SHA1: r.sha1, Tags: tags,
		Modified: time.Unix(0, r.modified), changed: r.changed, place: p, layers: c.catalog,
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

// offer makes a file findable, soon, if its folder is still shared. It returns
// an error, and offers nothing, if the file is not at its path any more: that a
// folder above was renamed shows neither on the open file nor in what is known of
// it, and the survey that was to withdraw the file may be over.
func (c *Collection) offer(f found, r record, where string) error {
	f.at = where
	c.mu.Lock()
	if slices.Contains(c.folders, f.folder) {
		c.librarian.put(c.entryOf(f, r, c.librarian.at(where)))
	}
	c.mu.Unlock()
	now, err := os.Stat(where) // after: a survey sees to what happens from now on
	if err == nil && !identityOf(now).isSameAt(r.identity) {
		err = ErrUnsteady
	}
	if err == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.librarian.at(where); e != nil && e.Root == r.root && e.changed == r.changed {
		c.librarian.drop(where)
		c.publisher.ask()
	}
	return err
}

// flush makes what has been hashed durable and findable; findable even where
// there is no room to save it.
func (c *Collection) flush() error {
	err := c.catalog.save()
	c.publish()
	return err
}

// publishLocked makes what is offered the Library. The caller holds mu.
func (c *Collection) publishLocked() {
	if c.librarian.stale {
		c.library.Store(c.librarian.publish())
	}
}
