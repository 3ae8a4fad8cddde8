package servent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"servent/servent/api"
	"servent/share"
)

// Why a run was stopped. It is the cause of its context.
var (
	errPaused    = errors.New("paused")
	errCancelled = errors.New("cancelled")
	errLeft      = errors.New("nobody waits for it any more")
)

// A fetching is a download under way. What follows stop is guarded by the mutex of
// the list, but for err and already, which are set before ended is closed.
type fetching struct {
	stop     context.CancelCauseFunc
	begin    func() // it has a place
	resumed  bool   // its sources may have changed since they were heard of
	ended    chan struct{}
	err      error // how it ended
	already  bool  // its file was at its place before
	detached bool  // it goes on where nobody waits
	waiting  []*follower
	fetches  bool          // how much is verified is known
	figures  figures       // of its sources
	answered int           // sources that answer
	most     int           // that did at one time
	alive    time.Time     // when one answered last; zero: none ever did
	giveUp   time.Duration // how long it goes on without a source, unless detached
	tried    []int64       // sizes that led to nothing; of the run

	// What its swarm is told.
	heard  chan []contact // further sources; those that do not fit are dropped
	wake   chan bool      // holds a token when the network changed: whether the computer slept
	states chan struct{}  // likewise when what is above did
}

// learn tells the swarm of further sources. It never waits.
func (r *fetching) learn(heard []contact) {
	if len(heard) == 0 {
		return
	}
	select {
	case r.heard <- heard:
	default:
	}
}

// maxHeard is how many times further sources wait for the swarm.
const maxHeard = 16

// changed tells the swarm to look. It never waits.
func (r *fetching) changed() {
	select {
	case r.states <- struct{}{}:
	default:
	}
}

// A follower waits for a run.
type follower struct {
	progress chan api.Progress
	news     []api.DownloadSource // not told yet; the mutex of the list guards it
}

// maxNews bounds the news that wait for a follower; the oldest are dropped.
const maxNews = 16

// followed is how many states of a download wait for a follower before the
// oldest is dropped: the first and the last ones matter.
const followed = 16

// put tells a follower of a state. It never waits.
func (f *follower) put(p api.Progress) {
	for {
		select {
		case f.progress <- p:
			return
		default:
		}
		select {
		case <-f.progress:
		default:
		}
	}
}

// beginFetch begins a download of want, or takes the one that is under way already.
func (s *Servent) beginFetch(want wanted, dest string, overwrite, detached bool) (*download, *fetching, error) {
	l := &s.downloads
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.find(want.root)
	if d == nil && want.torrent != nil { // it may be listed by what was known of it without its torrent
		d = l.findKey(want.torrent.PartialKey())
	}
	if err := d.refuseSize(&want); err != nil {
		return nil, nil, err
	}
	if err := l.refusePlace(d, dest, overwrite); err != nil {
		return nil, nil, err
	}
	if d != nil && d.run != nil {
		d.overwrite = d.overwrite || overwrite
		d.run.detached = d.run.detached || detached
		d.run.giveUp = max(d.run.giveUp, want.giveUp)
		d.run.learn(want.sources)
		d.run.changed()
		return d, d.run, nil
	}
	if d == nil {
		d = &download{begun: time.Now().UTC().Truncate(time.Second), priority: api.PriorityNormal}
		d.want = want
		l.add(d)
	}
	d.want, d.dest, d.overwrite = want, dest, overwrite
	r := s.enqueue(d, detached)
	l.schedule()
	return d, r, nil
}

// refusePlace says why d, which is nil if it is not listed yet, cannot go to dest:
// before its bytes have come and not when the last one has. The caller holds the
// list's mutex.
func (l *downloads) refusePlace(d *download, dest string, overwrite bool) error {
	for _, one := range l.list {
		if one != d && one.run != nil && one.dest == dest {
			return api.Fail(api.CodeBusy, "download.place-taken",
				"get: download {id}, of another file, goes to {path} already: give this one another name with -o, or stop that one with: servent downloads cancel {id}", one.id, dest)
		}
	}
	if d == nil || d.run == nil {
		return nil
	}
	if d.dest != dest {
		return api.Fail(api.CodeBusy, "download.under-way",
			"get: it is being fetched to {path} already, as download {id}: wait for that one, or stop it with: servent downloads cancel {id}", d.dest, d.id)
	}
	if _, err := os.Lstat(dest); err == nil && overwrite && !d.overwrite && d.state != api.DownloadQueued {
		return api.Fail(api.CodeBusy, "download.not-over",
			"get: download {id}, which runs, is not to replace a file, and there is one at {path} by now: servent downloads pause {id}, then get it again with --overwrite", d.id, dest)
	}
	return nil
}

