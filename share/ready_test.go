package share

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// makeFiles makes n files of a few bytes in folders of a hundred.
func makeFiles(t testing.TB, folder string, n int) {
	t.Helper()
	inParts(n, func(i int) {
		dir := filepath.Join(folder, fmt.Sprintf("Folder %04d", i/100))
		os.Mkdir(dir, 0o755)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("File %06d of a hundred.txt", i)), fmt.Appendf(nil, "file %d", i), 0o644); err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkReady100k: the time from opening a catalogue of 100,000 files to the
// end of the first scan, with nothing hashed; and what hashing them took before.
// "walk-ms" is the part that is not making entries and the Library.
func BenchmarkReady100k(b *testing.B) {
	const files = 100_000
	folder, err := filepath.EvalSymlinks(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	makeFiles(b, folder, files)
	cfg := CollectionConfig{Catalog: filepath.Join(b.TempDir(), "catalog.db")}
	c, err := Open(cfg)
	if err != nil {
		b.Fatal(err)
	}
	if err := c.AddFolder(folder); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := c.Rescan(b.Context()); err != nil || c.Library().Len() != files {
		b.Fatalf("%d files, %v", c.Library().Len(), err)
	}
	hashing := time.Since(start)
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
	var opening, scanning, walking time.Duration
	for b.Loop() {
		runtime.GC()
		start := time.Now()
		c, err := Open(cfg)
		if err != nil {
			b.Fatal(err)
		}
		opening += time.Since(start)
		start = time.Now()
		if err := c.Rescan(b.Context()); err != nil {
			b.Fatal(err)
		}
		scanning += time.Since(start)
		if p := c.Progress(); p.Files != 0 || c.Library().Len() != files {
			b.Fatalf("%d files hashed again, %d ready", p.Files, c.Library().Len())
		}
		start = time.Now()
		c.walk(b.Context(), scope{all: true})
		walking += time.Since(start)
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 / float64(b.N) }
	b.ReportMetric(files/hashing.Seconds(), "hashed-files/s")
	b.ReportMetric(ms(opening), "open-ms")
	b.ReportMetric(ms(walking), "walk-ms")
	b.ReportMetric(ms(scanning), "scan-ms")
	b.ReportMetric(ms(opening+scanning), "ready-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkCatalogMemory: what the catalogue of 100,000 files keeps in memory,
// with paths of 71 bytes.
func BenchmarkCatalogMemory(b *testing.B) {
	const files = 100_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		c := &catalog{records: map[string]*known{}, inodes: map[uint64]*known{}, users: map[Root]int{}, unsaved: newChanges()}
		for i := range files {
			path := fmt.Sprintf("/home/somebody/Public/Folder %04d/File %06d of a hundred thousand.txt", i/100, i)
			c.insert(&known{record: record{identity: identity{size: 100, inode: uint64(i + 1)}}, path: path})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/files, "B/file")
		runtime.KeepAlive(c)
	}
}
