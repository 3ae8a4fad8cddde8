//go:build netns

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"servent/servent"
	"servent/servent/api"
)

// mounted mounts a file system in memory of so many bytes as a new folder. It
// needs root.
func mounted(t *testing.T, dir string, size string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("mount a file system of %s: %v (this suite needs root)", size, err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// enlarge gives a file system of mounted another size.
func enlarge(t *testing.T, dir, size string) {
	t.Helper()
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size="+size); err != nil {
		t.Fatal(err)
	}
}

// TestLANDiskFull has the disk of the partial files run full under "servent get":
// exit code 6, and what came is kept. With room the same command ends it.
func TestLANDiskFull(t *testing.T) {
	sourceHome, dir, source := bigSource(t)
	letGo(t, sourceHome)
	home := t.TempDir()
	partial := filepath.Join(home, servent.PartialFolder)
	mounted(t, partial, "12m")
	flags := []string{"--connect", source.ready.Addrs[0]}
	command(t, append([]string{"search", "big", "--home", home, "--no-discovery"}, flags...)...)
	code, talk := getCode(home, flags...)
	if code != exitDiskFull || !strings.Contains(talk, "go on with: servent get ") {
		t.Fatalf("got exit code %d, want %d; it said: %s", code, exitDiskFull, talk)
	}
	if list := command(t, "downloads", "list", "--json", "--home", home); !strings.Contains(list, `"state":"paused"`) || strings.Contains(list, `"verified":0,`) {
		t.Errorf("downloads: got %s, want one that is paused, with verified bytes", list)
	}
	enlarge(t, partial, "64m")
	if code, talk := getCode(home, flags...); code != exitDone {
		t.Fatalf("with room: got exit code %d; it said: %s", code, talk)
	}
	cameWhole(t, home, dir)
}

// TestLANDiskFullDetached has it run full under a servent, which says so and goes
// on by itself once there is room: of the partial files, and of the finished one.
func TestLANDiskFullDetached(t *testing.T) {
	for _, folder := range []string{servent.PartialFolder, servent.DownloadsFolder} {
		t.Run(folder, func(t *testing.T) {
			sourceHome, dir, source := bigSource(t)
			letGo(t, sourceHome)
			home := t.TempDir()
			full := filepath.Join(home, folder)
			mounted(t, full, "12m")
			beginDetached(t, home, source)
			d := awaitDownload(t, home, "paused", func(d api.Download) bool { return d.State == api.DownloadPaused })
			if !strings.Contains(d.Reason, "the disk is full") || !strings.Contains(d.Reason, full) || d.Verified == 0 {
				t.Errorf("paused: got %+v, want a reason that tells of the full disk, and verified bytes", d)
			}
			enlarge(t, full, "128m")
			awaitDownload(t, home, "done", isDone)
			cameWhole(t, home, dir)
		})
	}
}

// TestLANDownloadsElsewhere has finished files go to another file system than the
// one of the home.
func TestLANDownloadsElsewhere(t *testing.T) {
	sourceHome, dir, source := bigSource(t)
	letGo(t, sourceHome)
	home, elsewhere := t.TempDir(), t.TempDir()
	mounted(t, elsewhere, "64m")
	beginDetached(t, home, source, "--downloads", elsewhere)
	awaitDownload(t, home, "done", isDone)
	sameFile(t, filepath.Join(elsewhere, "big.bin"), filepath.Join(dir, "big.bin"))
	left, err := os.ReadDir(elsewhere)
	if err != nil || len(left) != 1 {
		t.Errorf("beside the file: %v, %v", left, err)
	}
}

// getCode runs "servent get 1" on a home without a servent, and returns its exit
// code and what it said.
func getCode(home string, args ...string) (code int, talk string) {
	out, err := exec.Command("servent", append([]string{"get", "1", "--home", home, "--no-discovery"}, args...)...).CombinedOutput()
	return exitCode(err), string(out)
}
