package share

// arenaLeast is the length from which on files are put together in an arena, in
// bytes.
const arenaLeast = 4 << 20

// An arena is memory for chunks beside the collector's heap. There, the chunks would
// let the heap grow to twice their size before anything is collected. One goroutine
// uses it.
type arena struct {
	rest    []byte
	release func() // returns the memory; nobody may use a chunk after it
}

// newArena reserves memory, which counts only as far as it is used.
func newArena(size int) *arena {
	all, release := reserve(size)
	return &arena{all, release}
}

// take returns n bytes of the arena, or of the heap when it is used up.
func (a *arena) take(n int) []byte {
	if n > len(a.rest) {
		return make([]byte, n)
	}
	b := a.rest[:n:n]
	a.rest = a.rest[n:]
	return b
}
