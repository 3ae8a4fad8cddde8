package share

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// errTooManyWatches: the bound of our own is reached.
var errTooManyWatches = fmt.Errorf("%d folders are watched, and that is the limit; the others are looked at every few seconds", maxWatches)

// An inotify is the notifier of Linux.
type inotify struct {
	events *fsnotify.Watcher
	ended  chan struct{}
}

func newNotifier(w *watcher) (notifier, error) {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, watchLimit(err)
	}
	n := &inotify{events, make(chan struct{})}
	go n.listen(w)
	return n, nil
}

func (n *inotify) add(folder string) error { return n.events.Add(folder) }

// remove has no error to tell: the kernel ends the watch of what is gone itself.
func (n *inotify) remove(folder string) { _ = n.events.Remove(folder) }

func (n *inotify) close() {
	_ = n.events.Close()
	<-n.ended
}

// listen tells w of what happens. It must be quick: the kernel keeps 16,384
// events, and of more it says only that there were.
func (n *inotify) listen(w *watcher) {
	defer close(n.ended)
	for {
		select {
		case e, open := <-n.events.Events:
			if !open {
				return
			}
			if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
				w.lost(e.Name, e.Has(fsnotify.Rename))
			} else if w.isIgnored(e.Name) {
				continue
			}
			w.changed(e.Name)
		case _, open := <-n.events.Errors:
			if !open {
				return
			}
			w.overflowed() // or something else that may have cost events
		}
	}
}

// isWatchLimit reports whether a folder is not watched for want of room.
func isWatchLimit(err error) bool {
	return err == errTooManyWatches || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.ENOMEM) || errors.Is(err, syscall.EMFILE)
}

// watchLimit says what the user can do about a limit.
func watchLimit(err error) error {
	const meanwhile = "; folders that are not watched are looked at every few seconds, and what is written into old files there shows with the next scan"
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the system lets this user watch no more folders: raise it with sysctl fs.inotify.max_user_watches=1048576%s: %w", meanwhile, err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("the system lets this user watch nothing more: raise fs.inotify.max_user_instances with sysctl, or the limit of open files%s: %w", meanwhile, err)
	}
	return err
}

// mountsBelow returns the mount points at and below the folders, sorted.
// Nothing tells of a disk that is mounted over a folder.
//
// Source: proc_pid_mounts(5), fstab(5).
func mountsBelow(folders []string) (mounts []string) {
	table, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		path := unescapeMount(fields[1])
		if slices.ContainsFunc(folders, func(f string) bool { return within(f, path) }) {
			mounts = append(mounts, path)
		}
	}
	slices.Sort(mounts)
	return slices.Compact(mounts)
}

// unescapeMount undoes \040 and its like, which stand for blanks.
func unescapeMount(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		if s[0] == '\\' && len(s) >= 4 {
			if c, err := strconv.ParseUint(s[1:4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				s = s[4:]
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}
