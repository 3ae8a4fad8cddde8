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

	"servent/bench/program"
	"servent/servent"
	"servent/servent/api"
)

// A row is what one shape gave.
type row struct {
	shape shape
	first begin
	again []begin
}

// A begin is one start of the servent.
type begin struct {
	line, ready time.Duration // until the ready line; until every file is counted as well
	peak        int64         // bytes
	read        int64         // bytes, until after a whole rescan, beside the catalogue
}

// measure makes the files, has them hashed and starts the servent again and
// again.
func measure(ctx context.Context, s shape, binary, work string) (r row, err error) {
	r.shape = s
	folder, home := filepath.Join(work, "files"), filepath.Join(work, "home")
	if err := s.write(ctx, folder); err != nil {
		return r, fmt.Errorf("make the files: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if r.first, err = start(ctx, binary, home, folder); err != nil {
		return r, err
	}
	if all := int64(*files) * *fileSize; r.first.read < all {
		return r, fmt.Errorf("the first start read %d bytes of %d: what is read says nothing of what is hashed", r.first.read, all)
	}
	for i := range *starts {
		b, err := start(ctx, binary, home, folder)
		if err != nil {
			return r, fmt.Errorf("start %d: %w", i+1, err)
		}
		r.again = append(r.again, b)
	}
	return r, nil
}

// start runs the servent until it is ready, looks at it and ends it.
func start(ctx context.Context, binary, home, folder string) (b begin, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, *patience, fmt.Errorf("not ready after %v; see -patience", *patience))
	defer cancel()
	catalogue := sizeOf(filepath.Join(home, "catalog.db"))
	p, err := program.Start(ctx, binary, home, "--no-discovery", folder)
	if err != nil {
		return b, err
	}
	if b.line, err = p.AwaitLine(); err != nil {
		return b, err
	}
	client, err := api.Dial(home)
	if err != nil {
		return b, err
	}
	defer client.Close()
	if b.ready, err = p.AwaitFiles(ctx, client, *files); err != nil {
		return b, err
	}
	b.ready = max(b.ready, b.line)
	if err := find(ctx, p.Addr, *files/2); err != nil {
		return b, err
	}
	if out, err := exec.CommandContext(ctx, binary, "--home", home, "share", "rescan").CombinedOutput(); err != nil {
		return b, fmt.Errorf("share rescan: %w: %s", err, out)
	}
	if b.read, err = p.Read(); err != nil {
		return b, err
	}
	b.read -= catalogue
	if b.peak, err = p.Peak(); err != nil {
		return b, err
	}
	return b, p.Stop()
}

// sizeOf returns the size of the file at path, 0 if there is none yet.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// find has another servent ask the one at addr for a file by its number.
func find(ctx context.Context, addr string, file int) error {
	ctx, cancel := context.WithCancel(ctx)
	s, err := servent.New(servent.Config{Listen: []string{"/ip4/127.0.0.1/tcp/0"}, NoDiscovery: true})
	if err != nil {
		cancel()
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	if _, err := s.Connect(ctx, api.ConnectRequest{Addr: addr}); err != nil {
		return fmt.Errorf("link another servent to it: %w", err)
	}
	var names []string
	_, err = s.Search(ctx, api.SearchRequest{Words: "report " + numberOf(file), Max: 1}, func(h api.Hit) { names = append(names, h.Name) })
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if len(names) != 1 || names[0] != nameOf(file) {
		return fmt.Errorf("a search for %q finds %q", nameOf(file), strings.Join(names, ", "))
	}
	return nil
}
