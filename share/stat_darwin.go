package share

import (
	"os"
	"slices"
	"syscall"
)

// complete adds what only the system says.
func (id *identity) complete(info os.FileInfo) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		id.inode, id.device = stat.Ino, uint64(stat.Dev)
		id.changed, id.links = stat.Ctimespec.Nano(), uint32(stat.Nlink)
	}
}

// File systems that make up inode numbers when they are mounted.
var madeUpInodes = []string{"msdos", "exfat", "smbfs", "osxfuse", "macfuse", "webdav"}

// makesUpNumbers reports whether the inodes and times of change at the folder
// hold only until its file system is mounted again.
func makesUpNumbers(folder string) bool {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(folder, &stat); err != nil {
		return false
	}
	name := make([]byte, 0, len(stat.Fstypename))
	for _, c := range stat.Fstypename {
		if c == 0 {
			break
		}
		name = append(name, byte(c))
	}
	return slices.Contains(madeUpInodes, string(name))
}

// bornAt returns when the file at path was made, in nanoseconds since 1970.
func bornAt(path string) (at int64, ok bool) {
	var stat syscall.Stat_t
	if err := syscall.Stat(path, &stat); err != nil {
		return 0, false
	}
	return stat.Birthtimespec.Nano(), true
}
