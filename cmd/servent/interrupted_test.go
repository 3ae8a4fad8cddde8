package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"servent/servent"
	"servent/servent/api"
)

// interruptedFor bounds how long a download that was disturbed may take.
const interruptedFor = 90 * time.Second

// awaitDownload waits until the one download of the servent on home is as holds
// says.
func awaitDownload(t *testing.T, home, what string, holds func(api.Download) bool) api.Download {
	t.Helper()
	client, err := api.Dial(home)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), interruptedFor)
	defer cancel()
	var list api.DownloadList
	for _, err := range client.Events(ctx, api.EventDownload, api.EventTransfer) {
		if err == nil {
			list, err = client.Downloads(ctx)
		}
		if err != nil {
			t.Fatalf("not %s: %v; downloads: %+v", what, err, list.Downloads)
		}
		if len(list.Downloads) == 1 && holds(list.Downloads[0]) {
			return list.Downloads[0]
		}
	}
	t.Fatalf("not %s: the servent ended", what)
	return api.Download{}
}

func isPartly(d api.Download) bool { return d.Verified > 0 && d.Verified < d.Size }
func isDone(d api.Download) bool   { return d.State == api.DownloadDone }

// beginDetached starts a servent on home that is linked to a source, and has it
// download big.bin by itself until it has a part of it.
func beginDetached(t *testing.T, home string, source *process, args ...string) *process {
	t.Helper()
	p, err := startUp(home, home, append([]string{"--connect", source.ready.Addrs[0]}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	command(t, "search", "big", "--home", home)
	command(t, "get", "1", "--detach", "--home", home)
	return p
}

// cameWhole compares what came with what was shared.
func cameWhole(t *testing.T, home, dir string) {
	t.Helper()
	sameFile(t, filepath.Join(home, servent.DownloadsFolder, "big.bin"), filepath.Join(dir, "big.bin"))
}

// TestUpKilledGoesOn kills a servent while it downloads: the next one on the home
// goes on by itself.
func TestUpKilledGoesOn(t *testing.T) {
	sourceHome, dir, source := bigSource(t)
	home := t.TempDir()
	p := beginDetached(t, home, source)
	awaitDownload(t, home, "partly there", isPartly)
	p.kill()
	letGo(t, sourceHome)
	p, err := startUp(home, home, "--connect", source.ready.Addrs[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	awaitDownload(t, home, "done", isDone)
	cameWhole(t, home, dir)
}

// TestSourceMoves restarts the source of a download in the middle of it, on
// another port: who downloads goes on once they are linked again.
func TestSourceMoves(t *testing.T) {
	sourceHome, dir, source := bigSource(t)
	home := t.TempDir()
	p := beginDetached(t, home, source)
	awaitDownload(t, home, "partly there", isPartly)
	source.kill()
	moved := startTest(t, sourceHome, dir, "--connect", p.ready.Addrs[0])
	if moved.ready.Peer != source.ready.Peer || moved.ready.Addrs[0] == source.ready.Addrs[0] {
		t.Fatalf("the source is %v, was %v: want the same one elsewhere", moved.ready, source.ready)
	}
	awaitDownload(t, home, "done", isDone)
	cameWhole(t, home, dir)
}

// overwrite writes other bytes into a file, as an editor does that keeps its
// length.
func overwrite(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(randomBytes(bigFile, 2), 0)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestSourceOverwritten writes over the file at its source in the middle of a
// download. Another source brings the rest; without one the exit code is 5, and
// nothing lies under the finished name.
func TestSourceOverwritten(t *testing.T) {
	for _, sources := range []int{1, 2} {
		t.Run(map[int]string{1: "alone", 2: "of two"}[sources], func(t *testing.T) {
			home, whole := t.TempDir(), t.TempDir()
			var homes, dirs, flags []string
			for range sources {
				home, dir, source := bigSource(t)
				homes, dirs = append(homes, home), append(dirs, dir)
				flags = append(flags, "--connect", source.ready.Addrs[0])
			}
			if err := os.WriteFile(filepath.Join(whole, "big.bin"), randomBytes(bigFile, 1), 0o600); err != nil {
				t.Fatal(err)
			}
			command(t, append([]string{"search", "big", "--home", home, "--no-discovery"}, flags...)...)
			g := startGet(t, append([]string{"1", "--home", home}, flags...)...)
			p, ok := g.next(t)
			for ok && p.Verified == 0 {
				p, ok = g.next(t)
			}
			if !ok || p.Verified == bigFile {
				t.Fatalf("no progress in the middle: got %+v, stderr %s", p, &g.talk)
			}
			overwrite(t, filepath.Join(dirs[0], "big.bin"))
			for _, home := range homes {
				letGo(t, home)
			}
			_, code := g.finish(t)
			if sources > 1 {
				if code != exitDone {
					t.Fatalf("got exit code %d, want 0; stderr: %s", code, &g.talk)
				}
				cameWhole(t, home, whole)
				return
			}
			if code != exitVerify {
				t.Errorf("got exit code %d, want %d; stderr: %s", code, exitVerify, &g.talk)
			}
			if _, err := os.Lstat(filepath.Join(home, servent.DownloadsFolder, "big.bin")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("there is something under the finished name: %v", err)
			}
		})
	}
}
