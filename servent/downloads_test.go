package servent

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
	"github.com/libp2p/go-libp2p/core/network"

	"servent/servent/api"
	"servent/share"
)

func TestDownloadNames(t *testing.T) {
	t.Parallel()
	l := downloads{folder: t.TempDir()}
	for _, digits := range []string{"aaaaaaaa1", "aaaaaaaa2", "12345678"} {
		root, err := share.ParseRoot(digits + strings.Repeat("0", 64-len(digits)))
		if err != nil {
			t.Fatal(err)
		}
		l.add(&download{want: wanted{root: root, size: 1}, state: api.DownloadPaused})
	}
	l.list[1].state = api.DownloadDone
	unfinished := func(d *download) bool { return d.state != api.DownloadDone }
	for _, c := range []struct {
		names string
		want  string // numbers
		code  api.Code
	}{
		{"1", "1", ""},
		{"3 1 03", "13", ""},
		{"all", "13", ""},
		{"all 2", "123", ""},
		{"AAAAAAAA1", "1", ""},
		{"12345678", "3", ""},
		{"aaaaaaaa", "", api.CodeUsage},
		{"aaaaaaa", "", api.CodeUsage},
		{"-1", "", api.CodeUsage},
		{"", "", api.CodeUsage},
		{"1 4", "", api.CodeNotFound},
		{"bbbbbbbb", "", api.CodeNotFound},
	} {
		got := ""
		chosen, err := l.choose(strings.Fields(c.names), unfinished)
		for _, d := range chosen {
			got += string(rune('0' + d.id))
		}
		var told *api.Error
		if c.code == "" && err != nil || c.code != "" && (!errors.As(err, &told) || told.Code != c.code) {
			t.Errorf("%q: %v, want code %q", c.names, err, c.code)
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.names, got, c.want)
		}
	}
}

// Of the downloads that are done the last ones stay listed, and no number is
// given twice.
func TestDownloadsThatAreDone(t *testing.T) {
	t.Parallel()
	l := downloads{folder: t.TempDir()}
	for i := range 3 * maxEnded {
		l.add(&download{want: wanted{root: share.Root{byte(i), byte(i >> 8), 1}}, state: api.DownloadDone})
	}
	if first := l.list[0].id; len(l.list) != maxEnded || first != 2*maxEnded+1 {
		t.Errorf("%d are listed, from %d on, want %d from %d on", len(l.list), first, maxEnded, 2*maxEnded+1)
	}
}

// A hit with a false size, which any neighbour can send, takes nothing from a
// download that has begun: not while it runs, not while it is paused, not after a
// restart, and not when the list does not know it.
func TestDownloadKeepsItsSize(t *testing.T) {
	t.Parallel()
	near, req, want, goOn := slowDownload(t)
	g := getBehind(t, near, req)
	g.begun(t)
	lie := req
	lie.Size++
	lie.Sources = []api.Source{{Peer: newPeer(t).String(), Addrs: []string{"/ip4/127.0.0.1/tcp/1"}}}
	refused := func(when string) {
		t.Helper()
		_, err := near.Get(t.Context(), lie, ignore)
		failed(t, err, api.CodeVerify)
		for _, size := range []int64{req.Size, lie.Size} {
			if !strings.Contains(err.Error(), strconv.FormatInt(size, 10)) {
				t.Errorf("%s: %q does not say the size %d", when, err, size)
			}
		}
	}
	refused("while it runs")
	paused, err := near.PauseDownloads(t.Context(), api.DownloadsRequest{IDs: []string{"all"}})
	if err != nil || paused.Downloads[0].Verified == 0 {
		t.Fatalf("PauseDownloads: %+v, %v", paused, err)
	}
	failed(t, <-g.ended, api.CodePaused)
	refused("while it is paused")
	near.downloads.mu.Lock()
	near.downloads.list = nil // as another process leaves it
	near.downloads.mu.Unlock()
	refused("when the list does not know it")
	if d := listed(t, near); d.Size != req.Size || d.Verified < paused.Downloads[0].Verified {
		t.Errorf("it is listed as %+v, want at least %d bytes of %d", d, paused.Downloads[0].Verified, req.Size)
	}
	goOn()
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, want)
	size := req.Size
	whole := &download{want: wanted{size: size}, state: api.DownloadDone, verified: size}
	failed(t, whole.refuseSize(&wanted{size: size + 1}), api.CodeVerify)
	if err := whole.refuseSize(&wanted{size: size}); err != nil {
		t.Errorf("a download that is done refuses its own size: %v", err)
	}
}

