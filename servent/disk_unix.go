//go:build unix

package servent

import "golang.org/x/sys/unix"

// diskFree returns how many bytes this user may still write to the file system
// of a folder.
func diskFree(folder string) (int64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, err
	}
	return int64(uint64(stat.Bavail) * uint64(stat.Bsize)), nil
}
