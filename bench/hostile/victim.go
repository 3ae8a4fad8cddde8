package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"servent/bench/child"
	"servent/servent"
	"servent/servent/api"
)

const (
	listen   = "/ip4/127.0.0.1/tcp/0"
	sharers  = 4
	each     = 5 // files of one of them, and of the victim
	askers   = 4 // searches at a time
	patience = 30 * time.Second
)

func childMain() { child.Main() }

// A row is what one attack did.
type row struct {
	attack          string
	strikes         uint64
	found, expected int
	peak            uint64 // bytes
	cpu             time.Duration
	report          child.Report
	honestLinks     int
}

// surround links a victim to its honest neighbours, and returns the one that
// asks, once it finds what the others have.
func surround(ctx context.Context, running *sync.WaitGroup, p *child.Process, dir string) (asker *servent.Servent, err error) {
	if asker, err = neighbour(ctx, running, p.Addr(), ""); err != nil {
		return nil, err
	}
	for i := range sharers {
		files, err := share(dir, fmt.Sprint("sharer", i))
		if err != nil {
			return nil, err
		}
		if _, err := neighbour(ctx, running, p.Addr(), files); err != nil {
			return nil, err
		}
	}
	if err := p.AwaitLinks(ctx, sharers+1, patience); err != nil {
		return nil, err
	}
	return asker, awaitAll(ctx, asker)
}

// measure runs a fresh victim and its honest neighbours, has it attacked and
// searches meanwhile.
func measure(a attack, length time.Duration) (r row, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), length+4*patience)
	defer cancel()
	dir, err := os.MkdirTemp("", "servent-hostile-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	own, err := share(dir, "victim")
	if err != nil {
		return r, err
	}
	p, err := child.Start(ctx, child.Options{Listen: []string{listen}, Home: filepath.Join(dir, "home"), Shares: []string{own}})
	if err != nil {
		return r, err
	}
	stop := func() error { return p.Stop() }
	defer func() { err = errors.Join(err, stop()) }()
	if err := p.AwaitFiles(ctx, each, patience); err != nil {
		return r, err
	}
	var running sync.WaitGroup
	defer running.Wait()
	honest, quit := context.WithCancel(ctx)
	defer quit()
	asker, err := surround(honest, &running, p, dir)
	if err != nil {
		return r, err
	}
	before, err := p.Report()
	if err != nil {
		return r, err
	}
	wait, err := attackFrom(ctx, a, p.Addr(), length)
	if err != nil {
		return r, err
	}
	r = row{attack: a.name}
	r.found, r.expected = searches(ctx, asker, length)
	if r.report, err = p.Report(); err != nil {
		return r, err
	}
	r.peak, r.cpu = r.report.Peak, r.report.CPU-before.CPU
	if r.strikes, err = wait(); err != nil {
		return r, err
	}
	links, err := asker.Peers(ctx)
	r.honestLinks = len(links)
	return r, err
}

// share makes a folder of files that match "seblinux".
func share(dir, name string) (string, error) {
	folder := filepath.Join(dir, name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	for i := range each {
		file := fmt.Sprintf("SEBLINUX %s %d.iso", name, i)
		if err := os.WriteFile(filepath.Join(folder, file), []byte(file), 0o600); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// neighbour runs an honest servent that is linked to the victim alone.
func neighbour(ctx context.Context, running *sync.WaitGroup, victim, files string) (*servent.Servent, error) {
	cfg := servent.Config{Listen: []string{listen}, NoDiscovery: true, Connect: []string{victim}}
	if files != "" {
		cfg.Shares = []string{files}
	}
	s, err := servent.New(cfg)
	if err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	running.Go(func() { ended <- s.Run(ctx) })
	select {
	case <-s.Ready():
		return s, nil
	case err := <-ended:
		return nil, fmt.Errorf("a neighbour ended: %w", err)
	}
}

// wanted is how many files a search finds when all is well.
const wanted = (sharers + 1) * each

// awaitAll searches until everything is found.
func awaitAll(ctx context.Context, s *servent.Servent) error {
	for begin := time.Now(); ; {
		n, err := found(ctx, s)
		if err != nil || n == wanted {
			return err
		}
		if time.Since(begin) > patience {
			return fmt.Errorf("%d files of %d can be found without an attack", n, wanted)
		}
	}
}

// found searches once and counts the true files.
func found(ctx context.Context, s *servent.Servent) (n int, err error) {
	names := map[string]bool{}
	_, err = s.Search(ctx, api.SearchRequest{Words: "seblinux", Timeout: 3 * time.Second}, func(h api.Hit) { names[h.Name] = true })
	for i := range each {
		if names[fmt.Sprintf("SEBLINUX victim %d.iso", i)] {
			n++
		}
		for k := range sharers {
			if names[fmt.Sprintf("SEBLINUX sharer%d %d.iso", k, i)] {
				n++
			}
		}
	}
	return n, err
}

// searches goes on searching for a while, and returns what was found of what
// there is.
func searches(ctx context.Context, s *servent.Servent, length time.Duration) (got, expected int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	end := time.Now().Add(length)
	for range askers {
		all.Go(func() {
			for time.Now().Before(end) {
				n, err := found(ctx, s)
				mu.Lock()
				expected += wanted
				if err == nil {
					got += n
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return got, expected
}
