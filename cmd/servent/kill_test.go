//go:build kill

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"servent/servent"
	"servent/servent/api"
	"servent/share"
)

const (
	kills       = 100
	killSeeders = 3
	killSize    = 2 << 30
	killRate    = 16 << 20 // bytes a second of each seeder

	// killBound is how many bytes one kill may make the seeders send again, all of
	// them together: what was on its way, what was put together in memory, and what
	// was written and not yet recorded.
	killBound = 16 << 20

	// killStart is about how long a downloader takes from its start until bytes come.
	killStart = 250 * time.Millisecond
	// killUntil is which part of the file the kills are spread over: the rest is
	// left for a download that ends.
	killUntil = 0.98
)

// A killed is the download of one file from several seeders, whose downloader is
// killed again and again.
type killed struct {
	t       *testing.T
	chance  *rand.Rand
	seeders []*api.Client
	root    share.Root
	home    string // the downloader's
	dest    string

	recorded int64         // bytes that the last kill left on record
	lived    time.Duration // of all that were killed, beyond killStart
	refetch  int64         // bytes that the seeders sent beyond those
	worst    int64         // of one kill
	deciles  [10]int
}

// TestKill kills the downloader, a process, a hundred times at times drawn over
// the whole of one download from three seeders, with the seed SERVENT_KILL_SEED
// (1 by default). What is on record never becomes less, each kill costs the
// seeders no more than killBound, nothing lies under the finished name before
// the end, and the bytes are right then.
func TestKill(t *testing.T) {
	k, connect, sum := newKilled(t)
	begin := time.Now()
	for n := 1; n <= kills; n++ {
		k.kill(n, k.startGet(connect))
	}
	k.finish(k.startGet(connect))
	k.judge(sum, time.Since(begin))
}

// newKilled starts the seeders, and has the downloader know them. It returns
// their addresses as flags and the SHA-256 of the file.
func newKilled(t *testing.T) (k *killed, connect []string, sum string) {
	seed := uint64(1)
	if text := os.Getenv("SERVENT_KILL_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	k = &killed{t: t, chance: rand.New(rand.NewPCG(seed, seed)), home: t.TempDir()}
	k.dest = filepath.Join(k.home, servent.DownloadsFolder, "big.bin")
	dir := t.TempDir()
	sum = writeRandom(t, filepath.Join(dir, "big.bin"), killSize)
	for range killSeeders {
		home := t.TempDir()
		p := startTest(t, home, dir, "--up", fmt.Sprint(killRate))
		client, err := api.Dial(home)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close() })
		k.seeders = append(k.seeders, client)
		connect = append(connect, "--connect", p.ready.Addrs[0])
	}
	command(t, append([]string{"search", "big", "--home", k.home, "--no-discovery"}, connect...)...)
	last, err := loadSearch(k.home)
	if err != nil {
		t.Fatal(err)
	}
	if len(last.Hits) != 1 || len(last.Hits[0].Sources) != killSeeders {
		t.Fatalf("search: got %+v, want one hit of %d sources", last.Hits, killSeeders)
	}
	if k.root, err = share.ParseRoot(last.Hits[0].Root); err != nil {
		t.Fatal(err)
	}
	return k, connect, sum
}

