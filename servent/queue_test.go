package servent

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"

	"servent/servent/api"
	"servent/share"
)

// Of the downloads that wait those of the highest priority get a place first, then
// the oldest; small ones do not wait behind large ones.
func TestDownloadQueue(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Home: t.TempDir()})
	begin := func(n int, size int64) *download {
		d, _, err := s.beginFetch(wanted{root: share.Root{byte(n)}, size: size, name: "x"}, filepath.Join(s.cfg.Downloads, string(rune('a'+n))), false, true)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	l := &s.downloads
	l.mu.Lock()
	for n := range maxRunning + 3 { // so that none runs: nothing below is to end it
		d := &download{want: wanted{root: share.Root{99, byte(n)}, size: smallFile}, state: api.DownloadRunning, priority: api.PriorityNormal}
		if n < maxRunning {
			d.run = &fetching{stop: func(error) {}, wake: make(chan bool, 1)}
			l.add(d)
		}
	}
	l.mu.Unlock()
	var all []*download
	for n := range 4 {
		all = append(all, begin(n, smallFile))
	}
	small := begin(50, smallFile-1)
	l.mu.Lock()
	for _, d := range all {
		if d.state != api.DownloadQueued {
			t.Errorf("download %d is %s, want it queued behind %d", d.id, d.state, maxRunning)
		}
	}
	if small.state == api.DownloadQueued {
		t.Error("a small file waits behind large ones")
	}
	l.mu.Unlock()
	prioritize := func(p api.Priority, d *download) {
		t.Helper()
		_, err := s.PrioritizeDownloads(t.Context(), api.PriorityRequest{IDs: []string{d.want.root.String()}, Priority: p})
		if err != nil {
			t.Fatal(err)
		}
	}
	order := func() (ids []int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for range all {
			d := l.nextQueued(false)
			ids = append(ids, d.id-all[0].id)
			d.state = api.DownloadPaused
		}
		for _, d := range all {
			d.state = api.DownloadQueued
		}
		return ids
	}
	check := func(want ...int) {
		t.Helper()
		if got := order(); len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
			t.Errorf("the order is %v, want %v", got, want)
		}
	}
	check(0, 1, 2, 3)
	prioritize(api.PriorityLow, all[0])
	check(1, 2, 3, 0)
	prioritize(api.PriorityHigh, all[2])
	check(2, 1, 3, 0)
	prioritize(api.PriorityFirst, all[3])
	check(3, 2, 1, 0)
	prioritize(api.PriorityFirst, all[0])
	check(0, 3, 2, 1)
	_, err := s.PrioritizeDownloads(t.Context(), api.PriorityRequest{IDs: []string{"all"}, Priority: "urgent"})
	failed(t, err, api.CodeUsage)
	if _, err := s.PauseDownloads(t.Context(), api.DownloadsRequest{IDs: []string{all[1].want.root.String()}}); err != nil {
		t.Fatal(err)
	}
	if all[1].run != nil || all[1].state != api.DownloadPaused {
		t.Errorf("paused in the queue it is %s", all[1].state)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.list {
		if d.want.root[0] == 99 {
			d.run = nil
		}
	}
}

// Who waits for a download is told why it does not move: that it is queued, and, once
// it has its turn, that no source answers.
func TestGetThatWaits(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Home: t.TempDir()})
	l := &s.downloads
	l.mu.Lock()
	for n := range maxRunning {
		l.add(&download{
			want: wanted{root: share.Root{99, byte(n)}, size: smallFile}, state: api.DownloadRunning, priority: api.PriorityNormal,
			run: &fetching{stop: func(error) {}, wake: make(chan bool, 1)},
		})
	}
	l.mu.Unlock()
	gone := api.Source{Peer: newPeer(t).String(), Addrs: []string{"/ip4/127.0.0.1/tcp/1"}}
	req := api.GetRequest{Root: strings.Repeat("ab", 32), Size: smallFile, Name: "x", Sources: []api.Source{gone}}
	g := getBehind(t, s, req)
	if p := <-g.progress; p.State != api.DownloadQueued || p.Size != smallFile || p.Name != "x" || p.ID == 0 {
		t.Errorf("while others run it is told %+v", p)
	}
	if _, err := s.ResumeDownloads(t.Context(), api.DownloadsRequest{IDs: []string{req.Root}}); err != nil { // it does not give up
		t.Fatal(err)
	}
	l.mu.Lock()
	for _, d := range l.list[:maxRunning] {
		d.state, d.run = api.DownloadDone, nil
	}
	l.schedule()
	l.mu.Unlock()
	for p := range g.progress {
		if p.State == api.DownloadWaiting {
			if !strings.Contains(p.Reason, gone.Peer) || p.Sources != 0 {
				t.Errorf("without a source it is told %+v", p)
			}
			break
		}
	}
	g.leave()
	failed(t, <-g.ended, api.CodeInterrupt)
}

