package servent

import (
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"servent/servent/api"
)

// patience is how long a test waits for an event before it gives up.
const patience = 20 * time.Second

// loopback is a free port that nobody else can reach.
var loopback = []string{"/ip4/127.0.0.1/tcp/0"}

// start runs a servent on loopback, without discovery, until the test ends.
func start(t testing.TB, cfg Config) *Servent {
	t.Helper()
	cfg.NoDiscovery = true
	if cfg.Listen == nil {
		cfg.Listen = loopback
	}
	return run(t, cfg)
}

// run runs a servent until the test ends.
func run(t testing.TB, cfg Config) *Servent {
	t.Helper()
	s, stop := launch(t, cfg)
	t.Cleanup(stop)
	return s
}

// launch runs a servent until stop is called, which waits for its end. It is
// ready.
func launch(t testing.TB, cfg Config) (s *Servent, stop func()) {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	select {
	case <-s.Ready():
	case err := <-ended:
		ended <- err
		t.Fatalf("Run ended before it was ready: %v", err)
	case <-time.After(patience):
		t.Fatal("not ready in time")
	}
	return s, stop
}

// ready waits until everything that s shares is findable.
func ready(t testing.TB, s *Servent) *Servent {
	t.Helper()
	select {
	case <-s.collection.Ready():
	case <-time.After(patience):
		t.Fatal("the library is not ready in time")
	}
	return s
}

// eventually waits for what no event tells of.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	late := time.After(patience)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// linked waits until s has n links.
func linked(t testing.TB, s *Servent, n int) {
	t.Helper()
	eventually(t, "links", func() bool {
		links, err := s.Peers(t.Context())
		return err == nil && len(links) == n
	})
}

// addr is where others reach s.
func addr(s *Servent) string { return s.listenAddrs()[0] }

