package servent

// A fifo is a queue in a ring, which grows as need be and is kept. It never
// holds more than most.
type fifo[T any] struct {
	most  int
	ring  []T
	first int // place of the oldest in ring
	count int
}

// push adds v behind all others, to a queue that has room.
func (f *fifo[T]) push(v T) {
	if f.count == len(f.ring) {
		f.grow()
	}
	f.ring[(f.first+f.count)%len(f.ring)] = v
	f.count++
}

// shift takes the oldest out of a queue that holds one.
func (f *fifo[T]) shift() T {
	var none T
	v := f.ring[f.first]
	f.ring[f.first] = none // lets go of what v points to
	f.first = (f.first + 1) % len(f.ring)
	f.count--
	return v
}

// at returns the place of the value before which i others are in the queue.
func (f *fifo[T]) at(i int) *T { return &f.ring[(f.first+i)%len(f.ring)] }

func (f *fifo[T]) grow() {
	const smallest = 8
	larger := make([]T, min(max(smallest, 2*len(f.ring)), f.most))
	for i := range f.count {
		larger[i] = *f.at(i)
	}
	f.ring, f.first = larger, 0
}
