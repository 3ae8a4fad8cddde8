package share

// reserve leaves the memory to the heap: package syscall maps none here.
func reserve(int) (b []byte, release func()) { return nil, func() {} }
