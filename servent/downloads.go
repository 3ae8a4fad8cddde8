package servent

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"servent/servent/api"
	"servent/share"
	"servent/share/torrent"
)

const (
	// maxEnded is how many downloads that are done are listed still.
	maxEnded = 100
	// everyDownload names all to which what is asked applies.
	everyDownload = "all"
)

// downloads is what is fetched, was, or lies unfinished in the partial folder.
// The mutex guards all of it and of each download; it is held over looks at the
// partial folder, so that list and folder tell one story.
type downloads struct {
	folder  string        // of the partial files
	file    string        // that keeps the list; empty: nothing is kept
	dir     string        // of the torrents that are kept
	changed chan struct{} // holds a token when the file is to be written; nil: never
	told    chan struct{} // likewise when those who listen are to be told of the list
	saving  sync.Mutex    // held while it is; taken before mu

	mu    sync.Mutex
	last  int
	first int           // the rank of the one that was put first last
	turns int           // how many went back to the queue behind the others
	turn  time.Duration // how long one waits before it does
	list  []*download   // by number
}

// A download is one of the list. Its fields are guarded by the list's mutex.
type download struct {
	id        int
	want      wanted
	dest      string // empty: the downloads folder
	overwrite bool
	begun     time.Time
	state     api.DownloadState
	failed    *api.Error           // why, if it did
	reason    api.Said             // why it waits
	sources   []api.DownloadSource // without their figures, which are the run's
	priority  api.Priority
	rank      int       // before others of its priority: the lesser one
	turn      int       // then, when it went back behind them
	goesOn    bool      // it is to run, and runs on after a restart
	verified  int64     // bytes
	meter     *meter    // of the running one
	run       *fetching // nil: it does not run here
	elsewhere bool      // another process fetches it

	torrentKey string // what key found for want.torrent
}

// find returns the download of a root, or nil. Empty files have one root and
// nothing to fetch: each is a download of its own.
func (l *downloads) find(root share.Root) *download {
	i := slices.IndexFunc(l.list, func(d *download) bool { return d.want.root == root && root != share.EmptyRoot })
	if i < 0 {
		return nil
	}
	return l.list[i]
}

// findKey returns the download of that name in the partial folder, or nil.
func (l *downloads) findKey(key string) *download {
	i := slices.IndexFunc(l.list, func(d *download) bool { return d.key() == key })
	if i < 0 {
		return nil
	}
	return l.list[i]
}

// key returns what a download is called in the partial folder.
func (d *download) key() string {
	switch {
	case d.want.lostTorrent != "":
		return d.want.lostTorrent
	case d.want.torrent == nil:
		return d.want.root.String()
	}
	if d.torrentKey == "" {
		d.torrentKey = d.want.torrent.PartialKey()
	}
	return d.torrentKey
}

// torrent returns a torrent by its first infohash, nil if it is not known.
func (l *downloads) torrent(hash [20]byte) *torrent.Metainfo {
	for _, d := range l.list {
		if m := d.want.torrent; m != nil && m.InfoHashes()[0] == hash {
			return m
		}
	}
	m, err := keptTorrent(l.dir, hash)
	if err != nil {
		return nil
	}
	return m
}

// unfinished returns what lies in the partial folder. The caller holds the mutex.
func (l *downloads) unfinished() ([]share.Unfinished, error) {
	return share.ListUnfinished(l.folder, func(hash [20]byte) *share.Swarm {
		if m := l.torrent(hash); m != nil {
			return &m.Swarm
		}
		return nil
	})
}

// wantedOf returns what a download that lies in the partial folder is of. One of
// a torrent that is not known any more has but its infohash.
func (l *downloads) wantedOf(u share.Unfinished) wanted {
	want := wanted{root: u.Root, size: u.Size, sha1: u.SHA1, name: u.Name}
	if u.Torrent == [20]byte{} {
		return want
	}
	if m := l.torrent(u.Torrent); m != nil {
		want.of(m)
		setDefault(&want.name, m.Name)
	} else if u.Root == (share.Root{}) {
		copy(want.root[:], u.Torrent[:])
		want.lostTorrent = u.Key
	}
	return want
}

