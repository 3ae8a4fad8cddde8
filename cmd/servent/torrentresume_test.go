package main

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"servent/servent"
	"servent/servent/api"
)

// torrentFiles are those of the folder that the tests here share as a torrent.
var torrentFiles = map[string]int{"disk 1.img": 20 << 20, "disk 2.img": 10<<20 + 12345, "docs/README": 1, "docs/empty": 0}

// torrentSource starts a servent that speaks BitTorrent and is held back. It
// shares a folder as a torrent, and link leads to that and to nobody else.
func torrentSource(t *testing.T) (home, folder, link string) {
	t.Helper()
	home, dir := t.TempDir(), t.TempDir()
	folder = filepath.Join(dir, "SEBLINUX")
	for name, size := range torrentFiles {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, randomBytes(size, uint64(size)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := startTest(t, home, dir, "--up", heldBack, "--bittorrent", "127.0.0.1:0")
	link = strings.TrimSpace(command(t, "torrent", folder, "-o", filepath.Join(dir, "x.torrent"), "--magnet", "--home", home))
	if link == "" || p.ready.BitTorrent == "" {
		t.Fatalf("no way to the torrent: %q at %q", link, p.ready.BitTorrent)
	}
	return home, folder, link + "&x.pe=" + url.QueryEscape(p.ready.BitTorrent)
}

// theDownload returns the only download of a home, as the command lists it.
func theDownload(t *testing.T, home string) api.Download {
	t.Helper()
	var list api.DownloadList
	out := command(t, "downloads", "list", "--json", "--home", home)
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Downloads) != 1 {
		t.Fatalf("downloads list: %q, %v; want one", out, err)
	}
	return list.Downloads[0]
}

// wantTorrent fails unless the whole folder came, and nothing beside it.
func wantTorrent(t *testing.T, home, folder string) {
	t.Helper()
	got := filepath.Join(home, servent.DownloadsFolder, filepath.Base(folder))
	for name := range torrentFiles {
		sameFile(t, filepath.Join(got, filepath.FromSlash(name)), filepath.Join(folder, filepath.FromSlash(name)))
	}
	left, err := os.ReadDir(filepath.Join(home, servent.PartialFolder))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the partial folder: %v, %v", left, err)
	}
}

// TestTorrentGetKilled kills a get of a torrent: it is listed where no servent
// runs, the same get goes on from what is recorded, and what is cancelled is gone.
func TestTorrentGetKilled(t *testing.T) {
	t.Parallel()
	sourceHome, folder, link := torrentSource(t)
	size := int64(0)
	for _, n := range torrentFiles {
		size += int64(n)
	}
	home := t.TempDir()
	killPartly := func() api.Download {
		t.Helper()
		g := startGet(t, link, "--home", home)
		p, ok := g.next(t)
		for ok && p.Verified < size/4 {
			p, ok = g.next(t)
		}
		if !ok || p.Verified >= size {
			t.Fatalf("no progress in the middle: %+v, stderr %s", p, &g.talk)
		}
		g.cmd.Process.Kill()
		g.finish(t)
		d := theDownload(t, home)
		if d.State != api.DownloadPaused || d.Name != filepath.Base(folder) || d.Size != size || d.Verified == 0 || d.Verified > size {
			t.Fatalf("listed as %+v; want it paused, of %d bytes", d, size)
		}
		return d
	}
	killPartly()
	command(t, "downloads", "cancel", "1", "--home", home)
	if left, err := os.ReadDir(filepath.Join(home, servent.PartialFolder)); err != nil || len(left) > 0 {
		t.Errorf("left after it was cancelled: %v, %v", left, err)
	}
	before := killPartly()
	letGo(t, sourceHome)
	g := startGet(t, link, "--home", home)
	if p, ok := g.next(t); !ok || p.Verified < before.Verified {
		t.Errorf("went on from byte %d, want at least %d; stderr: %s", p.Verified, before.Verified, &g.talk)
	}
	if _, code := g.finish(t); code != exitDone {
		t.Fatalf("exit code %d, want 0; stderr: %s", code, &g.talk)
	}
	wantTorrent(t, home, folder)
}

// TestTorrentUpKilled kills a servent that fetches a torrent: the next one on its
// home goes on by itself, unless the download was paused.
func TestTorrentUpKilled(t *testing.T) {
	t.Parallel()
	sourceHome, folder, link := torrentSource(t)
	home := t.TempDir()
	start := func() *process {
		t.Helper()
		p, err := startUp(home, home)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.kill)
		return p
	}
	p := start()
	command(t, "get", link, "--detach", "--home", home)
	awaitDownload(t, home, "partly there", isPartly)
	command(t, "downloads", "pause", "1", "--home", home)
	command(t, "downloads", "priority", "1", "high", "--home", home)
	p.kill()

	before := theDownload(t, home)
	if before.State != api.DownloadPaused || !isPartly(before) {
		t.Fatalf("where no servent runs: %+v; want it paused", before)
	}
	p = start()
	if d := theDownload(t, home); d.State != api.DownloadPaused || d.Priority != api.PriorityHigh || d.Verified != before.Verified {
		t.Fatalf("after a restart: %+v; want it paused at %d bytes, of high priority", d, before.Verified)
	}
	command(t, "downloads", "resume", "1", "--home", home)
	awaitDownload(t, home, "going on", func(d api.Download) bool { return d.Verified > before.Verified })
	p.kill()

	before = theDownload(t, home)
	letGo(t, sourceHome)
	start()
	d := awaitDownload(t, home, "done", func(d api.Download) bool {
		if d.State == api.DownloadRunning && d.Answering > 0 && d.Verified < before.Verified {
			t.Errorf("went on from byte %d, want at least %d", d.Verified, before.Verified)
		}
		return isDone(d)
	})
	if d.Verified != d.Size {
		t.Errorf("done: %+v", d)
	}
	wantTorrent(t, home, folder)
}
