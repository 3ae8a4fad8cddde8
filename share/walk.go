package share

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// What keeps a file from being shared, beside what the system says.
var (
	errLeaves  = errors.New("the link leads out of the shared folder, or to a hidden file")
	errTooLong = errors.New("folders nested too deep")
)

// maxPathSize is the longest Path of a file, in bytes.
const maxPathSize = 1024 // what a QueryHit can tell

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
