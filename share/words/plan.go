package words

import (
	"cmp"
	"math/bits"
	"slices"
)

// A term is a word of a query as an index sees it.
type term struct {
	from, to uint32   // the words of the vocabulary that match
	count    int      // about how many documents have them
	dense    []bitmap // of single ones of these, which have no lists
	filter   *bitmap  // has every document that matches; nil: there is none
	exact    bool     // filter has no other document
	mask     uint64   // what every document that matches has in its signature
	needle   []byte
}

// fewDocuments is how many documents a list has at most that are sooner looked
// at than the bitmaps that have them among many others.
const fewDocuments = 64

// look gathers what the index has of the words of a term. It returns false if
// there are none.
func (t *term) look(x *Index, n *needle) bool {
	t.needle = n.text
	if b := x.bitmapOf(n); b != nil {
		t.from, t.to, t.count, t.filter, t.exact = b.from, b.to, int(b.count), b, true
		return true
	}
	if t.from, t.to = x.vocabulary.run(n.word(), n.whole); t.from == t.to {
		return false
	}
	t.lookAround(x, n.marks)
	return true
}

// lookAround gathers what the index has beside the words of a run.
func (t *term) lookAround(x *Index, m marks) {
	t.count = x.postings.weight(t.from, t.to)
	t.mask = m.near | m.far
	if t.to == t.from+1 && t.count > 0 && t.count <= fewDocuments {
		t.mask = m.far // the other may not be there, for the sake of a bitmap
		return
	}
	if t.to > t.from+1 || t.count == 0 {
		t.dense = x.single.within(t.from, t.to)
	}
	if len(t.dense) > 0 {
		t.mask &^= m.far
	}
	for i := range t.dense {
		t.count += int(t.dense[i].count)
	}
	for i := range x.prefixes {
		if b := x.prefixes[i].around(t.from, t.to); b != nil {
			t.filter = b
			if i == 0 {
				t.mask &^= m.near
			}
		}
	}
	if len(t.dense) == 1 && t.to == t.from+1 {
		t.filter = &t.dense[0]
	}
	if b := t.filter; b != nil && b.from == t.from && b.to == t.to {
		t.exact, t.count = true, int(b.count)
	}
}

// isSure reports whether a document has a word of the term for certain.
func (t *term) isSure(document uint32) bool {
	for i := range t.dense {
		if t.dense[i].has(document) {
			return true
		}
	}
	return false
}

// spread returns the part of the documents that have the term, of those in the
// blocks of its filter.
func (t *term) spread(all int) float64 {
	if t.filter != nil {
		all = 64 * len(t.filter.elements)
	}
	return min(1, float64(t.count)/float64(all))
}

// A plan is how a search finds its documents: it goes through those of one
// term, the driver, or through the bitmaps that the terms have, and tests each
// document for the rest.
type plan struct {
	terms   []term
	all     int // documents
	wanted  int // documents
	blocks  Set // runs of 64 documents that may match; nil: all of them
	left    int // members of blocks
	driver  *term
	filters []*bitmap // what every document that matches is in
	mask    uint64    // what it has in its signature
	tests   []*term   // what it has in its name, as far as filters do not tell

	outline Set // memory for blocks
}

// prepare looks up the words of q. It returns false if no document can match.
func (p *plan) prepare(x *Index, q Query, wanted int) bool {
	p.terms, p.all, p.wanted = p.terms[:0], x.Len(), wanted
	for i := range q.needles {
		var t term
		if !t.look(x, &q.needles[i]) {
			return false
		}
		p.terms = append(p.terms, t)
	}
	p.intersect()
	if p.left == 0 {
		return false
	}
	p.choose()
	p.settle()
	return true
}

