package servent

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"servent/servent/api"
	"servent/share"
)

const (
	// roomEvery is how often a download that found the disk full looks whether there
	// is room; roomMost is as often as it tries where it was wrong about that.
	roomEvery = 2 * time.Second
	roomMost  = time.Minute
	// roomMargin is how many bytes are to be free beyond those that are missing: for
	// records, and for whoever else writes there.
	roomMargin = 4 << 20
)

// fetchWithRoom downloads the file of a run, unless it is at its place already.
// Where the disk is full and the download goes on by itself, it waits for room.
func (s *Servent) fetchWithRoom(ctx context.Context, d *download, r *fetching) error {
	for rest := roomEvery; ; rest = min(2*rest, roomMost) {
		s.downloads.mu.Lock()
		want, before := d.want, d.verified
		s.downloads.mu.Unlock()
		err := s.newSwarm(d, r, want).run(ctx)
		s.downloads.mu.Lock()
		alone := r.detached
		want = d.want // its size may be known by now
		if d.verified > before {
			rest = roomEvery
		}
		s.downloads.mu.Unlock()
		if ctx.Err() == nil && s.tryNext(d, r, err) {
			continue
		}
		if errors.Is(err, share.ErrAlready) {
			r.already = true
			return nil
		}
		if !errors.Is(err, share.ErrDiskFull) || ctx.Err() != nil || !alone {
			return err
		}
		s.log.Warn("download paused: the disk is full; it goes on once there is room", "file", want.name, "err", err)
		if err := s.awaitRoom(ctx, d, r, rest); err != nil {
			return err
		}
		s.log.Info("download goes on: there is room", "file", want.name)
	}
}

// awaitRoom returns when there is room for the rest of a download, or ctx ends.
func (s *Servent) awaitRoom(ctx context.Context, d *download, r *fetching, rest time.Duration) error {
	l := &s.downloads
	l.mu.Lock()
	r.answer(time.Now(), 0)
	missing := max(0, d.want.size-d.verified)
	folder := s.cfg.Partial
	if missing == 0 { // what is full is the disk that the finished file goes to
		folder, missing = filepath.Dir(d.dest), d.want.size
	}
	d.state = api.DownloadPaused
	d.reason = api.Say("download.disk-full", "the disk is full: it goes on once {bytes} bytes are free in {folder}", missing+roomMargin, folder)
	s.tellDownload(d)
	l.schedule()
	l.mu.Unlock()
	for look := time.NewTimer(rest); ; look.Reset(roomEvery) {
		select {
		case <-ctx.Done():
			look.Stop()
			return ctx.Err()
		case <-look.C:
		}
		if free, err := s.diskFree(folder); err != nil || free >= missing+roomMargin {
			return nil // what cannot be told is found out
		}
	}
}
