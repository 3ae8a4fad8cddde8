//go:build !linux && !windows

package share

// lowerPriority does nothing. On macOS the standard library reaches only
// PRIO_DARWIN_BG, under which a thread may stand still while others work, and
// Go's collector would wait for it.
func lowerPriority() {}
