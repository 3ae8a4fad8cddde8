//go:build unix

package share

import "syscall"

// reserve maps memory that belongs to no file. Where the system gives none, it
// comes from the heap.
func reserve(size int) (b []byte, release func()) {
	b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, func() {}
	}
	return b, func() { syscall.Munmap(b) }
}
