package servent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"servent/servent/api"
	"servent/share"
)

// sourceless is how long a download that somebody waits for goes on after its last
// source was lost, asking and dialling again, unless the request says otherwise.
// One that nobody waits for goes on for ever.
const sourceless = time.Minute

// giveUpAfter returns how long a request goes on without a source.
func giveUpAfter(giveUp time.Duration) time.Duration {
	if giveUp <= 0 {
		return sourceless
	}
	return giveUp
}

// A downloadSwarm says from whom a download fetches: it finds sources, has the download
// join them, dials those again that were lost, and never those that lied. Its
// goroutine is that of the run, and owns all but what says otherwise.
type downloadSwarm struct {
	s    *Servent
	d    *download
	r    *fetching
	want wanted

	candidates candidates
	join       chan share.Source
	lost       chan lostSource // with room for all that are joined
	found      chan []api.Hit  // what a query brought
	job        chan error      // brings how the job ended; nil: it waits for the size
	spent      bool            // the last query that was due was not sent: too many were lately
	asking     bool
	asked      time.Time // when the last query was sent
	begun      time.Time
	waits      time.Time     // when it came into the state that it is in
	alive      time.Time     // when a source answered last, as of the last look; zero: none ever did
	answered   int           // sources that answer, likewise
	goesOn     bool          // nobody needs to wait for it, likewise
	giveUp     time.Duration // how long it goes on without a source otherwise, likewise
	lacking    bool          // bytes are missing, likewise
	proven     bool          // some have come, so that the size is the right one, likewise
	awaiting   bool          // a tracker may name sources soon
	trackers   *trackerWord  // what they say
}

// errLiar says why a source is not even dialled.
var errLiar = fmt.Errorf("%w: it is banned, for it sent what was not its file's less than %v ago", share.ErrLie, liarTime)

// A lostSource is a source that a download let go of.
type lostSource struct {
	name string
	why  error
}

func (s *Servent) newSwarm(d *download, r *fetching, want wanted) *downloadSwarm {
	w := &downloadSwarm{
		s: s, d: d, r: r, want: want, begun: time.Now(), asked: want.asked,
		join: make(chan share.Source), lost: make(chan lostSource, maxJoined),
		found: make(chan []api.Hit, 1),
	}
	w.awaiting = want.torrent != nil
	w.trackers = &trackerWord{none: w.awaiting && len(want.torrent.Trackers) == 0}
	w.learn(w.begun, want.sources)
	return w
}

// run fetches the file. It returns when that is done, cannot be, or ctx ends; and
// where no source is left and nobody would wait for one.
func (w *downloadSwarm) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if w.want.size >= 0 {
		w.start(ctx)
	}
	for {
		now := time.Now()
		w.look()
		w.requery(ctx, now)
		err := w.verdict(now)
		if err == nil {
			err = w.tell(now)
		}
		if err != nil {
			stop()
			if w.job == nil {
				return err
			}
			if ended := <-w.job; ended == nil || !errors.Is(ended, context.Canceled) {
				return ended // just now, or it has a reason of its own
			}
			return err
		}
		if ended, err := w.step(ctx, now); ended {
			return err
		}
	}
}

// step waits for one thing to happen.
func (w *downloadSwarm) step(ctx context.Context, now time.Time) (ended bool, err error) {
	var join chan<- share.Source
	var next share.Source
	c := w.candidates.due(now)
	if c != nil && w.job != nil {
		join, next = w.join, w.sourceOf(c)
	}
	timer := time.NewTimer(w.wait(now))
	defer timer.Stop()
	job := w.job
	if job == nil {
		done := make(chan error) // never
		job = done
	}
	select {
	case join <- next:
		c.joined, c.since, c.early = true, now, nil
	case err := <-job:
		return true, err
	case l := <-w.lost:
		w.lose(time.Now(), l)
	case hits := <-w.found:
		w.asking = false
		for _, hit := range hits {
			w.take(ctx, hit)
		}
	case heard := <-w.r.heard:
		w.learn(time.Now(), heard)
	case slept := <-w.r.wake:
		w.wake(time.Now(), slept)
	case <-w.r.states:
	case <-timer.C:
	case <-ctx.Done():
		if w.job == nil {
			return true, ctx.Err()
		}
		return true, <-w.job
	}
	return false, nil
}

