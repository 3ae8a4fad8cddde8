package share

import (
	"encoding/binary"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"
	"unsafe"
)

// complete adds what only the system says.
func (id *identity) complete(info os.FileInfo) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		id.inode, id.device = stat.Ino, uint64(stat.Dev)
		id.changed, id.links = stat.Ctim.Nano(), uint32(stat.Nlink)
	}
}

// File systems that make up inode numbers when they are mounted: FAT, exFAT,
// whatever runs in user space, CIFS, SMB 2.
var madeUpInodes = []int64{0x4d44, 0x2011bab0, 0x65735546, 0xff534d42, 0xfe534d42}

// makesUpNumbers reports whether the inodes and times of change at the folder
// hold only until its file system is mounted again.
func makesUpNumbers(folder string) bool {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(folder, &stat); err != nil {
		return false
	}
	return slices.Contains(madeUpInodes, int64(uint32(stat.Type)))
}

// The number of the system call statx, for which package syscall has no name.
var statxNumber = map[string]uintptr{"amd64": 332, "arm64": 291, "riscv64": 291, "loong64": 291, "386": 383, "arm": 397}[runtime.GOARCH]

// bornAt returns when the file at path was made, in nanoseconds since 1970, if
// its file system remembers.
//
// Source: statx(2) and struct statx of linux/stat.h.
func bornAt(path string) (at int64, ok bool) {
	const (
		wantBorn = 0x800 // STATX_BTIME
		born     = 80    // the offset of stx_btime
	)
	name, err := syscall.BytePtrFromString(path)
	if err != nil || statxNumber == 0 {
		return 0, false
	}
	var answer [32]uint64 // struct statx is 256 bytes
	here := -100          // AT_FDCWD, though path is absolute
	_, _, errno := syscall.Syscall6(statxNumber, uintptr(here), uintptr(unsafe.Pointer(name)), 0, wantBorn, uintptr(unsafe.Pointer(&answer)), 0)
	b := unsafe.Slice((*byte)(unsafe.Pointer(&answer)), 256)
	if errno != 0 || binary.NativeEndian.Uint32(b)&wantBorn == 0 {
		return 0, false
	}
	seconds, nanoseconds := binary.NativeEndian.Uint64(b[born:]), binary.NativeEndian.Uint32(b[born+8:])
	return int64(seconds)*int64(time.Second) + int64(nanoseconds), true
}
