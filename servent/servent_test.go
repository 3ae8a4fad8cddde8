package servent

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
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
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
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
	return s
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

// folder makes a folder of files with the sizes given and seeded bytes.
func folder(t testing.TB, sizes map[string]int) string {
	t.Helper()
	dir := t.TempDir()
	for name, size := range sizes {
		b := make([]byte, size)
		src := rand.NewChaCha8(sha256.Sum256([]byte(name)))
		src.Read(b)
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
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
