package servent

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"servent/servent/api"
)

// A snapshotMaker makes snapshots that differ, and notes which.
type snapshotMaker struct {
	mu       sync.Mutex
	made     []string
	links    int
	verified int64
}

func (m *snapshotMaker) status(context.Context) (api.Status, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made = append(m.made, api.EventStatus)
	m.links++
	return api.Status{Links: m.links}, nil
}

func (m *snapshotMaker) downloads(context.Context) (api.DownloadList, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made = append(m.made, api.EventDownloads)
	return api.DownloadList{Type: api.EventDownloads, Downloads: []api.Download{{ID: 1, Verified: m.verified}}}, nil
}

// comesOn has the download come on.
func (m *snapshotMaker) comesOn() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.verified++
}

// take returns what was made since it was called last.
func (m *snapshotMaker) take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	made := m.made
	m.made = nil
	return made
}

// Sixteen listeners get the same snapshot a second, no unchanged list of downloads
// but the first, and a changed one soon; nothing is made where nobody wants it.
func TestSnapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, maker := &feed{}, &snapshotMaker{}
		changed := make(chan struct{}, 1)
		s := &snapshots{feed: f, changed: changed, wake: make(chan struct{}, 1), status: maker.status, downloads: maker.downloads}
		ctx, stop := context.WithCancel(t.Context())
		go s.run(ctx)
		defer stop()
		heard := func(l *listener) (kinds []string) {
			waiting, _ := l.take()
			for _, e := range waiting {
				kinds = append(kinds, e.EventType())
			}
			return kinds
		}
		check := func(l *listener, when string, want ...string) {
			t.Helper()
			synctest.Wait()
			if got := heard(l); !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", when, got, want)
			}
		}
		plain := f.listen(nil)
		time.Sleep(5 * snapshotEvery)
		check(plain, "nobody names a type")
		if made := maker.take(); len(made) != 0 {
			t.Errorf("for nobody were made %q", made)
		}
		f.leave(plain)

		var all []*listener
		for range maxListeners {
			all = append(all, f.listen([]string{api.EventStatus, api.EventDownloads}))
		}
		s.tellAll()
		check(all[0], "at once", "status", "downloads")
		maker.take()
		time.Sleep(snapshotEvery)
		check(all[0], "nothing changes", "status")
		if made := maker.take(); fmt.Sprint(made) != "[status downloads]" {
			t.Errorf("for 16 listeners are made %q in a second", made)
		}
		maker.comesOn()
		time.Sleep(snapshotEvery)
		check(all[0], "a download comes on", "status", "downloads")

		maker.take()
		for range 100 { // many in a row
			maker.comesOn()
			remind(changed)
			time.Sleep(time.Millisecond)
		}
		time.Sleep(progressEvery)
		check(all[0], "states change", "downloads")
		if made := maker.take(); len(made) > 2 {
			t.Errorf("within %v were made %q", progressEvery, made)
		}
	})
}

// Over the API a servent tells of a download from its beginning to its end.
func TestStatusAndDownloadsAreTold(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"SEBLINUX.iso": 1 << 20})
	far := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{dir}}))
	near := start(t, Config{Home: t.TempDir()})
	f := follow(t, near, api.EventStatus, api.EventDownloads)
	f.await("no download yet", func(e api.Event) bool {
		list, ok := e.(api.DownloadList)
		return ok && len(list.Downloads) == 0
	})
	if _, err := near.Connect(t.Context(), api.ConnectRequest{Addr: addr(far)}); err != nil {
		t.Fatal(err)
	}
	f.await("the link in the status", func(e api.Event) bool {
		told, ok := e.(api.StatusEvent)
		return ok && told.Status.Links == 1 && !told.Time.IsZero()
	})
	if _, err := near.StartDownload(t.Context(), request(t, far, "SEBLINUX.iso")); err != nil {
		t.Fatal(err)
	}
	for _, state := range []api.DownloadState{api.DownloadRunning, api.DownloadDone} {
		f.await(string(state), func(e api.Event) bool {
			list, ok := e.(api.DownloadList)
			return ok && len(list.Downloads) == 1 && (list.Downloads[0].State == state || list.Downloads[0].State == api.DownloadDone)
		})
	}
	if _, err := near.CancelDownloads(t.Context(), api.DownloadsRequest{IDs: []string{"1"}}); err != nil {
		t.Fatal(err)
	}
	f.await("none is listed any more", func(e api.Event) bool {
		list, ok := e.(api.DownloadList)
		return ok && len(list.Downloads) == 0
	})
}

// An upload says how fast it is, and for how long it has been under way.
func TestTransferTellsItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var list transfers
		one := list.begin(api.Transfer{Direction: "up", Root: "r", Size: 1 << 20})
		for range 40 {
			one.sent(25_000)
			time.Sleep(250 * time.Millisecond)
			list.all()
		}
		told := list.all()[0]
		if told.Rate < 90_000 || told.Rate > 110_000 || told.Age != 10 {
			t.Errorf("100 kB a second for 10 s: got %+v", told)
		}
		for range 60 {
			time.Sleep(time.Second)
			list.all()
		}
		if told := list.all()[0]; told.Rate != 0 {
			t.Errorf("after a minute of nothing: got %v B/s", told.Rate)
		}
	})
}
