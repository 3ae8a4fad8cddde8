package servent

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"servent/servent/api"
)

// A teller publishes into an overlay, without a network.
type teller struct {
	t    *testing.T
	o    *overlay
	id   peer.ID
	m    traceMessage
	skew time.Duration // how much its clock shows beyond the overlay's
}

func newTeller(t *testing.T, o *overlay, run int64) *teller {
	id := newPeer(t)
	return &teller{t: t, o: o, id: id, m: traceMessage{author: id, Run: run}}
}

// tell has one more message arrive at the time given since the overlay began,
// after a delay on the way.
func (a *teller) tell(at, delay time.Duration, links ...*teller) []api.TracedEvent {
	a.t.Helper()
	a.m.N++
	m := a.m
	m.At, m.received = milliseconds(at-delay+a.skew), a.o.begin.Add(at)
	for _, to := range links {
		m.Links = append(m.Links, to.id.String())
	}
	if err := a.o.admit(&m, ""); err != nil {
		a.t.Fatalf("at %v: %v", at, err)
	}
	return a.o.take(&m, nil)
}

func (o *overlay) size(at time.Duration) string {
	o.expire(o.begin.Add(at))
	nodes, links := o.tell(o.begin.Add(at))
	return fmt.Sprintf("%d nodes, %d links", len(nodes), len(links))
}

// TestOverlayLinks: a link is there if no end denies it, and a servent until it has
// been silent for long; its neighbours cannot bring it back.
func TestOverlayLinks(t *testing.T) {
	o := newOverlay("self", time.Now())
	a, b, c := newTeller(t, &o, 1), newTeller(t, &o, 1), newTeller(t, &o, 1)
	for _, step := range []struct {
		at   time.Duration
		do   func(at time.Duration)
		want string
	}{
		{time.Second, func(at time.Duration) { a.tell(at, 0, b) }, "2 nodes, 1 links"}, // b does not trace, as far as is known
		{2 * time.Second, func(at time.Duration) { b.tell(at, 0) }, "2 nodes, 0 links"},
		{3 * time.Second, func(at time.Duration) { b.tell(at, 0, a, c); c.tell(at, 0, b) }, "3 nodes, 2 links"},
		{4 * time.Second, func(at time.Duration) { a.tell(at, 0) }, "3 nodes, 1 links"},
		{10 * time.Second, func(at time.Duration) { a.tell(at, 0); b.tell(at, 0, c) }, "3 nodes, 1 links"},
		{11*time.Second + time.Millisecond, func(time.Duration) {}, "2 nodes, 0 links"}, // c is silent
		{12 * time.Second, func(at time.Duration) { b.m.End = true; b.tell(at, 0) }, "1 nodes, 0 links"},
		{17 * time.Second, func(at time.Duration) { b.m.End, b.m.Run = false, 2; b.tell(at, 0, c) }, "2 nodes, 0 links"},
		{18 * time.Second, func(at time.Duration) { c.tell(at, 0, b) }, "2 nodes, 1 links"}, // a is silent
	} {
		step.do(step.at)
		if got := o.size(step.at); got != step.want {
			t.Errorf("at %v: got %s, want %s", step.at, got, step.want)
		}
	}
}

