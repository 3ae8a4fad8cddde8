package share

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

const openAtOnce = 0 // Windows has no pipes in folders

// isHidden reports whether the user sees the file only when asking for it.
func isHidden(name string, stat func() (os.FileInfo, error)) bool {
	if strings.HasPrefix(name, ".") {
		return true
	}
	info, err := stat()
	if err != nil {
		return false // the one who opens it will say why
	}
	data, ok := info.Sys().(*syscall.Win32FileAttributeData)
	return ok && data.FileAttributes&syscall.FILE_ATTRIBUTE_HIDDEN != 0
}

// What Windows says where there is no room for more.
const (
	errorHandleDiskFull = syscall.Errno(39)
	errorDiskFull       = syscall.Errno(112)
)

// isDiskFull reports whether err says that there is no room for more.
func isDiskFull(err error) bool {
	return errors.Is(err, errorDiskFull) || errors.Is(err, errorHandleDiskFull)
}
