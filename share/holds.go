package share

import (
	"context"
	"crypto/sha1"
	"errors"
	"io"
	"os"
)

// Holds reports whether the file at path has that content. It reads all of it,
// if it is as long; a file that is missing, or no regular one, does not. The
// error is that of ctx, or of reading.
func Holds(ctx context.Context, path string, root Root, size int64) (bool, error) {
	found, err := digestAt(ctx, path, size)
	if errors.Is(err, errNotThere) {
		return false, nil
	}
	return err == nil && found.root == root, err
}

// errNotThere: no regular file of the size that was asked for is there.
var errNotThere = errors.New("no file of that size")

// digestAt returns the hashes of the file at path, if it has that size.
func digestAt(ctx context.Context, path string, size int64) (digest, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != size {
		return digest{}, errNotThere
	}
	if size == 0 {
		return digest{root: EmptyRoot, sha1: sha1.Sum(nil)}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return digest{}, err
	}
	defer file.Close()
	return hashStream(ctx, io.LimitReader(file, size), size, func(int64) {})
}
