package servent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"servent/servent/api"
)

const (
	// maxRunning is how many downloads run at once, and maxRunningSmall how many
	// more of files below smallFile, which do not wait behind large ones. One that
	// has no source, or no room on the disk, keeps no place, but waits: maxWaitingDownloads do
	// at once.
	maxRunning          = 4
	maxRunningSmall     = 8
	maxWaitingDownloads = 32
	// waitTurn is how long one waits at least before it makes way for those in the
	// queue, and stands behind them.
	waitTurn = 20 * time.Second
)

// priorities are those that a download can have, and their order.
var priorities = map[api.Priority]int{api.PriorityHigh: 0, api.PriorityNormal: 1, api.PriorityLow: 2}

// before reports whether d gets a place sooner than other.
func (d *download) before(other *download) bool {
	if a, b := priorities[d.priority], priorities[other.priority]; a != b {
		return a < b
	}
	if d.rank != other.rank {
		return d.rank < other.rank
	}
	if d.turn != other.turn {
		return d.turn < other.turn
	}
	return d.id < other.id
}

// isSmall reports whether d is of the lane of small files.
func (d *download) isSmall() bool { return d.want.size >= 0 && d.want.size < smallFile }

// schedule has those begin that wait longest, as long as there are places for
// them. The caller holds the list's mutex.
func (l *downloads) schedule() {
	free, waiting := l.places()
	for _, small := range []bool{true, false} {
		for free[small] > 0 {
			next := l.nextQueued(small)
			if next == nil {
				break
			}
			if waiting >= maxWaitingDownloads { // one of them makes way when its turn is over
				l.hurry()
				break
			}
			free[small]--
			next.state, next.reason, next.meter = api.DownloadRunning, api.Said{}, newMeter(time.Now())
			next.run.begin()
			l.noteChange()
		}
	}
}

// places returns how many more downloads may run, of small files and of others, and
// how many wait that have begun.
func (l *downloads) places() (free map[bool]int, waiting int) {
	free = map[bool]int{true: maxRunningSmall, false: maxRunning}
	for _, d := range l.list {
		switch {
		case d.run == nil || d.state == api.DownloadQueued:
		case d.state == api.DownloadRunning:
			free[d.isSmall()]--
		default:
			waiting++
		}
	}
	return free, waiting
}

// hurry has those that wait look whether their turn is over.
func (l *downloads) hurry() {
	for _, d := range l.list {
		if d.run != nil && d.state == api.DownloadWaiting {
			d.run.changed()
		}
	}
}

// Why a run goes back to the queue.
var (
	errNoPlace  error = api.Say("download.no-place", "it can go on; it waits for a place among those that run")
	errTurnOver error = api.Say("download.turn-over", "no source answered, and others have their turn")
)

// goesBack says why a download that has begun is to stand in the queue again,
// though it would be in a new state; nil: it is not to. The caller holds the list's
// mutex.
func (l *downloads) goesBack(d *download, state api.DownloadState, waited time.Duration) error {
	free, waiting := l.places()
	switch {
	case state == api.DownloadRunning && d.state != state && free[d.isSmall()] <= 0:
		return errNoPlace
	case state == api.DownloadRunning || !d.run.detached || waited < l.turn || waiting < maxWaitingDownloads:
		return nil
	case free[true] > 0 && l.nextQueued(true) != nil || free[false] > 0 && l.nextQueued(false) != nil:
		return errTurnOver
	}
	return nil
}

func (l *downloads) nextQueued(small bool) (next *download) {
	for _, d := range l.list {
		if d.run != nil && d.state == api.DownloadQueued && d.isSmall() == small && (next == nil || d.before(next)) {
			next = d
		}
	}
	return next
}

// enqueue makes a run of d, which begins when there is a place for it. The caller
// holds the list's mutex.
func (s *Servent) enqueue(d *download, detached bool) *fetching {
	ctx, stop := context.WithCancelCause(s.running)
	r := &fetching{
		stop: stop, ended: make(chan struct{}), detached: detached, giveUp: d.want.giveUp,
		heard: make(chan []contact, maxHeard), wake: make(chan bool, 1), states: make(chan struct{}, 1),
	}
	d.run, d.state, d.failed, d.reason, d.elsewhere, d.goesOn = r, api.DownloadQueued, nil, api.Said{}, false, true
	d.meter = newMeter(time.Now())
	d.sources = nil
	for _, c := range d.want.sources {
		d.sources = append(d.sources, api.DownloadSource{Source: c.tell(), State: api.SourceKnown})
	}
	s.awaitPlace(ctx, d, r)
	s.downloads.noteChange()
	return r
}

// awaitPlace readies a run to begin when it gets a place. The caller holds the
// list's mutex.
func (s *Servent) awaitPlace(ctx context.Context, d *download, r *fetching) {
	// Stopped before that it ends without a goroutine of its own until then:
	// thousands may wait.
	unqueue := context.AfterFunc(ctx, func() { s.endFetch(ctx, d, r, ctx.Err()) })
	r.begin = func() {
		if !unqueue() {
			return
		}
		go func() { // the loop, which starts it, is not to be waited for with the mutex
			if !s.work(func() { s.runFetch(ctx, d, r) }) {
				s.endFetch(ctx, d, r, ErrClosed)
			}
		}()
	}
}

// runFetch runs a download until it ends, or goes back to the queue.
func (s *Servent) runFetch(ctx context.Context, d *download, r *fetching) {
	err := s.fetchWithRoom(ctx, d, r)
	back := errors.Is(err, errNoPlace) || errors.Is(err, errTurnOver)
	if back && ctx.Err() != nil {
		err, back = ctx.Err(), false
	}
	if !back {
		s.endFetch(ctx, d, r, err)
		return
	}
	l := &s.downloads
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(err, errTurnOver) {
		l.turns++
		d.turn = l.turns
	}
	d.state, d.reason = api.DownloadQueued, Because(err)
	r.answered, r.alive = 0, time.Time{} // it looks for sources anew
	s.awaitPlace(ctx, d, r)
	s.tellDownload(d)
	l.noteChange()
	l.schedule()
}

// PrioritizeDownloads says which downloads get a place before others. What runs
// already goes on.
func (s *Servent) PrioritizeDownloads(_ context.Context, req api.PriorityRequest) (api.DownloadList, error) {
	defer s.keepNow()
	l := &s.downloads
	if _, ok := priorities[req.Priority]; !ok && req.Priority != api.PriorityFirst {
		return api.DownloadList{}, api.NewError(api.CodeUsage, fmt.Sprintf("downloads: there is no priority %.20q: use high, normal, low or first", string(req.Priority)))
	}
	open := func(d *download) bool { return d.state != api.DownloadDone && !d.elsewhere }
	chosen, err := l.pick(req.IDs, open, func(*download) error { return nil })
	if err != nil {
		return api.DownloadList{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range slices.Backward(chosen) { // of several, the first comes first
		d.priority, d.rank = req.Priority, 0
		if req.Priority == api.PriorityFirst {
			l.first--
			d.priority, d.rank = api.PriorityHigh, l.first
		}
	}
	l.noteChange()
	l.schedule()
	return tellAll(chosen), nil
}
