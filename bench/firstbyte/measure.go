package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"servent/bench/program"
	"servent/servent"
	"servent/servent/api"
)

// patience is how long one measurement may take.
const patience = time.Minute

// A row is what one way to wish for the file gave.
type row struct {
	title  string
	target time.Duration // for the median; 0: none
	took   []time.Duration
}

// A bench is the source, and the home of the servent that fetches.
type bench struct {
	binary, home string
	source       *program.Up
	hit          api.Hit
}

// measure takes the time of every way.
func measure(ctx context.Context, binary, work string) (rows []row, err error) {
	b := bench{binary: binary, home: filepath.Join(work, "getter")}
	home := filepath.Join(work, "source")
	if b.source, err = program.Start(ctx, binary, home, "--no-discovery", "--web", "off", filepath.Join(work, "shared")); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.source.Stop()) }()
	if _, err := b.source.AwaitLine(); err != nil {
		return nil, err
	}
	client, err := api.Dial(home)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if _, err := b.source.AwaitFiles(ctx, client, 1); err != nil {
		return nil, err
	}
	if err := b.search(ctx); err != nil {
		return nil, err
	}
	for _, way := range []struct {
		title  string
		target time.Duration
		linked bool
		wish   func(context.Context, *api.Client) error
	}{
		{"call of the API, no connection to the source yet", 20 * time.Millisecond, false, b.call},
		{"call of the API, a link to the source", 20 * time.Millisecond, true, b.call},
		{"servent get ROOT, from the start of its process, no connection to the source yet", 0, false, b.command},
		{"servent version, from the start of its process to its end", 0, false, nil},
	} {
		r := row{title: way.title, target: way.target}
		for i := range *rounds + 1 {
			took, err := b.round(ctx, way.linked, way.wish)
			if err != nil {
				return nil, fmt.Errorf("%s, round %d: %w", way.title, i, err)
			}
			if i > 0 { // the first one has brought the binary into memory
				r.took = append(r.took, took)
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// search has the home of the getter know the file and its source.
func (b *bench) search(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, b.binary, "search", "payload", "--home", b.home, "--no-discovery", "--connect", b.source.Addr)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("search: %w\n%s", err, out)
	}
	getter, client, err := b.start(ctx, true)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.Search(ctx, api.SearchRequest{Words: "payload"}, func(h api.Hit) { b.hit = h })
	return errors.Join(err, getter.Stop())
}

// start runs the getter and returns when it has its link, if it is to have one.
func (b *bench) start(ctx context.Context, linked bool) (*program.Up, *api.Client, error) {
	args := []string{"--no-discovery", "--web", "off"}
	if linked {
		args = append(args, "--connect", b.source.Addr)
	}
	getter, err := program.Start(ctx, b.binary, b.home, args...)
	if err != nil {
		return nil, nil, err
	}
	if _, err := getter.AwaitLine(); err != nil {
		return nil, nil, err
	}
	client, err := api.Dial(b.home)
	if err != nil {
		return nil, nil, err
	}
	const look = 5 * time.Millisecond
	for linked {
		status, err := client.Status(ctx)
		if err != nil {
			return nil, nil, err
		}
		linked = status.Links == 0
		time.Sleep(look)
	}
	return getter, client, nil
}

// round measures once.
func (b *bench) round(ctx context.Context, linked bool, wish func(context.Context, *api.Client) error) (took time.Duration, err error) {
	if wish == nil {
		begin := time.Now()
		err := exec.CommandContext(ctx, b.binary, "version").Run()
		return time.Since(begin), err
	}
	partial := filepath.Join(b.home, servent.PartialFolder)
	if err := errors.Join(os.RemoveAll(partial), os.Mkdir(partial, 0o700)); err != nil {
		return 0, err
	}
	getter, client, err := b.start(ctx, linked)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	defer func() { err = errors.Join(err, getter.Stop()) }()
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return 0, err
	}
	defer watcher.Close()
	if err := watcher.Add(partial); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	wished := make(chan error, 1)
	begin := time.Now()
	go func() { wished <- wish(ctx, client) }()
	took, err = awaitWrite(ctx, watcher, begin)
	cancel() // the rest is not wanted
	<-wished
	return took, err
}

// awaitWrite returns how long after begin the partial file had bytes.
func awaitWrite(ctx context.Context, w *fsnotify.Watcher, begin time.Time) (time.Duration, error) {
	for {
		select {
		case e := <-w.Events:
			took := time.Since(begin)
			if !e.Has(fsnotify.Write) || !strings.HasSuffix(e.Name, ".part") {
				continue
			}
			if info, err := os.Stat(e.Name); err != nil || info.Size() == 0 {
				return 0, fmt.Errorf("%s was written and is empty: %w", e.Name, err)
			}
			return took, nil
		case err := <-w.Errors:
			return 0, err
		case <-ctx.Done():
			return 0, fmt.Errorf("nothing was written: %w", ctx.Err())
		}
	}
}

// call wishes for the file by the API.
func (b *bench) call(ctx context.Context, client *api.Client) error {
	req := api.GetRequest{Root: b.hit.Root, Size: b.hit.Size, Name: b.hit.Name, Sources: b.hit.Sources}
	_, err := client.Get(ctx, req, func(api.Progress) {})
	return err
}

// command wishes for it by the command.
func (b *bench) command(ctx context.Context, _ *api.Client) error {
	return exec.CommandContext(ctx, b.binary, "get", b.hit.Root, "--home", b.home, "--quiet").Run()
}
