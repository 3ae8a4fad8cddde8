package share

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// moveInto gives the finished file at path the name dest, all at once: nobody
// ever sees part of it there. It replaces nothing unless told to, and returns
// ErrExists. Where it has to copy it gives up when ctx ends.
func moveInto(ctx context.Context, path, dest string, overwrite bool) error {
	if isSameFile(path, dest) { // a run that ended between link and remove
		return os.Remove(path)
	}
	err := rename(path, dest, overwrite)
	if err == nil || errors.Is(err, ErrExists) {
		return err
	}
	return moveByCopy(ctx, path, dest, overwrite) // another file system, most likely
}

// moveByCopy brings the bytes over under a hidden name. The file at path goes once
// the disk knows dest by its name.
func moveByCopy(ctx context.Context, path, dest string, overwrite bool) error {
	copied := hiddenBeside(path, dest)
	if err := os.Remove(copied); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := copyFile(ctx, path, copied)
	if err == nil {
		err = rename(copied, dest, overwrite)
	}
	if err != nil {
		os.Remove(copied)
		return err
	}
	if err := syncFolder(filepath.Dir(dest)); err != nil {
		return err
	}
	return os.Remove(path)
}

// hiddenBeside returns the name in dest's folder under which what is at path is
// brought over: always the same one, so that a run that was killed leaves no more
// than one. Only who has the lock of what is at path uses it.
func hiddenBeside(path, dest string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	sum := sha256.Sum256([]byte(path))
	return filepath.Join(filepath.Dir(dest), fmt.Sprintf("%s%x", hiddenPrefix, sum[:8]))
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) { // it may be one to put things in alone
		return nil
	}
	if err != nil {
		return err
	}
	return also(syncNames(dir), dir.Close())
}

// syncNames makes the names in an open folder durable. Where a folder cannot be
// synced, the system does it in time.
func syncNames(dir *os.File) error {
	err := dir.Sync()
	if runtime.GOOS == "windows" || errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
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

// copyFile copies a file to where there is none, durably, with its permissions.
func copyFile(ctx context.Context, path, dest string) (err error) {
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	to, err := os.OpenFile(dest, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	for err == nil {
		if err = ctx.Err(); err == nil {
			_, err = io.CopyN(to, from, checkSize)
		}
	}
	if err == io.EOF {
		err = errors.Join(to.Chmod(info.Mode().Perm()), to.Sync())
	}
	return also(err, to.Close())
}

func isSameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