// refuseSize says why what is wanted is not what d, which may be nil, fetches: of
// two sizes under one root one is a lie, and for the size of a hit that any
// neighbour can have made up nothing is given up that is here. Where that of d is
// claimed as well it is what is wanted.
func (d *download) refuseSize(want *wanted) error {
	if d == nil || d.want.size < 0 {
		return nil
	}
	if same, ok := want.as(d.want.size); ok && (d.run != nil || d.verified > 0) {
		*want = same
	}
	if d.want.size == want.size {
		return nil
	}
	switch {
	case d.state == api.DownloadDone:
		return api.Fail(api.CodeVerify, "download.size-proven",
			"get: of the sizes {first} and {second} under one root one is a lie: download {id} has proven the first", d.want.size, want.size, d.id)
	case d.run != nil || d.verified > 0:
		return api.Fail(api.CodeVerify, "download.two-sizes",
			"get: of the sizes {first} and {second} under one root one is a lie: download {id} fetches the first and has {percent} of it; to try the second: servent downloads cancel {id}",
			d.want.size, want.size, d.id, d.percent())
	}
	return nil
}

// endFetch notes how a run ended.
func (s *Servent) endFetch(ctx context.Context, d *download, r *fetching, err error) {
	l := &s.downloads
	l.mu.Lock()
	few := len(l.list) <= keptAtOnce
	if err == nil && few { // so that a kill does not have it looked at again
		defer s.keepNow()
	}
	defer l.mu.Unlock()
	d.run, d.reason = nil, api.Said{}
	for i, one := range d.sources {
		d.sources[i] = r.figures.last(one)
	}
	cause := context.Cause(ctx)
	r.stop(nil)
	if s.running.Err() == nil || err == nil { // else it goes on in the next run of the servent
		d.goesOn = false
	}
	switch {
	case err == nil:
		d.state, d.verified = api.DownloadDone, d.want.size
	case cause == errPaused:
		d.state = api.DownloadPaused
		err = api.Fail(api.CodePaused, "download.paused", "paused at {percent}; go on with: servent downloads resume {id}", d.percent(), d.id)
	case cause == errCancelled:
		d.state = api.DownloadPaused // until what is there is removed
		err = api.Fail(api.CodeCancelled, "download.cancelled", "cancelled by somebody else, and what was there of it removed")
	case cause != nil:
		d.state = api.DownloadPaused
	case errors.Is(err, share.ErrBusy):
		d.state, d.elsewhere = api.DownloadRunning, true
	default:
		d.state, d.failed = api.DownloadFailed, fetchError(err)
		if d.verified == 0 && len(r.waiting) > 0 { // there is nothing to go on with, and it has been said
			l.remove(d)
		}
	}
	r.err = err
	close(r.ended)
	s.tellDownload(d)
	l.noteChange()
	l.schedule()
}

// percent says how much of a download is verified.
func (d *download) percent() string {
	if d.want.size <= 0 {
		return "0 %"
	}
	return fmt.Sprintf("%d %%", 100*d.verified/d.want.size)
}

// awaitFetch waits for a run until it or ctx ends, and stops it where nobody else
// waits then. It returns how the run ended, or the error of ctx.
func (s *Servent) awaitFetch(ctx context.Context, d *download, r *fetching, emit func(api.Progress)) error {
	l := &s.downloads
	f := &follower{progress: make(chan api.Progress, followed)}
	l.mu.Lock()
	r.waiting = append(r.waiting, f)
	if r.fetches {
		f.put(d.progress(time.Now()))
	}
	l.mu.Unlock()
	look := time.NewTicker(stillEvery)
	defer look.Stop()
	tell := func(p api.Progress) {
		l.mu.Lock()
		p.Shared = r.detached || len(r.waiting) > 1
		p.News, f.news = f.news, nil
		l.mu.Unlock()
		emit(p)
	}
	for {
		select {
		case p := <-f.progress:
			tell(p)
		case now := <-look.C:
			if p, ok := s.lookAt(d, r, now); ok && len(f.progress) == 0 {
				tell(p)
			}
		case <-r.ended:
			for len(f.progress) > 0 {
				tell(<-f.progress)
			}
			return r.err
		case <-ctx.Done():
			if !s.leave(r, f) {
				return ctx.Err()
			}
			<-r.ended
			if r.err == nil { // just now
				return nil
			}
			return ctx.Err()
		}
	}
}