// TestOverlayMissesWhoWasKilled: a servent whose neighbours all tell that their
// links with it ended, and which does not, is gone at once, and so are two that
// were linked with each other; one that tells of it, too, is there without links.
func TestOverlayMissesWhoWasKilled(t *testing.T) {
	o := newOverlay("self", time.Now())
	tellers := map[byte]*teller{}
	for _, name := range []byte("abcde") {
		tellers[name] = newTeller(t, &o, 1)
	}
	tell := func(at time.Duration, who byte, links string) {
		var to []*teller
		for _, name := range []byte(links) {
			to = append(to, tellers[name])
		}
		tellers[who].tell(at, 0, to...)
	}
	size := func(at time.Duration, want string) {
		t.Helper()
		if got := o.size(at); got != want {
			t.Errorf("at %v: got %s, want %s", at, got, want)
		}
	}
	const told, after = 1100 * time.Millisecond, 1100*time.Millisecond + overlayCut
	whole := func(at time.Duration) { // a ring
		t.Helper()
		for i, links := range []string{"eb", "ac", "bd", "ce", "da"} {
			tell(at, "abcde"[i], links)
		}
		size(at, "5 nodes, 5 links")
	}
	whole(time.Second)
	tell(told, 'a', "e")
	size(after, "5 nodes, 4 links") // it has another
	tell(told, 'c', "d")
	size(told, "5 nodes, 3 links") // it may be about to tell of it
	size(after, "4 nodes, 3 links")

	whole(11 * time.Second) // all are there again
	const again = 10 * time.Second
	tell(again+told, 'a', "e")
	tell(again+told, 'c', "d")
	tell(again+told, 'b', "")
	size(again+after, "5 nodes, 3 links")

	whole(21 * time.Second)
	tell(2*again+told, 'a', "e")
	tell(2*again+told, 'd', "e")
	size(2*again+after, "3 nodes, 2 links") // b and c had each other
}

