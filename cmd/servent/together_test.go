package main

import (
	"os"
	"path/filepath"
	"testing"

	"servent/servent"
	"servent/servent/api"
)

// TestThreeTogether has three processes download one file at once from one seeder
// whose upload is limited: they hear of each other from it and give each other what
// they have, so that it sends each byte less than twice.
func TestThreeTogether(t *testing.T) {
	t.Parallel()
	const downloaders, size = 3, 64 << 20
	home, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "big.bin"), randomBytes(size, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	seeder := startTest(t, home, dir, "--up", "8MiB/s")
	var homes []string
	for range downloaders {
		own := t.TempDir()
		command(t, "search", "big", "--home", own, "--no-discovery", "--connect", seeder.ready.Addrs[0])
		homes = append(homes, own)
	}
	var gets []*partialGet
	for _, own := range homes {
		gets = append(gets, startGet(t, "1", "--home", own, "--connect", seeder.ready.Addrs[0]))
	}
	for i, g := range gets {
		if _, code := g.finish(t); code != exitDone {
			t.Fatalf("downloader %d: exit code %d, stderr: %s", i, code, &g.talk)
		}
		sameFile(t, filepath.Join(homes[i], servent.DownloadsFolder, "big.bin"), filepath.Join(dir, "big.bin"))
	}
	client, err := api.Dial(home)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	status, err := client.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ratio := float64(status.Uploaded) / size
	t.Logf("%d downloaders of %d MiB together: the seeder sent %.1f MiB, %.2f times the file", downloaders, size>>20, float64(status.Uploaded)/(1<<20), ratio)
	if ratio >= 2 {
		t.Errorf("the seeder sent %.2f times the file, want less than 2", ratio)
	}
}