// leave takes a follower from a run. Where it was the last one the run is
// stopped, and leave returns true.
func (s *Servent) leave(r *fetching, f *follower) bool {
	s.downloads.mu.Lock()
	defer s.downloads.mu.Unlock()
	for i, one := range r.waiting {
		if one == f {
			r.waiting = append(r.waiting[:i], r.waiting[i+1:]...)
			break
		}
	}
	if len(r.waiting) > 0 || r.detached {
		return false
	}
	r.stop(errLeft)
	return true
}

const (
	// progressEvery is how often a download is reported while it moves, besides its
	// beginning and its end.
	progressEvery = 200 * time.Millisecond
	// stillEvery is how often it is besides, so that it shows when it does not move.
	stillEvery = time.Second
)

// lookAt returns how far a download is now, or why it has not begun; false when it
// has ended.
func (s *Servent) lookAt(d *download, r *fetching, now time.Time) (api.Progress, bool) {
	s.downloads.mu.Lock()
	defer s.downloads.mu.Unlock()
	if d.run != r {
		return api.Progress{}, false
	}
	return d.progress(now), true
}

// answer notes how many sources answer. The caller holds the list's mutex.
func (r *fetching) answer(now time.Time, sources int) {
	if sources > 0 || r.answered > 0 {
		r.alive = now
	}
	if (sources > 0) != (r.answered > 0) || !r.fetches {
		r.changed()
	}
	r.answered, r.most = sources, max(r.most, sources)
}

// tellNews tells those who wait for a download of a source that was lost.
func (w *downloadSwarm) tellNews(c *candidate) {
	w.s.downloads.mu.Lock()
	defer w.s.downloads.mu.Unlock()
	news := w.r.figures.of(c.told())
	if c.isHearsay() && news.Received == 0 {
		return // it may have been made up
	}
	for _, f := range w.r.waiting {
		f.news = append(f.news, news)
		f.news = f.news[max(0, len(f.news)-maxNews):]
		f.put(w.d.progress(time.Now()))
	}
}

// noteLost notes what a source brought that is lost.
func (s *Servent) noteLost(r *fetching, source share.SourceState) {
	s.downloads.mu.Lock()
	defer s.downloads.mu.Unlock()
	r.figures.lose(source)
}

// report returns the function that turns verified bytes into progress.
func (s *Servent) report(d *download, r *fetching, t *transfer) func(share.State) {
	var last time.Time
	return func(state share.State) {
		verified, total := state.Verified, state.Size
		t.set(verified)
		now := time.Now()
		s.downloads.mu.Lock()
		defer s.downloads.mu.Unlock()
		d.verified = verified
		r.answer(now, state.Sources)
		r.fetches = true
		if now.Sub(last) < progressEvery && verified < total {
			return
		}
		last = now
		s.swarms.gave(now, d.want.root, total, state.Each)
		r.figures.take(state.Each)
		told := d.progress(now)
		for _, f := range r.waiting {
			f.put(told)
		}
	}
}

// Downloads returns the downloads that are under way, paused, failed, and the
// last 100 of this run that are done, and the batches under way. What an earlier run left in the partial
// folder is paused.
func (s *Servent) Downloads(context.Context) (api.DownloadList, error) {
	list, err := s.downloads.all()
	list.Batches = s.batches.all()
	return list, err
}

// StartDownload begins to fetch a file, and returns while that goes on. Of a file
// that is here already, as [Servent.Get] has it, it returns a download that is done,
// with the ID 0: it is not listed. Its errors are [*api.Error].
func (s *Servent) StartDownload(ctx context.Context, req api.GetRequest) (api.Download, error) {
	ctx, cancel := s.bound(ctx, req.Timeout)
	defer cancel()
	d, err := s.startDownload(ctx, req)
	if err != nil {
		return api.Download{}, s.getError(ctx, err)
	}
	return d, nil
}

