package share

import "math/rand/v2"

// A picker says which piece to begin next: one that is the rarest among the
// sources, of those that a source has. It knows the sources by nothing but how
// many of them have a piece. Those that have every piece make none rarer than
// another and are not counted.
//
// Where every source has the whole file, pieces are begun in the order of the file
// from a random one on: the disks at both ends like it, and others who began
// elsewhere have other pieces to give. As soon as one has a part of it, as rare
// ones are begun at random: two that give each other what they get would otherwise
// come to one place of the file and go on from there with the same pieces.
//
// Source: BEP 3.
type picker struct {
	order  []int32 // the pieces that are not begun, the rarest first, those as rare at random
	at     []int32 // of each piece: its place in order; -1: begun
	count  []int32 // of each piece: how many sources have it
	starts []int32 // starts[n] is where in order the pieces begin that n sources or more have
	gained int     // all of count
	run    int     // where the run goes on where every source has all
	isNew  bool    // none was begun yet
}

// newPicker returns the picker of the pieces that are not verified.
func newPicker(verified []bool, random *rand.Rand) *picker {
	p := &picker{at: make([]int32, len(verified)), count: make([]int32, len(verified)), isNew: true}
	for i, ok := range verified {
		p.at[i] = -1
		if !ok {
			p.order = append(p.order, int32(i))
		}
	}
	random.Shuffle(len(p.order), func(i, j int) { p.order[i], p.order[j] = p.order[j], p.order[i] })
	for at, piece := range p.order {
		p.at[piece] = int32(at)
	}
	p.starts = []int32{0, int32(len(p.order))}
	if len(verified) > 0 {
		p.run = random.IntN(len(verified))
	}
	return p
}

// gain counts a source that has a piece.
func (p *picker) gain(piece int) {
	n := p.count[piece]
	p.count[piece]++
	p.gained++
	if p.at[piece] < 0 {
		return
	}
	for int(n)+2 >= len(p.starts) {
		p.starts = append(p.starts, int32(len(p.order)))
	}
	p.starts[n+1]--
	p.swap(p.at[piece], p.starts[n+1])
}

// lose takes back what gain counted.
func (p *picker) lose(piece int) {
	n := p.count[piece]
	p.count[piece]--
	p.gained--
	if p.at[piece] < 0 {
		return
	}
	p.swap(p.at[piece], p.starts[n])
	p.starts[n]++
}

// begin takes a piece out of the order.
func (p *picker) begin(piece int) {
	for n := int(p.count[piece]) + 1; n < len(p.starts); n++ { // to the end of its stretch, past each that follows
		p.starts[n]--
		p.swap(p.at[piece], p.starts[n])
	}
	p.order = p.order[:len(p.order)-1]
	p.at[piece] = -1
	p.run, p.isNew = piece+1, false
}

// restore takes back what begin did.
func (p *picker) restore(piece int) {
	for int(p.count[piece])+1 >= len(p.starts) { // it was gained meanwhile
		p.starts = append(p.starts, int32(len(p.order)))
	}
	p.at[piece] = int32(len(p.order))
	p.order = append(p.order, int32(piece))
	for n := len(p.starts) - 1; n > int(p.count[piece]); n-- { // to the end of its stretch, before each that follows
		p.swap(p.at[piece], p.starts[n])
		p.starts[n]++
	}
}

// swap makes the pieces at two places of the order change them.
func (p *picker) swap(i, j int32) {
	a, b := p.order[i], p.order[j]
	p.order[i], p.order[j] = b, a
	p.at[a], p.at[b] = j, i
}

// choose returns the piece to begin with a source next; false if it has none.
func (p *picker) choose(has func(piece int) bool) (piece int, ok bool) {
	if len(p.order) == 0 {
		return 0, false
	}
	if p.isNew || p.gained == 0 {
		for i := range p.at {
			if piece := (p.run + i) % len(p.at); p.at[piece] >= 0 && has(piece) {
				return piece, true
			}
		}
		return 0, false
	}
	for _, piece := range p.order {
		if has(int(piece)) {
			return int(piece), true
		}
	}
	return 0, false
}

// left returns how many pieces are not begun.
func (p *picker) left() int { return len(p.order) }