// wait returns how long nothing needs to be done unless something happens.
func (w *downloadSwarm) wait(now time.Time) time.Duration {
	wait := redialMost
	for _, c := range w.candidates {
		if !c.joined && !c.banned && c.next.After(now) {
			wait = min(wait, c.next.Sub(now))
		}
	}
	if !w.proven && len(w.want.others) > 0 {
		wait = min(wait, w.begun.Add(claimTrial).Sub(now))
	}
	if at, due := w.requeryAt(now); due {
		wait = min(wait, max(at.Sub(now), requeryBusy))
	}
	if !w.alive.IsZero() && !w.goesOn {
		wait = min(wait, max(w.alive.Add(w.giveUp).Sub(now), requeryBusy))
	}
	if over := w.waits.Add(w.s.downloads.turn); over.After(now) {
		wait = min(wait, over.Sub(now))
	}
	if w.awaiting {
		wait = min(wait, w.begun.Add(trackerWait).Sub(now))
	}
	return max(wait, time.Millisecond)
}

// sourceOf returns what the download dials.
func (w *downloadSwarm) sourceOf(c *candidate) share.Source {
	to := c.contact
	if _, isServent := to.(serventContact); !isServent && w.want.torrent != nil {
		return w.wireSource(to)
	}
	if c.early != nil {
		return share.Source{Name: to.name(), Dial: c.early.await}
	}
	return share.Source{Name: to.name(), Dial: w.dialOf(to)}
}

// dialOf returns the way to a source, within what it serves this servent at once.
func (w *downloadSwarm) dialOf(to contact) share.Dial {
	isSmall := w.want.size < smallFile
	return func(ctx context.Context) (io.ReadWriteCloser, error) {
		return w.s.sources.dial(ctx, w.s, to, isSmall)
	}
}

// learn takes in sources. Those that lied to this servent lately are banned.
func (w *downloadSwarm) learn(now time.Time, heard []contact) {
	w.candidates.learn(now, heard)
	for _, c := range w.candidates {
		if !c.joined && !c.banned && w.s.liars.has(now, c.name()) {
			c.banned, c.why = true, errLiar
		}
	}
}

// take takes in what a query brought: sources, or another size, which is tried if
// this one leads to nothing, once where somebody waits.
func (w *downloadSwarm) take(ctx context.Context, hit api.Hit) {
	now := time.Now()
	if w.want.size >= 0 && hit.Size != w.want.size {
		if w.goesOn || !slices.Contains(w.r.tried, hit.Size) {
			w.want.claim(hit)
		}
		w.s.downloads.mu.Lock()
		defer w.s.downloads.mu.Unlock()
		w.d.want.others = w.want.others
		return
	}
	heard, err := contactsOf(hit.Sources)
	if err != nil { // never of our own findings
		return
	}
	w.learn(now, heard)
	for _, c := range heard { // it is there: no reason to wait any longer
		if known := w.candidates.named(c.name()); known != nil && !errors.Is(known.why, share.ErrChanged) && known.next.After(now) {
			known.next = now
		}
	}
	if w.job == nil {
		w.want.size = hit.Size
		setDefault(&w.want.name, hit.Name)
		w.start(ctx)
	}
}

// lose notes that a source is gone, and says so: of one that lied to whoever runs
// the servent.
func (w *downloadSwarm) lose(now time.Time, l lostSource) {
	c := w.candidates.named(l.name)
	if c == nil {
		return
	}
	first := c.fails == 0
	log := w.s.log.With("peer", l.name, "file", w.want.name, "root", w.want.root, "err", l.why)
	switch lied := c.lose(now, l.why); {
	case errors.Is(l.why, errSourceTaken):
		log.Debug("source not asked: other downloads fetch from it")
	case lied:
		log.Warn("source banned: what it sent is not the file's")
		if _, isServent := c.contact.(serventContact); isServent && errors.Is(l.why, share.ErrLie) {
			w.s.liars.add(now, l.name) // an address alone may be another's tomorrow
		}
		w.tellBanned(l)
	case errors.Is(l.why, share.ErrVerify):
		log.Warn("source lost: its file is not the one that its hit said")
	case first:
		log.Info("source lost, it is dialled again")
	default:
		log.Debug("source not reached again", "fails", c.fails)
	}
	if first || c.banned {
		w.tellNews(c)
	}
	if _, isCaller := c.contact.(callerContact); isCaller && !c.banned {
		w.candidates.forget(c)
	}
}

