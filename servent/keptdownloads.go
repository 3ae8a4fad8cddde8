package servent

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"time"

	"servent/servent/api"
	"servent/share"
)

const (
	// downloadsFile keeps the list of downloads in the home, so that what ran goes
	// on after a restart. What is verified of each is in its own record.
	downloadsFile = "downloads.json"
	// maxDownloadsFile bounds what is written and read of it, in bytes; maxKept the
	// downloads, maxKeptSources the sources of each and maxKeptAddrs the addresses of
	// each of these that are kept. The network is asked for others.
	maxDownloadsFile = 64 << 20
	maxKept          = 20_000
	maxKeptSources   = 8
	maxKeptAddrs     = 4
	// keepEvery is how long changes are gathered before the file is written; it takes
	// at most a twentieth of the time.
	keepEvery = time.Second
	keepShare = 20
	// keptAtOnce is up to how many downloads the list is written before one who
	// begins another is answered.
	keptAtOnce = 100
)

// A keptDownload is one of the list in the file.
type keptDownload struct {
	Root      string            `json:"root"`
	Size      int64             `json:"size"` // -1: not known
	Name      string            `json:"name"`
	Dest      string            `json:"dest"`
	Overwrite bool              `json:"overwrite,omitempty"`
	SHA1      string            `json:"sha1,omitempty"`    // 40 hex digits
	Torrent   string            `json:"torrent,omitempty"` // likewise: its first infohash
	Begun     time.Time         `json:"begun"`
	State     api.DownloadState `json:"state"` // queued, paused or failed
	Code      api.Code          `json:"code,omitempty"`
	Reason    string            `json:"reason,omitempty"`   // why it failed
	Sentence  *api.Sentence     `json:"sentence,omitempty"` // of the reason
	Priority  api.Priority      `json:"priority"`
	Rank      int               `json:"rank,omitempty"`
	Sources   []api.Source      `json:"sources"`
}

// keep returns what is kept of a download; false: nothing, for it is done, or not
// ours.
func (d *download) keep() (keptDownload, bool) {
	if d.state == api.DownloadDone || d.elsewhere || d.want.root == share.EmptyRoot {
		return keptDownload{}, false
	}
	k := keptDownload{
		Sources: []api.Source{},
		Root:    d.want.root.String(), Size: d.want.size, Name: d.want.name, Dest: d.dest, Overwrite: d.overwrite,
		Begun: d.begun, State: api.DownloadPaused, Priority: d.priority, Rank: d.rank,
	}
	for _, one := range d.sources[:min(len(d.sources), maxKeptSources)] {
		source := one.Source
		source.Addrs = source.Addrs[:min(len(source.Addrs), maxKeptAddrs)]
		k.Sources = append(k.Sources, source)
	}
	if d.want.sha1 != [len(d.want.sha1)]byte{} {
		k.SHA1 = hex.EncodeToString(d.want.sha1[:])
	}
	if m := d.want.torrent; m != nil {
		k.Torrent = fmt.Sprintf("%x", m.InfoHashes()[0])
	}
	switch {
	case d.goesOn:
		k.State = api.DownloadQueued
	case d.failed != nil:
		k.State, k.Code, k.Reason, k.Sentence = api.DownloadFailed, d.failed.Code, d.failed.Message, d.failed.Sentence
	}
	return k, true
}

// download returns what a file says of a download; false where it cannot be one.
func (l *downloads) download(k keptDownload) (*download, bool) {
	servents, clients := splitSources(k.Sources)
	want, err := readRequest(api.GetRequest{Root: k.Root, Size: k.Size, Name: k.Name, Sources: servents})
	if err != nil || k.Size < -1 || k.Size > share.MaxSize {
		return nil, false
	}
	if k.Name == "" {
		want.name = ""
	}
	if sum, err := hex.DecodeString(k.SHA1); err == nil && len(sum) == len(want.sha1) {
		copy(want.sha1[:], sum)
	}
	d := &download{
		want: want, dest: k.Dest, overwrite: k.Overwrite, begun: k.Begun, state: api.DownloadPaused,
		priority: k.Priority, rank: k.Rank,
	}
	for _, one := range k.Sources {
		d.sources = append(d.sources, api.DownloadSource{Source: one, State: api.SourceKnown})
	}
	if _, ok := priorities[d.priority]; !ok {
		d.priority = api.PriorityNormal
	}
	switch k.State {
	case api.DownloadQueued:
		d.state, d.goesOn = api.DownloadQueued, true
	case api.DownloadFailed:
		d.state, d.failed = api.DownloadFailed, api.FailAs(k.Code, api.Said{Text: k.Reason, Sentence: k.Sentence})
	}
	if k.Torrent != "" {
		return d, l.restoreTorrent(d, k.Torrent, clients)
	}
	return d, true
}

