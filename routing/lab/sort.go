package lab

// sort sorts the wave by servent, those of one servent in the order they are in.
func (q *queue) sort() {
	if len(q.wave) <= fewArrivals {
		insert(q.wave)
		return
	}
	most := nobody
	for i := range q.wave {
		most = max(most, q.wave[i].node)
	}
	if cap(q.other) < len(q.wave) {
		q.other = make([]arrival, len(q.wave), cap(q.wave))
	}
	for shift := 0; key(most)>>shift > 0; shift += sortBits {
		other := q.other[:len(q.wave)]
		scatter(other, q.wave, shift)
		q.wave, q.other = other, q.wave
	}
}

const (
	fewArrivals = 24 // so few are inserted
	sortBits    = 9  // of one pass
)

// key returns the number that an arrival at node is sorted by.
func key(node Node) uint32 { return uint32(node - nobody) }

// insert sorts a few.
func insert(wave []arrival) {
	for i := 1; i < len(wave); i++ {
		a := wave[i]
		j := i
		for ; j > 0 && wave[j-1].node > a.node; j-- {
			wave[j] = wave[j-1]
		}
		wave[j] = a
	}
}

// scatter copies wave to out, sorted by sortBits of the keys from shift on: a
// pass of a radix sort.
func scatter(out, wave []arrival, shift int) {
	var starts [1 << sortBits]uint32
	for i := range wave {
		starts[key(wave[i].node)>>shift%(1<<sortBits)]++
	}
	sum := uint32(0)
	for d, count := range starts {
		starts[d] = sum
		sum += count
	}
	for i := range wave {
		d := key(wave[i].node) >> shift % (1 << sortBits)
		out[starts[d]] = wave[i]
		starts[d]++
	}
}
