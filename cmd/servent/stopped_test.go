//go:build kill

package main

import (
	"syscall"
	"testing"
	"time"

	"servent/servent/api"
)

// stoppedFor is longer than a download waits for a source, and a link for its
// neighbour.
const stoppedFor = 45 * time.Second

// TestStoppedNotKilled stops a servent in the middle of a download, as Ctrl-Z
// does, until nobody expects it back. It goes on by itself.
func TestStoppedNotKilled(t *testing.T) {
	sourceHome, dir, source := bigSource(t)
	home := t.TempDir()
	p := beginDetached(t, home, source)
	awaitDownload(t, home, "partly there", func(d api.Download) bool { return isPartly(d) && d.Verified < d.Size/2 })
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	<-time.After(stoppedFor) // the fault itself, not a wait for an event
	letGo(t, sourceHome)
	begin := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	awaitDownload(t, home, "done", isDone)
	t.Logf("stopped for %v, done %.1f s after", stoppedFor, time.Since(begin).Seconds())
	cameWhole(t, home, dir)
}
