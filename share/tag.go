package share

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"servent/share/words"
)

const (
	maxTagSize = 64 // bytes
	maxTags    = 32 // of one content
)

// Tag gives the content of the file at path keywords that it is found by, now
// and wherever it turns up again, whatever its name. It hashes the file first
// if that has not been done, and returns when the keywords are searchable.
//
// It returns [ErrNotShared] if path lies in no shared folder, [ErrBadTag] for a
// keyword that nobody could search for.
func (c *Collection) Tag(ctx context.Context, path string, tags ...string) (File, error) {
	return theOnly(c.TagAll(ctx, []string{path}, tags...))
}

// TagAll tags the contents of many files at once, which takes little longer than
// one. It returns the files in the order of the paths; after an error no file
// is tagged.
func (c *Collection) TagAll(ctx context.Context, paths []string, tags ...string) ([]File, error) {
	for _, tag := range tags {
		if len(words.Of(tag)) == 0 || len(tag) > maxTagSize || !utf8.ValidString(tag) || strings.ContainsFunc(tag, unicode.IsControl) {
			return nil, fmt.Errorf("share: tag with %q: %w", tag, ErrBadTag)
		}
	}
	return c.retag(ctx, paths, func(old []string) ([]string, error) {
		for _, tag := range tags {
			if !containsTag(old, tag) {
				old = append(old, tag)
			}
		}
		if len(old) > maxTags {
			return nil, fmt.Errorf("%d keywords, at most %d fit in a hit", len(old), maxTags)
		}
		return old, nil
	})
}

// Untag takes keywords away from the content of the file at path, all of them
// if none is named. It returns what [Collection.Tag] does.
func (c *Collection) Untag(ctx context.Context, path string, tags ...string) (File, error) {
	return theOnly(c.UntagAll(ctx, []string{path}, tags...))
}

// UntagAll does what [Collection.Untag] does for the files at paths, for all of
// them or, where it returns an error, for none.
func (c *Collection) UntagAll(ctx context.Context, paths []string, tags ...string) ([]File, error) {
	return c.retag(ctx, paths, func(old []string) ([]string, error) {
		if len(tags) == 0 {
			return nil, nil
		}
		return slices.DeleteFunc(old, func(tag string) bool { return containsTag(tags, tag) }), nil
	})
}

func theOnly(files []File, err error) (File, error) {
	if err != nil {
		return File{}, err
	}
	return files[0], nil
}

// containsTag compares as a search does.
func containsTag(tags []string, tag string) bool {
	return slices.ContainsFunc(tags, func(t string) bool { return words.Fold(t) == words.Fold(tag) })
}

// retag changes the keywords of the contents at the paths.
func (c *Collection) retag(ctx context.Context, paths []string, change func([]string) ([]string, error)) ([]File, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(c.closing, stop)()
	known, err := c.known(ctx, paths)
	if err != nil {
		if ctx.Err() != nil {
			err = c.endOf(ctx)
		}
		return nil, err
	}
	c.editing.Lock()
	defer c.editing.Unlock()
	tagged := map[Root][]string{}
	for i, s := range known {
		tags, err := change(slices.Clone(c.catalog.tags(s.record.root)))
		if err != nil {
			return nil, fmt.Errorf("share: tag %s: %w", paths[i], err)
		}
		tagged[s.record.root] = tags
	}
	if err := c.catalog.save(); err != nil {
		return nil, err
	}
	if err := c.catalog.setTags(tagged); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for root, tags := range tagged {
		for _, e := range c.librarian.named(root) { // the same content may be offered under more names
			f := e.File
			f.Tags = tags
			c.librarian.put(newEntry(f))
		}
	}
	c.publishLocked()
	files := make([]File, len(known))
	for i, s := range known {
		files[i] = c.entryOf(s.found, s.record, nil).File
	}
	return files, nil
}

// known returns the records of the files at the paths, which it has hashed
// first if need be.
func (c *Collection) known(ctx context.Context, paths []string) ([]sighting, error) {
	files := make([]found, len(paths))
	var todo []found
	for i, path := range paths {
		f, err := c.locate(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("share: tag %s: %w", path, err)
		}
		files[i] = f
		r, where, ok := c.recognize(f)
		if !ok {
			todo = append(todo, f)
			continue
		}
		if err := c.offer(f, r, where); err != nil {
			return nil, fmt.Errorf("share: tag %s: %w", path, err)
		}
	}
	b := c.queue.addAwaited(todo, 0)
	select {
	case <-b.done():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	known := make([]sighting, len(files))
	for i, f := range files {
		if err := b.errs[f.at]; err != nil {
			return nil, fmt.Errorf("share: tag %s: %w", paths[i], err)
		}
		r, where, ok := c.recognize(f)
		if !ok {
			return nil, fmt.Errorf("share: tag %s: %w", paths[i], ErrUnsteady)
		}
		f.at = where
		known[i] = sighting{found: f, record: r}
	}
	return known, nil
}

// locate finds the shared file at path.
func (c *Collection) locate(ctx context.Context, path string) (found, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return found{}, err
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(at)); err == nil { // folders are kept without links
		at = filepath.Join(dir, filepath.Base(at))
	}
	info, err := os.Stat(at)
	if err != nil {
		return found{}, err
	}
	if !info.Mode().IsRegular() {
		return found{}, ErrNotFile
	}
	w := c.walk(ctx, scopeOf(at))
	if len(w.files) > 0 {
		return w.files[0], nil
	}
	for _, p := range w.problems {
		if !errors.Is(p.Err, ErrLinkLeaves) {
			return found{}, p.Err
		}
	}
	return found{}, ErrNotShared
}