// TestOverlayIsShared: of a table that one neighbour has filled with what it made
// up, what others pass on takes its part, and those that were there before stay.
func TestOverlayIsShared(t *testing.T) {
	o := newOverlay(newPeer(t).String(), time.Now())
	at := o.begin
	send := func(author, via peer.ID, n uint64) error {
		at = at.Add(time.Millisecond)
		return o.admit(&traceMessage{author: author, Run: 1, N: n, received: at}, via)
	}
	honest, liar, early := newPeer(t), newPeer(t), newPeer(t)
	if err := send(early, liar, 1); err != nil { // whoever is first with it
		t.Fatal(err)
	}
	for n := 1; n < maxOverlayNodes; n++ {
		if err := send(newPeer(t), liar, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := send(newPeer(t), liar, 1); !errors.Is(err, errTraceFull) {
		t.Errorf("one more of the liar: got %v, want %v", err, errTraceFull)
	}
	const class = 100
	var others []peer.ID
	for n := range class {
		others = append(others, newPeer(t))
		if err := send(others[n], honest, 1); err != nil {
			t.Fatalf("number %d of another neighbour: %v", n, err)
		}
	}
	if err := send(early, honest, 2); err != nil || o.authors[early.String()].via != honest {
		t.Errorf("who was there first: %v, in the share of %v", err, o.authors[early.String()].via)
	}
	for n := 0; send(newPeer(t), liar, 1) == nil; n++ {
		if n == 2 {
			t.Fatal("the liar takes from the others")
		}
	}
	for _, id := range others {
		if o.authors[id.String()] == nil {
			t.Fatal("one of the others was forgotten")
		}
	}
	if got, want := o.shares[honest]+o.shares[liar], len(o.authors); got != want || want != maxOverlayNodes {
		t.Errorf("%d are in shares, %d in the table, want %d", got, want, maxOverlayNodes)
	}

	o.relink([]peer.ID{honest}) // the liar comes back under other names
	for range 2 * maxOverlayNodes {
		_ = send(newPeer(t), "", 1)
	}
	if o.shares[""] != maxOverlayNodes-class-1 || o.shares[honest] != class+1 {
		t.Errorf("got shares %v, want that of the neighbour as it was", o.shares)
	}
	at = at.Add(overlaySilence) // those fell silent
	for n := range maxOverlayNodes {
		if err := send(newPeer(t), honest, 1); err != nil {
			t.Fatalf("number %d after all fell silent: %v", n, err)
		}
	}
}

// TestOverlayTellsLinksOfAll: a few that tell of many links do not keep those of
// others out of what is told.
func TestOverlayTellsLinksOfAll(t *testing.T) {
	o := newOverlay("self", time.Now())
	var invented, known []*teller
	for range maxTraceLinks {
		invented = append(invented, newTeller(t, &o, 1))
	}
	for range 60 {
		known = append(known, newTeller(t, &o, 1))
	}
	for i, a := range known[:58] {
		a.tell(time.Second, 0, append(slices.Clone(invented[:maxTraceLinks-1]), known[(i+1)%58])...)
	}
	known[58].tell(time.Second, 0, known[59])
	known[59].tell(time.Second, 0, known[58])
	nodes, links := o.tell(o.begin.Add(time.Second))
	if len(links) != maxOverlayLinks || len(nodes) < 60 {
		t.Fatalf("got %d links and %d nodes, want %d links, so that some are left out", len(links), len(nodes), maxOverlayLinks)
	}
	a, b := known[58].id.String(), known[59].id.String()
	if !slices.ContainsFunc(links, func(l []string) bool { return slices.Equal(l, []string{min(a, b), max(a, b)}) }) {
		t.Error("the link of two that tell of one each is left out")
	}
}

// TestOverlayClocks: events of a servent whose clock is hours off are told at our
// time, off by no more than the least delay of its messages.
func TestOverlayClocks(t *testing.T) {
	o := newOverlay("self", time.Unix(1_000_000, 0))
	a := newTeller(t, &o, 1)
	a.skew = 3 * time.Hour
	a.tell(time.Second, 40*time.Millisecond)
	a.tell(2*time.Second, 5*time.Millisecond)
	const at, delay = 3 * time.Second, 700 * time.Millisecond
	a.m.Events = []traceEvent{{At: milliseconds(at - delay + a.skew), Link: -1}}
	told := a.tell(at, delay)[0].TimeMS
	if late := told - milliseconds(time.Duration(o.begin.UnixNano())+at-delay); late < 4.9 || late > 5.1 {
		t.Errorf("told %v ms after it happened, want the least delay, 5 ms", late)
	}
	// A clock that runs too fast by a second in a minute is followed.
	a.m.Events = nil
	for n := range 10 {
		a.skew += 200 * time.Millisecond
		a.tell(time.Duration(4+10*n)*time.Second, 5*time.Millisecond)
	}
	a.m.Events = []traceEvent{{At: milliseconds(100*time.Second + a.skew), Link: -1}}
	told = a.tell(100*time.Second, 0)[0].TimeMS
	if late := told - milliseconds(time.Duration(o.begin.UnixNano())+100*time.Second); late < -1500 || late > 0 {
		t.Errorf("told %v ms after it happened, want within what the clock gained in a minute, and not in the future", late)
	}
}

// TestOverlayRefuses what is old, told before, too much, or of too many.
func TestOverlayRefuses(t *testing.T) {
	o := newOverlay("self", time.Now())
	message := func(run int64, n uint64, a peer.ID) error {
		return o.admit(&traceMessage{author: a, Run: run, N: n, received: o.begin.Add(time.Duration(n) * time.Second)}, "")
	}
	a := newPeer(t)
	for _, c := range []struct {
		run  int64
		n    uint64
		want error
	}{
		{5, 100, nil}, {5, 100, errTraceStale}, {5, 99, nil}, {5, 99, errTraceStale}, {5, 37, nil}, {5, 36, errTraceStale},
		{4, 200, errTraceStale}, {5, 300, nil}, {5, 236, errTraceStale}, {6, 1, nil}, {5, 301, errTraceStale}, {6, 1, errTraceStale},
	} {
		if err := message(c.run, c.n, a); !errors.Is(err, c.want) {
			t.Errorf("run %d, number %d: got %v, want %v", c.run, c.n, err, c.want)
		}
	}
	if got, want := o.allMissed(), uint64(300-37+1-4); got != want {
		t.Errorf("%d are counted as missed, want %d", got, want)
	}
	for n := uint64(2); ; n++ {
		err := o.admit(&traceMessage{author: a, Run: 6, N: n, received: o.begin.Add(1000 * time.Second)}, "")
		if n > traceBurst+1 {
			if !errors.Is(err, errTraceRate) {
				t.Errorf("message %d at once: got %v, want %v", n, err, errTraceRate)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for range maxOverlayNodes - 1 {
		if err := message(1, 1, newPeer(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := message(1, 1, newPeer(t)); !errors.Is(err, errTraceFull) {
		t.Errorf("one servent too many: got %v, want %v", err, errTraceFull)
	}
	o.expire(o.begin.Add(time.Hour))
	if len(o.authors) != 0 {
		t.Errorf("%d are remembered after an hour", len(o.authors))
	}
}
