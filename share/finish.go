package share

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// moveInto gives the finished file at path the name dest, all at once: nobody
// ever sees part of it there. It replaces nothing unless told to, and returns
// ErrExists.
func moveInto(path, dest string, overwrite bool) error {
	if isSameFile(path, dest) { // a run that ended between link and remove
		return os.Remove(path)
	}
	err := rename(path, dest, overwrite)
	if err == nil || errors.Is(err, ErrExists) {
		return err
	}
	// Another file system, most likely: bring the bytes over under a hidden name.
	copied, err := copyBeside(path, dest)
	if err != nil {
		return err
	}
	if err := rename(copied, dest, overwrite); err != nil {
		os.Remove(copied)
		return err
	}
	return os.Remove(path)
}

// rename gives the file a name on the same file system. Without overwrite it
// links, which unlike os.Rename fails if there is one of that name.
func rename(path, dest string, overwrite bool) error {
	if overwrite {
		return os.Rename(path, dest)
	}
	err := os.Link(path, dest)
	switch {
	case err == nil:
		return os.Remove(path)
	case errors.Is(err, fs.ErrExist):
		return ErrExists
	}
	return reserveAndRename(path, dest)
}

// reserveAndRename is for file systems without links: the name is taken by an
// empty file first, which the rename replaces.
func reserveAndRename(path, dest string) error {
	if filepath.Dir(path) != filepath.Dir(dest) {
		return errors.New("the folders may lie on two file systems")
	}
	reserved, err := os.OpenFile(dest, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return err
	}
	reserved.Close()
	if err := os.Rename(path, dest); err != nil {
		os.Remove(dest)
		return err
	}
	return nil
}

// copyBeside copies the file at path into dest's folder under a hidden name and
// returns that.
func copyBeside(path, dest string) (copied string, err error) {
	from, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, err := os.CreateTemp(filepath.Dir(dest), ".servent-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.Remove(to.Name())
		}
	}()
	if _, err = io.Copy(to, from); err == nil {
		err = to.Sync()
	}
	if err == nil {
		err = sameMode(from, to)
	}
	return to.Name(), also(err, to.Close())
}

// sameMode gives a file the permissions of another: a temporary file is for its
// owner alone.
func sameMode(from, to *os.File) error {
	info, err := from.Stat()
	if err != nil {
		return err
	}
	return to.Chmod(info.Mode().Perm())
}

func isSameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
