package api

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

const privateFolder fs.FileMode = 0o700

// RuntimeFolder returns the folder of what the running servents of this user
// share on this computer: moved sockets, and the folders where servents of one
// network meet. It may not exist: see [MakePrivate].
func RuntimeFolder() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "servent")
	}
	return filepath.Join(os.TempDir(), "servent-"+strconv.Itoa(os.Getuid()))
}

// MakePrivate makes a folder that only this user can enter, and its parents.
// It returns an error where the folder is there and another user of the
// computer may have made it: whoever owns it would hear every search.
func MakePrivate(dir string) error {
	if err := os.MkdirAll(dir, privateFolder); err != nil {
		return fmt.Errorf("api: make a private folder: %w", err)
	}
	return checkPrivate(dir)
}

// checkPrivate refuses a folder that another user may have made.
func checkPrivate(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
	case !info.IsDir():
		err = errors.New("it is not a folder")
	case !OwnFolder(info):
		err = errors.New("others can write to it")
	}
	if err != nil {
		return fmt.Errorf("api: the folder %s is not private, remove it or set XDG_RUNTIME_DIR: %w", dir, err)
	}
	return nil
}
