package servent

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"servent/servent/api"
	"servent/servent/web"
)

const (
	// hashingEvery is how often a listener is told how far the hashing is;
	// transfers are told of every [progressEvery].
	hashingEvery = 500 * time.Millisecond
	// streamKeepAlive is the silence after which a stream of events says that
	// it is alive.
	streamKeepAlive = 15 * time.Second
)

// eventTypes are what a listener can ask for; hello and lost come unasked.
var eventTypes = append([]string{api.EventLink, api.EventTransfer, api.EventSearch, api.EventHashing, api.EventDownload}, toBeNamed...)

// Events tells what happens in the servent, until ctx ends or the loop breaks:
// an [api.Hello] first, then events of the types that are named, or of all but
// those that are to be named. A loop that is slow loses events, see [api.Lost], and
// never holds up the servent. An error comes last, with a nil event.
func (s *Servent) Events(ctx context.Context, types ...string) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		l, err := s.listen(types)
		if err == nil {
			defer s.feed.leave(l)
			err = s.follow(ctx, l, nil, func(e api.Event) bool { return yield(e, nil) })
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// listen begins to follow events of the types.
func (s *Servent) listen(types []string) (*listener, error) {
	for _, kind := range types {
		if !slices.Contains(eventTypes, kind) {
			return nil, api.NewError(api.CodeUsage, fmt.Sprintf("events: there is no type %.40q; use %s", kind, strings.Join(eventTypes, ", ")))
		}
	}
	if l := s.tracing.listen(&s.feed, types); l != nil {
		s.snapshots.tellAll()
		return l, nil
	}
	return nil, api.NewError(api.CodeBusy, fmt.Sprintf("events: %d listen already, and no more can at once: close a page of this servent, or end a program that follows its events", maxListeners))
}

// follow yields what l hears, after a hello, until ctx or the servent ends,
// which is an error, or yield returns false. It yields nil for each alive.
func (s *Servent) follow(ctx context.Context, l *listener, alive <-chan time.Time, yield func(api.Event) bool) error {
	status, err := s.Status(ctx)
	if err != nil {
		return err
	}
	if !yield(api.Hello{Type: api.EventHello, Time: time.Now(), Status: status}) {
		return nil
	}
	p := s.newProgressWatch(l, status)
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for more := true; more; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.loopEnded:
			return ErrClosed
		case <-alive:
			more = yield(nil)
		case <-l.wake:
			more = p.pass(l, yield)
		case now := <-tick.C:
			more = p.pass(l, yield) && p.look(now, yield)
		}
	}
	return nil
}

// A progressWatch finds out for one listener what has come on since it looked
// last. It looks no sooner than the listener has taken what it found, so that
// a slow one gets fewer events and none that is stale. Its listener owns it.
type progressWatch struct {
	s         *Servent
	transfers map[int]int64 // bytes as told, by the number of each that is under way
	hashing   *api.Hashing  // as told last; nil: nothing was left
	hashingAt time.Time
	wants     struct{ transfers, hashing bool }
}

func (s *Servent) newProgressWatch(l *listener, told api.Status) *progressWatch {
	p := &progressWatch{s: s, transfers: map[int]int64{}, hashing: told.Library.Progress}
	p.wants.transfers, p.wants.hashing = l.wants(api.EventTransfer), l.wants(api.EventHashing)
	for _, t := range told.Transfers {
		p.transfers[t.ID] = t.Bytes
	}
	return p
}

// pass yields what waits for l.
func (p *progressWatch) pass(l *listener, yield func(api.Event) bool) bool {
	waiting, lost := l.take()
	if lost > 0 && !yield(api.Lost{Type: api.EventLost, Time: time.Now(), Count: lost}) {
		return false
	}
	for _, event := range waiting {
		if t, ok := event.(api.TransferEvent); ok {
			p.heard(t)
		}
		if !yield(event) {
			return false
		}
	}
	return true
}

// heard notes what a transfer's own events tell of it.
func (p *progressWatch) heard(t api.TransferEvent) {
	if t.State == api.StateEnded {
		delete(p.transfers, t.Transfer.ID)
		return
	}
	p.transfers[t.Transfer.ID] = t.Transfer.Bytes
}

// look yields what has come on.
func (p *progressWatch) look(now time.Time, yield func(api.Event) bool) bool {
	if p.wants.hashing && now.Sub(p.hashingAt) >= hashingEvery {
		p.hashingAt = now
		if !p.lookAtHashing(now, yield) {
			return false
		}
	}
	return !p.wants.transfers || p.lookAtTransfers(now, yield)
}

// lookAtTransfers leaves out those whose beginning has not been told yet.
func (p *progressWatch) lookAtTransfers(now time.Time, yield func(api.Event) bool) bool {
	underWay := map[int]int64{}
	for _, t := range p.s.transfers.all() {
		told, ok := p.transfers[t.ID]
		if !ok {
			continue
		}
		underWay[t.ID] = t.Bytes
		if t.Bytes != told && !yield(tellTransfer(now, api.StateProgress, t, "")) {
			return false
		}
	}
	p.transfers = underWay
	return true
}