// wake has all that were lost dialled at once, after the network changed. Where
// the computer has slept the connections of the others are dead, most likely:
// nobody waits for them to run out of time.
func (w *downloadSwarm) wake(now time.Time, slept bool) {
	for _, c := range w.candidates {
		if !errors.Is(c.why, share.ErrChanged) {
			c.forgive(now)
		}
		if to, ok := c.contact.(serventContact); ok && slept && c.joined {
			w.s.work(func() { w.s.host.Network().ClosePeer(to.info.ID) })
		}
	}
}

// requeryAt returns when the network is to be asked for sources; false: not as
// things are.
func (w *downloadSwarm) requeryAt(now time.Time) (at time.Time, due bool) {
	switch {
	case w.asking, w.want.torrent != nil && !isOwnLayout(w.want.torrent): // servents know no such content
		return at, false
	case w.answered == 0 && w.candidates.joined() == 0 && !w.candidates.untried() && !w.candidates.taken() && !w.asked.After(w.alive):
		return later(now, w.asked.Add(requeryLeast)), true // the last one is lost
	case w.answered >= fewSources, w.want.size >= 0 && w.want.size < smallFile && w.answered > 0:
		return at, false
	}
	switch {
	case w.asked.IsZero() && w.r.resumed:
		return w.begun, true
	case w.asked.IsZero():
		return w.begun.Add(requeryFirst), true
	}
	return w.asked.Add(requeryEvery), true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// requery asks the network if that is due, there is a neighbour, and downloads
// have not asked too often.
func (w *downloadSwarm) requery(ctx context.Context, now time.Time) {
	at, due := w.requeryAt(now)
	if !due || now.Before(at) || w.s.linked.Load() == 0 {
		return
	}
	var ok bool
	if ok, w.spent = w.s.requeries.begin(); !ok {
		return
	}
	w.s.log.Debug("ask for sources", "file", w.want.name, "root", w.want.root)
	want := w.want
	if !w.proven {
		want.size = -1 // it may be a lie
	}
	w.asking = w.s.work(func() {
		defer w.s.requeries.end()
		hits, _, err := w.s.askContent(ctx, want)
		if err != nil {
			w.s.log.Debug("asked for sources", "root", want.root, "err", err)
		}
		w.found <- hits // there is room: one is under way at a time
	})
	if w.asked = now; !w.asking { // the servent ends
		w.s.requeries.end()
	}
}

// verdict says why a download that somebody waits for is given up; nil: it is not.
func (w *downloadSwarm) verdict(now time.Time) error {
	if w.awaiting = w.awaiting && now.Sub(w.begun) < trackerWait; w.awaiting {
		return nil
	}
	doubted := !w.proven && len(w.want.others) > 0
	if doubted && now.Sub(w.begun) >= claimTrial {
		return fmt.Errorf("servent: fetch %q: %w: nothing came of a file of %d bytes", w.want.name, share.ErrUnfinished, w.want.size)
	}
	if !w.lacking || w.asking || w.candidates.taken() || w.goesOn && !doubted || w.answered > 0 || w.candidates.joined() > 0 || w.candidates.untried() {
		return nil
	}
	if doubted {
		return w.forsaken()
	}
	at, due := w.requeryAt(now)
	if mayAsk := due && w.s.linked.Load() > 0 && !w.spent; mayAsk && at.Sub(now) <= requeryLeast {
		return nil // nobody was asked since the last source was lost
	}
	if !w.alive.IsZero() && !w.candidates.useless() && now.Sub(w.alive) < w.giveUp {
		return nil
	}
	return w.forsaken()
}

// forsaken says why no source is left.
func (w *downloadSwarm) forsaken() error {
	const told = 3 // sources
	err := error(nil)
	for i, c := range w.candidates {
		if i == told {
			err = fmt.Errorf("%w; and so on, of %d sources", err, len(w.candidates))
			break
		}
		one := fmt.Errorf("%s: %w", c.name(), c.why)
		if err == nil {
			err = one
		} else {
			err = fmt.Errorf("%w; %w", err, one)
		}
	}
	switch {
	case err == nil && w.want.torrent != nil:
		err = fmt.Errorf("%w: %w", share.ErrUnfinished, w.trackers.nobody())
	case err == nil:
		err = fmt.Errorf("%w: nobody is known to have it", share.ErrUnfinished)
	}
	return fmt.Errorf("servent: fetch %q: %w", w.want.name, err)
}