// writeRandom writes a file of random bytes and returns its SHA-256.
func writeRandom(t *testing.T, path string, size int64) string {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	_, err = io.CopyN(io.MultiWriter(f, h), rand.NewChaCha8([32]byte{}), size)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// startGet is "servent get" without a running servent.
func (k *killed) startGet(connect []string) *exec.Cmd {
	cmd := exec.Command("servent", append([]string{"get", k.root.String(), "--home", k.home, "--no-discovery"}, connect...)...)
	cmd.Stderr = new(strings.Builder)
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	return cmd
}

// kill kills a downloader at a time drawn from what is left of the download, and
// counts what that costs.
func (k *killed) kill(n int, cmd *exec.Cmd) {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	left := time.Duration(max(0, killUntil*killSize-float64(k.recorded)) / k.rate() * float64(time.Second))
	each := left/time.Duration(kills-n+2) + killStart
	lives := time.Duration(k.chance.Int64N(int64(2 * each)))
	k.lived += lives - killStart
	select {
	case err := <-ended:
		k.t.Fatalf("kill %d of %d: the download ended by itself before: %v, %s", n, kills, err, cmd.Stderr)
	case <-time.After(lives): // the time that was drawn, not a wait for an event
	}
	if err := cmd.Process.Kill(); err != nil {
		k.t.Fatal(err)
	}
	if err := <-ended; !wasKilled(err) {
		k.t.Fatalf("kill %d of %d: the download ended by itself: %v, %s", n, kills, err, cmd.Stderr)
	}
	before, refetched := k.recorded, k.refetch
	k.recorded = k.readRecord()
	k.refetch = k.sent() - k.recorded
	cost := k.refetch - refetched
	k.worst = max(k.worst, cost)
	k.deciles[min(9, 10*k.recorded/killSize)]++
	k.t.Logf("kill %3d after %4d ms: %5.1f %% are on record, %4.1f MiB more; %4.1f MiB to be sent again",
		n, lives.Milliseconds(), 100*float64(k.recorded)/killSize, mib(k.recorded-before), mib(cost))
	if k.recorded < before {
		k.t.Errorf("kill %d: %d bytes are on record, %d were before", n, k.recorded, before)
	}
	if cost > killBound {
		k.t.Errorf("kill %d: %.1f MiB are to be sent again, want %.0f at most", n, mib(cost), mib(killBound))
	}
	if _, err := os.Lstat(k.dest); !errors.Is(err, fs.ErrNotExist) {
		k.t.Fatalf("kill %d: there is something under the finished name: %v", n, err)
	}
}

// rate returns how many bytes a second a downloader gets while it lives: what the
// seeders give on a computer that is not busy, until it is known.
func (k *killed) rate() float64 {
	const most, unknown = killSeeders * killRate, 5 * time.Second
	took := max(0, k.lived) + unknown
	return min(most, (float64(k.recorded)+most*unknown.Seconds())/took.Seconds())
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

func wasKilled(err error) bool {
	exit := new(exec.ExitError)
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signal() == syscall.SIGKILL
}

// readRecord returns how many bytes the next downloader will take as verified.
func (k *killed) readRecord() int64 {
	all, err := share.ListUnfinished(filepath.Join(k.home, servent.PartialFolder), nil)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, u := range all {
		if u.Root == k.root {
			return u.Verified
		}
	}
	return 0
}

// sent returns how many bytes of the file the seeders have sent so far, once no
// upload is under way.
func (k *killed) sent() (bytes int64) {
	for _, c := range k.seeders {
		awaitUploads(k.t, c)
		status, err := c.Status(k.t.Context())
		if err != nil {
			k.t.Fatal(err)
		}
		bytes += status.Uploaded
	}
	return bytes
}

// awaitUploads waits until a servent's uploads have ended.
func awaitUploads(t *testing.T, c *api.Client) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	uploads := map[int]bool{}
	for event, err := range c.Events(ctx, api.EventTransfer) {
		if err != nil {
			t.Fatalf("%d uploads have not ended: %v", len(uploads), err)
		}
		switch e := event.(type) {
		case api.Hello:
			for _, one := range e.Status.Transfers {
				uploads[one.ID] = true
			}
		case api.TransferEvent:
			uploads[e.Transfer.ID] = e.State != api.StateEnded
		}
		for id, runs := range uploads {
			if !runs {
				delete(uploads, id)
			}
		}
		if len(uploads) == 0 {
			return
		}
	}
}

// finish waits until the file has its name, and ends the downloader.
func (k *killed) finish(cmd *exec.Cmd) {
	if err := cmd.Wait(); err != nil {
		k.t.Fatalf("the last run: %v, %s", err, cmd.Stderr)
	}
}

// judge prints the summary.
func (k *killed) judge(sum string, took time.Duration) {
	k.recorded = killSize
	refetch := k.sent() - killSize
	k.t.Logf("kill test: %d kills of the downloader of %d MiB from %d seeders in %.0f s; kills at each tenth of the file: %v; sent again: %.1f MiB a kill in the mean, %.1f the most of one (bound: %.0f)",
		kills, killSize>>20, killSeeders, took.Seconds(), k.deciles, mib(refetch)/kills, mib(k.worst), mib(killBound))
	for i, n := range k.deciles {
		if n == 0 {
			k.t.Errorf("no kill between %d %% and %d %% of the file", 10*i, 10*i+10)
		}
	}
	if got, err := fileSHA256(k.dest); err != nil || got != sum {
		k.t.Errorf("sha256 of the finished file: got %s, %v, want %s", got, err, sum)
	}
}