// A size that was made up by then and kept is not believed after a restart, where
// what is here proves another.
func TestKeptSizeIsNotBelieved(t *testing.T) {
	t.Parallel()
	d := &download{want: wanted{root: share.Root{7}, size: 11}}
	d.believe(share.Unfinished{Size: 10, Verified: 0})
	if d.want.size != 11 {
		t.Errorf("where nothing is verified it takes the size %d", d.want.size)
	}
	d.believe(share.Unfinished{Size: 10, Verified: 4})
	if d.want.size != 10 {
		t.Errorf("it keeps the size %d, want 10", d.want.size)
	}
}

// slowSource is a source that brings half of what it is asked for, and the rest
// once it is told to go on.
func slowSource(t *testing.T, far *Servent, size int64) (from api.Source, goOn func()) {
	on := make(chan struct{})
	goOn = sync.OnceFunc(func() { close(on) })
	t.Cleanup(goOn)
	return source(relay(t, far, func(to, from network.Stream) {
		io.CopyN(to, from, size/2)
		<-on
		io.Copy(to, from)
	})), goOn
}

// listed returns the only download of s.
func listed(t *testing.T, s *Servent) api.Download {
	t.Helper()
	list, err := s.Downloads(t.Context())
	if err != nil || len(list.Downloads) != 1 {
		t.Fatalf("Downloads: %+v, %v, want one", list, err)
	}
	return list.Downloads[0]
}

// A getter is a Get in a goroutine of its own.
type getter struct {
	progress chan api.Progress
	done     api.Done
	ended    chan error
	leave    context.CancelFunc
}

func getBehind(t *testing.T, s *Servent, req api.GetRequest) *getter {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	g := &getter{progress: make(chan api.Progress, 1000), ended: make(chan error, 1), leave: cancel}
	go func() {
		done, err := s.Get(ctx, req, func(p api.Progress) { g.progress <- p })
		g.done = done
		g.ended <- err
	}()
	return g
}

// begun returns when something is verified.
func (g *getter) begun(t *testing.T) api.Progress {
	t.Helper()
	for {
		select {
		case p := <-g.progress:
			if p.Verified > 0 {
				return p
			}
		case err := <-g.ended:
			t.Fatalf("it ended before it began: %v", err)
		}
	}
}

const slowSize = 4 << 20

// slowDownload returns a servent and what it can fetch half of.
func slowDownload(t *testing.T) (near *Servent, req api.GetRequest, want string, goOn func()) {
	dir := folder(t, map[string]int{"big.iso": slowSize})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	near = start(t, Config{Home: t.TempDir(), Connect: []string{addr(far)}})
	req = request(t, far, "big.iso")
	slow, goOn := slowSource(t, far, slowSize)
	req.Sources = []api.Source{slow}
	return near, req, filepath.Join(dir, "big.iso"), goOn
}

// A get that waits is told of the pause; resumed, the download goes on from where
// it was, and a get waits for it again.
func TestDownloadPausedAndResumed(t *testing.T) {
	t.Parallel()
	near, req, want, goOn := slowDownload(t)
	g := getBehind(t, near, req)
	id := g.begun(t).ID
	if d := listed(t, near); d.State != api.DownloadRunning || d.ID != id || d.Name != "big.iso" || d.Size != slowSize || len(d.Sources) != 1 {
		t.Errorf("listed as %+v", d)
	}
	names := api.DownloadsRequest{IDs: []string{req.Root[:8]}}
	paused, err := near.PauseDownloads(t.Context(), names)
	if err != nil || len(paused.Downloads) != 1 || paused.Downloads[0].State != api.DownloadPaused {
		t.Fatalf("PauseDownloads: %+v, %v", paused, err)
	}
	failed(t, <-g.ended, api.CodePaused)
	before := paused.Downloads[0].Verified
	if before == 0 || before >= slowSize {
		t.Errorf("paused with %d bytes of %d", before, slowSize)
	}
	if again, err := near.PauseDownloads(t.Context(), names); err != nil || again.Downloads[0].State != api.DownloadPaused {
		t.Errorf("paused twice: %+v, %v", again, err)
	}
	if _, err := near.ResumeDownloads(t.Context(), api.DownloadsRequest{IDs: []string{"all"}}); err != nil {
		t.Fatal(err)
	}
	g = getBehind(t, near, req)
	if p := g.begun(t); p.Verified < before || !p.Shared || p.ID != id {
		t.Errorf("went on with %+v, want at least %d bytes, shared, of download %d", p, before, id)
	}
	g.leave() // it goes on all the same
	failed(t, <-g.ended, api.CodeInterrupt)
	goOn()
	g = getBehind(t, near, req)
	if err := <-g.ended; err != nil {
		var told *api.Error // it was done before the get began
		if !errors.As(err, &told) || told.Code != api.CodeExists {
			t.Fatal(err)
		}
	}
	eventually(t, "the file is there", func() bool { _, err := os.Stat(filepath.Join(near.cfg.Downloads, "big.iso")); return err == nil })
	same(t, filepath.Join(near.cfg.Downloads, "big.iso"), want)
}

