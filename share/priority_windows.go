package share

import "syscall"

// Source: SetThreadPriority and GetCurrentThread of the Windows API.
const (
	currentThread = ^uintptr(1) // -2, which stands for the calling thread
	belowNormal   = ^uintptr(0) // THREAD_PRIORITY_BELOW_NORMAL, -1
)

var setThreadPriority = syscall.NewLazyDLL("kernel32.dll").NewProc("SetThreadPriority")

// lowerPriority makes the calling thread yield to others. It is one step and
// not THREAD_MODE_BACKGROUND_BEGIN, under which a thread may get no processor
// for seconds, and Go's collector would wait for it.
func lowerPriority() {
	if setThreadPriority.Find() == nil {
		_, _, _ = setThreadPriority.Call(currentThread, belowNormal)
	}
}
