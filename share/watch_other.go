//go:build !linux

package share

import "errors"

// Elsewhere than on Linux the folders are polled. What kqueue offers, on macOS
// and the BSDs, is a watch on open files: fsnotify opens each file of each
// folder, and 100,000 of them are more than a process may have open. On Windows
// a watched folder is an open one, and the folder around it cannot be renamed
// while one in it is open.
var errTooManyWatches = errors.New("too many watches")

// newNotifier returns none, which is no problem to tell of.
func newNotifier(*watcher) (notifier, error) { return nil, nil }

func isWatchLimit(err error) bool { return err == errTooManyWatches }

func watchLimit(err error) error { return err }

// mountsBelow returns none: a disk that is mounted over a folder shows in the
// folder's own time and number.
func mountsBelow([]string) []string { return nil }
