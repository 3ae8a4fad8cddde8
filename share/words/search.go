package words

import "math/bits"

// Budget is the work that one query may cost in all: see [Search]. It takes
// about a millisecond at most.
const Budget = 200_000

// A Stop is why a search ended.
type Stop uint8

const (
	Complete  Stop = iota // Total counts all the documents that match
	Counted               // CountTo was reached; there may be more
	Exhausted             // Work ran out; there may be more
)

func (s Stop) String() string {
	switch s {
	case Complete:
		return "complete"
	case Counted:
		return "counted"
	default:
		return "exhausted"
	}
}

// A Search is what [Index.Search] is told and what it answers. It may be used
// again and again, by one goroutine at a time; it keeps memory, an eighth of a
// byte for each document and 16 for each word that a query's word begins, so
// that a search with one that has been used allocates nothing.
type Search struct {
	Gone    Set // documents to leave out; nil: none
	Limit   int // how many documents to return
	CountTo int // how many to count before the search stops; at least Limit counts
	Work    int // units of work that may still be done, see [Budget]; a search takes off what it did

	Found []uint32 // the first Limit documents that match, lowest first, are appended
	Total int      // how many match, as far as was counted
	Stop  Stop     // why it ended there

	plan  plan
	sieve sieve
	lists []reading // of the driver
}

// What work costs beside the looking at one posting or at 64 documents of a
// bitmap, which is a unit.
const (
	wordWork = 32 // finding a word in the vocabulary
	nameWork = 16 // looking for a word in the name of a document
	nameUnit = 32 // bytes of a long name that are a further unit
)

// Search appends to s.Found the documents that match q and are not gone, the
// lowest first and at most s.Limit of them, and sets s.Total and s.Stop for
// this index. What Found held before stays before them.
func (x *Index) Search(q Query, s *Search) {
	s.Total, s.Stop = 0, Complete
	switch p := &s.plan; {
	case len(q.needles) == 0 || x.Len() == 0:
	case s.wanted() <= 0:
		s.Stop = Counted
	default:
		s.Work -= wordWork * len(q.needles)
		switch {
		case !p.prepare(x, q, s.wanted()):
		case p.driver == nil:
			s.walkBitmaps(x)
		case p.driver.to == p.driver.from+1:
			s.walkList(x)
		default:
			s.walkLists(x)
		}
		p.forget()
	}
}

// wanted returns how many documents are to be counted.
func (s *Search) wanted() int { return max(s.Limit, s.CountTo) }

// walkList looks at the documents of the only list of the driver.
func (s *Search) walkList(x *Index) {
	p, lists := &s.plan, &x.postings
	at, end := lists.starts[p.driver.from], lists.starts[p.driver.to]
	next, place, element := uint64(0), uint64(0), uint64(0)
	for at < end {
		var gap uint64
		gap, at = lists.gap(at)
		document := next + gap
		next = document + 1
		s.Work--
		if document>>6 != place {
			if element != 0 && !s.judge(x, int(place), element) {
				return
			}
			place, element = document>>6, 0
		}
		if p.mayHold(place) {
			element |= 1 << (document & 63)
		}
	}
	if element != 0 {
		s.judge(x, int(place), element)
	}
}

// walkLists looks at the documents that the driver names, in windows that grow:
// most searches have enough long before the end of its lists, and the documents
// of many lists are in no order until all are read.
func (s *Search) walkLists(x *Index) {
	const (
		least     = 128 // documents that are read at once
		manyLists = 512 // whose readings alone are work
	)
	p, t := &s.plan, s.plan.driver
	s.sieve.fit(x.Len())
	s.lists = x.postings.open(t.from, t.to, s.lists)
	aim := max(least, int(t.to-t.from), 2*min(p.wanted, t.count))
	blocks := int(float64(aim)/(64*t.spread(p.all))) + 1
	growth := 2
	if len(s.lists) > manyLists {
		growth = 4
	}
	for low := uint64(0); low < uint64(p.all) && s.Stop == Complete; blocks *= growth {
		high := uint64(p.all)
		if blocks < p.left {
			high = p.reach(low, blocks)
		}
		s.Work -= x.postings.gather(t.from, s.lists, high, p.blocks, &s.sieve, s.Work)
		s.gatherDense(low, high)
		if s.Work < 0 { // part of the window is not all that comes first
			s.Stop = Exhausted
		}
		s.sieve.drain(func(place int, element uint64) bool { return s.Stop == Complete && s.judge(x, place, element) })
		low = high
	}
}

// gatherDense puts the documents from low up to and without high that have
// words of the driver without lists into the sieve.
func (s *Search) gatherDense(low, high uint64) {
	dense := s.plan.driver.dense
	for i := range dense {
		s.plan.each(low, high, func(place int) bool {
			s.Work--
			s.sieve.addBlock(uint64(place), dense[i].element(place), nil)
			return s.Work >= 0
		})
	}
}

// walkBitmaps looks at the documents that all the bitmaps have.
func (s *Search) walkBitmaps(x *Index) {
	if len(s.plan.filters) == 1 {
		s.walkBitmap(x, s.plan.filters[0])
		return
	}
	s.plan.each(0, uint64(x.Len()), func(place int) bool { return s.judge(x, place, ^uint64(0)) })
}

// walkBitmap looks at the documents of the only bitmap, whose elements need not
// be looked for.
func (s *Search) walkBitmap(x *Index, b *bitmap) {
	rank := 0
	for i, blocks := range b.outline {
		for ; blocks != 0; blocks &= blocks - 1 {
			s.Work--
			if !s.weigh(x, i<<6+bits.TrailingZeros64(blocks), b.elements[rank]) {
				return
			}
			rank++
		}
	}
}

// judge counts those of 64 documents that match. It returns false when the
// search has to stop.
func (s *Search) judge(x *Index, place int, element uint64) bool {
	s.Work--
	for _, filter := range s.plan.filters {
		if element &= filter.element(place); element == 0 && s.Work >= 0 {
			return true
		}
	}
	return s.weigh(x, place, element)
}

// weigh counts those of 64 documents that match, of which all bitmaps have told.
// It returns false when the search has to stop.
func (s *Search) weigh(x *Index, place int, element uint64) bool {
	p := &s.plan
	if place < len(s.Gone) {
		element &^= s.Gone[place]
	}
	if s.Work >= 0 && len(p.tests) == 0 {
		return s.take(place, element)
	}
	for ; element != 0 && s.Work >= 0; element &= element - 1 {
		document := uint32(place<<6 + bits.TrailingZeros64(element))
		if x.signatures[document]&p.mask == p.mask && s.verify(x, document) && !s.take(place, element&-element) {
			return false
		}
	}
	if s.Work < 0 {
		s.Stop = Exhausted
	}
	return s.Work >= 0
}

// take counts documents that match. It returns false when these are enough.
func (s *Search) take(place int, element uint64) bool {
	count := bits.OnesCount64(element)
	for range min(count, s.Limit-s.Total) {
		s.Found = append(s.Found, uint32(place<<6+bits.TrailingZeros64(element)))
		element &= element - 1
	}
	if s.Total += count; s.Total >= s.wanted() {
		s.Total, s.Stop = s.wanted(), Counted
		return false
	}
	return true
}

// verify looks for the words that neither lists nor bitmaps have told of.
func (s *Search) verify(x *Index, document uint32) bool {
	for _, t := range s.plan.tests {
		if t.isSure(document) {
			continue
		}
		s.Work -= nameWork + len(x.names.of(document))/nameUnit
		if !x.names.has(document, t.needle) {
			return false
		}
	}
	return true
}
