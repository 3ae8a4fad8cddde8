package peerwire

import "slices"

// A queue holds what waits, oldest first; what was taken from its front leaves
// room that is used again once the slice is full.
type queue[T any] struct {
	list  []T // from first on; before it, what was taken
	first int
}

func (q *queue[T]) len() int { return len(q.list) - q.first }

func (q *queue[T]) push(v T) {
	if q.first > 0 && len(q.list) == cap(q.list) {
		q.list = slices.Delete(q.list, 0, q.first)
		q.first = 0
	}
	q.list = append(q.list, v)
}

func (q *queue[T]) pop() T {
	q.first++
	return q.list[q.first-1]
}