func (p *progressWatch) lookAtHashing(now time.Time, yield func(api.Event) bool) bool {
	told, is := p.hashing, p.s.Hashing()
	p.hashing = nil
	state := api.StateEnded
	if is.Left() > 0 {
		p.hashing, state = &is, api.StateProgress
	}
	if p.hashing == nil && told == nil || p.hashing != nil && told != nil && sameProgress(is, *told) {
		return true
	}
	return yield(api.HashingEvent{Type: api.EventHashing, Time: now, State: state, Hashing: is})
}

// sameProgress reports whether nothing has come on: the rate and the time that
// is left change by themselves.
func sameProgress(a, b api.Hashing) bool {
	a.Rate, a.ETA, b.Rate, b.ETA = 0, 0, 0, 0
	return a == b
}

func tellTransfer(now time.Time, state string, t api.Transfer, reason string) api.Event {
	return api.TransferEvent{Type: api.EventTransfer, Time: now, State: state, Transfer: t, Reason: reason}
}

// tellLinkEvent tells of a link that was made, or ended for a reason. The loop
// calls it.
func (s *Servent) tellLinkEvent(state string, l *link, reason string) {
	s.feed.tell(api.EventLink, func(now time.Time) api.Event {
		return api.LinkEvent{Type: api.EventLink, Time: now, State: state, Link: s.tellLink(now, l), Reason: reason}
	})
}

// tellDownload tells of the state of a download. The caller holds the list's
// mutex.
func (s *Servent) tellDownload(d *download) {
	remind(s.downloads.told)
	s.feed.tell(api.EventDownload, func(now time.Time) api.Event {
		return api.DownloadEvent{Type: api.EventDownload, Time: now, Download: d.tell(now)}
	})
}

// A toldSearch tells of one search of our own.
type toldSearch struct {
	feed   *feed
	number int
	words  string
}

// tellSearch gives a search its number and tells that it has begun.
func (s *Servent) tellSearch(words string) toldSearch {
	told := toldSearch{feed: &s.feed, number: int(s.feed.searches.Add(1)), words: words}
	told.tell(api.SearchEvent{State: api.StateBegun})
	return told
}

// hit returns emit, which may be nil, and tells of each hit before.
func (t toldSearch) hit(emit func(api.Hit)) func(api.Hit) {
	return func(h api.Hit) {
		t.tell(api.SearchEvent{State: api.StateHit, Hit: &h})
		if emit != nil {
			emit(h)
		}
	}
}

// end tells of the end of the search, and returns summary.
func (t toldSearch) end(summary api.Summary) api.Summary {
	t.tell(api.SearchEvent{State: api.StateEnded, Summary: &summary})
	return summary
}

func (t toldSearch) tell(e api.SearchEvent) {
	t.feed.tell(api.EventSearch, func(now time.Time) api.Event {
		e.Type, e.Time, e.Search, e.Words = api.EventSearch, now, t.number, t.words
		return e
	})
}

// watch is the route of the events, which has no end of its own.
func (s *Servent) watch(path, about string) web.Route {
	r := web.Route{
		Method: http.MethodGet, Path: path, About: about, Handle: s.answerEvents,
		Query: "types: the types of events that are wanted beside hello and lost, with commas between them: " + strings.Join(eventTypes, ", ") + ". None: all but " + strings.Join(toBeNamed, ", ") + ".",
	}
	for _, event := range []api.Event{api.Hello{}, api.Lost{}, api.LinkEvent{}, api.TransferEvent{}, api.SearchEvent{}, api.HashingEvent{}, api.DownloadEvent{}, api.StatusEvent{}, api.DownloadList{}, api.OverlayEvent{}, api.TraceEvent{}} {
		r.Tells = append(r.Tells, reflect.TypeOf(event))
	}
	return r
}

// answerEvents sends events until the asker is gone, or too slow, or the
// servent ends.
func (s *Servent) answerEvents(w http.ResponseWriter, r *http.Request) {
	var types []string
	if list := r.URL.Query().Get("types"); list != "" {
		types = strings.Split(list, ",")
	}
	l, err := s.listen(types)
	if err != nil {
		web.AnswerJSON(w, nil, err)
		return
	}
	defer s.feed.leave(l)
	out := web.NewEventStream(w)
	if r.Method == http.MethodHead {
		return
	}
	alive := time.NewTicker(streamKeepAlive)
	defer alive.Stop()
	err = s.follow(r.Context(), l, alive.C, func(event api.Event) bool {
		if event == nil {
			return out.Keep() == nil
		}
		return out.Send(event) == nil
	})
	if err != nil {
		_ = out.Send(web.APIError(err)) // an asker that is gone does not read it
	}
}
