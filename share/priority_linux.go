package share

import (
	"runtime"
	"syscall"
)

const (
	// hasherNice is the niceness of a thread that hashes: beside work that wants
	// the whole processor it gets about a tenth. It is not lower, for when Go's
	// collector stops the world it waits for each running thread to come to a
	// safe point, and a thread that never gets a processor never comes to one.
	hasherNice = 10

	// Its reads come after those of others, but are not left to the moments when
	// the disk is idle, of which a busy computer may have none.
	//
	// Source: ioprio_set(2): IOPRIO_WHO_PROCESS, IOPRIO_CLASS_BE at its lowest level.
	ioprioWhoProcess = 1
	ioprioLowest     = 2<<13 | 7
)

// lowerPriority makes the calling thread yield to others, as far as the system
// lets it: hashing goes on either way.
func lowerPriority() {
	thread := syscall.Gettid()
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, thread, hasherNice)
	if runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64" {
		_, _, _ = syscall.Syscall(syscall.SYS_IOPRIO_SET, ioprioWhoProcess, uintptr(thread), ioprioLowest)
	}
}
