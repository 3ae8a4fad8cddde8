package servent

import (
	"context"
	"time"

	"servent/servent/api"
	"servent/share"
	"servent/share/peerwire"
)

// start begins to fetch, once the size of the file is known.
func (w *downloadSwarm) start(ctx context.Context) {
	job := make(chan error, 1)
	w.job = job
	dest, err := w.place()
	if err != nil {
		job <- err
		return
	}
	w.approach(ctx)
	go func() { job <- w.fetch(ctx, dest) }() // run waits for it
}

// place returns where the file goes.
func (w *downloadSwarm) place() (dest string, err error) {
	l := &w.s.downloads
	l.mu.Lock()
	dest = w.d.dest
	l.mu.Unlock()
	if dest == "" {
		dest, err = w.s.destination("", w.want)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	w.d.want, w.d.dest = w.want, dest
	return dest, err
}

// fetch runs the download, in a goroutine of its own.
func (w *downloadSwarm) fetch(ctx context.Context, dest string) (err error) {
	s, want := w.s, w.want
	s.downloads.mu.Lock()
	overwrite := w.d.overwrite
	s.downloads.mu.Unlock()
	t := s.transfers.begin(api.Transfer{Direction: "down", Name: want.name, Root: want.root.String(), Size: want.size})
	defer t.end()
	job := share.Download{
		Root:       want.root,
		Size:       want.size,
		Name:       want.name,
		SHA1:       want.sha1,
		PartialDir: s.cfg.Partial,
		Dest:       dest,
		Overwrite:  overwrite,
		Limit:      s.down,
		Join:       w.join,
		Lost: func(source share.SourceState, why error) {
			s.noteLost(w.r, source)
			w.lost <- lostSource{source.Name, why}
		},
		Progress: s.report(w.d, w.r, t),
		Choker:   s.choker,
	}
	heard := swarmHearsay{}
	job.Heard = func(source string, told []peerwire.Peer) { w.r.learn(heard.take(s, source, told)) }
	m := want.torrent
	if m != nil {
		job.Torrent = &m.Swarm
		job.Proven = func(files []share.SwarmFile) { m = s.keepProven(m, files) }
		endCalls := s.wire.beginDownload(want.torrent.InfoHashes(), w.r)
		defer endCalls()
		endAnnounce := w.announce(ctx)
		defer func() { endAnnounce(err == nil) }()
	}
	unoffered := func() {}
	job.Opened = func(offer share.Offer) {
		if offer.Root == want.root { // else servents have no name for it
			unoffered = s.offers.begin(offer)
		}
	}
	defer func() { unoffered() }()
	if want.root == share.EmptyRoot {
		job.Join = nil // there is nothing to transfer
	}
	err = job.Run(ctx)
	if err == nil && m != nil {
		s.keepFetched(m, dest)
	}
	if err == nil {
		s.shareFinished(dest)
	}
	t.failed(err)
	return err
}

// look takes in what the download's goroutine and its callers have noted.
func (w *downloadSwarm) look() {
	w.s.downloads.mu.Lock()
	defer w.s.downloads.mu.Unlock()
	w.answered, w.alive, w.goesOn, w.giveUp = w.r.answered, w.r.alive, w.r.detached, w.r.giveUp
	w.proven = w.d.verified > 0
	w.lacking = w.job == nil || w.r.fetches && w.d.verified < w.want.size
}

// tell notes how things are for those who list the downloads, and says why this
// one goes back to the queue, if it does.
func (w *downloadSwarm) tell(now time.Time) error {
	state, reason := api.DownloadRunning, api.Said{}
	if w.lacking && w.answered == 0 && !w.candidates.untried() {
		state, reason = api.DownloadWaiting, w.lacks()
	}
	known := make([]api.DownloadSource, 0, len(w.candidates))
	for _, c := range w.candidates {
		known = append(known, c.told())
	}
	l := &w.s.downloads
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(known) != len(w.d.sources) {
		l.noteChange()
	}
	news := w.d.state != state
	if news {
		w.waits = now
	}
	if why := l.goesBack(w.d, state, now.Sub(w.waits)); why != nil {
		w.keep()
		return why
	}
	w.d.state, w.d.reason, w.d.sources = state, reason, known
	if news {
		w.s.tellDownload(w.d)
		l.schedule() // one that waits keeps no place
	}
	return nil
}

// keep leaves what was found out to the next swarm of the run. The caller holds the
// list's mutex.
func (w *downloadSwarm) keep() {
	w.d.want.asked, w.d.want.sources = w.asked, nil
	for _, c := range w.candidates {
		w.d.want.sources = append(w.d.want.sources, c.contact)
	}
}

// lacks says why there is no source.
func (w *downloadSwarm) lacks() api.Said {
	if len(w.candidates) == 0 {
		if w.asking || w.asked.IsZero() {
			return api.Say("download.asking", "nobody is known to have it; others are asked")
		}
		return api.Say("download.asked", "nobody had it when others were asked, at {time}; they are asked again every {pause}", w.asked.Format(time.TimeOnly), requeryEvery)
	}
	last := w.candidates[0]
	for _, c := range w.candidates {
		if c.since.After(last.since) {
			last = c
		}
	}
	return api.Say("download.no-answer", "no source answers, they are dialled again and others asked; {source}: {cause}", last.name(), Because(last.why))
}

// tellBanned tells of a source that is banned.
func (w *downloadSwarm) tellBanned(l lostSource) {
	w.s.downloads.mu.Lock()
	defer w.s.downloads.mu.Unlock()
	w.s.feed.tell(api.EventDownload, func(now time.Time) api.Event {
		return api.DownloadEvent{Type: api.EventDownload, Time: now, Download: w.d.tell(now), Banned: l.name, Reason: l.why.Error()}
	})
}