// Two gets of one file share its download; one that leaves does not take it from
// the other, the last one pauses it.
func TestDownloadShared(t *testing.T) {
	t.Parallel()
	near, req, want, goOn := slowDownload(t)
	first := getBehind(t, near, req)
	first.begun(t)
	second := getBehind(t, near, req)
	second.begun(t)
	elsewhere := req
	elsewhere.Output = t.TempDir()
	_, err := near.Get(t.Context(), elsewhere, ignore)
	failed(t, err, api.CodeBusy)

	first.leave()
	failed(t, <-first.ended, api.CodeInterrupt)
	if d := listed(t, near); d.State != api.DownloadRunning {
		t.Errorf("when the first of two has left it is %s", d.State)
	}
	second.leave()
	failed(t, <-second.ended, api.CodeInterrupt)
	if d := listed(t, near); d.State != api.DownloadPaused || d.Verified == 0 {
		t.Errorf("when both have left: %+v, want it paused", d)
	}
	goOn()
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, want)
	if d := listed(t, near); d.State != api.DownloadDone || d.Verified != slowSize || d.Path != done.Path {
		t.Errorf("in the end: %+v", d)
	}
	for what, call := range map[string]func(context.Context, api.DownloadsRequest) (api.DownloadList, error){
		"pause": near.PauseDownloads, "resume": near.ResumeDownloads,
	} {
		_, err := call(t.Context(), api.DownloadsRequest{IDs: []string{req.Root}})
		t.Log(what)
		failed(t, err, api.CodeBusy)
	}
	if _, err := near.CancelDownloads(t.Context(), api.DownloadsRequest{IDs: []string{req.Root}}); err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, want) // of one that is done the file stays
	if list, err := near.Downloads(t.Context()); err != nil || len(list.Downloads) != 0 {
		t.Errorf("listed still: %+v, %v", list, err)
	}
}

