package servent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/gofrs/flock"

	"servent/servent/api"
)

const (
	// throwAwayPrefix begins the name of a throw-away home in the temporary folder;
	// digits follow. A killed servent leaves its own behind.
	throwAwayPrefix = "servent-"
	// maxSwept bounds how many homes one start looks at.
	maxSwept = 1000
	// throwAwayTries is how many homes a start makes at most: what another start
	// takes for a dead one, before it is locked, is gone.
	throwAwayTries = 5
)

// throwAwayName is what os.MkdirTemp makes of the prefix.
var throwAwayName = regexp.MustCompile(`^` + throwAwayPrefix + `[0-9]+$`)

// openThrowAway makes and locks a home that is removed when it is closed, and
// removes those that killed servents have left.
func openThrowAway() (*home, error) {
	sweepThrowAways(os.TempDir())
	for tries := 1; ; tries++ {
		dir, err := os.MkdirTemp("", throwAwayPrefix)
		if err != nil {
			return nil, fmt.Errorf("servent: make a temporary home: %w", err)
		}
		lock, err := lockHome(dir)
		if err == nil {
			if _, err = os.Lstat(lock.Path()); err != nil { // another start was faster
				err = errors.Join(err, lock.Unlock())
			}
		}
		switch {
		case err == nil:
			return &home{dir: dir, throwAway: true, lock: lock}, nil
		case tries == throwAwayTries || !errors.Is(err, ErrHomeInUse) && !errors.Is(err, fs.ErrNotExist):
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
}

// sweepThrowAways removes the homes in a temporary folder that are surely of this
// user's servents and whose servents are dead. What it cannot remove it leaves.
func sweepThrowAways(temp string) {
	root, err := os.OpenRoot(temp)
	if err != nil {
		return
	}
	defer root.Close()
	folder, err := root.Open(".")
	if err != nil {
		return
	}
	defer folder.Close()
	for looked := 0; looked < maxSwept; {
		names, err := folder.Readdirnames(maxSwept)
		if err != nil {
			return // the end, too
		}
		for _, name := range names {
			if throwAwayName.MatchString(name) && looked < maxSwept {
				looked++
				sweepThrowAway(root, name)
			}
		}
	}
}

// sweepThrowAway removes one home if nobody holds its lock. A folder without a lock
// is none, or one that is being made.
func sweepThrowAway(temp *os.Root, name string) {
	info, err := temp.Lstat(name)
	if err != nil || !info.IsDir() || !api.OwnFolder(info) {
		return
	}
	file := filepath.Join(name, lockFile)
	if info, err := temp.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return
	}
	lock := flock.New(filepath.Join(temp.Name(), file), flock.SetFlag(os.O_RDWR))
	if locked, err := lock.TryLock(); err != nil || !locked {
		return
	}
	// Locked until it is gone, so that nobody takes it for a home meanwhile; where
	// open files cannot be removed the lock goes last.
	entries, err := fs.ReadDir(temp.FS(), name)
	if err != nil {
		lock.Unlock()
		return
	}
	for _, e := range entries {
		if e.Name() != lockFile {
			temp.RemoveAll(filepath.Join(name, e.Name()))
		}
	}
	temp.Remove(file)
	lock.Unlock()
	temp.RemoveAll(name)
}
