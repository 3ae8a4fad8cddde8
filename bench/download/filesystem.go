package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"syscall"
)

// tmpfsMagic is the type of a file system in memory. Source: statfs(2).
const tmpfsMagic = 0x01021994

// A fileSystem is that of a folder.
type fileSystem struct {
	isTmpfs bool
	free    int64 // bytes
}

func fileSystemOf(folder string) (fileSystem, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return fileSystem{}, fmt.Errorf("%s: %w; choose other folders with -dir and -disk, or off", folder, err)
	}
	f := fileSystem{isTmpfs: s.Type == tmpfsMagic, free: int64(s.Bavail) * s.Bsize}
	if f.isTmpfs { // its files take memory, which may be less
		available, err := memoryAvailable()
		if err != nil {
			return f, err
		}
		f.free = min(f.free, available)
	}
	return f, nil
}

func (f fileSystem) String() string {
	if f.isTmpfs {
		return "tmpfs"
	}
	return "disk"
}

// spare is how much is to be left free, in bytes.
const spare = 1 << 30

// check says what to do where so many bytes do not fit.
func (f fileSystem) check(bytes int64) error {
	if f.free < bytes+spare {
		return fmt.Errorf("%.1f GiB are needed and %.1f GiB are free; choose another folder with -dir or -disk, or a smaller -size",
			float64(bytes+spare)/gib, float64(f.free)/gib)
	}
	return nil
}

// memoryAvailable asks the kernel how much memory can be had without swapping,
// in bytes.
func memoryAvailable() (int64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`MemAvailable:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("no MemAvailable in /proc/meminfo")
	}
	kB, err := strconv.ParseInt(string(m[1]), 10, 64)
	return kB << 10, err
}