// Cancelled, nothing is left; of the others nothing is touched.
func TestDownloadCancelled(t *testing.T) {
	t.Parallel()
	near, req, _, _ := slowDownload(t)
	g := getBehind(t, near, req)
	g.begun(t)
	notes := filepath.Join(near.cfg.Partial, "notes.part")
	if err := os.WriteFile(notes, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := near.CancelDownloads(t.Context(), api.DownloadsRequest{IDs: []string{req.Root, "77"}}); err == nil {
		t.Error("one that is not there is cancelled")
	}
	if d := listed(t, near); d.State != api.DownloadRunning {
		t.Errorf("where one name was wrong, the other is %s", d.State)
	}
	list, err := near.CancelDownloads(t.Context(), api.DownloadsRequest{IDs: []string{"all"}})
	if err != nil || len(list.Downloads) != 1 || list.Downloads[0].State != api.DownloadCancelled || list.Downloads[0].Verified == 0 {
		t.Errorf("CancelDownloads: %+v, %v", list, err)
	}
	failed(t, <-g.ended, api.CodeCancelled)
	left, err := os.ReadDir(near.cfg.Partial)
	if err != nil || len(left) != 1 || left[0].Name() != "notes.part" {
		t.Errorf("left in the partial folder: %v, %v", left, err)
	}
	if list, err := near.Downloads(t.Context()); err != nil || len(list.Downloads) != 0 {
		t.Errorf("listed still: %+v, %v", list, err)
	}
}

// A download that nobody waits for says in the list why it waits; of one that
// came to nothing and whose get was told so, nothing is listed.
func TestDownloadFailed(t *testing.T) {
	t.Parallel()
	near := start(t, Config{Home: t.TempDir()})
	gone := api.Source{Peer: newPeer(t).String(), Addrs: []string{"/ip4/127.0.0.1/tcp/1"}}
	req := api.GetRequest{Root: strings.Repeat("ab", 32), Size: 1000, Name: "x", Sources: []api.Source{gone}}
	_, err := near.Get(t.Context(), req, ignore)
	failed(t, err, api.CodeUnfinished)
	if list, err := near.Downloads(t.Context()); err != nil || len(list.Downloads) != 0 {
		t.Errorf("after a get of nothing: %+v, %v", list, err)
	}
	if _, err := near.StartDownload(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it waits", func() bool { return listed(t, near).State == api.DownloadWaiting })
	if d := listed(t, near); !strings.Contains(d.Reason, "cannot be reached") {
		t.Errorf("it waits because %q", d.Reason)
	}
	if err := os.WriteFile(filepath.Join(near.cfg.Downloads, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = near.StartDownload(t.Context(), req)
	failed(t, err, api.CodeExists)
}

// What another process fetches can be seen and not touched; what it leaves can.
func TestDownloadOfAnotherProcess(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	partial := filepath.Join(home, PartialFolder)
	if err := os.Mkdir(partial, 0o700); err != nil {
		t.Fatal(err)
	}
	root := strings.Repeat("ab", 32)
	if err := os.WriteFile(filepath.Join(partial, root+".part"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	lock := flock.New(filepath.Join(partial, root+".pieces"))
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	near, stop := launch(t, Config{Home: home})
	t.Cleanup(stop)
	if d := listed(t, near); d.State != api.DownloadRunning || d.Root != root {
		t.Errorf("while it is fetched: %+v", d)
	}
	id := api.DownloadsRequest{IDs: []string{"1"}}
	for _, call := range []func(context.Context, api.DownloadsRequest) (api.DownloadList, error){
		near.PauseDownloads, near.ResumeDownloads, near.CancelDownloads,
	} {
		_, err := call(t.Context(), id)
		failed(t, err, api.CodeBusy)
	}
	gone := api.Source{Peer: newPeer(t).String()}
	_, err := near.Get(t.Context(), api.GetRequest{Root: root, Size: 1 << 20, Sources: []api.Source{gone}}, ignore)
	failed(t, err, api.CodeBusy)
	if d := listed(t, near); d.State != api.DownloadRunning || d.ID != 1 {
		t.Errorf("after a get of it: %+v", d)
	}
	if list, err := near.CancelDownloads(t.Context(), api.DownloadsRequest{IDs: []string{"all"}}); err != nil || len(list.Downloads) != 0 {
		t.Errorf("all: %+v, %v", list, err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if d := listed(t, near); d.State != api.DownloadPaused || d.ID != 1 {
		t.Errorf("when it is left: %+v", d)
	}
	_, err = CancelHomeDownloads(home, []string{root})
	failed(t, err, api.CodeBusy) // what it removed the servent would write again
	if d := listed(t, near); d.State != api.DownloadPaused {
		t.Errorf("cancelled behind the servent's back: %+v", d)
	}
	stop()
	list, err := CancelHomeDownloads(home, []string{root})
	if err != nil || len(list.Downloads) != 1 {
		t.Errorf("cancelled without a servent: %+v, %v", list, err)
	}
	if left, err := os.ReadDir(partial); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Of two files that are to get one name, and of a file that is not to be replaced by
// a download that runs, the second request is refused before any byte has come.
func TestDownloadsToOnePlace(t *testing.T) {
	t.Parallel()
	near, req, want, goOn := slowDownload(t)
	g := getBehind(t, near, req)
	id := g.begun(t).ID
	dest := listed(t, near).Path
	other := api.GetRequest{Root: strings.Repeat("ab", 32), Size: 1000, Name: "big.iso", Sources: req.Sources}
	_, err := near.StartDownload(t.Context(), other)
	failed(t, err, api.CodeBusy)
	if !strings.Contains(err.Error(), dest) {
		t.Errorf("%q does not say which place", err)
	}
	if err := os.WriteFile(dest, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	req.Overwrite = true
	_, err = near.Get(t.Context(), req, ignore)
	failed(t, err, api.CodeBusy)
	if _, err := near.PauseDownloads(t.Context(), api.DownloadsRequest{IDs: []string{strconv.Itoa(id)}}); err != nil {
		t.Fatal(err)
	}
	failed(t, <-g.ended, api.CodePaused)
	goOn()
	if _, err := near.Get(t.Context(), req, ignore); err != nil {
		t.Fatal(err)
	}
	same(t, dest, want)
}

// What is here already is told of, and copied where it is wanted, also for those who
// leave the download to the servent.
func TestStartDownloadOfWhatIsHere(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"big.iso": slowSize})
	s := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{dir}}))
	req := request(t, s, "big.iso")
	for output, path := range map[string]string{"": filepath.Join(dir, "big.iso"), t.TempDir(): ""} {
		if req.Output = output; output != "" {
			path = filepath.Join(output, "big.iso")
		}
		for range 2 {
			d, err := s.StartDownload(t.Context(), req)
			if err != nil || d.State != api.DownloadDone || d.ID != 0 || d.Path != path || d.Size != slowSize {
				t.Fatalf("to %q: %+v, %v, want it done at %s", output, d, err, path)
			}
			same(t, path, filepath.Join(dir, "big.iso"))
		}
	}
	if list, err := s.Downloads(t.Context()); err != nil || len(list.Downloads) != 0 {
		t.Errorf("listed: %+v, %v, want nothing", list, err)
	}
}