// restoreTorrent gives a download that was kept its torrent back, and the clients
// that had it; false where it cannot be of one.
func (l *downloads) restoreTorrent(d *download, infoHash string, clients []contact) bool {
	hash, err := hex.DecodeString(infoHash)
	if err != nil || len(hash) != sha1.Size {
		return false
	}
	m := l.torrent([sha1.Size]byte(hash))
	if m == nil {
		d.want.lostTorrent = infoHash
		d.goesOn, d.state = false, api.DownloadFailed
		d.failed = api.Fail(api.CodeNotFound, "download.torrent-gone", "what the home kept of its torrent is gone or damaged: get the .torrent or magnet link again")
		return true
	}
	d.want.of(m)
	d.want.sources = append(d.want.sources, clients...)
	return true
}

// splitSources returns those of the sources that are servents, and the BitTorrent
// clients.
func splitSources(all []api.Source) (servents []api.Source, clients []contact) {
	for _, source := range all {
		if addr, err := netip.ParseAddrPort(source.Peer); err == nil {
			clients = append(clients, wireContact{addr})
		} else {
			servents = append(servents, source)
		}
	}
	return servents, clients
}

// noteChange has the list written, and told to those who listen, soon. The caller
// holds the list's mutex.
func (l *downloads) noteChange() {
	remind(l.changed)
	remind(l.told)
}

// remind puts a token into c, where there is none yet. It never waits.
func remind(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// recall fills the list with what its file kept. One that cannot be read is set
// aside: what lies in the partial folder is listed without it.
func (l *downloads) recall() error {
	var kept []keptDownload
	f, err := os.Open(l.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.NewDecoder(io.LimitReader(f, maxDownloadsFile)).Decode(&kept)
		f.Close()
	}
	if err != nil {
		err = fmt.Errorf("servent: read the list of downloads, %s: %w; what is verified of them is kept, and listed as paused", l.file, err)
		return errors.Join(err, os.Rename(l.file, l.file+".damaged"))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	there := map[string]share.Unfinished{}
	all, err := l.unfinished()
	for _, u := range all {
		there[u.Key] = u
	}
	for _, k := range kept[:min(len(kept), maxKept)] {
		d, ok := l.download(k)
		if !ok || l.find(d.want.root) != nil {
			continue
		}
		u := there[d.key()]
		d.verified = u.Verified
		d.believe(u)
		if u.Busy {
			d.elsewhere, d.goesOn, d.state = true, false, api.DownloadRunning
		}
		l.first = min(l.first, d.rank)
		l.add(d)
	}
	return err
}

// encodeKept returns the list as its file has it, in at most so many bytes: with
// fewer sources of each, or none, where it is too long, for those are found again.
// Where that is too long still it has the first ones, and the error says so.
func encodeKept(kept []keptDownload, most int) ([]byte, error) {
	var b []byte
	n := 0
	for _, sources := range []int{maxKeptSources, 2, 0} {
		b = append(b[:0], '[')
		for n = 0; n < len(kept); n++ {
			k := kept[n]
			k.Sources = k.Sources[:min(len(k.Sources), sources)]
			one, err := json.Marshal(k)
			if err != nil {
				return nil, err
			}
			if len(b)+len(one)+2 > most {
				break
			}
			if n > 0 {
				b = append(b, ',')
			}
			b = append(b, one...)
		}
		b = append(b, ']')
		if n == len(kept) {
			return b, nil
		}
	}
	return b, fmt.Errorf("the first %d of %d alone fit %d bytes", n, len(kept), most)
}

// save writes the list to its file.
func (l *downloads) save() error {
	l.saving.Lock()
	defer l.saving.Unlock()
	kept := []keptDownload{}
	l.mu.Lock()
	for _, d := range l.list {
		if k, ok := d.keep(); ok && len(kept) < maxKept {
			kept = append(kept, k)
		}
	}
	l.mu.Unlock()
	if _, err := os.Stat(l.file); len(kept) == 0 && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	b, err := encodeKept(kept, maxDownloadsFile)
	if b != nil {
		err = errors.Join(err, writeWhole(l.file, b))
	}
	if err != nil {
		return fmt.Errorf("servent: keep the list of downloads in %s: %w", l.file, err)
	}
	return nil
}

// keepDownloads writes the list when it has changed, until ctx ends.
func (s *Servent) keepDownloads(ctx context.Context) {
	l := &s.downloads
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		}
		begin := time.Now()
		if err := l.save(); err != nil {
			s.log.Warn("downloads", "err", err)
		}
		rest := time.NewTimer(max(keepEvery, keepShare*time.Since(begin)))
		select {
		case <-ctx.Done():
		case <-rest.C:
		}
		rest.Stop()
	}
}

// goOn has the downloads go on that ran when the servent ended last.
func (s *Servent) goOn() {
	l := &s.downloads
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, d := range l.list {
		if d.goesOn && d.run == nil {
			s.enqueue(d, true).resumed = true
			n++
		}
	}
	if n > 0 {
		s.log.Info("downloads go on", "count", n)
	}
	l.schedule()
}

// keepNow writes the list before a caller is answered: what was paused stays
// paused, even if the servent is killed right after.
func (s *Servent) keepNow() {
	if err := s.saveDownloads(); err != nil {
		s.log.Warn("downloads", "err", err)
	}
}

// saveDownloads writes the list where one is kept.
func (s *Servent) saveDownloads() error {
	if s.downloads.file == "" {
		return nil
	}
	return s.downloads.save()
}
