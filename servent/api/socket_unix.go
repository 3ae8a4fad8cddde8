//go:build unix

package api

import (
	"io/fs"
	"os"
	"syscall"
)

// OwnFolder reports whether the folder that info describes belongs to this
// user and to nobody else.
func OwnFolder(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&^privateFolder == 0
}