// add puts a download into the list, and lets the oldest that is done go where
// there are too many.
func (l *downloads) add(d *download) {
	l.last++
	d.id = l.last
	l.list = append(l.list, d)
	isDone := func(d *download) bool { return d.state == api.DownloadDone }
	done := 0
	for _, d := range l.list {
		if isDone(d) {
			done++
		}
	}
	if done > maxEnded {
		l.remove(l.list[slices.IndexFunc(l.list, isDone)])
	}
}

func (l *downloads) remove(d *download) {
	l.list = slices.DeleteFunc(l.list, func(one *download) bool { return one == d })
}

// meet takes in what lies in the partial folder.
func (l *downloads) meet() error {
	all, err := l.unfinished()
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, u := range all {
		if u.Root == share.EmptyRoot {
			continue
		}
		there[u.Key] = true
		d := l.findKey(u.Key)
		if d == nil {
			d = &download{want: l.wantedOf(u), dest: u.Dest, overwrite: u.Overwrite, begun: u.Begun, priority: api.PriorityNormal}
			d.elsewhere = true // until it has been looked at
			l.add(d)
		}
		d.believe(u)
		if d.elsewhere {
			d.verified, d.elsewhere, d.state = u.Verified, u.Busy, api.DownloadPaused
			if u.Busy {
				d.state = api.DownloadRunning
			}
		}
	}
	l.list = slices.DeleteFunc(l.list, func(d *download) bool { return d.elsewhere && !there[d.key()] })
	return nil
}

// isOpen reports whether a download to dest is listed that is not done: one that was
// killed at its very end, perhaps, which a run of it brings to that.
func (l *downloads) isOpen(root share.Root, dest string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.meet(); err != nil {
		return false
	}
	d := l.find(root)
	return d != nil && d.dest == dest && d.state != api.DownloadDone
}

// believe takes the size that what is verified proves.
func (d *download) believe(u share.Unfinished) {
	if d.run == nil && u.Verified > 0 && d.want.torrent == nil {
		d.want.size = u.Size
	}
}

// choose returns the downloads that names name; those to which it applies are
// what "all" names. Nothing is to be done to any where one is not known.
func (l *downloads) choose(names []string, applies func(*download) bool) ([]*download, error) {
	if len(names) == 0 {
		return nil, api.Fail(api.CodeUsage, "download.which", "say which download: its number, its root or all")
	}
	var chosen []*download
	for _, name := range names {
		if name == everyDownload {
			for _, d := range l.list {
				if applies(d) {
					chosen = append(chosen, d)
				}
			}
			continue
		}
		d, err := l.named(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, d)
	}
	slices.SortFunc(chosen, func(a, b *download) int { return a.id - b.id })
	return slices.Compact(chosen), nil
}

