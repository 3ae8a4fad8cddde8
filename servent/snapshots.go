package servent

import (
	"context"
	"reflect"
	"time"

	"servent/servent/api"
)

// snapshotEvery is how often those who listen for it are told how all is.
const snapshotEvery = time.Second

// snapshots tells those who listen for status or downloads, all of them the same
// snapshot; none is made while nobody does. Its goroutine owns what follows wake.
type snapshots struct {
	feed      *feed
	status    func(context.Context) (api.Status, error)
	downloads func(context.Context) (api.DownloadList, error)
	changed   <-chan struct{} // holds a token when the state of a download has changed
	wake      chan struct{}   // likewise when somebody has begun to listen

	last   api.DownloadList // as told
	toldAt time.Time
}

func newSnapshots(s *Servent) *snapshots {
	s.downloads.told = make(chan struct{}, 1)
	return &snapshots{
		feed: &s.feed, status: s.Status, downloads: s.Downloads, changed: s.downloads.told, wake: make(chan struct{}, 1),
	}
}

// tellAll has everything told soon, changed or not. It never waits.
func (s *snapshots) tellAll() { remind(s.wake) }

// run tells until ctx ends.
func (s *snapshots) run(ctx context.Context) {
	tick := time.NewTicker(snapshotEvery)
	defer tick.Stop()
	var due <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.tellStatus(ctx)
			s.tellDownloads(ctx, false)
		case <-s.wake:
			s.tellStatus(ctx)
			s.tellDownloads(ctx, true)
		case <-s.changed: // hundreds may change in a row
			if due == nil {
				due = time.After(progressEvery - time.Since(s.toldAt))
			}
		case <-due:
			due = nil
			s.tellDownloads(ctx, false)
		}
	}
}

func (s *snapshots) tellStatus(ctx context.Context) {
	if !s.feed.wanted(api.EventStatus) {
		return
	}
	// Before the feed is held: the loop, which is asked, tells it things too.
	if status, err := s.status(ctx); err == nil {
		s.feed.tell(api.EventStatus, func(now time.Time) api.Event {
			return api.StatusEvent{Type: api.EventStatus, Time: now, Status: status}
		})
	}
}

// tellDownloads tells of all downloads, if any has changed or all is to be told.
func (s *snapshots) tellDownloads(ctx context.Context, all bool) {
	if !s.feed.wanted(api.EventDownloads) {
		return
	}
	list, err := s.downloads(ctx)
	if err != nil || !all && reflect.DeepEqual(list, s.last) {
		return
	}
	s.last, s.toldAt = list, time.Now()
	s.feed.tell(api.EventDownloads, func(time.Time) api.Event { return list })
}
