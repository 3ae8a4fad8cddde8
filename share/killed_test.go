package share

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestKilled: a process that is killed while it hashes leaves a catalogue that
// needs no repair, and what it hashed until a moment before is not hashed again.
func TestKilled(t *testing.T) {
	t.Parallel()
	const files, size, home = 3000, 2000, "SHARE_TEST_KILLED"
	if dir := os.Getenv(home); dir != "" { // the one that is killed
		c, err := Open(CollectionConfig{Catalog: filepath.Join(dir, "catalog.db")})
		must(t, err)
		c.saver.every = 10 * time.Millisecond
		must(t, c.AddFolder(filepath.Join(dir, "files")))
		must(t, c.Rescan(t.Context()))
		select {}
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, os.Mkdir(filepath.Join(dir, "files"), 0o755))
	text := content(size)
	inParts(files, func(i int) {
		os.WriteFile(filepath.Join(dir, "files", time.Duration(i).String()), slices.Concat(text, []byte{byte(i), byte(i >> 8)}), 0o644)
	})
	cfg := CollectionConfig{Catalog: filepath.Join(dir, "catalog.db")}
	kept := 0
	for i := 0; kept == 0 || i < 4; i++ {
		child := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
		child.Env = append(os.Environ(), home+"="+dir)
		must(t, child.Start())
		time.AfterFunc(time.Duration(300+150*i)*time.Millisecond, func() { child.Process.Kill() })
		_ = child.Wait()
		c, err := Open(cfg)
		must(t, err)
		if r, mended := c.Repair(); mended {
			t.Fatalf("killed %d: %+v", i, r)
		}
		if got := len(c.catalog.records); got < kept {
			t.Fatalf("killed %d: %d records, there were %d", i, got, kept)
		} else {
			kept = got
		}
		must(t, c.Close())
	}
	c, err := Open(cfg)
	must(t, err)
	defer c.Close()
	must(t, c.Rescan(t.Context()))
	if got := c.Progress().Files; got != files-kept || c.Library().Len() != files {
		t.Errorf("%d files hashed and %d known before, of %d", got, kept, files)
	}
	t.Logf("%d of %d files were known after the last kill", kept, files)
}
