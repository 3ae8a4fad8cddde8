//go:build unix

package share

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

const openAtOnce = syscall.O_NONBLOCK // for opening: a pipe is not waited for

// isHidden reports whether the user sees the file only when asking for it.
func isHidden(name string, _ func() (os.FileInfo, error)) bool { return strings.HasPrefix(name, ".") }

// isDiskFull reports whether err says that there is no room for more.
func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