// named returns the one download that name names.
func (l *downloads) named(name string) (*download, error) {
	lower := strings.ToLower(name)
	isRoot := len(name) >= MinPrefix && len(name) <= 2*len(share.Root{}) && strings.Trim(lower, "0123456789abcdef") == ""
	id, err := strconv.Atoi(name)
	if !isRoot && (err != nil || id < 0) {
		return nil, api.Fail(api.CodeUsage, "download.no-name", "{name} names no download: give its number, its root (or {digits} of its digits and more) or all", strconv.Quote(name), MinPrefix)
	}
	var found []*download
	for _, d := range l.list {
		if isRoot && strings.HasPrefix(d.want.root.String(), lower) || !isRoot && d.id == id {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return nil, api.Fail(api.CodeNotFound, "download.none", "there is no download {name}; see: servent downloads list", name)
	case 1:
		return found[0], nil
	}
	return nil, api.Fail(api.CodeUsage, "download.several", "{n} downloads have a root that begins with {name}: give more digits, or the number", len(found), name)
}

// tell returns what is told of a download.
func (d *download) tell(now time.Time) api.Download {
	told := api.Download{
		ID: d.id, State: d.state, Name: d.want.name, Root: d.want.root.String(), Size: d.want.size,
		Verified: d.verified, ETA: -1, Path: d.dest, Sources: []api.DownloadSource{}, Begun: d.begun, Priority: d.priority,
	}
	if d.run != nil {
		told.Answering = d.run.answered
		told.Rate = d.meter.look(now, d.verified)
		told.ETA = timeLeft(told.Rate, d.want.size-d.verified)
	}
	for _, one := range d.sources {
		if d.run != nil {
			one = d.run.figures.of(one)
		}
		told.Sources = append(told.Sources, one)
	}
	if d.failed != nil {
		told.Code, told.Reason, told.Sentence = d.failed.Code, d.failed.Message, d.failed.Sentence
	} else {
		told.Reason, told.Sentence = d.reason.Parts()
	}
	return told
}

// progress returns what those are told who wait for a running download.
func (d *download) progress(now time.Time) api.Progress {
	rate := d.meter.look(now, d.verified)
	return api.Progress{
		Type: api.TypeProgress, Name: d.want.name, Root: d.want.root.String(), Size: d.want.size,
		Verified: d.verified, Rate: rate, ETA: timeLeft(rate, d.want.size-d.verified), Sources: d.run.answered, ID: d.id,
		State: d.state, Reason: d.reason.Text,
	}
}

// timeLeft returns how many seconds so many bytes take; -1: not known.
func timeLeft(rate float64, bytes int64) float64 {
	if rate <= 0 {
		return -1
	}
	return float64(bytes) / rate
}

// tellAll returns what is told of several downloads.
func tellAll(list []*download) api.DownloadList {
	out := api.DownloadList{Type: api.TypeDownloads, Downloads: []api.Download{}}
	now := time.Now()
	for _, d := range list {
		out.Downloads = append(out.Downloads, d.tell(now))
	}
	return out
}

// all returns every download.
func (l *downloads) all() (api.DownloadList, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.meet(); err != nil {
		return api.DownloadList{}, err
	}
	return tellAll(l.list), nil
}

// refuse says why a download cannot be paused, resumed or cancelled now, if so.
func (d *download) refuse() error {
	if d.elsewhere {
		return api.Fail(api.CodeBusy, "download.elsewhere", "download {id} is fetched by another process, a servent get that was begun without this servent: stop that one with Ctrl-C", d.id)
	}
	return nil
}

// pick returns the downloads that names name, once the partial folder has been
// looked at, or why none of them is to be touched.
func (l *downloads) pick(names []string, applies func(*download) bool, refuse func(*download) error) ([]*download, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.meet(); err != nil {
		return nil, err
	}
	chosen, err := l.choose(names, applies)
	if err != nil {
		return nil, err
	}
	for _, d := range chosen {
		if err := errors.Join(d.refuse(), refuse(d)); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

// halt ends the runs of downloads for a reason, and returns when they have ended.
func (l *downloads) halt(list []*download, reason error) {
	var runs []*fetching
	l.mu.Lock()
	for _, d := range list {
		if d.run != nil {
			d.run.stop(reason)
			runs = append(runs, d.run)
		}
	}
	l.mu.Unlock()
	for _, r := range runs {
		<-r.ended
	}
}

// cancel stops downloads, removes what is there of them from the partial folder,
// and lists them no more.
func (l *downloads) cancel(names []string) (api.DownloadList, error) {
	open := func(d *download) bool { return d.state != api.DownloadDone && !d.elsewhere }
	chosen, err := l.pick(names, open, func(*download) error { return nil })
	if err != nil {
		return api.DownloadList{}, err
	}
	l.halt(chosen, errCancelled)
	l.mu.Lock()
	defer l.mu.Unlock()
	cancelled := tellAll(chosen)
	for i, d := range chosen {
		if d.state == api.DownloadDone { // then, or meanwhile: its file stays
			l.remove(d)
			continue
		}
		if d.run != nil {
			err = share.ErrBusy // somebody has just begun it anew
		} else {
			err = share.RemoveUnfinished(l.folder, d.key())
		}
		switch {
		case errors.Is(err, share.ErrBusy):
			return api.DownloadList{}, api.Fail(api.CodeBusy, "download.anew", "download {id} has just been begun anew: cancel it again", d.id)
		case err != nil:
			return api.DownloadList{}, fmt.Errorf("servent: cancel download %d: %w", d.id, err)
		}
		l.remove(d)
		cancelled.Downloads[i].State = api.DownloadCancelled
	}
	l.noteChange()
	return cancelled, nil
}

// wake has all that run dial their sources again: the network changed, or the
// computer slept.
func (l *downloads) wake(slept bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.list {
		if d.run == nil {
			continue
		}
		select {
		case d.run.wake <- slept:
		default:
		}
	}
}
