package words

// Budget is the work that one query may cost in all; see [Search].
const Budget = 1 << 20

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
// again and again, by one goroutine at a time, and a search with one that has
// been used allocates nothing.
type Search struct {
	Gone    Set // documents to leave out; nil: none
	Limit   int // how many documents to return
	CountTo int // how many to count before the search stops; at least Limit counts
	Work    int // units of work that may still be done, see [Budget]; a search takes off what it did

	Found []uint32 // the first Limit documents that match, lowest first, are appended
	Total int      // how many match, as far as was counted
	Stop  Stop     // why it ended there
}

// A Set is a set of documents: bit i%64 of element i/64 is that of document i.
// What lies behind its end is not in it.
type Set []uint64

// Has reports whether document i is in the set.
func (s Set) Has(i uint32) bool { return int(i/64) < len(s) && s[i/64]>>(i%64)&1 != 0 }

// Add puts document i into the set, which grows if it has to.
func (s *Set) Add(i uint32) {
	for int(i/64) >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[i/64] |= 1 << (i % 64)
}
