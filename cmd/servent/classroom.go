package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"servent/servent"
	"servent/servent/api"
)

const (
	demoServents = 12
	demoKeyword  = "SEBLINUX"
	// demoLogLevel: a listener of the story need not know why one of twelve
	// servents dialled twice.
	demoLogLevel = slog.LevelError
	loopback     = "/ip4/127.0.0.1/tcp/0"
)

// demoLinks is the topology of the demo: three squares in a row and two ends.
//
//	    2       5       8       11
//	  /   \   /   \   /   \   /
//	1       4       7       10
//	  \   /   \   /   \   /   \
//	    3       6       9       12
//
// No way from servent 1 that visits nobody twice is longer than 7 links, so
// that TTL 7 reaches all, whichever copy of a query comes first; the squares
// make duplicates.
var demoLinks = [][2]int{
	{1, 2}, {1, 3}, {2, 4}, {3, 4},
	{4, 5}, {4, 6}, {5, 7}, {6, 7},
	{7, 8}, {7, 9}, {8, 10}, {9, 10},
	{10, 11}, {10, 12},
}

// A demoFile is one generated file of one servent.
type demoFile struct {
	servent int // 1..demoServents
	name    string
	size    int    // bytes
	seed    uint64 // files of one seed and size are the same file
	tagged  bool   // with demoKeyword
}

var demoFiles = []demoFile{
	{servent: 4, name: "policy-notes.txt", size: 12 << 10, seed: 1, tagged: true},
	{servent: 6, name: "targeted-policy.tar", size: 700 << 10, seed: 2, tagged: true},
	{servent: 7, name: "enforcing-9.iso", size: 3 << 20, seed: 3, tagged: true},
	{servent: 11, name: "Enforcing 9 (copy).iso", size: 3 << 20, seed: 3, tagged: true},
	{servent: 8, name: "holiday.jpg", size: 300 << 10, seed: 4},
	{servent: 12, name: "a song.ogg", size: 2 << 20, seed: 5},
}

// A classroom is the servents of a demo, running in this process.
type classroom struct {
	dir      string
	files    []demoFile
	servents []*servent.Servent // number n at n-1
	peers    map[string]int     // peer ID → number
	stopRun  context.CancelFunc
	ended    chan error // gets one value for each servent
}

// startClassroom makes files below dir and starts the servents that share
// them, linked as demoLinks says. It returns when all files can be found.
func startClassroom(ctx context.Context, dir string, files []demoFile, web string, log *slog.Logger) (*classroom, error) {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	class := &classroom{dir: dir, files: files, peers: map[string]int{}, stopRun: stop, ended: make(chan error, demoServents)}
	if err := writeDemoFiles(dir, files); err != nil {
		return nil, errors.Join(err, class.stop())
	}
	addrs := make([][]string, demoServents+1)
	for n := 1; n <= demoServents; n++ {
		config := class.config(n, addrs)
		config.Log = log
		if n == 1 {
			config.Web = web
		}
		status, err := class.start(ctx, running, config)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("start servent %d: %w", n, err), class.stop())
		}
		class.peers[status.Peer], addrs[n] = n, status.Addrs
	}
	if err := class.share(ctx); err != nil {
		return nil, errors.Join(err, class.stop())
	}
	return class, nil
}

// config is that of servent n, which dials its neighbours of lower number.
func (class *classroom) config(n int, addrs [][]string) servent.Config {
	downloads := fetchedFolder(class.dir, n)
	config := servent.Config{
		Network:     "demo",
		Shares:      []string{sharedFolder(class.dir, n), downloads}, // a home of its own would share that by itself
		Listen:      []string{loopback},
		NoDiscovery: true,

		TraceNetwork: true, TraceKeywords: true, TraceName: fmt.Sprintf("Servent %d", n),
		Lab:       newLabWeb(),
		Downloads: downloads,
	}
	for _, link := range demoLinks {
		if low, high := min(link[0], link[1]), max(link[0], link[1]); high == n {
			config.Connect = append(config.Connect, addrs[low][0])
		}
	}
	return config
}

// start runs one more servent and returns what it says of itself.
func (class *classroom) start(ctx, running context.Context, config servent.Config) (api.Status, error) {
	s, err := servent.New(config)
	if err != nil {
		return api.Status{}, err
	}
	class.servents = append(class.servents, s)
	go func() { class.ended <- s.Run(running) }()
	select {
	case <-s.Ready():
		return s.Status(ctx)
	case err := <-class.ended:
		class.ended <- err // stop waits for it
		return api.Status{}, err
	case <-ctx.Done():
		return api.Status{}, context.Cause(ctx)
	}
}

// share waits until every file can be found, and gives the keyword to those
// that have it.
func (class *classroom) share(ctx context.Context) error {
	for n, s := range class.servents {
		if _, err := s.Rescan(ctx, api.ShareRequest{}, nil); err != nil {
			return fmt.Errorf("scan the files of servent %d: %w", n+1, err)
		}
	}
	for _, file := range class.files {
		if !file.tagged {
			continue
		}
		request := api.TagRequest{Tags: []string{demoKeyword}, Paths: []string{file.path(class.dir)}}
		if _, err := class.servents[file.servent-1].Tag(ctx, request, nil); err != nil {
			return fmt.Errorf("tag the files of servent %d: %w", file.servent, err)
		}
	}
	return nil
}

// stop ends all servents and waits for them.
func (class *classroom) stop() error {
	class.stopRun()
	var errs []error
	for range class.servents {
		errs = append(errs, <-class.ended)
	}
	class.servents = nil
	return errors.Join(errs...)
}

// page is an address of servent 1's page, for one visit, which leads to tab; empty
// where it is off.
func (class *classroom) page(ctx context.Context, tab string) (string, error) {
	status, err := class.servents[0].Status(ctx)
	if err != nil || status.Web == "" {
		return "", err
	}
	link, err := class.servents[0].PageLink(ctx, api.PageRequest{Tab: tab})
	return link.URL, err
}

func sharedFolder(dir string, n int) string {
	return filepath.Join(dir, strconv.Itoa(n), "shared")
}

func fetchedFolder(dir string, n int) string {
	return filepath.Join(dir, strconv.Itoa(n), servent.DownloadsFolder)
}

func (f demoFile) path(dir string) string {
	return filepath.Join(sharedFolder(dir, f.servent), f.name)
}

// writeDemoFiles makes the files and the folder of each servent.
func writeDemoFiles(dir string, files []demoFile) error {
	for n := 1; n <= demoServents; n++ {
		for _, folder := range []string{sharedFolder(dir, n), fetchedFolder(dir, n)} {
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return fmt.Errorf("make a folder of servent %d: %w", n, err)
			}
		}
	}
	for _, file := range files {
		if err := os.WriteFile(file.path(dir), randomBytes(file.size, file.seed), 0o600); err != nil {
			return fmt.Errorf("make a file of servent %d: %w", file.servent, err)
		}
	}
	return nil
}

// randomBytes returns size bytes that seed alone decides.
func randomBytes(size int, seed uint64) []byte {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	b := make([]byte, size)
	_, _ = rand.NewChaCha8(key).Read(b) // never fails
	return b
}
