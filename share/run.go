package share

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// gather is how long demands for a scan are gathered before it begins: a
	// program that makes a file does several things to it at once.
	gather = 100 * time.Millisecond

	// calm is how long a file must be left alone that was written to under Run's eyes.
	calm = time.Second

	// A scan of what has changed is followed by a pause of at least so many
	// times what it took, and at most longestPause.
	pauseShare   = 4
	longestPause = 4 * time.Second

	// maxDemands is how many paths are looked at one by one; of more, all is.
	maxDemands = 4096
)

// demands are the paths that Run is to look at.
type demands struct {
	wake chan struct{} // holds one when there are any

	mu    sync.Mutex
	all   bool
	paths map[string]bool
}

// ask has paths looked at, or everything if none is named.
func (d *demands) ask(paths ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all = d.all || len(paths) == 0 || len(d.paths)+len(paths) > maxDemands; d.all {
		clear(d.paths)
	} else {
		for _, path := range paths {
			d.paths[path] = true
		}
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// take returns what was asked for since it was last called.
func (d *demands) take() (s scope, any bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.wake:
	default:
	}
	any = d.all || len(d.paths) > 0
	if d.all {
		s = scope{all: true}
	} else {
		s = scopeOf(slices.Collect(maps.Keys(d.paths))...)
	}
	d.all = false
	clear(d.paths)
	return s, any
}

// Run keeps the Library true until ctx ends, and returns its error: it scans
// the folders at once, watches them, looks at once at what changes there, and
// scans them all every [CollectionConfig.Rescan], for what a watch may miss.
// What goes wrong with a file, or with the catalogue, is a [Problem]. Only one
// Run may be under way.
//
// Hashing goes on beside it, and ends with [Collection.Close].
func (c *Collection) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(c.closing, stop)()
	w := newWatcher(c)
	c.watcher.Store(w)
	defer func() {
		c.watcher.Store(nil)
		w.close()
	}()
	whole := time.NewTimer(0)
	defer whole.Stop()
	poll := time.NewTimer(pollEvery)
	defer poll.Stop()
	var pause <-chan time.Time // runs after a scan
	wake := c.demands.wake
	first := true // no survey of everything has been made
	for {
		var s scope
		select {
		case <-ctx.Done():
			return c.endOf(ctx)
		case <-whole.C:
			s.all = true
		case <-poll.C:
			poll.Reset(w.poll())
			continue
		case <-wake: // what else is asked for in a moment comes with it
			wake, pause = nil, time.After(gather)
			continue
		case <-pause:
			wake, pause = c.demands.wake, nil
			any := false
			if s, any = c.demands.take(); !any {
				continue
			}
			s.calm = c.calm
		}
		start := time.Now()
		if err := c.surveyed(ctx, s, first && s.all); err != nil {
			return err
		}
		if s.all {
			first = false
			whole.Reset(c.cfg.Rescan)
		}
		wake, pause = nil, time.After(min(max(gather, pauseShare*time.Since(start)), longestPause))
	}
}

// surveyed makes one survey. When the first of everything is hashed too, the
// collection is ready.
func (c *Collection) surveyed(ctx context.Context, s scope, first bool) error {
	s.awaited = first
	b, err := c.survey(ctx, s)
	if err != nil || b == nil {
		return err
	}
	go func() {
		select {
		case <-b.done():
			c.settled()
		case <-c.closing.Done():
		}
	}()
	return nil
}

// settled saves and publishes what the first survey of everything led to.
func (c *Collection) settled() {
	if c.closing.Err() != nil {
		return
	}
	if err := c.flush(); err != nil && !errors.Is(err, ErrClosed) {
		c.note(Problem{c.cfg.Catalog, err})
	}
	c.once.Do(func() { close(c.ready) })
}

// Rescan scans the folders at the paths, each a shared one or one in it, or
// all shared folders if none is named. A path may be one of a file too. It
// returns when every file there is findable, with or without Run; one that is
// written to meanwhile may come later. For a path that is not shared it returns
// [ErrNotShared].
func (c *Collection) Rescan(ctx context.Context, paths ...string) error {
	s := scope{all: len(paths) == 0}
	if !s.all {
		wanted := make([]string, len(paths))
		for i, path := range paths {
			at, err := c.canonicalShared(path)
			if err != nil {
				return fmt.Errorf("share: rescan %s: %w", path, err)
			}
			wanted[i] = at
		}
		s = scopeOf(wanted...)
	}
	s.awaited = true
	b, err := c.survey(ctx, s)
	if err != nil {
		return err
	}
	select {
	case <-b.done():
	case <-ctx.Done():
		return ctx.Err()
	}
	if c.closing.Err() != nil {
		return ErrClosed
	}
	if err := c.flush(); err != nil {
		return err
	}
	if s.all {
		c.once.Do(func() { close(c.ready) })
	}
	return nil
}

// Doubt says that a file of a [Library] is not what it was offered as: an
// upload has met ErrChanged. It is offered no more and hashed again, soon.
func (c *Collection) Doubt(f File) {
	if f.place.folder == "" {
		return
	}
	at := f.place.String()
	c.mu.Lock()
	offered := c.librarian.at(at)
	if doubted := offered != nil && offered.Root == f.Root && offered.changed == f.changed && offered.Modified.Equal(f.Modified); doubted {
		c.librarian.drop(at)
		c.publishLocked()
		c.catalog.doubt(at)
	}
	c.mu.Unlock()
	c.demands.ask(at)
}
