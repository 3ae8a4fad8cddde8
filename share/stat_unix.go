//go:build unix

package share

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// inodeOf returns the number of the file on its device.
func inodeOf(info os.FileInfo) (inode, device uint64) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Ino), uint64(stat.Dev)
	}
	return 0, 0
}

// isHidden reports whether the user sees the file only when asking for it.
func isHidden(name string, _ func() (os.FileInfo, error)) bool { return strings.HasPrefix(name, ".") }

// isDiskFull reports whether err says that there is no room for more.
func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
