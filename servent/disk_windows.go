package servent

import "golang.org/x/sys/windows"

// diskFree returns how many bytes this user may still write to the file system
// of a folder.
func diskFree(folder string) (int64, error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, err
	}
	return int64(free), nil
}
