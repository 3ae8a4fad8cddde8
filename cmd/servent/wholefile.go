package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"servent/servent/api"
)

// A wholeFile is a file that is there whole or not at all: it has another name
// until it is kept.
type wholeFile struct {
	*os.File
	path      string
	overwrite bool
	mode      fs.FileMode // once it is kept
}

// checkTarget says why no file may be written to path, or nil.
func checkTarget(path string, overwrite bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("write %s: %w", path, cause(err))
	case !info.Mode().IsRegular():
		return api.NewError(api.CodeExists, fmt.Sprintf("%s is there already and is no file; give another name", path))
	case !overwrite:
		return api.NewError(api.CodeExists, fmt.Sprintf("there is a file %s already; replace it with --overwrite, or give another name", path))
	}
	return nil
}

// oneFile reports whether two paths lead to one file, there or not.
func oneFile(a, b string) bool {
	there, err := os.Stat(a)
	other, otherErr := os.Stat(b)
	if err == nil && otherErr == nil {
		return os.SameFile(there, other)
	}
	return placeOf(a) == placeOf(b)
}

// placeOf returns path as it is without links on its way.
func placeOf(path string) string {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return filepath.Clean(path)
	}
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return filepath.Join(dir, filepath.Base(path))
}

// unkept are the wholeFiles that are neither kept nor dropped yet: a process that
// ends at once removes them.
var unkept sync.Map // *wholeFile → nothing

func dropUnkept() {
	unkept.Range(func(f, _ any) bool {
		os.Remove(f.(*wholeFile).Name())
		return true
	})
}

// createWhole begins the file that will be at path, in its folder.
func createWhole(path string, overwrite bool) (*wholeFile, error) {
	if err := checkTarget(path, overwrite); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("write %s: there is no folder %s", path, filepath.Dir(path))
	}
	if err != nil {
		return nil, writeError(path, err)
	}
	w := &wholeFile{File: f, path: path, overwrite: overwrite, mode: 0o644}
	unkept.Store(w, nil)
	return w, nil
}

// keep gives the file its name.
func (w *wholeFile) keep() error {
	err := w.Sync()
	if err := errors.Join(err, w.Chmod(w.mode), w.Close()); err != nil {
		return writeError(w.path, err)
	}
	if err := checkTarget(w.path, w.overwrite); err != nil {
		return err
	}
	if err := os.Rename(w.Name(), w.path); err != nil {
		return writeError(w.path, err)
	}
	return nil
}

// drop removes the file, unless it was kept.
func (w *wholeFile) drop() {
	unkept.Delete(w)
	w.Close()
	os.Remove(w.Name()) // of no effect once renamed
}

// writeError is the error of a file that could not be written.
func writeError(path string, err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return api.NewError(api.CodeDiskFull, fmt.Sprintf("write %s: the disk is full", path))
	}
	return fmt.Errorf("write %s: %w", path, cause(err))
}