// A download that finds the disk full is paused, says so, and goes on by itself
// once there is room.
func TestDownloadOnAFullDisk(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Home: t.TempDir()})
	free := make(chan int64)
	s.diskFree = func(string) (int64, error) { return <-free, nil }
	d := &download{want: wanted{root: share.Root{1}, size: 100, name: "x"}, verified: 40}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := &fetching{states: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	go func() { ended <- s.awaitRoom(ctx, d, r, time.Millisecond) }()
	free <- 60 + roomMargin - 1
	s.downloads.mu.Lock()
	if d.state != api.DownloadPaused || !strings.Contains(d.reason.Text, s.cfg.Partial) {
		t.Errorf("it is %s: %q", d.state, d.reason)
	}
	s.downloads.mu.Unlock()
	free <- 60 + roomMargin
	if err := <-ended; err != nil {
		t.Error(err)
	}
	go func() { ended <- s.awaitRoom(ctx, d, r, time.Hour) }()
	cancel()
	if err := <-ended; err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

// A list that cannot be read is set aside, and keeps no servent from starting.
func TestDownloadListDamaged(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	file := filepath.Join(home, downloadsFile)
	if err := os.WriteFile(file, []byte(`[{"root":"`), 0o600); err != nil {
		t.Fatal(err)
	}
	near := start(t, Config{Home: home})
	if list, err := near.Downloads(t.Context()); err != nil || len(list.Downloads) != 0 {
		t.Errorf("listed: %+v, %v", list, err)
	}
	if _, err := os.Stat(file + ".damaged"); err != nil {
		t.Error(err)
	}
}

// dead returns a source that nobody can reach.
func dead(t *testing.T) []api.Source {
	return []api.Source{{Peer: newPeer(t).String(), Addrs: []string{"/ip4/127.0.0.1/tcp/1"}}}
}

// However many downloads have no source, only so many of them have begun: they
// take turns, and one that has a source comes to its own.
func TestDownloadsWaitInTurn(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"big.iso": 2 << 20})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	near := start(t, Config{Home: t.TempDir()})
	near.downloads.turn = 50 * time.Millisecond
	begin := func(req api.GetRequest) api.Download {
		t.Helper()
		d, err := near.StartDownload(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	const few = 2 * (maxWaitingDownloads + maxRunning + maxRunningSmall)
	sources := dead(t)
	for n := range few {
		begin(api.GetRequest{Root: share.Root{1, byte(n)}.String(), Size: smallFile + int64(n%2) - 1, Name: fmt.Sprint(n), Sources: sources})
	}
	last := begin(request(t, far, "big.iso"))
	if last.State != api.DownloadQueued {
		t.Errorf("behind %d others it is %s", few, last.State)
	}
	most := 0
	eventually(t, "the one with a source is done", func() bool {
		list, err := near.Downloads(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		begun := 0
		for _, d := range list.Downloads {
			if d.State == api.DownloadRunning || d.State == api.DownloadWaiting {
				begun++
			}
			last = d // they are in the order in which they were begun
		}
		most = max(most, begun)
		return last.State == api.DownloadDone
	})
	if limit := maxWaitingDownloads + maxRunning + maxRunningSmall; most > limit || most < maxWaitingDownloads {
		t.Errorf("%d had begun at once, want at most %d, and %d at least", most, limit, maxWaitingDownloads)
	}
	same(t, last.Path, filepath.Join(dir, "big.iso"))
	list, err := near.Downloads(t.Context())
	if err != nil || len(list.Downloads) != few+1 {
		t.Errorf("%d are listed, %v, want all %d", len(list.Downloads), err, few+1)
	}
}

// A download whose source is back waits for a place before it goes on.
func TestDownloadWaitsForAPlace(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"big.iso": 2 << 20})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	near := start(t, Config{Home: t.TempDir()})
	var open atomic.Bool
	req := request(t, far, "big.iso")
	req.Sources = []api.Source{source(relay(t, far, func(to, from network.Stream) {
		if open.Load() {
			io.Copy(to, from)
		}
	}))}
	if _, err := near.StartDownload(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it waits", func() bool { return listed(t, near).State == api.DownloadWaiting })
	l := &near.downloads
	t.Cleanup(func() {
		if t.Failed() {
			l.mu.Lock()
			defer l.mu.Unlock()
			t.Logf("at the end it was %+v", l.list[0].tell(time.Now()))
		}
	})
	var others []*download
	l.mu.Lock()
	for range maxRunning { // that hold all places
		d := &download{want: wanted{root: share.EmptyRoot, size: smallFile}, state: api.DownloadRunning, meter: newMeter(time.Now())}
		d.run = &fetching{stop: func(error) {}, wake: make(chan bool, 1)}
		l.add(d)
		others = append(others, d)
	}
	l.mu.Unlock()
	open.Store(true)
	state := func() (d api.Download) {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.list[0].tell(time.Now())
	}
	eventually(t, "it is in the queue", func() bool {
		d := state()
		if d.State == api.DownloadRunning || d.State == api.DownloadDone {
			t.Fatalf("it is %s, and there is no place", d.State)
		}
		return d.State == api.DownloadQueued && d.Reason != ""
	})
	l.mu.Lock()
	for _, d := range others {
		d.run = nil
		l.remove(d)
	}
	l.schedule()
	l.mu.Unlock()
	eventually(t, "it is done", func() bool { return state().State == api.DownloadDone })
	same(t, state().Path, filepath.Join(dir, "big.iso"))
}

// Large files leave a stream of their source to a small one, and what finds all
// taken waits for its turn.
func TestSmallFileBesideLargeOnes(t *testing.T) {
	t.Parallel()
	files := map[string]int{"small": 1000}
	for n := range maxUploadsOne {
		files[fmt.Sprint(n, ".iso")] = slowSize + n
	}
	dir := folder(t, files)
	far := ready(t, start(t, Config{Shares: []string{dir}, UploadRate: 128 << 10}))
	near := start(t, Config{Home: t.TempDir()})
	for n := range maxUploadsOne {
		if _, err := near.StartDownload(t.Context(), request(t, far, fmt.Sprint(n, ".iso"))); err != nil {
			t.Fatal(err)
		}
	}
	count := func() (answered, taken int) {
		list, err := near.Downloads(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list.Downloads {
			if d.Answering > 0 {
				answered++
			}
			if d.State == api.DownloadWaiting && strings.Contains(d.Reason, errSourceTaken.Error()) {
				taken++
			}
		}
		return answered, taken
	}
	eventually(t, "all but one are fetched", func() bool {
		answered, taken := count()
		return answered == maxUploadsOne-1 && taken == 1
	})
	done, err := near.Get(t.Context(), request(t, far, "small"), ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, filepath.Join(dir, "small"))
	list, _ := near.Downloads(t.Context())
	for _, d := range list.Downloads {
		if d.Answering > 0 {
			if _, err := near.CancelDownloads(t.Context(), api.DownloadsRequest{IDs: []string{fmt.Sprint(d.ID)}}); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	eventually(t, "the last one has its turn", func() bool {
		answered, taken := count()
		return answered == maxUploadsOne-1 && taken == 0
	})
}