// intersect finds the blocks that the filters of all terms have.
func (p *plan) intersect() {
	p.blocks, p.left = nil, (p.all+63)/64
	first := true
	for i := range p.terms {
		switch b := p.terms[i].filter; {
		case b == nil:
		case p.blocks == nil:
			p.blocks, p.left = b.outline, len(b.elements)
		case first:
			p.outline = append(p.outline[:0], p.blocks...)
			p.blocks, first = p.outline, false
			fallthrough
		default:
			p.left = 0
			for j, element := range b.outline {
				p.blocks[j] &= element
				p.left += bits.OnesCount64(p.blocks[j])
			}
		}
	}
}

// What a document costs on the way, in units of work: see [Budget].
const (
	listCost = 3  // in a list: reading, sieving, testing
	nameCost = 25 // of the bitmaps: testing, if not all terms are settled by them
	bitCost  = 2  // of the bitmaps, if they are
)

// choose makes the term the driver whose documents are the least work; none, if
// the bitmaps are less.
func (p *plan) choose() {
	documents := float64(64 * p.left)
	filtered, filters, cost := documents, 0, float64(bitCost)
	expected := documents
	for i := range p.terms {
		t := &p.terms[i]
		expected *= t.spread(p.all)
		if t.filter != nil {
			filters++
			filtered *= float64(t.filter.count) / float64(64*len(t.filter.elements))
		}
		if !t.exact {
			cost = nameCost
		}
	}
	// How much of all that is likely to be gone through.
	part := min(1, float64(p.wanted)/max(1, expected))
	p.driver = nil
	least := 0.0
	if filters > 0 {
		least = part * (float64(filters*p.left) + filtered*cost)
	}
	for i := range p.terms {
		t := &p.terms[i]
		if t.exact { // by a filter, which is less work than the lists
			continue
		}
		c := float64(t.to-t.from) + part*listCost*float64(t.count)
		if p.driver == nil && filters == 0 || c < least {
			p.driver, least = t, c
		}
	}
}

// settle notes what is to be tested of each document.
func (p *plan) settle() {
	p.filters, p.tests, p.mask = p.filters[:0], p.tests[:0], 0
	for i := range p.terms {
		t := &p.terms[i]
		if t == p.driver {
			continue
		}
		if t.filter != nil {
			p.filters = append(p.filters, t.filter)
		}
		if !t.exact {
			p.mask |= t.mask
			p.tests = append(p.tests, t)
		}
	}
	slices.SortFunc(p.tests, func(a, b *term) int { return cmp.Compare(a.count, b.count) })
}

// mayHold reports whether documents of a block may match.
func (p *plan) mayHold(block uint64) bool {
	return p.blocks == nil || p.blocks[block>>6]>>(block&63)&1 != 0
}

// reach returns the first document behind the next n blocks from low on.
func (p *plan) reach(low uint64, n int) uint64 {
	if p.blocks == nil {
		return min(low+64*uint64(n), uint64(p.all))
	}
	for place := low >> 12; place < uint64(len(p.blocks)); place++ {
		element := p.blocks[place]
		if place == low>>12 {
			element &= ^uint64(0) << (low >> 6 & 63)
		}
		if count := bits.OnesCount64(element); count < n {
			n -= count
			continue
		}
		for ; n > 1; n-- {
			element &= element - 1
		}
		return min(place<<12+uint64(bits.TrailingZeros64(element)+1)<<6, uint64(p.all))
	}
	return uint64(p.all)
}

// each calls visit for the blocks from low up to and without high, which are
// multiples of 64 or the end, until it returns false. There must be blocks.
func (p *plan) each(low, high uint64, visit func(place int) bool) {
	end := (high + 63) >> 6
	for place := low >> 12; place<<6 < end; place++ {
		element := p.blocks[place]
		if place == low>>12 {
			element &= ^uint64(0) << (low >> 6 & 63)
		}
		for ; element != 0; element &= element - 1 {
			block := place<<6 + uint64(bits.TrailingZeros64(element))
			if block >= end || !visit(int(block)) {
				return
			}
		}
	}
}

// forget lets go of the index.
func (p *plan) forget() {
	clear(p.terms)
	clear(p.filters)
	clear(p.tests)
	p.blocks, p.driver = nil, nil
}
