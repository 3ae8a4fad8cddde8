package lab

import (
	"math/bits"
	"slices"
)

// take returns the wave, sorted by servent, those of one servent in the order of
// coming in, and empties it. It holds until the next one is taken.
func (q *queue) take() []visit {
	count, sorted := q.now.survey()
	q.count -= count
	q.wave = room(q.wave, count)
	if sorted || count <= fewVisits {
		q.now.copy(q.wave)
	}
	if !sorted && count <= fewVisits {
		insert(q.wave)
	} else if !sorted {
		q.sort()
	}
	q.give(&q.now)
	return q.wave
}

const (
	fewVisits = 32 // so few are sorted by insertion
	sortBits  = 13 // of one pass of a radix sort, at most
)

// room returns visits with the given length, whatever is in them.
func room(visits []visit, length int) []visit {
	if cap(visits) < length {
		return make([]visit, length, length+length/4)
	}
	return visits[:length]
}

// sort sorts what is due now into the wave.
func (q *queue) sort() {
	width := bits.Len32(key(q.most))
	passes := (width + sortBits - 1) / sortBits
	digit := (width + passes - 1) / passes
	var starts [1 << sortBits]uint32
	for c := q.now.first; c != nil; c = c.next {
		for i := range c.items[:c.used] {
			starts[key(c.items[i].node)%(1<<digit)]++
		}
	}
	sum(starts[:1<<digit])
	for c := q.now.first; c != nil; c = c.next {
		for i := range c.items[:c.used] {
			v := c.items[i].visit
			d := key(v.node) % (1 << digit)
			q.wave[starts[d]] = v
			starts[d]++
		}
	}
	for pass := 1; pass < passes; pass++ {
		q.other = room(q.other, len(q.wave))
		scatter(q.other, q.wave, pass*digit, digit)
		q.wave, q.other = q.other, q.wave
	}
}

// key returns the number that a visit of node is sorted by.
func key(node Node) uint32 { return uint32(node - nobody) }

// scatter copies visits to out, sorted by so many bits of their keys from shift on.
func scatter(out, visits []visit, shift, digit int) {
	var starts [1 << sortBits]uint32
	for i := range visits {
		starts[key(visits[i].node)>>shift%(1<<digit)]++
	}
	sum(starts[:1<<digit])
	for _, v := range visits {
		d := key(v.node) >> shift % (1 << digit)
		out[starts[d]] = v
		starts[d]++
	}
}

// sum turns counts into where each begins.
func sum(counts []uint32) {
	total := uint32(0)
	for d, count := range counts {
		counts[d] = total
		total += count
	}
}

// insert sorts a few.
func insert(wave []visit) {
	for i := 1; i < len(wave); i++ {
		v := wave[i]
		j := i
		for ; j > 0 && wave[j-1].node > v.node; j-- {
			wave[j] = wave[j-1]
		}
		wave[j] = v
	}
}

// survey returns how many arrivals b holds, and whether they are sorted.
func (b *bucket) survey() (count int, sorted bool) {
	sorted = true
	last := nobody
	for c := b.first; c != nil; c = c.next {
		count += c.used
		if sorted {
			sorted = c.items[0].node >= last && slices.IsSortedFunc(c.items[:c.used], byNode)
			last = c.items[c.used-1].node
		}
	}
	return count, sorted
}

func byNode(a, b arrival) int { return int(key(a.node)) - int(key(b.node)) }

// copy copies what b holds to wave.
func (b *bucket) copy(wave []visit) {
	at := 0
	for c := b.first; c != nil; c = c.next {
		for i := range c.items[:c.used] {
			wave[at] = c.items[i].visit
			at++
		}
	}
}
