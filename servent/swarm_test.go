package servent

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"servent/servent/api"
	"servent/share"
)

// A lockedLog keeps what is logged.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// lines returns the lines that have all of the words.
func (l *lockedLog) lines(words ...string) (found []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		has := true
		for _, word := range words {
			has = has && strings.Contains(line, word)
		}
		if has {
			found = append(found, line)
		}
	}
	return found
}

// Of three sources one is killed and one lies: the file comes right, and the log
// names the liar and its block.
func TestDownloadFromThreeSources(t *testing.T) {
	t.Parallel()
	const size = 8 << 20
	dir := folder(t, map[string]int{"big.iso": size})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	var told lockedLog
	near := start(t, Config{Home: t.TempDir(), Log: slog.New(slog.NewTextHandler(&told, nil))})
	req := request(t, far, "big.iso")
	var dies host.Host
	dies = relay(t, far, func(to, from network.Stream) {
		io.CopyN(to, from, 100_000)
		go dies.Close() // for good
	})
	liar := relay(t, far, lie)
	honest := relay(t, far, func(to, from network.Stream) { io.Copy(to, from) })
	req.Sources = []api.Source{source(dies), source(liar), source(honest)}
	g := getBehind(t, near, req)
	if err := <-g.ended; err != nil {
		t.Fatal(err)
	}
	same(t, g.done.Path, filepath.Join(dir, "big.iso"))
	close(g.progress)
	news := map[string]api.SourceState{}
	for p := range g.progress {
		for _, one := range p.News {
			news[one.Peer] = one.State
		}
	}
	if len(news) != 2 || news[dies.ID().String()] != api.SourceLost || news[liar.ID().String()] != api.SourceBanned {
		t.Errorf("who waits was told %v", news)
	}
	banned := told.lines("level=WARN", "source banned", liar.ID().String(), "big.iso", "block ")
	if len(banned) != 1 {
		t.Errorf("of the liar the log says %q, want one line", banned)
	}
	for _, one := range listed(t, near).Sources {
		state := map[string]api.SourceState{dies.ID().String(): api.SourceLost, liar.ID().String(): api.SourceBanned, honest.ID().String(): api.SourceKnown}[one.Peer]
		if one.State != state || one.Received == 0 && state != api.SourceLost || one.Rate != 0 || (one.Reason == "") != (state == api.SourceKnown) {
			t.Errorf("a source is listed as %+v, want it %s", one, state)
		}
	}
	if others := told.lines("source banned"); len(others) != len(banned) {
		t.Errorf("banned: %q, want the liar alone", others)
	}
	if lost := told.lines("source lost", dies.ID().String()); len(lost) == 0 {
		t.Error("the log does not tell that a source was lost")
	}

	// What it sent of another file is not even looked at.
	_, err := near.Get(t.Context(), api.GetRequest{Root: strings.Repeat("ab", 32), Size: 1000, Sources: []api.Source{source(liar)}}, ignore)
	failed(t, err, api.CodeVerify)
}

// linkedToBig returns a servent that is linked to one that shares dir, which holds
// big.iso, and the request for that.
func linkedToBig(t *testing.T) (dir string, near *Servent, req api.GetRequest) {
	t.Helper()
	dir = folder(t, map[string]int{"big.iso": slowSize})
	far := ready(t, start(t, Config{Shares: []string{dir}}))
	near = start(t, Config{Home: t.TempDir(), Connect: []string{addr(far)}})
	eventually(t, "they are linked", func() bool { return len(peers(t, near)) == 1 })
	return dir, near, request(t, far, "big.iso")
}

// Where no source is left the network is asked at once, and who has the file now
// is fetched from.
func TestDownloadAsksForSources(t *testing.T) {
	t.Parallel()
	dir, near, req := linkedToBig(t)
	req.Sources = []api.Source{{Peer: newPeer(t).String(), Addrs: []string{"/ip4/127.0.0.1/tcp/1"}}}
	done, err := near.Get(t.Context(), req, ignore)
	if err != nil {
		t.Fatal(err)
	}
	same(t, done.Path, filepath.Join(dir, "big.iso"))
	if done.Sources != 1 {
		t.Errorf("it says %d sources, want 1", done.Sources)
	}
}

// A source that is back at another address is found by its peer ID, once it links
// to us.
func TestDownloadFromASourceThatIsBack(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]int{"big.iso": slowSize})
	home := t.TempDir()
	first, stop := launch(t, Config{Listen: loopback, NoDiscovery: true, Home: home, Shares: []string{dir}, UploadRate: 1 << 20})
	t.Cleanup(stop)
	ready(t, first)
	near := start(t, Config{Home: t.TempDir()})
	g := getBehind(t, near, request(t, first, "big.iso"))
	g.begun(t)
	stop()
	eventually(t, "it waits", func() bool { return listed(t, near).State == api.DownloadWaiting })
	start(t, Config{Home: home, Connect: []string{addr(near)}})
	if err := <-g.ended; err != nil {
		t.Fatal(err)
	}
	same(t, g.done.Path, filepath.Join(dir, "big.iso"))
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var l candidates
	heard := func(names ...string) (out []contact) {
		for _, name := range names {
			out = append(out, serventContact{info: peer.AddrInfo{ID: peer.ID(name)}})
		}
		return out
	}
	a, b := "a", "b"
	if !l.learn(now, heard(a, b)) || l.learn(now, heard(a)) || len(l) != 2 {
		t.Fatalf("%d are known, want 2", len(l))
	}
	for fails, want := range []time.Duration{1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 7: time.Minute, 8: time.Minute, 100: time.Minute} {
		if fails > 0 && want > 0 && (redialAfter(fails) < want*7/8 || redialAfter(fails) > want*9/8) {
			t.Errorf("after %d failures it waits %v, want about %v", fails, redialAfter(fails), want)
		}
	}
	l[0].joined = true
	if l[0].lose(now, fmt.Errorf("%w: x", share.ErrUnfinished)) || l.due(now) != l[1] || l.due(now.Add(2*time.Second)) != l[1] {
		t.Error("a source that was lost comes before one that was not")
	}
	if !l[1].lose(now, fmt.Errorf("%w: x", share.ErrLie)) || l.due(now.Add(time.Hour)) != l[0] {
		t.Error("a liar is not banned")
	}
	if l.useless() {
		t.Error("one that was lost is useless")
	}
	l[0].lose(now, fmt.Errorf("%w: %w", share.ErrVerify, share.ErrChanged))
	if !l.useless() || l.due(now.Add(changedRest-1)) != nil || l.due(now.Add(changedRest)) != l[0] {
		t.Error("one whose file changed is to rest")
	}
	for i := 1; i < maxDoubts; i++ {
		if l[0].lose(now, share.ErrVerify) {
			t.Errorf("banned after %d doubts, want %d", i, maxDoubts)
		}
	}
	if !l[0].lose(now, share.ErrVerify) {
		t.Errorf("not banned after %d doubts", maxDoubts)
	}
	for i := range 2 * maxCandidates {
		l.learn(now, heard(fmt.Sprint(i)))
	}
	if len(l) != maxCandidates {
		t.Errorf("%d are kept, want %d", len(l), maxCandidates)
	}
	l[5].lose(now, errors.New("gone"))
	if !l.learn(now, heard("last")) || l.named(peer.ID("last").String()) == nil || len(l) != maxCandidates {
		t.Error("one that is gone makes no room")
	}
}
