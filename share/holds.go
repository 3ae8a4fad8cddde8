package share

import (
	"context"
	"io"
	"os"
)

// Holds reports whether the file at path has that content. It reads all of it,
// if it is as long; a file that is missing, or no regular one, does not. The
// error is that of ctx, or of reading.
func Holds(ctx context.Context, path string, root Root, size int64) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != size {
		return false, nil
	}
	if size == 0 {
		return root == EmptyRoot, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	found, err := hashStream(ctx, io.LimitReader(file, size), size, func(int64) {})
	return err == nil && found.root == root, err
}
