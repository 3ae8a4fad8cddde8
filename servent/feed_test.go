package servent

import (
	"testing"
	"testing/synctest"
	"time"

	"servent/servent/api"
)

// tellHashed tells f an event that can be told from others.
func tellHashed(f *feed, n int) {
	f.tell(api.EventHashing, func(now time.Time) api.Event {
		return api.HashingEvent{Type: api.EventHashing, Time: now, Hashing: api.Hashing{Hashed: n}}
	})
}

// hashed returns the numbers of what waits for l.
func hashed(l *listener) (numbers []int, lost uint64) {
	waiting, lost := l.take()
	for _, e := range waiting {
		numbers = append(numbers, e.(api.HashingEvent).Hashing.Hashed)
	}
	return numbers, lost
}

func TestFeedWithoutListeners(t *testing.T) {
	var f feed
	f.tell(api.EventLink, func(time.Time) api.Event {
		t.Error("an event is made that nobody hears")
		return api.LinkEvent{}
	})
	l := f.listen([]string{api.EventHashing})
	f.tell(api.EventLink, func(time.Time) api.Event {
		t.Error("an event is made that nobody wants")
		return api.LinkEvent{}
	})
	f.leave(l)
	if n := testing.AllocsPerRun(100, func() { f.tell(api.EventLink, nil) }); n != 0 {
		t.Errorf("telling nobody: got %v allocations, want none", n)
	}
}

func TestFeedInOrder(t *testing.T) {
	t.Parallel()
	var f feed
	l, all := f.listen([]string{api.EventHashing}), f.listen(nil)
	for n := range 3 {
		tellHashed(&f, n)
	}
	for _, l := range []*listener{l, all} {
		if got, lost := hashed(l); len(got) != 3 || got[0] != 0 || got[2] != 2 || lost != 0 {
			t.Errorf("got %v, %d lost, want 0 1 2", got, lost)
		}
	}
	f.leave(l)
	tellHashed(&f, 3)
	if got, _ := hashed(l); len(got) != 0 {
		t.Errorf("after leaving: got %v", got)
	}
	if got, _ := hashed(all); len(got) != 1 {
		t.Errorf("beside one that left: got %v", got)
	}
}

// A listener that is too slow loses the oldest, and hears how many.
func TestFeedOfASlowListener(t *testing.T) {
	t.Parallel()
	var f feed
	l := f.listen(nil)
	for n := range maxWaiting + 10 {
		tellHashed(&f, n)
	}
	got, lost := hashed(l)
	if lost != 10 || len(got) != maxWaiting || got[0] != 10 || got[len(got)-1] != maxWaiting+9 {
		t.Fatalf("got %d events, %d lost, want the last %d", len(got), lost, maxWaiting)
	}
	tellHashed(&f, 0)
	if got, lost := hashed(l); len(got) != 1 || lost != 0 {
		t.Errorf("once it has caught up: got %d events, %d lost", len(got), lost)
	}
	hit := api.Hit{Sources: make([]api.Source, maxSources)}
	for range 100 {
		f.tell(api.EventSearch, func(time.Time) api.Event { return api.SearchEvent{Hit: &hit} })
	}
	waiting, lost := l.take()
	if len(waiting)*(1+maxSources) > maxWaiting || lost+uint64(len(waiting)) != 100 {
		t.Errorf("large hits: got %d, %d lost, want them to weigh more", len(waiting), lost)
	}
}

// What says how all is comes to those who name it, and to a slow one the latest
// alone.
func TestFeedOfWholeEvents(t *testing.T) {
	t.Parallel()
	var f feed
	all := f.listen(nil)
	if f.wanted(api.EventStatus) || !f.wanted(api.EventLink) {
		t.Error("who names no type wants none that is to be named, and all others")
	}
	l := f.listen([]string{api.EventStatus, api.EventDownloads, api.EventHashing})
	if !f.wanted(api.EventStatus) || !f.wanted(api.EventDownloads) {
		t.Error("who names a type wants it")
	}
	tell := func(links int) {
		f.tell(api.EventStatus, func(now time.Time) api.Event {
			return api.StatusEvent{Type: api.EventStatus, Time: now, Status: api.Status{Links: links}}
		})
	}
	for n := range 2 * maxWaiting {
		tell(n)
		if n == maxWaiting {
			tellHashed(&f, 7)
			f.tell(api.EventDownloads, func(time.Time) api.Event { return api.DownloadList{Type: api.EventDownloads} })
		}
	}
	got, lost := l.take()
	if len(got) != 3 || lost != 0 || got[0].EventType() != api.EventHashing || got[1].EventType() != api.EventDownloads ||
		got[2].(api.StatusEvent).Status.Links != 2*maxWaiting-1 {
		t.Errorf("got %v, %d lost, want the hashing, the downloads and the last status", got, lost)
	}
	if l.weight != 0 {
		t.Errorf("nothing waits, and weighs %d", l.weight)
	}
	if got, _ := hashed(all); len(got) != 1 {
		t.Errorf("who names no type: got %v, want the hashing alone", got)
	}
}

func TestFeedHasRoomForSoMany(t *testing.T) {
	t.Parallel()
	var f feed
	var last *listener
	for range maxListeners {
		if last = f.listen(nil); last == nil {
			t.Fatal("there is no room")
		}
	}
	if f.listen(nil) != nil {
		t.Error("one too many may listen")
	}
	f.leave(last)
	if f.listen(nil) == nil {
		t.Error("the room of one who left is not given again")
	}
}

// Progress is told at a bounded rate, however fast it is, and no transfer's
// before its beginning or after its end.
func TestProgressIsToldAtItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f feed
		s := &Servent{transfers: transfers{feed: &f}}
		l := f.listen([]string{api.EventTransfer})
		p := s.newProgressWatch(l, api.Status{})
		var states []string
		last := int64(-1)
		yield := func(e api.Event) bool {
			told := e.(api.TransferEvent)
			states = append(states, told.State)
			if told.Transfer.Bytes < last {
				t.Errorf("got %d bytes after %d", told.Transfer.Bytes, last)
			}
			last = told.Transfer.Bytes
			return true
		}
		quick := s.transfers.begin(api.Transfer{Root: "r", Size: 1000})
		if !p.look(time.Now(), yield) || len(states) != 0 {
			t.Errorf("before the beginning was passed on: got %v", states)
		}
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for range 1000 {
			quick.sent(1)
			time.Sleep(time.Millisecond)
			select {
			case now := <-tick.C:
				if !p.pass(l, yield) || !p.look(now, yield) {
					t.Fatal("told to stop")
				}
			default:
			}
		}
		quick.end()
		if n := s.transfers.allUploaded(); n != 1000 {
			t.Errorf("of all uploads that have ended: got %d bytes, want 1000", n)
		}
		p.pass(l, yield)
		p.look(time.Now(), yield)
		if len(states) != 7 || states[0] != api.StateBegun || states[6] != api.StateEnded || states[5] != api.StateProgress {
			t.Errorf("a second of progress: got %v, want begun, five of progress, ended", states)
		}
		if len(p.transfers) != 0 {
			t.Errorf("what has ended is still watched: %v", p.transfers)
		}
	})
}
