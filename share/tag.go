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
	for _, tag := range tags {
		if len(words.Of(tag)) == 0 || len(tag) > maxTagSize || !utf8.ValidString(tag) || strings.ContainsFunc(tag, unicode.IsControl) {
			return File{}, fmt.Errorf("share: tag %s with %q: %w", path, tag, ErrBadTag)
		}
	}
	return c.retag(ctx, path, func(old []string) ([]string, error) {
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
	return c.retag(ctx, path, func(old []string) ([]string, error) {
		if len(tags) == 0 {
			return nil, nil
		}
		return slices.DeleteFunc(old, func(tag string) bool { return containsTag(tags, tag) }), nil
	})
}

// containsTag compares as a search does.
func containsTag(tags []string, tag string) bool {
	return slices.ContainsFunc(tags, func(t string) bool { return words.Fold(t) == words.Fold(tag) })
}

// retag changes the keywords of the content at path.
func (c *Collection) retag(ctx context.Context, path string, change func([]string) ([]string, error)) (File, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(c.closing, stop)()
	f, err := c.locate(path)
	if err != nil {
		return File{}, fmt.Errorf("share: tag %s: %w", path, err)
	}
	if err := c.hashOne(ctx, f); err != nil {
		if ctx.Err() != nil {
			err = c.endOf(ctx)
		}
		return File{}, fmt.Errorf("share: tag %s: %w", path, err)
	}
	if err := c.catalog.save(); err != nil {
		return File{}, err
	}
	r, known := c.catalog.find(f.place.String(), f.identity)
	if !known {
		return File{}, fmt.Errorf("share: tag %s: %w", path, errChanged)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	tags, err := change(slices.Clone(c.catalog.tags(r.root)))
	if err != nil {
		return File{}, fmt.Errorf("share: tag %s: %w", path, err)
	}
	if err := c.catalog.setTags(r.root, tags); err != nil {
		return File{}, err
	}
	e := c.entryOf(f, r, nil)
	for _, old := range c.librarian.named(r.root) { // the same content may be offered under more names
		f := old.File
		f.Tags = tags
		c.librarian.put(newEntry(f))
	}
	c.publishLocked()
	return e.File, nil
}

// locate finds the shared file at path.
func (c *Collection) locate(path string) (found, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return found{}, err
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(at)); err == nil { // folders are kept without links
		at = filepath.Join(dir, filepath.Base(at))
	}
	if _, err := os.Lstat(at); err != nil {
		return found{}, err
	}
	for _, folder := range c.Folders() { // sorted: the outermost comes first, as in a walk
		below, err := filepath.Rel(folder, at)
		if err != nil || !filepath.IsLocal(below) || below == "." {
			continue
		}
		p := place{folder, below}
		info, err := follow(p)
		if errors.Is(err, errLeaves) {
			continue // hidden from this folder, but maybe not from one further in
		}
		if err != nil {
			return found{}, err
		}
		if !info.Mode().IsRegular() {
			return found{}, errors.New("not a file")
		}
		return found{p, info, identityOf(info)}, nil
	}
	return found{}, ErrNotShared
}