func (s *Servent) startDownload(ctx context.Context, req api.GetRequest) (api.Download, error) {
	req, err := s.resolve(ctx, req)
	if err != nil {
		return api.Download{}, err
	}
	if done, ok, err := s.getOwn(ctx, req, func(api.Progress) {}); ok {
		return downloadOf(done), err
	}
	want, dest, err := s.prepare(ctx, req)
	if err != nil {
		return api.Download{}, err
	}
	if _, err := os.Lstat(dest); err == nil && !req.Overwrite {
		switch {
		case !isThere(ctx, dest, want): // nobody waits who could be told later
			return api.Download{}, api.Wrap(share.ErrExists, api.Say("download.exists", "servent: fetch: {cause}: {path}", share.ErrExists, dest))
		case !s.downloads.isOpen(want.root, dest):
			return downloadOf(api.Done{Path: dest, Size: want.size, Root: want.root.String()}), nil
		}
	}
	d, _, err := s.beginFetch(want, dest, req.Overwrite, true)
	if err != nil {
		return api.Download{}, err
	}
	s.downloads.mu.Lock()
	told, few := d.tell(time.Now()), len(s.downloads.list) <= keptAtOnce
	s.downloads.mu.Unlock()
	if few { // of many that are begun in a row the list is written once a second
		s.keepNow()
	}
	return told, nil
}

// downloadOf returns what is told of a download that was done before it began.
func downloadOf(done api.Done) api.Download {
	return api.Download{
		State: api.DownloadDone, Name: filepath.Base(done.Path), Root: done.Root, Size: done.Size, Verified: done.Size, ETA: -1,
		Path: done.Path, Begun: time.Now().UTC().Truncate(time.Second), Priority: api.PriorityNormal, Sources: []api.DownloadSource{},
	}
}

// PauseDownloads stops downloads and keeps what is verified. Who waits for one is
// told so.
func (s *Servent) PauseDownloads(_ context.Context, req api.DownloadsRequest) (api.DownloadList, error) {
	defer s.keepNow()
	l := &s.downloads
	runs := func(d *download) bool { return d.run != nil }
	chosen, err := l.pick(req.IDs, runs, func(d *download) error {
		if d.state == api.DownloadDone {
			return api.Fail(api.CodeBusy, "download.done", "download {id} is done: there is nothing to pause", d.id)
		}
		return nil
	})
	if err != nil {
		return api.DownloadList{}, err
	}
	l.halt(chosen, errPaused)
	l.mu.Lock()
	defer l.mu.Unlock()
	return tellAll(chosen), nil
}

// ResumeDownloads goes on with downloads: from the sources that are known, and
// from those that the network names where that does not do.
func (s *Servent) ResumeDownloads(_ context.Context, req api.DownloadsRequest) (api.DownloadList, error) {
	defer s.keepNow()
	l := &s.downloads
	rests := func(d *download) bool { return d.run == nil && d.state != api.DownloadDone && !d.elsewhere }
	chosen, err := l.pick(req.IDs, rests, func(d *download) error {
		if d.state == api.DownloadDone {
			return api.Fail(api.CodeBusy, "download.done-at", "download {id} is done: {path}", d.id, d.dest)
		}
		if d.want.lostTorrent != "" {
			return api.Fail(api.CodeNotFound, "download.no-torrent", "download {id} is of a torrent that is not known any more: get its .torrent or magnet link again, and it goes on", d.id)
		}
		return nil
	})
	if err != nil {
		return api.DownloadList{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range chosen {
		if d.run == nil {
			s.enqueue(d, true).resumed = true
		} else {
			d.run.detached = true
			d.run.changed()
		}
	}
	l.schedule()
	return tellAll(chosen), nil
}

// CancelDownloads stops downloads and removes what is there of them. Of one that
// is done the file stays.
func (s *Servent) CancelDownloads(_ context.Context, req api.DownloadsRequest) (api.DownloadList, error) {
	defer s.keepNow()
	return s.downloads.cancel(req.IDs)
}
