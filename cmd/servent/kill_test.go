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
	"slices"
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
	killSeeders = 3
	killRate    = 16 << 20 // bytes a second of each seeder

	// killBound is how many bytes one kill may make the seeders send again, all of
	// them together: what was on its way, what was put together in memory, and what
	// was written and not yet recorded.
	killBound = 16 << 20

	// killStart is about how long a downloader takes from its start until bytes come.
	killStart = 250 * time.Millisecond
	// killLeft is how many bytes at the end of the file no kill is meant for: what the
	// seeders send in a second, so that the download does not end before the last.
	killLeft = killSeeders * killRate
)

// A killed is the download of one file from several seeders, whose downloader is
// killed again and again.
type killed struct {
	t       *testing.T
	what    string // is killed
	kills   int
	size    int64
	chance  *rand.Rand
	seeders []*api.Client
	connect []string // the seeders' addresses as flags
	sum     string   // SHA-256 of the file
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
	k := newKilled(t, "servent get", 100, 2<<30)
	begin := time.Now()
	for n := 1; n <= k.kills; n++ {
		k.kill(n, k.startGet())
	}
	k.finish(k.startGet())
	k.judge(time.Since(begin))
}

// TestKillUp kills a running servent likewise, twenty times in one download that
// somebody left to it: the next one on the home goes on by itself.
func TestKillUp(t *testing.T) {
	k := newKilled(t, "servent up", 20, 512<<20)
	begin := time.Now()
	for n := 1; n <= k.kills; n++ {
		k.kill(n, k.startUp(n == 1))
	}
	p, err := startUp(k.home, k.home, k.connect...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	awaitDownload(t, k.home, "done", isDone)
	k.judge(time.Since(begin))
}

// newKilled starts the seeders, and has the downloader know them.
func newKilled(t *testing.T, what string, kills int, size int64) *killed {
	seed := uint64(1)
	if text := os.Getenv("SERVENT_KILL_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	k := &killed{t: t, what: what, kills: kills, size: size, chance: rand.New(rand.NewPCG(seed, seed)), home: t.TempDir()}
	k.dest = filepath.Join(k.home, servent.DownloadsFolder, "big.bin")
	dir := t.TempDir()
	k.sum = writeRandom(t, filepath.Join(dir, "big.bin"), size)
	for range killSeeders {
		home := t.TempDir()
		p := startTest(t, home, dir, "--up", fmt.Sprint(killRate))
		client, err := api.Dial(home)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close() })
		k.seeders = append(k.seeders, client)
		k.connect = append(k.connect, "--connect", p.ready.Addrs[0])
	}
	command(t, append([]string{"search", "big", "--home", k.home, "--no-discovery"}, k.connect...)...)
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
	return k
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
func (k *killed) startGet() *exec.Cmd { return k.start("get", k.root.String()) }

// startUp is "servent up"; the first one is told to download the file.
func (k *killed) startUp(first bool) *exec.Cmd {
	if first {
		p, err := startUp(k.home, k.home, k.connect...)
		if err != nil {
			k.t.Fatal(err)
		}
		command(k.t, "get", k.root.String(), "--detach", "--home", k.home)
		if err := p.interrupt(); err != nil {
			k.t.Fatal(err)
		}
	}
	return k.start("up", "--web", "off", "--listen", loopback)
}

func (k *killed) start(args ...string) *exec.Cmd {
	cmd := exec.Command("servent", slices.Concat(args, []string{"--home", k.home, "--no-discovery"}, k.connect)...)
	cmd.Dir = k.home
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
	left := time.Duration(float64(max(0, k.size-killLeft-k.recorded)) / k.rate() * float64(time.Second))
	each := left/time.Duration(k.kills-n+2) + killStart
	lives := time.Duration(k.chance.Int64N(int64(2 * each)))
	k.lived += lives - killStart
	select {
	case err := <-ended:
		k.t.Fatalf("kill %d of %d: the download ended by itself before: %v, %s", n, k.kills, err, cmd.Stderr)
	case <-time.After(lives): // the time that was drawn, not a wait for an event
	}
	if err := cmd.Process.Kill(); err != nil {
		k.t.Fatal(err)
	}
	if err := <-ended; !wasKilled(err) {
		k.t.Fatalf("kill %d of %d: the download ended by itself: %v, %s", n, k.kills, err, cmd.Stderr)
	}
	before, refetched := k.recorded, k.refetch
	k.recorded = k.readRecord()
	k.refetch = k.sent() - k.recorded
	cost := k.refetch - refetched
	k.worst = max(k.worst, cost)
	k.deciles[min(9, 10*k.recorded/k.size)]++
	k.t.Logf("kill %3d after %4d ms: %5.1f %% are on record, %4.1f MiB more; %4.1f MiB to be sent again",
		n, lives.Milliseconds(), 100*float64(k.recorded)/float64(k.size), mib(k.recorded-before), mib(cost))
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
func (k *killed) judge(took time.Duration) {
	k.recorded = k.size
	refetch := k.sent() - k.size
	k.t.Logf("kill test: %d kills of %s, which downloads %d MiB from %d seeders, in %.0f s; kills at each tenth of the file: %v; sent again: %.1f MiB a kill in the mean, %.1f the most of one (bound: %.0f)",
		k.kills, k.what, k.size>>20, killSeeders, took.Seconds(), k.deciles, mib(refetch)/float64(k.kills), mib(k.worst), mib(killBound))
	for i, n := range k.deciles {
		if n == 0 && k.kills > 10*len(k.deciles)-1 { // of few, chance may leave some out
			k.t.Errorf("no kill between %d %% and %d %% of the file", 10*i, 10*i+10)
		}
	}
	if got, err := fileSHA256(k.dest); err != nil || got != k.sum {
		k.t.Errorf("sha256 of the finished file: got %s, %v, want %s", got, err, k.sum)
	}
}
