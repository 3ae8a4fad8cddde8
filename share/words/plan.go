package words

import "slices"

// A term is a word of a query as an index sees it.
type term struct {
	from, to uint32 // the words of the vocabulary that match
	count    int    // about how many documents have them
	inLists  bool   // all of them have lists
	filter   Set    // has every document that matches; nil: there is none
	filtered int    // documents of filter
	exact    bool   // filter has no other
	mask     uint64 // what every document that matches has in its signature
	needle   []byte
}

// A plan is how a search finds its documents: it goes through those of the
// lists of one term, or of the filters, and tests the rest.
type plan struct {
	terms   []term
	density float64  // the part of all documents that is expected to match
	all     int      // documents
	filters []Set    // those of all terms but the driver
	mask    uint64   // of all signatures
	needles [][]byte // of the terms that neither lists nor filters settle
}

// prepare looks up the words of q. It returns false if no document can match.
func (p *plan) prepare(x *Index, q Query) bool {
	p.terms, p.density, p.all = p.terms[:0], 1, x.Len()
	for i, w := range q.words {
		t := term{needle: q.needles[i]}
		if t.from, t.to = x.vocabulary.run(t.needle[1:1+len(w.Text)], w.Whole); t.from == t.to {
			return false
		}
		t.look(x, q.marks[i])
		p.density *= min(1, float64(t.count)/float64(p.all))
		p.terms = append(p.terms, t)
	}
	return true
}

// look gathers what the index has of a term.
func (t *term) look(x *Index, m marks) {
	dense := x.dense.within(t.from, t.to)
	t.inLists = len(dense) == 0
	t.count = x.postings.weight(t.from, t.to)
	for _, b := range dense {
		t.count += int(b.count)
	}
	t.mask = m.near
	if t.inLists {
		t.mask |= m.far
	}
	if len(dense) == 1 && dense[0].from == t.from && dense[0].to == t.to {
		t.filter, t.filtered, t.exact, t.mask = dense[0].set, int(dense[0].count), true, 0
	} else if b := x.prefixes.around(t.from); b != nil {
		t.filter, t.filtered, t.exact = b.set, int(b.count), b.from == t.from && b.to == t.to
		t.mask &^= m.near
		if t.exact {
			t.count, t.mask = int(b.count), 0
		}
	}
}

// What a document costs on the way, in units of work: see [Budget].
const (
	listCost = 3  // in a list: reading, sieving, testing
	nameCost = 25 // of a filter that is not exact
	bitCost  = 2  // of an exact one
)

// choose returns the term whose lists are to be gone through, or nil where the
// filters are less work.
func (p *plan) choose(wanted int) (driver *term) {
	// How much of all documents is likely to be gone through.
	part := 1.0
	if expected := p.density * float64(p.all); expected > float64(wanted) {
		part = float64(wanted) / expected
	}
	best := 0.0
	filtered, filters, cost := 1.0, 0, float64(bitCost)
	for i := range p.terms {
		t := &p.terms[i]
		if t.inLists {
			if c := float64(t.to-t.from) + part*listCost*float64(t.count); driver == nil || c < best {
				driver, best = t, c
			}
		}
		if t.filter != nil {
			filters++
			filtered *= float64(t.filtered) / float64(p.all)
		}
		if !t.exact {
			cost = nameCost
		}
	}
	if filters > 0 && driver != nil {
		if c := part * (float64(filters)*float64(p.all)/64 + filtered*float64(p.all)*cost); c < best {
			driver = nil
		}
	}
	p.settle(driver)
	return driver
}

// forget lets go of the index.
func (p *plan) forget() {
	clear(p.terms)
	clear(p.filters)
	clear(p.needles)
}

// settle notes what is to be tested of each document that the driver, or the
// filters, name.
func (p *plan) settle(driver *term) {
	p.filters, p.needles, p.mask = p.filters[:0], p.needles[:0], 0
	for i := range p.terms {
		t := &p.terms[i]
		if t == driver {
			continue
		}
		if t.filter != nil {
			p.filters = append(p.filters, t.filter)
		}
		if !t.exact {
			p.mask |= t.mask
			p.needles = append(p.needles, t.needle)
		}
	}
	slices.SortFunc(p.needles, func(a, b []byte) int { return len(b) - len(a) })
}

// window returns below which document about as many of a term's lie as are
// wanted, and some more.
func (t *term) window(all uint64, wanted int) uint64 {
	const least = 1024 // postings that are read at once
	aim := uint64(max(least, 2*min(wanted, t.count)))
	if aim >= uint64(t.count) {
		return all
	}
	return all * aim / uint64(t.count)
}
