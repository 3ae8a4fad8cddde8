package lab

import (
	"fmt"
	"slices"
	"time"

	"servent/routing"
)

// An end is what a servent knows of a link, in 16 bytes.
type end struct {
	far    Node
	back   routing.Link // the link's number at the far end
	timing uint64       // the latency in nanoseconds, and the marks below it
}

// A mark is what is known of an end.
type mark uint64

const (
	open    mark = 1 << iota // a Router has the link
	mute                     // the far servent is gone: what comes by it is lost
	parting                  // a Bye of the far servent is under way

	markBits   = iota
	maxLatency = 1<<(63-markBits) - 1 // 36 years
)

// timingOf returns the timing of an end without marks.
func timingOf(latency time.Duration) uint64 {
	return uint64(min(max(latency, 0), maxLatency)) << markBits
}

func (e *end) latency() time.Duration { return time.Duration(e.timing >> markBits) }

func (e *end) is(m mark) bool { return e.timing&uint64(m) != 0 }

func (e *end) set(m mark) { e.timing |= uint64(m) }

func (e *end) clear(m mark) { e.timing &^= uint64(m) }

// ends are a servent's ends of links in the order of their numbers. A link that
// was closed keeps its number, since a Router's numbers are not used again, and its
// end until those of all closed links are left out.
type ends struct {
	list    []end
	numbers *[]routing.Link // numbers[i] is that of list[i]; nil: they have no gap
	next    routing.Link    // the number of the next link
	open    int32
}

// at returns the end of number l, which holds until the next one is added or
// looked for by its place, or nil where l is left out or was never there.
func (es *ends) at(l routing.Link) *end {
	if es.numbers != nil {
		return es.find(l)
	}
	if i := l - es.next + routing.Link(len(es.list)); int64(i) < int64(len(es.list)) {
		return &es.list[i]
	}
	return nil
}

// find is at where numbers have gaps.
func (es *ends) find(l routing.Link) *end {
	if i, found := slices.BinarySearch(*es.numbers, l); found {
		return &es.list[i]
	}
	return nil
}

// number returns the number of list[i].
func (es *ends) number(i int) routing.Link {
	if es.numbers != nil {
		return (*es.numbers)[i]
	}
	return es.next - routing.Link(len(es.list)-i)
}

func (es *ends) add(e end) {
	if len(es.list) == cap(es.list) && 4*int(es.open) <= 3*len(es.list) {
		es.compact()
	}
	if es.numbers != nil {
		*es.numbers = append(*es.numbers, es.next)
	}
	es.list = append(es.list, e)
	es.next++
	es.open++
}

// compact leaves out the closed ends.
func (es *ends) compact() {
	if int(es.open) == len(es.list) {
		return
	}
	var numbers []routing.Link
	if es.numbers != nil {
		numbers = (*es.numbers)[:0]
	}
	kept := es.list[:0]
	for i := range es.list {
		if es.list[i].is(open) {
			numbers = append(numbers, es.number(i))
			kept = append(kept, es.list[i])
		}
	}
	es.list, es.numbers = kept, &numbers
	if len(kept) == 0 || numbers[0] == es.next-routing.Link(len(kept)) {
		es.numbers = nil
	}
}

// close marks the end of number l as closed, and reports whether it was open.
func (es *ends) close(l routing.Link) bool {
	e := es.at(l)
	if e == nil || !e.is(open) {
		return false
	}
	e.clear(open)
	es.open--
	return true
}

// Connect joins a and b by a link on which each message takes latency.
func (n *Network) Connect(a, b Node, latency time.Duration) {
	timing := timingOf(latency) | uint64(open)
	sa, sb := &n.servents[a], &n.servents[b]
	la, lb := sa.ends.next, sb.ends.next
	sa.ends.add(end{far: b, back: lb, timing: timing})
	sb.ends.add(end{far: a, back: la, timing: timing})
	sa.router.Attach(la)
	sb.router.Attach(lb)
}

// Disconnect closes the link between a and b. Messages under way on it arrive at
// a Router that no longer knows the link.
func (n *Network) Disconnect(a, b Node) error {
	l, err := n.Link(a, b)
	if err != nil {
		return err
	}
	back := n.servents[a].ends.at(l).back
	n.close(a, l)
	n.close(b, back)
	return nil
}

// close closes the end of node's link l, unless it is closed.
func (n *Network) close(node Node, l routing.Link) {
	s := &n.servents[node]
	if s.ends.close(l) {
		s.router.Detach(l)
	}
}

// Link returns the number that a's Router has for the open link to b.
func (n *Network) Link(a, b Node) (routing.Link, error) {
	es := &n.servents[a].ends
	for i := range es.list {
		if e := &es.list[i]; e.far == b && e.is(open) {
			return es.number(i), nil
		}
	}
	return 0, fmt.Errorf("lab: find link of %d and %d: not connected", a, b)
}

// Degree returns how many open links v has.
func (n *Network) Degree(v Node) int { return int(n.servents[v].ends.open) }

// LinkAt returns the i-th open link of v, 0 ≤ i < [Network.Degree], in the order
// of their numbers.
func (n *Network) LinkAt(v Node, i int) routing.Link {
	es := &n.servents[v].ends
	es.compact()
	return es.number(i)
}

// Links returns the open links of v, in the order of their numbers.
func (n *Network) Links(v Node) []routing.Link {
	links := make([]routing.Link, n.Degree(v))
	for i := range links {
		links[i] = n.LinkAt(v, i)
	}
	return links
}

// Far returns whom the open link l of v leads to. It panics where v has no such
// link; of one that was closed it may know nothing.
func (n *Network) Far(v Node, l routing.Link) Node { return n.servents[v].ends.at(l).far }
