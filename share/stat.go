package share

import "os"

// An identity says whether a path still leads to the file that was hashed.
type identity struct {
	size     int64
	modified int64  // nanoseconds since 1970
	inode    uint64 // 0 where the system has none
	device   uint64
}

func identityOf(info os.FileInfo) identity {
	inode, device := inodeOf(info)
	return identity{info.Size(), info.ModTime().UnixNano(), inode, device}
}

// isSameAt reports whether the file at one path is still the same. The device
// does not count: its number may differ after the disk was plugged in again.
func (id identity) isSameAt(other identity) bool {
	id.device, other.device = 0, 0
	return id == other
}

// follows reports whether a file can be known again under another path.
func (id identity) follows() bool { return id.inode != 0 }