// folder makes a folder of files, some in folders below it, with the sizes given
// and seeded bytes.
func folder(t testing.TB, sizes map[string]int) string {
	t.Helper()
	dir := t.TempDir()
	for name, size := range sizes {
		b := make([]byte, size)
		src := rand.NewChaCha8(sha256.Sum256([]byte(name)))
		src.Read(b)
		at := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, b, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// find returns what s finds, by name.
func find(t testing.TB, s *Servent, words string, ttl int) (map[string]api.Hit, api.Summary) {
	t.Helper()
	hits := map[string]api.Hit{}
	summary, err := s.Search(t.Context(), api.SearchRequest{Words: words, TTL: ttl}, func(h api.Hit) { hits[h.Name] = h })
	if err != nil {
		t.Fatal(err)
	}
	return hits, summary
}

func TestSearchAndGetOverALine(t *testing.T) {
	dir := folder(t, map[string]int{"SEBLINUX-1.iso": 3 << 20, "notes.txt": 100, "empty SEBLINUX": 0})
	far := ready(t, start(t, Config{Home: t.TempDir(), Shares: []string{dir}}))
	middle := start(t, Config{Connect: []string{addr(far)}})
	near := start(t, Config{Home: t.TempDir(), Connect: []string{addr(middle)}})

	if hits, _ := find(t, near, "seblinux", 1); len(hits) != 0 {
		t.Errorf("TTL 1 over two links: got %v, want nothing", hits)
	}
	hits, summary := find(t, near, "seblinux", 2)
	hit := hits["SEBLINUX-1.iso"]
	if len(hits) != 2 || summary.Hits != 2 || summary.Sources != 1 || hit.Sources[0].Hops != 2 {
		t.Fatalf("TTL 2 over two links: got %v, %+v, want two files of a source two links away", hits, summary)
	}
	done, err := near.Get(t.Context(), api.GetRequest{Root: hit.Root, Size: hit.Size, Name: hit.Name, Sources: hit.Sources}, func(api.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, "SEBLINUX-1.iso"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(done.Path)
	if err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(got) != sha256.Sum256(want) {
		t.Error("the file fetched differs from the file shared")
	}
}

// ours returns the stacks of the goroutines that run code of this package for
// a servent, and not for a test.
func ours() (stacks []string) {
	b := make([]byte, 16<<20)
	for stack := range strings.SplitSeq(string(b[:runtime.Stack(b, true)]), "\n\n") {
		if strings.Contains(stack, "servent/servent.(*") && !strings.Contains(stack, "_test.go") {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// Nothing of a servent runs once Run has returned. It runs alone, before the
// parallel tests.
func TestRunLeavesNoGoroutine(t *testing.T) {
	dir := folder(t, map[string]int{"SEBLINUX.iso": 100_000})
	far, stopFar := launch(t, Config{Home: t.TempDir(), Shares: []string{dir}, Web: "127.0.0.1:0", NoDiscovery: true, Listen: loopback})
	near, stopNear := launch(t, Config{Home: t.TempDir(), NoDiscovery: true, Listen: loopback, Connect: []string{addr(ready(t, far))}})
	h := rawHost(t, far)
	half := rawStream(t, h, far) // a handshake that never goes on
	if _, err := half.Write([]byte("GNUTELLA")); err != nil {
		t.Fatal(err)
	}
	if len(finds(t, near, "seblinux")) != 1 {
		t.Fatal("nothing found")
	}
	if _, err := near.Get(t.Context(), request(t, far, "SEBLINUX.iso"), ignore); err != nil {
		t.Fatal(err)
	}
	searching := make(chan error, 1)
	go func() {
		_, err := near.Search(context.Background(), api.SearchRequest{Words: "nothing at all", Timeout: time.Hour}, func(api.Hit) {})
		searching <- err
	}()
	eventually(t, "the search has begun", func() (begun bool) {
		near.call(t.Context(), func() { begun = len(near.searches) > 0 })
		return begun
	})
	if len(ours()) == 0 {
		t.Fatal("no goroutine is seen while two servents run")
	}
	stopNear()
	stopFar()
	select {
	case <-searching:
	case <-time.After(patience):
		t.Error("a search outlives the servent")
	}
	eventually(t, "the goroutines have ended", func() bool { return len(ours()) == 0 })
	for _, s := range []*Servent{near, far} {
		if _, err := s.Status(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("Status after the end: got %v, want ErrClosed", err)
		}
		_, err := s.Get(t.Context(), api.GetRequest{Root: strings.Repeat("ab", 32), Size: -1}, ignore)
		if err == nil {
			t.Error("Get after the end succeeds")
		}
	}
}

// A servent that is never run is closed, and answers nobody.
func TestServentThatNeverRuns(t *testing.T) {
	s, err := New(Config{Listen: loopback})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Status(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Status: got %v, want ErrClosed", err)
	}
	if _, err := s.Get(t.Context(), api.GetRequest{Root: strings.Repeat("ab", 32), Size: -1}, ignore); err == nil {
		t.Error("Get succeeds")
	}
	if err := s.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}

// Run fails where it cannot serve, and lets go of the home.
func TestRunWithoutItsPage(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s, err := New(Config{Home: home, Listen: loopback, NoDiscovery: true, Web: "192.0.2.1:80"})
	if err != nil {
		return // refused even earlier
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "192.0.2.1:80") {
		t.Errorf("got %v, want an error that names the address", err)
	}
	again, err := New(Config{Home: home, Listen: loopback})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// A servent runs once, and not after its end.
func TestRunOnce(t *testing.T) {
	t.Parallel()
	s, stop := launch(t, Config{Listen: loopback, NoDiscovery: true})
	if err := s.Run(t.Context()); err == nil {
		t.Error("it ran twice at once")
	}
	stop()
	if err := s.Run(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("after its end: got %v, want ErrClosed", err)
	}
	closed, err := New(Config{Listen: loopback, NoDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Error(err)
	}
	if err := closed.Run(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: got %v, want ErrClosed", err)
	}
}
